"""Edit distances against the definition, written out; rates that count symbols and not sequences."""

from functools import cache

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.error_rates import edit_distances, error_rate

WORDS = st.lists(st.lists(st.integers(0, 2), max_size=5), min_size=2, max_size=2)


def by_definition(a, b):
    @cache
    def distance(i, j):
        if i == 0 or j == 0:
            return i + j
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return distance(len(a), len(b))


def padded(rows):
    tensor = torch.zeros(len(rows), 7, dtype=torch.long)  # filling is a symbol like others, and must not count
    for row, values in zip(tensor, rows, strict=True):
        row[: len(values)] = torch.tensor(values, dtype=torch.long)
    return tensor, torch.tensor([len(row) for row in rows])


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_distances_are_those_of_the_definition(pairs):
    got = edit_distances(*padded([a for a, _ in pairs]), *padded([b for _, b in pairs]))
    assert got.tolist() == [by_definition(a, b) for a, b in pairs]


def test_known_distances():
    numbers = [[ord(letter) for letter in word] for word in ("kitten", "sitting", "", "abc")]
    got = edit_distances(*padded([numbers[0], numbers[2], numbers[3]]), *padded([numbers[1], numbers[3], numbers[2]]))
    assert got.tolist() == [3, 3, 3]


def test_the_rate_is_by_symbol_and_to_the_nearest():
    assert error_rate([[1, 2]], [[[1, 2]]]) == 0
    assert error_rate([[1], [1, 2, 3, 4]], [[[2]], [[1, 2, 3, 4]]]) == 1 / 5  # 1/2 as a mean over sequences
    assert error_rate([[1, 2]], [[[3, 3, 3], [1, 2, 2]]]) == 1 / 3
    assert error_rate([[]], [[[1, 2]]]) == 1
    assert error_rate([[1, 1, 1]], [[[2]]]) == 3  # insertions can lead above 1


@pytest.mark.parametrize(("found", "right"), [([], []), ([[1]], []), ([[1]], [[]])])
def test_nothing_to_compare_is_refused(found, right):
    with pytest.raises(ValueError, match="as many found sequences as right ones"):
        error_rate(found, right)
