"""What `make digits` measured, for chapter 12."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("digits.csv")


class DigitModel(NamedTuple):
    """One result of `make digits`: what a network trained with this seed gives the digits of each part, in nats.

    `seconds` is processor time for learning, on one thread.
    """

    model: str
    seed: int
    train: float
    validation: float
    test: float
    parameters: int
    seconds: float

    def as_line(self) -> str:
        nats = ",".join(f"{value:.4f}" for value in (self.train, self.validation, self.test))
        return f'"{self.model}",{self.seed},{nats},{self.parameters},{self.seconds:.1f}\n'


def load_digit_models() -> list[DigitModel]:
    """All that `tools/digits.py` has measured: networks and their seeds."""
    return read(FILE, DigitModel)
