"""What `make gpu` measured, for chapters 12 and 14."""

from pathlib import Path
from typing import NamedTuple

from rnn_helpers.measured.files import read

FILE = Path(__file__).with_name("gpu.csv")


class GPUMeasurement(NamedTuple):
    """One result of `make gpu`: how long a computation took on a GPU, or on one core of the processor beside it.

    `part` says what was compared, `device` where it ran ("cuda" or "cpu"), `card` and `torch` on which machine. `B`,
    `T` and `H` are sequences, steps and units. `milliseconds` is the middle of three repetitions, each of them a median
    of wall times, `lowest` and `highest` are the other two.
    """

    card: str
    torch: str
    part: str
    device: str
    B: int
    T: int
    H: int
    name: str
    milliseconds: float
    lowest: float
    highest: float

    def as_line(self) -> str:
        *words, milliseconds, lowest, highest = self
        return ",".join([*map(str, words), *(f"{ms:.4f}" for ms in (milliseconds, lowest, highest))]) + "\n"

    def __str__(self):
        where = f"{self.part:11}{self.device:6}{self.setting!s:20}{self.name:33}"
        return f"{where}{self.milliseconds:11.3f}  ({self.lowest:.3f} to {self.highest:.3f})"

    @property
    def setting(self) -> tuple[int, int, int]:
        return self.B, self.T, self.H


def load_gpu() -> list[GPUMeasurement]:
    """All that `tools/gpu.py` has measured; a reader's own cards stand behind the book's."""
    return read(FILE, GPUMeasurement)
