"""What `make trees` measured, for chapter 11."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("trees_longer.csv")


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
    return read(FILE, TreesMeasurement)
