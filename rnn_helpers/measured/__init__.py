"""Results of runs too long for a lesson, as measured, with the command that measures them again."""

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("learning_curve.csv")
CUPS_FILE = Path(__file__).with_name("cups.csv")


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
    with CUPS_FILE.open(encoding="utf-8", newline="") as file:
        kinds = CupsMeasurement.__annotations__.values()
        return [
            CupsMeasurement(*(kind(value) for kind, value in zip(kinds, row, strict=True)))
            for row in list(csv.reader(file))[1:]
        ]
