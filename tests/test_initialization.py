"""Initial weights by what they do: blocks that keep lengths, states that stay, cells that forget when they should."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from rnn_helpers import layers
from rnn_helpers.initialization import chrono_, forget_bias_, identity_, orthogonal, orthogonal_

H = 6
DEEP = {"num_layers": 2, "bidirectional": True}
UNITS = {
    "RNN": (1, lambda: layers.RNN(3, H, **DEEP)),
    "nn.RNN": (1, lambda: nn.RNN(3, H, batch_first=True, **DEEP)),
    "GRU, reset before": (3, lambda: layers.GRU(3, H, reset="before", **DEEP)),
    "GRU, reset after": (3, lambda: layers.GRU(3, H, reset="after", **DEEP)),
    "nn.GRU": (3, lambda: nn.GRU(3, H, batch_first=True, **DEEP)),
    "LSTM": (4, lambda: layers.LSTM(3, H, **DEEP)),
    "LSTM, coupled": (3, lambda: layers.LSTM(3, H, coupled=True, **DEEP)),
    "nn.LSTM": (4, lambda: nn.LSTM(3, H, batch_first=True, **DEEP)),
}
ALL = pytest.mark.parametrize("unit", UNITS)
LSTMS = pytest.mark.parametrize("unit", ["LSTM", "LSTM, coupled", "nn.LSTM"])
GATED = pytest.mark.parametrize("unit", [unit for unit, (gates, _) in UNITS.items() if gates > 1])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(unit):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNITS[unit][1]().double()


def recurrent(layer):
    return {name: p for name, p in layer.named_parameters() if name.startswith(("U_", "weight_hh"))}


def values(layer):
    return {name: p.detach().clone() for name, p in layer.named_parameters()}


def keep_only_biases(layer):
    with torch.no_grad():
        for parameter in layer.parameters():
            if parameter.dim() == 2:
                parameter.zero_()


def run_from_one(layer, T):
    """The final memory of each layer and direction (S, H), from 1 everywhere, when all inputs are zero."""
    x, ones = torch.zeros(1, T, 3, dtype=torch.float64), torch.ones(4, 1, H, dtype=torch.float64)
    with torch.no_grad():
        if isinstance(layer, nn.LSTM | layers.LSTM):
            return layer(x, (ones, ones))[1][1][:, 0]
        return layer(x, ones)[1][:, 0]


# --- orthogonal


@pytest.mark.parametrize(("size", "gates"), [(1, 1), (5, 1), (4, 3), (8, 4)])
def test_each_block_is_orthogonal(size, gates):
    U = orthogonal(size, seeded(), gates, dtype=torch.float64)
    assert U.shape == (gates * size, size)
    for block in U.chunk(gates):
        assert_close(block @ block.T, torch.eye(size, dtype=torch.float64), atol=1e-12, rtol=0)
    first, *others = U.chunk(gates)
    assert size == 1 or not any(torch.equal(first, other) for other in others)


def test_pytorchs_orthogonal_on_the_stack_leaves_no_gate_orthogonal():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        stack = nn.init.orthogonal_(torch.empty(4 * 64, 64, dtype=torch.float64))
    assert_close(stack.T @ stack, torch.eye(64, dtype=torch.float64), atol=1e-12, rtol=0)
    for block in stack.chunk(4):
        stretch = torch.linalg.svdvals(block)
        assert stretch.max() < 0.95
        assert stretch.min() < 0.05


def test_orthogonal_is_uniform():
    """Moments of the uniform distribution on 3 x 3, each within 5 standard deviations; Q as it comes breaks four."""
    n = 20_000
    Q = orthogonal(3, seeded(), gates=n, dtype=torch.float64).unflatten(0, (n, 3))
    trace = Q.diagonal(dim1=1, dim2=2).sum(1)
    assert Q.mean(0).abs().max() < 5 * math.sqrt(1 / 3 / n)
    assert trace.square().mean() == pytest.approx(1, abs=5 * math.sqrt(2 / n))
    assert (Q[:, :, 0, None] * Q[:, None, :, 0]).mean(0) == pytest.approx(torch.eye(3) / 3, abs=0.02)
    assert torch.linalg.det(Q).mean().abs() < 5 / math.sqrt(n)
    # multiplied by any fixed rotation the distribution is the same: the trace is as good a witness there
    turn = torch.tensor([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=torch.float64)
    assert (Q @ turn).diagonal(dim1=1, dim2=2).sum(1).mean().abs() < 5 / math.sqrt(n)


def test_orthogonal_is_the_one_decomposition_with_a_positive_diagonal():
    """Which is unique, so that every machine finds the same."""
    normal = torch.randn(2, 5, 5, generator=seeded(), dtype=torch.float64)
    Q = orthogonal(5, seeded(), gates=2, dtype=torch.float64).unflatten(0, (2, 5))
    R = Q.mT @ normal
    assert_close(R, R.triu(), atol=1e-12, rtol=0)
    assert (R.diagonal(dim1=1, dim2=2) > 0).all()


def test_q_as_it_comes_is_not_uniform():
    """What the choice of signs is there for: without it the first entry is never positive."""
    Q = torch.linalg.qr(torch.randn(1000, 3, 3, generator=seeded(), dtype=torch.float64)).Q
    first = Q[:, 0, 0]
    assert (first <= 0).all() or (first >= 0).all()
    assert first.mean().abs() > 0.4


def test_orthogonal_depends_on_the_generator_alone_and_follows_the_default_dtype():
    before = torch.random.get_rng_state()
    first = orthogonal(4, seeded(3), gates=2)
    assert torch.equal(before, torch.random.get_rng_state())
    assert first.dtype == torch.get_default_dtype()
    assert_close(first, orthogonal(4, seeded(3), gates=2, dtype=torch.float64).to(first.dtype))
    assert not torch.equal(first, orthogonal(4, seeded(4), gates=2))


@ALL
def test_orthogonal_in_all_layers_and_directions_and_nothing_else(unit):
    layer, gates = make(unit), UNITS[unit][0]
    before = values(layer)
    orthogonal_(layer, seeded())
    matrices = recurrent(layer)
    assert len(matrices) == 4
    blocks = [block for U in matrices.values() for block in U.detach().chunk(gates)]
    for block in blocks:
        assert_close(torch.linalg.svdvals(block), torch.ones(H, dtype=torch.float64))
    assert len({block[0, 0].item() for block in blocks}) == 4 * gates
    for name, parameter in layer.named_parameters():
        assert parameter.requires_grad
        assert parameter.is_leaf
        assert (name in matrices) or torch.equal(parameter, before[name])


def test_orthogonal_does_what_it_is_for():
    """The linear part of a step keeps every length, over a hundred steps."""
    layer = layers.RNN(1, 32).double()
    orthogonal_(layer, seeded())
    h = torch.randn(32, generator=seeded(1), dtype=torch.float64)
    far = torch.linalg.matrix_power(layer.U_l0.detach(), 100) @ h
    assert_close(far.norm(), h.norm())


# --- identity


@pytest.mark.parametrize("kind", [layers.RNN, nn.RNN])
def test_identity_holds_a_positive_state(kind):
    layer = kind(3, H, nonlinearity="relu", **DEEP).double()
    before = values(layer)
    identity_(layer)
    after = values(layer)
    state, x = torch.rand(4, 1, H, generator=seeded(), dtype=torch.float64), torch.zeros(1, 50, 3, dtype=torch.float64)
    if kind is nn.RNN:
        x = x.transpose(0, 1)
    inputs = [name for name in before if name.startswith(("V_", "weight_ih"))]
    assert all(torch.equal(before[name], after[name]) for name in inputs)
    with torch.no_grad():
        for name in inputs:
            layer.get_parameter(name).zero_()
    assert_close(layer(x, state)[1], state)


@pytest.mark.parametrize("unit", ["RNN", "nn.RNN"])
def test_identity_sets_the_matrices_and_zeroes_the_biases(unit):
    layer = make(unit)
    identity_(layer)
    for U in recurrent(layer).values():
        assert torch.equal(U.detach(), torch.eye(H, dtype=torch.float64))
    assert not any(parameter.any() for parameter in layer.parameters() if parameter.dim() == 1)


def test_identity_without_biases():
    layer = nn.RNN(3, H, bias=False)
    identity_(layer)
    assert torch.equal(layer.weight_hh_l0, torch.eye(H))


@GATED
def test_identity_is_not_for_gates(unit):
    with pytest.raises(ValueError, match="identity_: the layer must be an RNN, without gates"):
        identity_(make(unit))


# --- forget bias


@LSTMS
@pytest.mark.parametrize("value", [1, 3.0, -2.0])
def test_the_forget_gate_opens_as_wide_as_asked_and_not_twice(unit, value):
    """Without weights and with zero inputs a cell of 1 is the forget gate after one step: tanh(0) adds nothing."""
    layer = make(unit)
    keep_only_biases(layer)
    with torch.no_grad():
        for parameter in layer.parameters():
            if parameter.dim() == 1:  # in the candidate's rows both biases must be zero for this
                rows = slice(H, 2 * H) if unit == "LSTM, coupled" else slice(2 * H, 3 * H)
                parameter[rows] = 0
    forget_bias_(layer, value)
    expected = torch.full((4, H), torch.sigmoid(torch.tensor(float(value), dtype=torch.float64)).item())
    assert_close(run_from_one(layer, 1), expected.double())


@LSTMS
def test_the_forget_bias_leaves_all_else(unit):
    layer = make(unit)
    before = values(layer)
    forget_bias_(layer, 1.5)
    rows = slice(0, H) if unit == "LSTM, coupled" else slice(H, 2 * H)
    total = 0
    for name, parameter in layer.named_parameters():
        if parameter.dim() == 2:
            assert torch.equal(parameter, before[name])
            continue
        others = torch.ones(len(parameter), dtype=torch.bool)
        others[rows] = False
        assert torch.equal(parameter[others], before[name][others])
        total += parameter[rows].sum().item()
    assert total == pytest.approx(1.5 * H * 4)


def test_both_biases_of_pytorch_count():
    """The mistake that `forget_bias_` is there to prevent: a gate that starts at sigmoid(2) and not at sigmoid(1)."""
    layer = nn.LSTM(3, H).double()
    keep_only_biases(layer)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if "bias" in name:
                parameter.zero_()
                parameter[H : 2 * H] = 1
    one, zero = torch.ones(1, 1, H, dtype=torch.float64), torch.zeros(1, 1, 3, dtype=torch.float64)
    c = layer(zero, (one, one))[1][1]
    assert_close(c, torch.full_like(c, 1 / (1 + math.exp(-2))))


@pytest.mark.parametrize("unit", ["RNN", "nn.RNN", "GRU, reset before", "GRU, reset after", "nn.GRU"])
def test_only_an_lstm_has_a_forget_gate(unit):
    with pytest.raises(ValueError, match=f"forget_bias_: the layer must be an LSTM, got {unit.split(',')[0][-3:]}"):
        forget_bias_(make(unit), 1.0)


# --- chrono


@GATED
def test_chrono_units_forget_over_the_times_drawn(unit):
    """Without weights a memory of 1 shrinks by the kept share f at each step, so that 1 / (1 - f) can be read off."""
    longest, layer = 40, make(unit)
    keep_only_biases(layer)
    chrono_(layer, longest, seeded())
    kept = run_from_one(layer, 1)
    assert_close(run_from_one(layer, 7), kept**7)
    times = 1 / (1 - kept)
    assert times.min() > 2
    assert times.max() < longest
    assert times.unique().numel() == 4 * H  # each unit, layer and direction has a draw of its own


@pytest.mark.parametrize("unit", [layers.LSTM, nn.LSTM, layers.GRU, nn.GRU])
def test_chrono_times_are_uniform(unit):
    layer, longest, n = unit(1, 2000).double(), 12, 2000
    chrono_(layer, longest, seeded())
    biases = [p.detach() for name, p in layer.named_parameters() if p.dim() == 1 and len(p) >= 2 * n]
    row = sum(bias[n : 2 * n] for bias in biases)
    times = 1 + (-row if unit is layers.GRU else row).exp()
    times = times.sort().values
    assert 2 < times[0] < times[-1] < longest
    uniform = 2 + (longest - 2) * (torch.arange(n) + 0.5) / n
    # Kolmogorov and Smirnov: beyond 1.95 / sqrt(n) in one draw of a thousand
    assert (times - uniform).abs().max() / (longest - 2) < 1.95 / math.sqrt(n)


@pytest.mark.parametrize("unit", ["LSTM", "nn.LSTM"])
def test_chrono_input_gates_open_by_what_is_forgotten(unit):
    layer = make(unit)
    chrono_(layer, 20, seeded())
    ends = {name[name.index("_l") :] for name in recurrent(layer)}
    for end in ends:
        total = sum(p for name, p in layer.named_parameters() if p.dim() == 1 and name.endswith(("h" + end, "b" + end)))
        i, f, candidate, o = total.detach().sigmoid().chunk(4)
        assert_close(i, 1 - f)
        assert (candidate == 0.5).all()
        assert (o == 0.5).all()


@GATED
def test_chrono_leaves_the_matrices_and_depends_on_the_generator_alone(unit):
    layer, again = make(unit), make(unit)
    before = values(layer)
    chrono_(layer, 20, seeded(5))
    torch.manual_seed(3)
    chrono_(again, 20, seeded(5))
    for name, parameter in layer.named_parameters():
        assert torch.equal(parameter, again.get_parameter(name))
        assert (parameter.dim() == 1) or torch.equal(parameter, before[name])


def test_chrono_carried_from_pytorch_to_ours():
    """z = 1 - u: the same initialisation, whether it is set before or after the parameters are carried over."""
    theirs = nn.GRU(3, H).double()
    chrono_(theirs, 30, seeded())
    carried = layers.GRU.from_torch(theirs)
    chrono_(ours := layers.GRU(3, H, reset="after").double(), 30, seeded())
    assert_close(ours.b_l0, carried.b_l0)


@pytest.mark.parametrize("unit", ["RNN", "nn.RNN"])
def test_chrono_needs_gates(unit):
    with pytest.raises(ValueError, match="chrono_: the layer must be a GRU or an LSTM, got RNN"):
        chrono_(make(unit), 20, seeded())


@pytest.mark.parametrize("longest", [2, 1.0, -5, math.nan])
def test_chrono_over_too_short_a_time(longest):
    with pytest.raises(ValueError, match=f"longest must be above 2 steps, got {longest}"):
        chrono_(nn.LSTM(2, 3), longest, seeded())


# --- what is no recurrent layer


@pytest.mark.parametrize(
    "start",
    [
        lambda layer: orthogonal_(layer, seeded()),
        identity_,
        lambda layer: forget_bias_(layer, 1.0),
        lambda layer: chrono_(layer, 20, seeded()),
    ],
)
def test_no_recurrent_matrix(start):
    model = nn.Module()
    model.rnn = nn.LSTM(2, 3)
    with pytest.raises(ValueError, match=r"Module has no recurrent matrix of its own .* such as model.rnn"):
        start(model)


def test_projected_lstm():
    with pytest.raises(ValueError, match="proj_size"):
        orthogonal_(nn.LSTM(2, 6, proj_size=3), seeded())


def test_gates_without_biases():
    for start in (lambda lstm: forget_bias_(lstm, 1.0), lambda lstm: chrono_(lstm, 20, seeded())):
        with pytest.raises(ValueError, match="the layer has no biases"):
            start(nn.LSTM(2, 3, bias=False))
