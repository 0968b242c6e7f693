"""What `make learningcurve` measured, for chapter 3."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("learning_curve.csv")


class Measurement(NamedTuple):
    """One result of `make learningcurve`: who learned from how many characters, and what came of it.

    `perplexity` is that of a held-out character; `seconds` is processor time for learning, on one thread.
    """

    model: str
    characters: int
    seed: int
    perplexity: float
    seconds: float

    def as_line(self) -> str:
        return f"{self.model},{self.characters},{self.seed},{self.perplexity:.4f},{self.seconds:.1f}\n"


def load_learning_curve() -> list[Measurement]:
    """All that `tools/learning_curve.py` has measured: count models and an LSTM on 10,000 to 4,700,000 characters."""
    return read(FILE, Measurement)
