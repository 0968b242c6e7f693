"""The layers against single steps, one layer at a time; dropout, initial values, and what is refused."""

import copy
import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from rnn_helpers.cells import coupled_lstm_step, elman_step, gru_step, gru_step_reset_after, lstm_step, min_gru_step
from rnn_helpers.layers import GRU, LSTM, RNN, LayerNormLSTM, MinGRU

UNITS = {
    "elman": lambda *sizes, **options: RNN(*sizes, **options),
    "gru reset before": lambda *sizes, **options: GRU(*sizes, **options),
    "gru reset after": lambda *sizes, **options: GRU(*sizes, reset="after", **options),
    "lstm": lambda *sizes, **options: LSTM(*sizes, **options),
    "coupled lstm": lambda *sizes, **options: LSTM(*sizes, coupled=True, **options),
    "diagonal lstm": lambda *sizes, **options: LSTM(*sizes, diagonal=True, **options),
    "layer norm lstm": lambda *sizes, **options: LayerNormLSTM(*sizes, **options),
    "minimal gru": lambda *sizes, **options: MinGRU(*sizes, **options),
}


def norm(z):
    """Zero mean and unit variance over the last axis; 1e-5 is PyTorch's."""
    centred = z - z.sum(-1, keepdim=True) / z.shape[-1]
    return centred / (centred.square().sum(-1, keepdim=True) / z.shape[-1] + 1e-5).sqrt()


def layer_norm_lstm_step(x, h, c, theta):
    """As in the paper, from its parameters gate by gate."""
    parts, (g_V, g_U, g_c, s_c) = theta
    V, U, b = (torch.cat([getattr(parts, f"{letter}{gate}") for gate in ("_i", "_f", "", "_o")]) for letter in "VUb")
    i, f, candidate, o = (g_V * norm(x @ V.T) + g_U * norm(h @ U.T) + b).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidate)
    return [torch.sigmoid(o) * torch.tanh(g_c * norm(c) + s_c), c]


STEPS = {  # theta is what cell_parameters gives; each returns the new state, a list of its parts
    "elman": lambda x, h, theta: [elman_step(x, *h, *theta)],
    "gru reset before": lambda x, h, theta: [gru_step(x, *h, theta).h],
    "gru reset after": lambda x, h, theta: [gru_step_reset_after(x, *h, *theta).h],
    "lstm": lambda x, h, theta: list(lstm_step(x, *h, theta)[:2]),
    "coupled lstm": lambda x, h, theta: list(coupled_lstm_step(x, *h, theta)[:2]),
    "diagonal lstm": lambda x, h, theta: list(lstm_step(x, *h, theta)[:2]),
    "layer norm lstm": lambda x, h, theta: layer_norm_lstm_step(x, *h, theta),
    "minimal gru": lambda x, h, theta: [min_gru_step(x, *h, theta).h],
}
every_unit = pytest.mark.parametrize("unit", UNITS)


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def run(layer, x, state=None, lengths=None):
    """Output and all parts of the final state, in a list; `state` is a list of its parts."""
    if state is not None:
        state = tuple(state) if isinstance(layer, LSTM) else state[0]
    output, final = layer(x, state, lengths)
    return [output, *(final if isinstance(layer, LSTM) else [final])]


def initial_state(layer, B, seed):
    S = layer.num_layers * (1 + layer.bidirectional)
    return draw(seed, *[(S, B, layer.H)] * (1 + isinstance(layer, LSTM)))


def step_by_step(unit, layer, x, state):
    """As `run`, by the functions of `cells`."""
    final, place = [], 0
    for k in range(layer.num_layers):
        halves = []
        for reverse in [False, True][: 1 + layer.bidirectional]:
            theta = layer.cell_parameters(k, reverse)
            parts, outputs = [part[place] for part in state], {}
            for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
                parts = STEPS[unit](x[:, t], parts, theta)
                outputs[t] = parts[0]
            halves.append(torch.stack([outputs[t] for t in range(x.shape[1])], 1))
            final.append(parts)
            place += 1
        x = torch.cat(halves, 2)
    return [x, *(torch.stack(part) for part in zip(*final, strict=True))]


