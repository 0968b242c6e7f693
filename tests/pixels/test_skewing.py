"""A skewed map by hand, there and back, and the diagonals as a list of pixels."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.pixels import diagonals, skew, unskew

sides = st.integers(1, 9)


def test_skew_by_hand():
    x = torch.tensor([[1, 2, 3], [4, 5, 6]])
    assert skew(x).tolist() == [[1, 2, 3, 0], [0, 4, 5, 6]]
    assert unskew(torch.tensor([[1, 2, 3, 9], [9, 4, 5, 6]])).tolist() == x.tolist()
    assert skew(torch.tensor([[1], [2], [3]])).tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 3]]


@given(sides, sides, st.integers(0, 3))
def test_unskew_is_the_inverse(n, m, B):
    x = torch.rand(B, 2, n, m) + 1
    skewed = skew(x)
    assert skewed.shape == (B, 2, n, n + m - 1)
    assert torch.equal(unskew(skewed), x)
    for i in range(n):
        assert torch.equal(skewed[..., i, i : i + m], x[..., i, :])
    assert (skewed != 0).sum() == x.numel()


@given(sides, sides)
def test_diagonals_are_the_columns_of_the_skewed_map(n, m):
    order, spans = diagonals(n, m)
    assert sorted(order.tolist()) == list(range(n * m))
    skewed = skew(torch.arange(1, n * m + 1).view(n, m))
    assert len(spans) == n + m - 1
    found = []
    for column, (lo, hi) in zip(skewed.T, spans, strict=True):
        assert (column[lo:hi] > 0).all()
        assert (column != 0).sum() == hi - lo
        found += (column[lo:hi] - 1).tolist()
    assert order.tolist() == found


def test_a_map_that_cannot_have_been_skewed():
    with pytest.raises(ValueError, match="a skewed map of 3 rows has at least 3 columns, got 2"):
        unskew(torch.zeros(3, 2))
