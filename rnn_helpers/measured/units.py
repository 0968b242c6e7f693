"""What `make units` measured, for chapter 14."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("units.csv")


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
    return read(FILE, UnitMeasurement)
