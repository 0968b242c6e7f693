"""Results of runs too long for a lesson, as measured, with the command that measures them again."""

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("learning_curve.csv")
TREES_FILE = Path(__file__).with_name("trees_longer.csv")


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


class TreesMeasurement(NamedTuple):
    """One result of `make trees`: the share that a model has right of what it was asked of.

    On ListOps `asked_of` is "depth 3, trained on" or "depth 2" to "depth 8"; on PetroGold, whether the model was shown
    the word above.
    """

    model: str
    seed: int
    asked_of: str
    share: float

    def as_line(self) -> str:
        return f'"{self.model}",{self.seed},"{self.asked_of}",{self.share:.4f}\n'


def load_trees_longer() -> list[TreesMeasurement]:
    """All that `tools/trees_longer.py` has measured: two networks on ListOps, five on PetroGold."""
    with TREES_FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [TreesMeasurement(r["model"], int(r["seed"]), r["asked_of"], float(r["share"])) for r in rows]
