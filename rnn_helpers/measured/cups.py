"""What `make cups` measured, for chapter 15."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("cups.csv")


class CupsMeasurement(NamedTuple):
    """One result of `make cups`: which network learned to follow the cups, for how many steps, and what came of it.

    `after_8`, `after_16` and `after_32` are the shares of 1,000 fresh games that are right after so many moves,
    `seconds` is processor time for learning, on one thread.
    """

    model: str
    steps: int
    seed: int
    after_8: float
    after_16: float
    after_32: float
    seconds: float

    def as_line(self) -> str:
        shares = ",".join(f"{share:.4f}" for share in (self.after_8, self.after_16, self.after_32))
        return f"{self.model},{self.steps},{self.seed},{shares},{self.seconds:.1f}\n"


def load_cups() -> list[CupsMeasurement]:
    """All that `tools/longer_cups.py` has measured: chapter 15's two linear networks, four times as long."""
    return read(FILE, CupsMeasurement)