@every_unit
@settings(deadline=None, max_examples=25)
@given(
    sizes=st.tuples(*(st.integers(1, 4) for _ in range(4))),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    seed=st.integers(0, 99),
)
def test_layers_are_cells_stepped_through_time(unit, sizes, num_layers, bidirectional, seed):
    B, T, D, H = sizes
    layer = UNITS[unit](D, H, num_layers=num_layers, bidirectional=bidirectional).double()
    with torch.no_grad():
        for parameter, value in zip(
            layer.parameters(), draw(seed, *(p.shape for p in layer.parameters())), strict=True
        ):
            parameter.copy_(value)
    x, state = draw(seed, (B, T, D))[0].requires_grad_(), initial_state(layer, B, seed)
    ours, expected = run(layer, x, state), step_by_step(unit, layer, x, state)
    assert_close(ours, expected, atol=1e-11, rtol=1e-10)
    weights = draw(seed + 1, *(part.shape for part in ours))
    of_ours, of_expected = (
        torch.autograd.grad(sum((w * r).sum() for w, r in zip(weights, r, strict=True)), [x, *layer.parameters()])
        for r in (ours, expected)
    )
    assert_close(of_ours, of_expected, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "diagonal lstm"])
def test_cell_parameters_are_views(unit):
    layer = UNITS[unit](2, 3, num_layers=2, bidirectional=True)
    theta = layer.cell_parameters(1, reverse=True)
    if unit == "gru reset after":
        theta = *theta[0], theta[1]
    elif unit == "layer norm lstm":
        theta = *theta[0], *theta[1]
    with torch.no_grad():
        for tensor in theta:
            tensor.fill_(5)
    for name, parameter in layer.named_parameters():
        assert (parameter == 5).all() == name.endswith("_l1_reverse"), name


@every_unit
def test_no_state_is_a_state_of_zeros(unit):
    layer = UNITS[unit](2, 3, num_layers=2, bidirectional=True).double()
    (x,) = draw(0, (2, 4, 2))
    assert_close(run(layer, x), run(layer, x, [0 * part for part in initial_state(layer, 2, 0)]))


@every_unit
def test_a_sequence_in_two_pieces(unit):
    layer = UNITS[unit](2, 3, num_layers=2).double()
    (x,) = draw(0, (2, 7, 2))
    first, *state = run(layer, x[:, :3])
    second, *state = run(layer, x[:, 3:], state)
    whole = run(layer, x)
    assert_close([torch.cat([first, second], 1), *state], whole)


def taken_apart(unit, layer):
    """A layer of its own for each one of the stack, with the same parameters."""
    singles = []
    for k in range(layer.num_layers):
        inputs = layer.D if k == 0 else layer.H * (1 + layer.bidirectional)
        single = UNITS[unit](inputs, layer.H, bidirectional=layer.bidirectional).double()
        single.load_state_dict({name: getattr(layer, name.replace("_l0", f"_l{k}")) for name in single.state_dict()})
        singles.append(single)
    return singles


@every_unit
def test_dropout_falls_between_layers_and_nowhere_else(unit):
    layer = UNITS[unit](2, 3, num_layers=3, bidirectional=True, dropout=0.5).double()
    first, *others = taken_apart(unit, layer)
    (x,) = draw(0, (2, 4, 2))
    for training in (True, False):
        layer.train(training)
        torch.manual_seed(3)
        ours = run(layer, x)
        torch.manual_seed(3)
        expected, *final = run(first, x)
        finals = [final]
        for single in others:
            expected, *final = run(single, nn.functional.dropout(expected, 0.5, training))
            finals.append(final)
        assert_close(ours, [expected, *(torch.cat(part) for part in zip(*finals, strict=True))])


def test_dropout_draws_anew_each_time_and_not_in_evaluation():
    layer = LSTM(2, 3, num_layers=2, dropout=0.5)
    x = torch.ones(2, 4, 2)
    assert not torch.equal(layer(x)[0], layer(x)[0])
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])


@every_unit
def test_all_parameters_start_uniform_within_the_bound_from_the_global_generator(unit):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        layer = UNITS[unit](50, 100, num_layers=2, bidirectional=True)
        torch.manual_seed(1)
        again = UNITS[unit](50, 100, num_layers=2, bidirectional=True)
    for (name, parameter), other in zip(layer.named_parameters(), again.parameters(), strict=True):
        assert torch.equal(parameter, other)
        if name[1] == "_" and name[0] in "gs":
            assert (parameter == (name[0] == "g")).all()  # gains 1, shifts 0
            continue
        assert 0.09 < parameter.max() <= 0.1, name
        assert -0.1 <= parameter.min() < -0.09, name
        assert abs(parameter.std() * 12**0.5 / 0.2 - 1) < 0.2, name  # a uniform one's standard deviation


def shapes(layer):
    return {name: tuple(parameter.shape) for name, parameter in layer.named_parameters()}


