"""Input connections, dropout with one mask for all steps, layer normalisation: against the same by single steps."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.nn.functional import dropout as drop
from torch.testing import assert_close

from rnn_helpers.initialization import forget_bias_, orthogonal_
from rnn_helpers.layers import GRU, LSTM, RNN, LayerNormLSTM
from rnn_helpers.layers.stack import drop_for_all_steps

UNITS = {
    "elman": lambda *sizes, **options: RNN(*sizes, **options),
    "gru reset before": lambda *sizes, **options: GRU(*sizes, **options),
    "gru reset after": lambda *sizes, **options: GRU(*sizes, reset="after", **options),
    "lstm": lambda *sizes, **options: LSTM(*sizes, **options),
    "coupled lstm": lambda *sizes, **options: LSTM(*sizes, coupled=True, **options),
    "layer norm lstm": lambda *sizes, **options: LayerNormLSTM(*sizes, **options),
}
every_unit = pytest.mark.parametrize("unit", UNITS)
close = {"atol": 1e-10, "rtol": 1e-10}


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def parts(state):
    return list(state) if isinstance(state, tuple) else [state]


def single(unit, layer, k):
    """Layer k of the stack as a layer of its own, with the same parameters."""
    inputs = layer.V_l0.shape[1] if k == 0 else getattr(layer, f"V_l{k}").shape[1]
    alone = UNITS[unit](inputs, layer.H, bidirectional=layer.bidirectional).double()
    alone.load_state_dict({name: getattr(layer, name.replace("_l0", f"_l{k}")) for name in alone.state_dict()})
    return alone


def grads(results, wanted):
    weights = draw(1, *(r.shape for r in results))
    return torch.autograd.grad(sum((w * r).sum() for w, r in zip(weights, results, strict=True)), wanted)


@every_unit
@settings(deadline=None, max_examples=15)
@given(num_layers=st.integers(2, 3), bidirectional=st.booleans(), padded=st.booleans(), seed=st.integers(0, 99))
def test_with_input_connections_each_layer_reads_the_outputs_below_and_then_x(
    unit, num_layers, bidirectional, padded, seed
):
    layer = UNITS[unit](2, 3, num_layers=num_layers, bidirectional=bidirectional, input_connections=True).double()
    (x,) = draw(seed, (2, 5, 2))
    x.requires_grad_()
    lengths = [5, 3] if padded else None
    output, state = layer(x, None, lengths)
    singles, read, finals = [single(unit, layer, k) for k in range(num_layers)], x, []
    for alone in singles:
        expected, final = alone(read, None, lengths)
        finals.append(parts(final))
        read = torch.cat([expected, x], 2)
    assert_close([output, *parts(state)], [expected, *map(torch.cat, zip(*finals, strict=True))], **close)
    ours, theirs = ([*grads(r, [x, p]), r] for r, p in [([output], layer.V_l0), ([expected], singles[0].V_l0)])
    assert_close(ours, theirs, **close)


def test_input_connections_reach_the_top_without_the_layers_between():
    layer = GRU(2, 3, num_layers=2, input_connections=True).double()
    with torch.no_grad():
        layer.V_l1[:, :3] = 0  # deaf to the layer below
    (x,) = draw(0, (1, 4, 2))
    assert_close(layer(x)[0], GRU_of(layer.V_l1[:, 3:], layer.U_l1, layer.b_l1)(x)[0], **close)


def GRU_of(V, U, b):
    layer = GRU(2, 3).double()
    layer.load_state_dict({"V_l0": V, "U_l0": U, "b_l0": b})
    return layer


# The equations with a mask m on the state that enters U, written out; the same m at every step.


def masked_elman(x, h, m, V, U, c):
    return [torch.tanh(x @ V.T + (m * h[0]) @ U.T + c)]


def masked_gru(x, h, m, V, U, b):
    H = U.shape[1]
    (V_r, V_u, V), (U_r, U_u, U), (b_r, b_u, b) = V.split(H), U.split(H), b.split(H)
    (h,) = h
    r = torch.sigmoid(x @ V_r.T + (m * h) @ U_r.T + b_r)
    u = torch.sigmoid(x @ V_u.T + (m * h) @ U_u.T + b_u)
    return [u * torch.tanh(x @ V.T + (r * m * h) @ U.T + b) + (1 - u) * h]


def masked_lstm(x, state, m, V, U, b):
    h, c = state
    i, f, candidate, o = (x @ V.T + (m * h) @ U.T + b).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidate)
    return [torch.sigmoid(o) * torch.tanh(c), c]


@pytest.mark.parametrize(("kind", "step"), [(RNN, masked_elman), (GRU, masked_gru), (LSTM, masked_lstm)])
@pytest.mark.parametrize("lengths", [None, [6, 4, 6]])
def test_variational_dropout_is_one_mask_for_all_steps(kind, step, lengths):
    B, T, p = 3, 6, 0.4
    layer = kind(2, 5, num_layers=2, dropout=p, variational=True).double()
    (x,) = draw(0, (B, T, 2))
    x.requires_grad_()
    torch.manual_seed(3)
    output, _ = layer(x, None, lengths)

    torch.manual_seed(3)
    read = x
    for k in range(2):
        if k:
            mask = drop(torch.ones(B, 1, 5).double(), p)  # of the outputs: for each sequence its own
            assert (mask == mask[0]).all(1).logical_not().any()
            read = read * mask
        of_state = drop(torch.ones(5).double(), p)
        state, outputs = [torch.zeros(B, 5).double()] * layer.parts, []
        for x_t in read.unbind(1):
            state = step(x_t, state, of_state, *layer.parameters_at(k, 0))
            outputs.append(state[0])
        read = torch.stack(outputs, 1)
    if lengths:
        read = read * (torch.arange(T)[:, None] < torch.tensor(lengths)[:, None, None])
    assert_close(output, read, **close)
    assert_close(grads([output], [x, layer.U_l0, layer.V_l1]), grads([read], [x, layer.U_l0, layer.V_l1]), **close)


@every_unit
def test_variational_dropout_acts_in_training_alone(unit):
    layer = UNITS[unit](2, 30, dropout=0.5, variational=True)
    plain = UNITS[unit](2, 30)
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(layer(x)[0], layer(x)[0])
    assert_close(layer(x)[0][:, 0], plain(x)[0][:, 0])  # the first state is 0, dropped or not
    layer.eval()
    assert_close(layer(x), plain(x))


@every_unit
def test_both_directions_and_all_layers_drop_their_own_entries(unit, monkeypatch):
    masks = []

    def run(self, x, initial, parameters, padding):
        masks.append((parameters[1] == 0).all(0))
        return original(self, x, initial, parameters, padding)

    layer = UNITS[unit](2, 40, num_layers=2, bidirectional=True, dropout=0.5, variational=True)
    original = type(layer).run
    monkeypatch.setattr(type(layer), "run", run)
    layer(torch.zeros(1, 2, 2))
    assert len(masks) == 4
    assert all(5 < mask.sum() < 35 for mask in masks)
    assert all(not torch.equal(masks[a], masks[b]) for a in range(4) for b in range(a))


def test_a_mask_for_all_steps():
    torch.manual_seed(0)
    x = torch.randn(400, 7, 50).double()
    y = drop_for_all_steps(x, 0.3, training=True)
    kept = y != 0
    assert (kept == kept[:, :1]).all()  # at all steps or at none
    assert not (kept == kept[:1]).all()  # each sequence has its own
    assert_close(y[kept], x[kept] / 0.7)
    assert abs(kept[:, 0].double().mean() - 0.7) < 0.01
    assert torch.equal(drop_for_all_steps(x, 0.3, training=False), x)


def test_layer_normalization_does_not_feel_the_size_of_its_weights():
    layer = LayerNormLSTM(3, 8).double()
    (x,) = draw(0, (2, 6, 3))
    with torch.no_grad():
        layer.V_l0.mul_(30)  # far above the 1e-5 that keeps the division from 0
        layer.U_l0.mul_(1000)
        before = layer(x)[0]
        layer.V_l0.mul_(7)
        layer.U_l0.mul_(7)
    assert_close(layer(x)[0], before, atol=1e-3, rtol=1e-3)


def test_gradients_of_the_layer_norm_lstm():
    layer = LayerNormLSTM(2, 3, num_layers=2).double()
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), draw(0, *(p.shape for p in layer.parameters())), strict=True):
            parameter.copy_(value)
    x, h, c = draw(2, (2, 3, 2), (2, 2, 3), (2, 2, 3))
    assert gradcheck(lambda x, h, c: layer(x, (h, c))[0], [t.requires_grad_() for t in (x, h, c)])


def test_starts_of_a_layer_norm_lstm():
    layer = LayerNormLSTM(2, 6, num_layers=2)
    forget_bias_(layer, 2.0)
    orthogonal_(layer, torch.Generator().manual_seed(0))
    for k in range(2):
        assert (getattr(layer, f"b_l{k}")[6:12] == 2).all()
        for U in getattr(layer, f"U_l{k}").chunk(4):
            assert_close(U @ U.T, torch.eye(6), atol=1e-5, rtol=0)
