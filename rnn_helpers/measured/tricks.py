"""What `make tricks` measured, for chapter 13."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("tricks.csv")


class TrickMeasurement(NamedTuple):
    """One result of `make tricks`: perplexities of a character, learned from, of the validation and of the test part.

    `experiment` is "rates" (`name` is optimizer and rate), "optimizers", "alone" (`name` is the one trick that is on),
    "without" (the one that is off, or what stands in place of one), "pairs" (the two that are on), or "depth" (`name`
    is the number of layers), with what is equal and how layers are connected behind it. `steps` are those of the
    training, `seconds` its processor time, on one thread.
    """

    experiment: str
    name: str
    seed: int
    parameters: int
    learned: float
    validation: float
    test: float
    steps: int
    seconds: float

    def as_line(self) -> str:
        perplexities = ",".join(f"{value:.4f}" for value in (self.learned, self.validation, self.test))
        return (
            f'"{self.experiment}","{self.name}",{self.seed},{self.parameters},{perplexities},{self.steps},'
            f"{self.seconds:.1f}\n"
        )


def load_tricks() -> list[TrickMeasurement]:
    """All that `tools/tricks.py` has measured."""
    return read(FILE, TrickMeasurement)
