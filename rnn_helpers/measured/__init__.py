"""Results of runs too long for a lesson, as measured, with the command that measures them again."""

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("learning_curve.csv")
UNITS_FILE = Path(__file__).with_name("units.csv")


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


class UnitMeasurement(NamedTuple):
    """One result of `make units`: which unit learned which task with which seed, for how long, and what came of it.

    `width` says what is equal beside the LSTM: "parameters" (and steps), "units" (and time), or, for three units,
    "one pass": parameters, and five times the steps, which is once through the text. `H` is hidden units,
    `parameters` those of the whole model, `milliseconds` a step's, forward and backward, on one thread. `result` is the
    perplexity of a held-out character in "plays", the mean squared error in "adding".
    """

    task: str
    width: str
    unit: str
    seed: int
    H: int
    parameters: int
    steps: int
    milliseconds: float
    result: float

    def as_line(self) -> str:
        return (
            f'{self.task},{self.width},"{self.unit}",{self.seed},{self.H},{self.parameters},{self.steps},'
            f"{self.milliseconds:.2f},{self.result:.6f}\n"
        )


def load_units() -> list[UnitMeasurement]:
    """All that `tools/compare_units.py` has measured."""
    with UNITS_FILE.open(encoding="utf-8", newline="") as file:
        kinds = UnitMeasurement.__annotations__.values()
        return [
            UnitMeasurement(*(kind(value) for kind, value in zip(kinds, row, strict=True)))
            for row in list(csv.reader(file))[1:]
        ]
