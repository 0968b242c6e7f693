"""Temperature, top-k and nucleus: what is left, of whom, and what happens at the edges."""

import inspect

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.decoding import nucleus, temperature, top_k

LOGITS = st.lists(st.floats(-20, 20), min_size=1, max_size=8).map(lambda row: torch.tensor(row, dtype=torch.float64))


def logits_of(*probabilities):
    return torch.tensor(probabilities, dtype=torch.float64).log()


def kept(logits):
    return (logits > -torch.inf).nonzero().flatten().tolist()


def test_temperature_divides_the_logits():
    logits = torch.tensor([1.0, -2.0, 0.0])
    assert torch.equal(temperature(logits, 2.0), torch.tensor([0.5, -1.0, 0.0]))
    assert torch.equal(temperature(logits, 1.0), logits)


def test_temperature_is_a_power_of_the_probabilities():
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    assert torch.allclose(temperature(p.log(), 0.5).softmax(0), p**2 / (p**2).sum())


def test_a_low_temperature_leaves_the_largest_and_a_high_one_none_preferred():
    logits = logits_of(0.4, 0.35, 0.25)
    assert temperature(logits, 0.001).softmax(0)[0] > 0.999
    assert torch.allclose(temperature(logits, 1e6).softmax(0), torch.full((3,), 1 / 3, dtype=torch.float64))


@pytest.mark.parametrize(
    ("k", "expected"), [(1, [2]), (2, [0, 2]), (3, [0, 2, 3]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3])]
)
def test_top_k_keeps_the_k_largest_as_they_are(k, expected):
    logits = torch.tensor([1.0, -2.0, 3.0, 0.5])
    left = top_k(logits, k)
    assert kept(left) == expected
    assert torch.equal(left[expected], logits[expected])


@given(LOGITS, st.integers(1, 9))
def test_top_k_keeps_k_also_where_logits_are_equal(logits, k):
    rounded = logits.round()
    left = top_k(rounded, k)
    assert len(kept(left)) == min(k, len(logits))
    if dropped := set(range(len(logits))) - set(kept(left)):
        assert rounded[sorted(dropped)].max() <= rounded[kept(left)].min()


def test_of_equal_ones_those_in_front_are_kept():
    assert kept(top_k(torch.zeros(5), 2)) == [0, 1]
    assert kept(nucleus(torch.zeros(4), 0.5)) == [0, 1]


@pytest.mark.parametrize(
    ("p", "expected"),
    [(0.1, [1]), (0.5, [1]), (0.51, [1, 3]), (0.8, [1, 3]), (0.82, [1, 2, 3]), (0.99, [0, 1, 2, 3]), (1, [0, 1, 2, 3])],
)
def test_the_nucleus_is_the_fewest_that_reach_p(p, expected):
    assert kept(nucleus(logits_of(0.0625, 0.5, 0.125, 0.3125), p)) == expected


@given(LOGITS, st.floats(0.01, 0.99))
def test_the_nucleus_reaches_p_and_not_without_its_last(logits, p):
    left, probabilities = kept(nucleus(logits, p)), logits.softmax(0)
    assert probabilities[left].sum() >= p - 1e-9
    assert probabilities[left].sum() - probabilities[left].min() < p + 1e-9


def test_p_of_one_keeps_what_rounding_would_lose():
    logits = torch.tensor([0.0, *[-20.0] * 5])  # in float32 the first alone sums to 1
    assert kept(nucleus(logits, 1)) == list(range(6))


def test_what_is_impossible_stays_so():
    logits = logits_of(0.6, 0.0, 0.4)
    assert kept(nucleus(logits, 0.9)) == kept(nucleus(logits, 1)) == kept(top_k(logits, 3)) == [0, 2]
    assert kept(temperature(logits, 5.0)) == [0, 2]


def test_rows_of_a_batch_are_their_own_and_nothing_is_changed():
    logits = torch.randn(3, 2, 6, generator=torch.Generator().manual_seed(0))
    before = logits.clone()
    for change in (lambda x: top_k(x, 2), lambda x: nucleus(x, 0.7), lambda x: temperature(x, 0.7)):
        whole = change(logits)
        assert torch.equal(whole, torch.stack([torch.stack([change(row) for row in part]) for part in logits]))
    assert torch.equal(logits, before)


@pytest.mark.parametrize(
    ("function", "value", "message"),
    [
        (temperature, 0.0, "tau must be above 0, got 0.0"),
        (temperature, float("nan"), "tau must be above 0"),
        (top_k, 0, "k must be at least 1, got 0"),
        (nucleus, 0.0, "above 0 and at most 1"),
        (nucleus, 1.5, "above 0 and at most 1"),
    ],
)
def test_what_does_not_fit_is_refused(function, value, message):
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(function)(torch.zeros(3), value)
