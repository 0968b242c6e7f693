"""Results of runs too long for a lesson, as measured, with the command that measures them again."""

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("learning_curve.csv")
TRICKS_FILE = Path(__file__).with_name("tricks.csv")


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
    with TRICKS_FILE.open(encoding="utf-8", newline="") as file:
        kinds = TrickMeasurement.__annotations__.values()
        return [
            TrickMeasurement(*(kind(value) for kind, value in zip(kinds, row, strict=True)))
            for row in list(csv.reader(file))[1:]
        ]
