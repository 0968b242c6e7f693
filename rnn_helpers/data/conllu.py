"""Treebanks in the CoNLL-U format of Universal Dependencies: words, their tags, and the tree over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# fmt: off
UPOS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM",
    "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X",
)
"""The 17 universal parts of speech, https://universaldependencies.org/u/pos/; no language has to have all of them."""
# fmt: on


@dataclass(frozen=True)
class Sentence:
    """The columns of one sentence, a tuple each, with one entry a word. None stands for what is not annotated (`_`).

    Words are the *syntactic* ones, to which tags and relations belong: where the spelling runs two of them together
    (Portuguese *da*, of the), they are *de* and *a*.

    Attributes
    ----------
    name : what the file calls the sentence (`sent_id`), or None.
    forms : the words as they are written.
    upos : their parts of speech, each one of `UPOS`.
    heads : the number of the word that each depends on, counted from 1; 0 for the root.
    deprels : the name of that dependence, such as "nsubj"; "root" for the root.
    """

    name: str | None
    forms: tuple[str, ...]
    upos: tuple[str | None, ...]
    heads: tuple[int | None, ...]
    deprels: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.forms)


def read_conllu(path: str | Path) -> list[Sentence]:
    """The sentences of a treebank file, for instance one of https://universaldependencies.org.

    Raises
    ------
    OSError : there is no such file.
    ValueError : it is not CoNLL-U; the message names the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: not UTF-8, byte {error.start} cannot be read; is it a .conllu file?") from None
    return parse_conllu(text, path.name)


def parse_conllu(text: str, source: str = "text") -> list[Sentence]:
    """The sentences of a text in the format; `source` names it in errors.

    Lines of multiword tokens (`3-4`) and of empty nodes (`3.1`) are passed over: the words that a multiword token is
    made of follow it, each on its own line, and an empty node is no word of the sentence.

    Raises
    ------
    ValueError : it is not CoNLL-U; the message names the line.
    """
    sentences, name, rows = [], None, []
    # Only a line feed ends a line: str.splitlines would break words at separators that Unicode has besides.
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        line = line.removesuffix("\r")
        if line.startswith("#"):
            if line[1:].strip().startswith("sent_id"):
                name = line.partition("=")[2].strip() or None
        elif line:
            _add(rows, line, f"{source}, line {number}")
        else:
            if rows:
                sentences.append(_sentence(name, rows))
            name, rows = None, []
    if not sentences:
        raise ValueError(f"{source}: holds no sentence; CoNLL-U has ten columns with tabs between them, a word a line")
    return sentences


def _add(rows: list, line: str, where: str) -> None:
    columns = line.split("\t")
    if len(columns) != 10:
        raise ValueError(f"{where}: expected 10 columns with tabs between them, got {len(columns)}: {line[:60]!r}")
    number, form, _, upos, _, _, head, deprel, _, _ = columns
    first, mark, last = number.partition("-" if "-" in number else ".")
    if mark and first.isdecimal() and last.isdecimal():
        return
    if number != str(len(rows) + 1):
        raise ValueError(f"{where}: expected word {len(rows) + 1}, got {number!r} in the first column")
    if upos != "_" and upos not in UPOS:
        raise ValueError(f"{where}: {upos!r} in the fourth column is not a universal part of speech; they are {UPOS}")
    if head != "_" and not head.isdecimal():
        raise ValueError(f"{where}: the head in the seventh column must be the number of a word, 0 or _, got {head!r}")
    rows.append((where, form, upos, head, deprel))


def _sentence(name: str | None, rows: Iterable[tuple]) -> Sentence:
    places, forms, upos, heads, deprels = zip(*rows, strict=True)
    for i, (where, head) in enumerate(zip(places, heads, strict=True), start=1):
        if head != "_" and (int(head) > len(rows) or int(head) == i):
            raise ValueError(f"{where}: word {i} of {len(rows)} depends on word {head}")
    heads = tuple(None if head == "_" else int(head) for head in heads)
    return Sentence(name, forms, _annotated(upos), heads, _annotated(deprels))


def _annotated(column: Iterable[str]) -> tuple[str | None, ...]:
    return tuple(None if entry == "_" else entry for entry in column)
