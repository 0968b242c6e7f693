"""Japanese Vowels: nine men say /ae/, and one is to tell from the sound who it is."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rnn_helpers.data.wheels import Wheel, read_member

WHEEL = Wheel(
    holds="Japanese Vowels",
    distribution="aeon",
    version="1.6.0",
    filename="aeon-1.6.0-py3-none-any.whl",
    sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
    size_mb=6.4,
)

_FOLDER = "aeon/datasets/data/JapaneseVowels/JapaneseVowels"


class Recordings(NamedTuple):
    """Sequences x, each (T, 12) with its own T, and who speaks in each: y (N), from 0 to 8."""

    x: list[Float[Tensor, "_ 12"]]
    y: Int[Tensor, "N"]


def load_japanese_vowels() -> tuple[Recordings, Recordings]:
    """The 270 recordings to train on and the 370 to test on, as the authors of the data divided them.

    Nine men uttered the vowels /ae/ in one go. A recording is a row of 7 to 29 frames, one each 6.4 ms (of 25.6 ms, at
    10 kHz), and a frame is 12 numbers, the LPC cepstrum coefficients of its sound: the shape of the spectrum, not its
    fine structure. To train there are 30 recordings of each man; to test 31, 35, 88, 44, 29, 24, 40, 50 and 29.
    Numbers are as the source has them, in the default dtype.

    Source: Kudo, Toyama and Shimbo 1999, Multidimensional curve classification using passing-through regions, Pattern
    Recognition Letters 20, doi 10.1016/S0167-8655(99)00077-X; the UCI archive, doi 10.24432/C5NS47; here from the wheel
    of `aeon` 1.6.0 (BSD 3-clause), which has them in files of the UEA archive. The donors ask to be told of published
    work that uses the data, and for their permission before commercial use.

    Raises
    ------
    DataError : the recordings are not in the cache and could not be fetched.
    """
    return _read("TRAIN"), _read("TEST")


def _read(part: str) -> Recordings:
    return _parse(read_member(WHEEL, f"{_FOLDER}_{part}.ts").decode("utf-8"))


def _parse(text: str) -> Recordings:
    """A .ts file: after @data one recording a line, its channels and at last its class (from 1) between colons."""
    x, y = [], []
    _, _, rows = text.partition("@data\n")
    for row in rows.split("\n"):
        if row.strip():
            *channels, speaker = row.split(":")
            values = [[float(value) for value in channel.split(",")] for channel in channels]
            x.append(torch.tensor(values, dtype=torch.get_default_dtype()).T.contiguous())
            y.append(int(speaker) - 1)
    return Recordings(x, torch.tensor(y))