def test_names_and_shapes_of_parameters():
    assert shapes(RNN(2, 3)) == {"V_l0": (3, 2), "U_l0": (3, 3), "c_l0": (3,)}
    assert shapes(GRU(2, 3)) == {"V_l0": (9, 2), "U_l0": (9, 3), "b_l0": (9,)}
    assert shapes(GRU(2, 3, reset="after")) == {"V_l0": (9, 2), "U_l0": (9, 3), "b_l0": (9,), "d_l0": (3,)}
    assert shapes(LSTM(2, 3)) == {"V_l0": (12, 2), "U_l0": (12, 3), "b_l0": (12,)}
    assert shapes(LSTM(2, 3, coupled=True)) == {"V_l0": (9, 2), "U_l0": (9, 3), "b_l0": (9,)}
    assert shapes(LSTM(2, 3, diagonal=True)) == {"V_l0": (12, 2), "U_l0": (12,), "b_l0": (12,)}
    gains = {"g_V_l0": (12,), "g_U_l0": (12,), "g_c_l0": (3,), "s_c_l0": (3,)}
    assert shapes(LayerNormLSTM(2, 3)) == shapes(LSTM(2, 3)) | gains
    assert shapes(MinGRU(2, 3)) == {"V_l0": (6, 2), "b_l0": (6,)}
    both_ways = shapes(RNN(2, 3, num_layers=2, bidirectional=True))
    assert list(both_ways) == [f"{letter}_l{k}{r}" for k in (0, 1) for r in ("", "_reverse") for letter in "VUc"]
    assert both_ways["V_l0_reverse"] == (3, 2)
    assert both_ways["V_l1"] == both_ways["V_l1_reverse"] == (3, 6)
    reading = shapes(GRU(2, 3, num_layers=3, bidirectional=True, input_connections=True))
    assert [reading[f"V_l{k}"] for k in range(3)] == [(9, 2), (9, 8), (9, 8)]


def test_repr_says_what_is_not_the_default():
    assert repr(RNN(2, 3)) == "RNN(2, 3)"
    assert repr(RNN(2, 3, 2, "relu", dropout=0.5)) == "RNN(2, 3, num_layers=2, nonlinearity='relu', dropout=0.5)"
    assert repr(GRU(2, 3, reset="after")) == "GRU(2, 3, reset='after')"
    assert repr(LSTM(2, 3, diagonal=True)) == "LSTM(2, 3, diagonal=True)"
    expected = "LSTM(2, 3, num_layers=2, dropout=0.5, input_connections=True, variational=True)"
    assert repr(LSTM(2, 3, 2, dropout=0.5, input_connections=True, variational=True)) == expected
    assert repr(LSTM(2, 3, bidirectional=True, coupled=True)) == "LSTM(2, 3, bidirectional=True, coupled=True)"


@every_unit
def test_copies_saved_values_and_other_dtypes(unit):
    layer = UNITS[unit](2, 3, num_layers=2)
    x = torch.ones(2, 4, 2)
    expected = run(layer, x)
    assert_close(run(copy.deepcopy(layer), x), expected)
    other = UNITS[unit](2, 3, num_layers=2)
    other.load_state_dict(layer.state_dict())
    assert_close(run(other, x), expected)
    double = run(layer.double(), x.double())
    assert {part.dtype for part in double} == {torch.float64}
    assert_close([part.float() for part in double], expected)


@every_unit
def test_nothing_is_changed_in_place(unit):
    layer = UNITS[unit](2, 3, num_layers=2, bidirectional=True).double()
    x, state = draw(0, (2, 4, 2))[0], initial_state(layer, 2, 1)
    before = [tensor.clone() for tensor in (x, *state)]
    run(layer, x, state, [4, 2])
    assert all(torch.equal(then, now) for then, now in zip(before, (x, *state), strict=True))


# What is refused. `inspect.unwrap` takes off the tests' own check of signatures, as for a reader.


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM, LayerNormLSTM])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variational": True}, "variational says how dropout is drawn; with dropout = 0 it would do nothing"),
        ({"input_connections": True}, "input_connections lead to the layers above the first; num_layers is 1"),
    ],
)
def test_options_that_would_do_nothing(kind, options, message):
    with pytest.raises(ValueError, match=f"{kind.__name__}: {message}"):
        kind(2, 3, **options)


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM, MinGRU])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"D": 0}, "D must be a positive integer, got 0"),
        ({"H": -1}, "H must be a positive integer, got -1"),
        ({"H": 2.5}, r"H must be a positive integer, got 2\.5"),
        ({"num_layers": 0}, "num_layers must be a positive integer, got 0"),
        ({"num_layers": 2, "dropout": -0.1}, "dropout must be a probability below 1, got -0.1"),
        ({"num_layers": 2, "dropout": 1}, "dropout must be a probability below 1, got 1"),
        ({"dropout": 0.3}, "dropout acts between layers; with num_layers = 1, 0.3 would do nothing"),
    ],
)
def test_sizes_and_dropout_that_cannot_be(kind, arguments, message):
    layer = kind.__new__(kind)
    with pytest.raises(ValueError, match=f"{kind.__name__}: {message}"):
        inspect.unwrap(kind.__init__)(layer, **{"D": 2, "H": 3, **arguments})


