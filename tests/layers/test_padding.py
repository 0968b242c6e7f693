"""Sequences of unequal length: a padded batch is its sequences one by one, whatever stands in the padding."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnn_helpers.layers import GRU, LSTM, RNN, LayerNormLSTM, MinGRU

LAYERS = {
    "tanh": lambda *sizes, **options: RNN(*sizes, **options),
    "relu": lambda *sizes, **options: RNN(*sizes, nonlinearity="relu", **options),
    "gru reset before": lambda *sizes, **options: GRU(*sizes, **options),
    "gru reset after": lambda *sizes, **options: GRU(*sizes, reset="after", **options),
    "lstm": lambda *sizes, **options: LSTM(*sizes, **options),
    "coupled lstm": lambda *sizes, **options: LSTM(*sizes, coupled=True, **options),
    "diagonal lstm": lambda *sizes, **options: LSTM(*sizes, diagonal=True, **options),
    "layer norm lstm": lambda *sizes, **options: LayerNormLSTM(*sizes, **options),
    "minimal gru": lambda *sizes, **options: MinGRU(*sizes, **options),
}
close = {"atol": 1e-11, "rtol": 1e-10}


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def build(unit, D, H, seed=0, **options):
    layer = LAYERS[unit](D, H, **options).double()
    with torch.no_grad():
        for parameter, value in zip(
            layer.parameters(), draw(seed, *(p.shape for p in layer.parameters())), strict=True
        ):
            parameter.copy_(0.7 * value)
    return layer


def run(layer, x, state, lengths=None):
    """Output and all parts of the final state, in a list; `state` is a list of its parts."""
    initial = tuple(state) if isinstance(layer, LSTM) else state[0]
    output, final = layer(x, initial, lengths)
    return [output, *(final if isinstance(layer, LSTM) else [final])]


def one_by_one(layer, x, state, lengths):
    """Each sequence alone, cut to its length; outputs filled up with 0."""
    singles = []
    for k, length in enumerate(lengths):
        output, *final = run(layer, x[[k], :length], [part[:, [k]] for part in state])
        singles.append([torch.nn.functional.pad(output, (0, 0, 0, x.shape[1] - length)), *final])
    output, *final = zip(*singles, strict=True)
    return [torch.cat(output), *(torch.cat(part, 1) for part in final)]


def gradients(results, wanted, seed):
    """Of a random weighting of all results; outputs behind the ends have their weights, too."""
    weights = draw(seed, *(result.shape for result in results))
    return torch.autograd.grad(sum((w * r).sum() for w, r in zip(weights, results, strict=True)), wanted)


def batch(layer, lengths, T, seed, padding):
    """x with `padding` behind the ends, and a state, both leaves."""
    S = layer.num_layers * (1 + layer.bidirectional)
    x, *state = draw(seed, (len(lengths), T, layer.D), *[(S, len(lengths), layer.H)] * (1 + isinstance(layer, LSTM)))
    for k, length in enumerate(lengths):
        x[k, length:] = padding
    return x.requires_grad_(), [part.requires_grad_() for part in state]


@pytest.mark.parametrize("unit", LAYERS)
@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    longer=st.integers(0, 2),
    D=st.integers(1, 3),
    H=st.integers(1, 4),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    padding=st.sampled_from([0.0, 1.0, 1e300, -1e300, float("inf"), float("nan")]),
    seed=st.integers(0, 99),
)
def test_a_padded_batch_is_its_sequences_one_by_one(
    unit, lengths, longer, D, H, num_layers, bidirectional, padding, seed
):
    layer = build(unit, D, H, seed, num_layers=num_layers, bidirectional=bidirectional)
    x, state = batch(layer, lengths, max(lengths) + longer, seed, padding)
    wanted = [x, *state, *layer.parameters()]
    ours, expected = run(layer, x, state, lengths), one_by_one(layer, x, state, lengths)
    assert_close(ours, expected, **close)
    assert_close(gradients(ours, wanted, seed), gradients(expected, wanted, seed), **close)


@pytest.mark.parametrize("unit", LAYERS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("padding", [3.0, 1e300, float("nan")])
def test_padding_gets_zeros_and_gives_zeros_exactly(unit, bidirectional, padding):
    layer = build(unit, 2, 3, num_layers=2, bidirectional=bidirectional)
    lengths = [3, 7, 1]
    x, state = batch(layer, lengths, 8, 0, padding)
    results = run(layer, x, state, lengths)
    (of_x,) = gradients(results, [x], 0)
    for k, length in enumerate(lengths):
        assert not results[0][k, length:].any()
        assert not of_x[k, length:].any()
        assert unit == "relu" or of_x[k, :length].all()  # a relu may be shut


@pytest.mark.parametrize("unit", LAYERS)
def test_what_stands_in_the_padding_changes_not_a_single_bit(unit):
    layer = build(unit, 2, 3, num_layers=2, bidirectional=True)
    everything = []
    for padding in (0.0, 1e300, float("nan")):
        x, state = batch(layer, [4, 1, 6], 6, 0, padding)
        results = run(layer, x, state, [4, 1, 6])
        everything.append([*results, *gradients(results, [x, *state, *layer.parameters()], 0)])
    for zeros, huge, nan in zip(*everything, strict=True):
        assert torch.equal(zeros, huge)
        assert torch.equal(zeros, nan)


def test_relu_states_that_would_overflow_behind_the_end():
    layer = build("relu", 2, 3)
    with torch.no_grad():
        layer.U_l0.copy_(4 * torch.eye(3))  # 4^600 is more than float64 holds
    x, state = batch(layer, [3, 5], 600, 0, 0.0)
    wanted = [x, *state, *layer.parameters()]
    ours = gradients(run(layer, x, state, [3, 5]), wanted, 0)
    expected = gradients(one_by_one(layer, x, state, [3, 5]), wanted, 0)
    assert_close(ours, expected, **close)


@pytest.mark.parametrize("unit", LAYERS)
def test_the_last_state_is_the_output_at_the_end_and_backward_that_at_the_start(unit):
    layer = build(unit, 2, 3, bidirectional=True)
    lengths = [3, 6, 1]
    x, state = batch(layer, lengths, 6, 0, 1.0)
    output, h, *_ = run(layer, x, state, lengths)
    forward, backward = output.chunk(2, 2)
    assert torch.equal(h[0], torch.stack([forward[k, length - 1] for k, length in enumerate(lengths)]))
    assert torch.equal(h[1], backward[:, 0])


@pytest.mark.parametrize("unit", LAYERS)
def test_full_lengths_are_no_lengths(unit):
    layer = build(unit, 2, 3, num_layers=2, bidirectional=True)
    x, state = batch(layer, [5, 5], 5, 0, 0.0)
    assert_close(run(layer, x, state, [5, 5]), run(layer, x, state), **close)


@pytest.mark.parametrize("kind", [list, torch.tensor, lambda n: torch.tensor(n, dtype=torch.uint8), tuple])
def test_lengths_may_be_numbers_or_a_tensor_of_any_integers(kind):
    layer = build("gru reset before", 2, 3, bidirectional=True)
    x, state = batch(layer, [4, 2], 5, 0, 1.0)
    assert_close(run(layer, x, state, kind([4, 2])), one_by_one(layer, x, state, [4, 2]), **close)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([1, 2, 3], r"RNN: lengths must have shape \(B,\) = \(2,\), got \(3,\)"),
        ([], r"RNN: lengths must have shape \(B,\) = \(2,\), got \(0,\)"),
        (torch.tensor([[1, 2]]), r"RNN: lengths must have shape \(B,\) = \(2,\), got \(1, 2\)"),
        (torch.tensor(3), r"RNN: lengths must have shape \(B,\) = \(2,\), got \(\)"),
        ([0, 3], r"RNN: lengths must lie between 1 and T = 5, got \[0, 3\]"),
        ([6, 3], r"RNN: lengths must lie between 1 and T = 5, got \[6, 3\]"),
        (torch.tensor([3, -1]), r"RNN: lengths must lie between 1 and T = 5, got \[3, -1\]"),
        (torch.tensor([3.0, 1.0]), r"RNN: lengths must be integers, got torch.float32"),
        ([3.0, 1.0], r"RNN: lengths must be integers, got torch.float"),
        ([True, True], r"RNN: lengths must be integers, got torch.bool"),
    ],
)
def test_lengths_that_cannot_be(lengths, message):
    layer = build("tanh", 2, 3)
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(type(layer).forward)(layer, torch.zeros(2, 5, 2).double(), None, lengths)
