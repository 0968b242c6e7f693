"""Symbols to numbers and back, and what is refused."""

import pytest
import torch

from rnn_helpers.language_models import Vocabulary


def test_there_and_back():
    letters = Vocabulary.of(["abba", "cab"], special=["<end>"])
    assert letters.symbols == ("<end>", "a", "b", "c")
    assert len(letters) == 4
    numbers = letters.encode("cab")
    assert numbers.dtype == torch.long
    assert numbers.tolist() == [3, 1, 2]
    assert letters.decode(numbers) == letters.decode([3, 1, 2]) == ["c", "a", "b"]


def test_rare_symbols_become_the_unknown_one():
    words = Vocabulary.of([["a", "b", "a"], ["a", "b", "c"]], special=["?"], at_least=2, unknown="?")
    assert words.symbols == ("?", "a", "b")
    assert "c" not in words
    assert words.encode(["c", "a"]).tolist() == [0, 1]


def test_a_special_symbol_that_occurs_comes_once():
    assert Vocabulary.of(["a.b"], special=["."]).symbols == (".", "a", "b")


def test_an_empty_sequence():
    letters = Vocabulary("ab")
    assert letters.encode("").shape == (0,)
    assert letters.encode("").dtype == torch.long
    assert letters.decode([]) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Vocabulary([]), "symbols is empty"),
        (lambda: Vocabulary("aba"), "'a' comes more than once"),
        (lambda: Vocabulary("ab", unknown="?"), "unknown = '\\?' must be one of symbols"),
        (lambda: Vocabulary("ab").encode("ac"), "'c' is not in it"),
        (lambda: Vocabulary("ab").decode([2]), "between 0 and 1, got 2"),
        (lambda: Vocabulary("ab").decode([-1]), "between 0 and 1, got -1"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
