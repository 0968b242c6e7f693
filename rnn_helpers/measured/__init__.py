"""Results of runs too long for a lesson, as measured, with the command that measures them again."""

import csv
from pathlib import Path
from typing import NamedTuple

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
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [
            Measurement(r["model"], int(r["characters"]), int(r["seed"]), float(r["perplexity"]), float(r["seconds"]))
            for r in rows
        ]


DIGITS_FILE = Path(__file__).with_name("digits.csv")


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
    with DIGITS_FILE.open(encoding="utf-8", newline="") as file:
        return [
            DigitModel(
                row["model"],
                int(row["seed"]),
                *(float(row[part]) for part in ("train", "validation", "test")),
                int(row["parameters"]),
                float(row["seconds"]),
            )
            for row in csv.DictReader(file)
        ]
