"""Each pooling gives what a loop over the true steps gives, whatever stands behind the end; totals are divided once."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_helpers.layers import GRU, LSTM
from rnn_helpers.padding import pad
from rnn_helpers.pooling import (
    AttentionPooling,
    accuracy,
    input_gradients,
    pool_ends,
    pool_last,
    pool_max,
    pool_mean,
    shares,
)

H = 4  # even, so that it can be two directions of 2
F64 = torch.float64


def attention(query=(0.5, -1.0, 2.0, 0.25)):
    pooling = AttentionPooling(H).double()
    with torch.no_grad():
        pooling.q.copy_(torch.tensor(query))
    return pooling


POOLINGS = {
    "last": pool_last,
    "mean": pool_mean,
    "max": pool_max,
    "ends": pool_ends,
    "attention": attention(),
}
each = pytest.mark.parametrize("pool", POOLINGS.values(), ids=POOLINGS)


def witness(name, h):
    """The pooled vector of one sequence h (T, H), from its steps one by one."""
    steps = list(h)
    if name == "last":
        return steps[-1]
    if name == "mean":
        return sum(steps) / len(steps)
    if name == "max":
        return torch.stack([max(column) for column in h.T])
    if name == "ends":
        return torch.cat([steps[-1][:2], steps[0][2:]])
    odds = [torch.exp(attention().q @ step) for step in steps]
    return sum(a * step for a, step in zip(odds, steps, strict=True)) / sum(odds)


def sequences(seed, lengths):
    draw = torch.Generator().manual_seed(seed)
    return [torch.randn(length, H, generator=draw, dtype=F64) for length in lengths]


@pytest.mark.parametrize("name", POOLINGS)
def test_a_batch_is_its_sequences_one_by_one(name):
    alone = sequences(0, [3, 1, 5, 2])
    h, lengths = pad(alone)
    pooled = POOLINGS[name](h, lengths)
    torch.testing.assert_close(pooled, torch.stack([witness(name, sequence) for sequence in alone]))
    assert pooled.dtype == F64


@each
@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    more=st.integers(0, 4),
    filling=st.sampled_from([0.0, -3.0, 1e30, float("inf"), float("-inf"), float("nan")]),
    seed=st.integers(0, 99),
)
def test_neither_amount_nor_content_of_padding_matters(pool, lengths, more, filling, seed):
    alone = sequences(seed, lengths)
    h, lengths = pad(alone)
    expected = torch.cat([pool(sequence[None], torch.tensor([len(sequence)])) for sequence in alone])
    beyond = torch.full((len(h), more, H), filling, dtype=F64)
    padded = torch.cat([h, beyond], 1)
    padded[torch.arange(padded.shape[1]) >= lengths[:, None]] = filling
    torch.testing.assert_close(pool(padded, lengths), expected)


@each
@pytest.mark.parametrize("filling", [0.0, float("nan"), float("inf")])
def test_padding_gets_no_gradient_and_spoils_none(pool, filling):
    h, lengths = pad(sequences(1, [3, 1, 5]), value=filling)
    h.requires_grad_()
    pool(h, lengths).square().sum().backward()
    own = torch.arange(5) < lengths[:, None]
    assert (h.grad[~own] == 0).all()
    assert h.grad.isfinite().all()
    assert (h.grad[own] != 0).any()


def test_the_parameters_of_attention_are_not_spoilt_either():
    pooling = attention()
    h, lengths = pad(sequences(1, [3, 1, 5]), value=float("nan"))
    pooling(h, lengths).square().sum().backward()
    assert pooling.q.grad.isfinite().all()
    assert (pooling.q.grad != 0).any()


@each
@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        (torch.tensor([2, 0]), r"lengths must lie between 1 and T = 3, got \[2, 0\]"),
        (torch.tensor([4, 1]), r"lengths must lie between 1 and T = 3, got \[4, 1\]"),
        ([1, 1, 1], r"lengths must have shape \(B,\) = \(2,\), got \(3,\)"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(pool, lengths, message):
    with pytest.raises(ValueError, match=message):
        pool(torch.zeros(2, 3, H, dtype=F64), lengths)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [(torch.tensor([1.0, 2.0]), "lengths must be integers, got torch.float32"), (None, "lengths is None")],
)
def test_lengths_of_another_kind_are_refused(lengths, message):
    with pytest.raises(ValueError, match=f"pool_mean: {message}"):
        inspect.unwrap(pool_mean)(torch.zeros(2, 3, H), lengths)  # past the tests' type checks


@each
@pytest.mark.parametrize("shape", [(0, 3, H), (2, 0, H)])
def test_nothing_to_pool_is_refused(pool, shape):
    with pytest.raises(ValueError, match="at least one sequence, step and unit"):
        pool(torch.zeros(shape, dtype=F64), torch.ones(shape[0], dtype=torch.long))


def test_a_maximum_may_be_negative():
    h = torch.tensor([[[-2.0], [-1.0], [0.0], [0.0]]])
    assert pool_max(h, torch.tensor([2])).tolist() == [[-1.0]]
    assert pool_max(h - 1e12, torch.tensor([2])).max() < -9e11  # below any stand-in for minus infinity


def test_ties_share_nothing_with_padding():
    h = torch.zeros(1, 4, 1, requires_grad=True)
    pool_max(h, torch.tensor([2])).sum().backward()
    assert h.grad[0, :2].sum() == 1
    assert (h.grad[0, 2:] == 0).all()


def test_weights_sum_to_one_over_the_steps_and_are_zero_behind():
    h, lengths = pad(sequences(2, [3, 1, 5]))
    weights = attention().weights(h, lengths)
    torch.testing.assert_close(weights.sum(1), torch.ones(3, dtype=F64))
    assert (weights[torch.arange(5) >= lengths[:, None]] == 0).all()
    assert (weights[torch.arange(5) < lengths[:, None]] > 0).all()


def test_attention_starts_as_the_mean():
    h, lengths = pad(sequences(3, [3, 1, 5]))
    torch.testing.assert_close(AttentionPooling(H).double()(h, lengths), pool_mean(h, lengths))


def test_large_scores_do_not_overflow():
    h = torch.tensor([[[1e4], [2e4], [3e4]]], dtype=F64)
    pooling = AttentionPooling(1).double()
    with torch.no_grad():
        pooling.q.fill_(100.0)
    assert pooling(h, torch.tensor([2])).tolist() == [[2e4]]


@pytest.mark.parametrize("H", [0, -1, 2.5])
def test_a_query_of_no_size_is_refused(H):
    build = inspect.unwrap(AttentionPooling.__init__)
    with pytest.raises(ValueError, match="AttentionPooling: H must be a positive integer"):
        build(AttentionPooling.__new__(AttentionPooling), H)


def test_states_of_another_size_are_refused():
    with pytest.raises(ValueError, match="AttentionPooling: h must have 4 units, got 3"):
        AttentionPooling(4)(torch.zeros(1, 2, 3), torch.tensor([2]))


@pytest.mark.parametrize("layer", [GRU, LSTM])
def test_both_ends_are_the_final_states_of_both_directions(layer):
    torch.manual_seed(0)
    network = layer(3, 2, bidirectional=True).double()
    x, lengths = torch.randn(3, 6, 3, dtype=F64), torch.tensor([6, 1, 4])
    output, state = network(x, lengths=lengths)
    final = state[0] if isinstance(state, tuple) else state
    torch.testing.assert_close(pool_ends(output, lengths), torch.cat([final[0], final[1]], 1))
    # `outputs[:, -1]`, and even the last valid output: the backward half has read one step, or none.
    assert not torch.allclose(pool_ends(output, lengths), pool_last(output, lengths))
    assert not torch.allclose(pool_ends(output, lengths), output[:, -1])


def test_both_ends_hear_every_step_in_both_halves():
    torch.manual_seed(0)
    network = GRU(3, 2, bidirectional=True).double()
    x, lengths = torch.randn(2, 5, 3, dtype=F64, requires_grad=True), torch.tensor([5, 3])
    pooled = pool_ends(network(x, lengths=lengths)[0], lengths)
    for half in (pooled[:, :2], pooled[:, 2:]):
        (gradient,) = torch.autograd.grad(half.sum(), x, retain_graph=True)
        assert ((gradient.norm(dim=2) > 0) == (torch.arange(5) < lengths[:, None])).all()


def test_one_direction_has_no_two_ends():
    with pytest.raises(ValueError, match="pool_ends: h must hold two directions side by side, got 3 units"):
        pool_ends(torch.zeros(1, 2, 3), torch.tensor([2]))


def test_the_state_at_the_end_of_the_padding_is_not_the_last_state():
    torch.manual_seed(0)
    x, lengths = pad([torch.randn(n, 3) for n in (2, 5)])
    unaware = torch.nn.GRU(3, H, batch_first=True)
    output = unaware(x)[0]
    with torch.no_grad():
        alone = unaware(x[:1, :2])[1][0]
        torch.testing.assert_close(pool_last(output, lengths)[:1], alone)
        assert not torch.allclose(output[:1, -1], alone, atol=1e-2)


def test_unequal_batches_count_by_what_is_in_them():
    logits = torch.tensor([[1.0, 0.0]])  # always says class 0
    batches = [(torch.zeros(9, 1), torch.zeros(9, dtype=torch.long)), (torch.zeros(1, 1), torch.ones(1).long())]
    assert accuracy(lambda x: logits.expand(len(x), 2), batches) == 0.9  # a mean of the batches would be 0.5


def test_accuracy_of_nothing_is_refused():
    with pytest.raises(ValueError, match="accuracy: batches hold no sequence"):
        accuracy(lambda x: x, [])


@each
def test_gradients_to_inputs_end_where_sequences_end(pool):
    torch.manual_seed(0)
    layer, read = GRU(3, 2, bidirectional=True).double(), torch.nn.Linear(4, 3).double()
    x, lengths = pad([torch.randn(n, 3, dtype=F64) for n in (2, 5)])

    def scores(x, lengths):
        return read(pool(layer(x, lengths=lengths)[0], lengths))

    reached = input_gradients(scores, x, lengths)
    assert reached.shape == (2, 5)
    assert (reached[0, 2:] == 0).all()
    assert reached.isfinite().all()


def test_gradients_to_inputs_are_those_of_the_lead():
    x = torch.tensor([[[1.0], [2.0], [5.0]]], dtype=F64)

    def scores(x, lengths):  # leads: class 1, by 2 x_1 + x_2^2 over 0 and 0
        named = 2 * x[:, 0, 0] + x[:, 1, 0] ** 2
        return torch.stack([0 * named, named, 0 * named], 1) + 7

    two_thirds = 2 / 3  # the mean takes a third of it away
    expected = torch.tensor([[2 * two_thirds, 4 * two_thirds, 0.0]], dtype=F64)
    torch.testing.assert_close(input_gradients(scores, x, torch.tensor([3])), expected)
    assert not x.requires_grad


def test_shares_worked_by_hand():
    values = torch.tensor([[1.0, 1.0, 2.0, 9.0], [3.0, 1.0, 9.0, 9.0], [5.0, 9.0, 9.0, 9.0]])
    lengths = torch.tensor([3, 2, 1])
    expected = [[0.25 + 0.125, 0.125 + 0.5], [0.75, 0.25], [0.5, 0.5]]
    torch.testing.assert_close(shares(values, lengths, 2), torch.tensor(expected))


@settings(deadline=None, max_examples=40)
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4), parts=st.integers(1, 12), seed=st.integers(0, 99))
def test_shares_sum_to_one_and_are_even_where_the_values_are(lengths, parts, seed):
    T, lengths = max(lengths) + 1, torch.tensor(lengths)
    values = torch.rand(len(lengths), T, generator=torch.Generator().manual_seed(seed), dtype=F64) + 0.1
    divided = shares(values, lengths, parts)
    torch.testing.assert_close(divided.sum(1), torch.ones(len(lengths), dtype=F64))
    assert divided.min() > 0
    even = shares(torch.ones_like(values), lengths, parts)
    torch.testing.assert_close(even, torch.full_like(even, 1 / parts))


def test_as_many_parts_as_steps_are_the_steps():
    values = torch.tensor([[1.0, 2.0, 5.0, float("nan")]])
    torch.testing.assert_close(shares(values, torch.tensor([3]), 3), torch.tensor([[0.125, 0.25, 0.625]]))


@pytest.mark.parametrize(
    ("values", "parts", "message"),
    [
        ([[1.0, 1.0]], 0, "parts must be at least 1, got 0"),
        ([[2.0, -1.0]], 2, "negative"),
        ([[0.0, 0.0]], 2, "above 0"),
    ],
)
def test_what_has_no_shares_is_refused(values, parts, message):
    with pytest.raises(ValueError, match=message):
        shares(torch.tensor(values), torch.tensor([2]), parts)


def test_the_gradient_to_a_step_is_one_norm_over_its_entries():
    x = torch.zeros(1, 2, 2, dtype=F64)

    def scores(x, lengths):
        lead = 3 * x[:, 1, 0] + 4 * x[:, 1, 1]
        return torch.stack([lead, -lead], 1)  # the mean of both is 0

    assert input_gradients(scores, x, torch.tensor([2])).tolist() == [[0.0, 5.0]]