def test_choices_that_do_not_exist():
    with pytest.raises(ValueError, match="RNN: nonlinearity must be 'tanh' or 'relu', got 'sigmoid'"):
        inspect.unwrap(RNN.__init__)(RNN.__new__(RNN), 2, 3, nonlinearity="sigmoid")
    with pytest.raises(ValueError, match="GRU: reset must be 'before' or 'after', got 'between'"):
        inspect.unwrap(GRU.__init__)(GRU.__new__(GRU), 2, 3, reset="between")


def call(layer, *arguments):
    return inspect.unwrap(type(layer).forward)(layer, *arguments)


@every_unit
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 4, 5), r"x must have shape \(B, T, D\) with D = 2, got \(2, 4, 5\)"),
        ((4, 2), r"x must have shape \(B, T, D\) with D = 2, got \(4, 2\)"),
        ((2, 0, 2), r"x must hold at least one sequence and one step, its shape is \(2, 0, 2\)"),
        ((0, 4, 2), r"x must hold at least one sequence and one step, its shape is \(0, 4, 2\)"),
    ],
)
def test_inputs_that_do_not_fit(unit, shape, message):
    layer = UNITS[unit](2, 3)
    with pytest.raises(ValueError, match=f"{type(layer).__name__}: {message}"):
        call(layer, torch.zeros(shape))


@every_unit
def test_states_that_do_not_fit(unit):
    layer = UNITS[unit](2, 3, num_layers=2)
    x = torch.zeros(4, 5, 2)
    name, has_cell = type(layer).__name__, isinstance(layer, LSTM)

    def state(*shape, dtype=torch.float32):
        return (torch.zeros(2, 4, 3), torch.zeros(shape, dtype=dtype)) if has_cell else torch.zeros(shape).to(dtype)

    part = "c" if has_cell else "h"
    for shape in [(1, 4, 3), (2, 1, 3), (4, 2, 3), (4, 3)]:
        with pytest.raises(
            ValueError, match=rf"{name}: {part} of state must have shape \(S, B, H\) = \(2, 4, 3\), got"
        ):
            call(layer, x, state(*shape))
    with pytest.raises(ValueError, match=f"{name}: {part} of state is torch.float64, x is torch.float32"):
        call(layer, x, state(2, 4, 3, dtype=torch.float64))


def test_states_of_another_unit():
    x, h = torch.zeros(4, 5, 2), torch.zeros(1, 4, 3)
    with pytest.raises(ValueError, match=r"LSTM: state must be a pair \(h, c\), got a Tensor$"):
        call(LSTM(2, 3), x, h)
    with pytest.raises(ValueError, match=r"LSTM: state must be a pair \(h, c\), got a tuple of 3"):
        call(LSTM(2, 3), x, (h, h, h))
    with pytest.raises(ValueError, match="GRU: h of state must be a tensor, got a tuple"):
        call(GRU(2, 3), x, (h, h))


@every_unit
def test_inputs_in_another_precision(unit):
    with pytest.raises(ValueError, match=r"x is torch.float64, the parameters are torch.float32"):
        UNITS[unit](2, 3)(torch.zeros(1, 2, 2).double())


def test_cells_that_are_not_there():
    with pytest.raises(ValueError, match="layer must lie between 0 and 1, got 2"):
        GRU(2, 3, num_layers=2).cell_parameters(2)
    with pytest.raises(ValueError, match="layer must lie between 0 and 0, got -1"):
        RNN(2, 3).cell_parameters(-1)
    with pytest.raises(ValueError, match="reverse=True, but this layer has no backward direction"):
        LSTM(2, 3).cell_parameters(0, reverse=True)


def test_an_lstm_is_coupled_or_diagonal():
    with pytest.raises(ValueError, match="LSTM: coupled and diagonal cannot be combined"):
        LSTM(2, 3, coupled=True, diagonal=True)
    with pytest.raises(ValueError, match="LSTM: variational and diagonal cannot be combined"):
        LSTM(2, 3, 2, dropout=0.5, variational=True, diagonal=True)
