"""Every hand-written recurrence against plain loops that autograd differentiates, and against gradcheck."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import sigmoid, tanh
from torch.testing import assert_close

from rnn_helpers.bptt import coupled_lstm, elman, gru_reset_after, gru_reset_before, lstm, min_gru

# The plain loops: the equations gate by gate, each with its own product. V, U, b come cut into the gates' blocks.


def elman_step(activation, x, h, V, U, c):
    return (activation(x @ V[0].T + h @ U[0].T + c[0]),)


def gru_before_step(x, h, V, U, b):
    r, u = (sigmoid(x @ V[k].T + h @ U[k].T + b[k]) for k in (0, 1))
    candidate = tanh(x @ V[2].T + (r * h) @ U[2].T + b[2])
    return (u * candidate + (1 - u) * h,)


def gru_after_step(x, h, V, U, b, d):
    r, u = (sigmoid(x @ V[k].T + h @ U[k].T + b[k]) for k in (0, 1))
    candidate = tanh(x @ V[2].T + b[2] + r * (h @ U[2].T + d[0]))
    return (u * candidate + (1 - u) * h,)


def lstm_step(x, h, c, V, U, b):
    i, f, candidate, o = (g(x @ V[k].T + h @ U[k].T + b[k]) for k, g in enumerate((sigmoid, sigmoid, tanh, sigmoid)))
    c = f * c + i * candidate
    return o * tanh(c), c


def coupled_lstm_step(x, h, c, V, U, b):
    f, candidate, o = (g(x @ V[k].T + h @ U[k].T + b[k]) for k, g in enumerate((sigmoid, tanh, sigmoid)))
    c = f * c + (1 - f) * candidate
    return o * tanh(c), c


def diagonal_lstm_step(x, h, c, V, U, b):
    return lstm_step(x, h, c, V, [diagonal.diag() for diagonal in U], b)


def min_gru_step(x, h, V, b):
    u, candidate = sigmoid(x @ V[0].T + b[0]), x @ V[1].T + b[1]
    return (u * candidate + (1 - u) * h,)


class Unit(NamedTuple):
    function: Callable
    step: Callable
    gates: int
    arguments: tuple[str, ...]
    diagonal: bool = False

    @property
    def name(self):
        return getattr(self.function, "func", self.function).__name__

    def draw(self, B, T, D, H, seed=0):
        """All arguments at random in float64; matrices scaled so that a relu network does not grow without bound."""
        generator = torch.Generator().manual_seed(seed)
        rows = self.gates * H
        shapes = {"x": (B, T, D), "h0": (B, H), "V": (rows, D), "U": (rows, H), "b": (rows,), "c": (H,), "d": (H,)}
        shapes["c0"] = shapes["h0"]
        if self.diagonal:
            shapes["U"] = (rows,)
        scales = {"V": D**-0.5, "U": H**-0.5}
        return [
            (torch.randn(shapes[name], generator=generator, dtype=torch.float64) * scales.get(name, 1)).requires_grad_()
            for name in self.arguments
        ]

    def __call__(self, *inputs):
        """The outputs as a tuple: all states, for an LSTM all cells too."""
        outputs = self.function(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def by_autograd(self, x, *rest):
        parts = sum(name in ("h0", "c0") for name in self.arguments)
        state, parameters = rest[:parts], [stacked.split(rest[0].shape[1]) for stacked in rest[parts:]]
        steps = []
        for x_t in x.unbind(1):
            state = self.step(x_t, *state, *parameters)
            steps.append(state)
        return tuple(torch.stack(part, 1) for part in zip(*steps, strict=True))


UNITS = {
    "elman tanh": Unit(elman, partial(elman_step, tanh), 1, ("x", "h0", "V", "U", "c")),
    "elman relu": Unit(
        partial(elman, nonlinearity="relu"), partial(elman_step, torch.relu), 1, ("x", "h0", "V", "U", "c")
    ),
    "GRU before": Unit(gru_reset_before, gru_before_step, 3, ("x", "h0", "V", "U", "b")),
    "GRU after": Unit(gru_reset_after, gru_after_step, 3, ("x", "h0", "V", "U", "b", "d")),
    "LSTM": Unit(lstm, lstm_step, 4, ("x", "h0", "c0", "V", "U", "b")),
    "coupled LSTM": Unit(coupled_lstm, coupled_lstm_step, 3, ("x", "h0", "c0", "V", "U", "b")),
    "diagonal LSTM": Unit(lstm, diagonal_lstm_step, 4, ("x", "h0", "c0", "V", "U", "b"), diagonal=True),
    "minimal GRU": Unit(min_gru, min_gru_step, 2, ("x", "h0", "V", "b")),
}
every_unit = pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
every_lstm = pytest.mark.parametrize("unit", [UNITS[f"{kind}LSTM"] for kind in ("", "coupled ", "diagonal ")])
every_argument = pytest.mark.parametrize(
    ("unit", "wanted"),
    [pytest.param(unit, name, id=f"{key}, {name}") for key, unit in UNITS.items() for name in unit.arguments],
)


def weighted_sum(outputs, seed=0):
    """A loss that reaches every output with another weight."""
    generator = torch.Generator().manual_seed(seed)
    return sum((out * torch.randn(out.shape, generator=generator, dtype=out.dtype)).sum() for out in outputs)


def assert_same_gradients(unit, inputs, loss):
    ours = torch.autograd.grad(loss(unit(*inputs)), inputs)
    theirs = torch.autograd.grad(loss(unit.by_autograd(*inputs)), inputs, materialize_grads=True)
    assert_close(ours, theirs, atol=1e-10, rtol=1e-10)


@every_unit
@settings(deadline=None, max_examples=30)
@given(B=st.integers(1, 4), T=st.integers(1, 12), D=st.integers(1, 5), H=st.integers(1, 5), seed=st.integers(0, 99))
def test_outputs_and_gradients_equal_autograd(unit, B, T, D, H, seed):
    inputs = unit.draw(B, T, D, H, seed)
    assert_close(unit(*inputs), unit.by_autograd(*inputs), atol=1e-12, rtol=1e-12)
    assert_same_gradients(unit, inputs, weighted_sum)


@every_unit
@pytest.mark.parametrize("shape", [(2, 4, 3, 5), (1, 1, 1, 1), (3, 1, 2, 2), (1, 6, 2, 3)])
def test_gradcheck(unit, shape):
    assert torch.autograd.gradcheck(unit.function, unit.draw(*shape))


@every_argument
def test_gradient_of_one_argument_alone(unit, wanted):
    inputs = [tensor.detach() for tensor in unit.draw(2, 4, 3, 5)]
    chosen = inputs[unit.arguments.index(wanted)].requires_grad_()
    ours = torch.autograd.grad(weighted_sum(unit(*inputs)), chosen)
    theirs = torch.autograd.grad(weighted_sum(unit.by_autograd(*inputs)), chosen)
    assert_close(ours, theirs, atol=1e-10, rtol=1e-10)


@every_argument
def test_gradients_that_nobody_asks_for_are_not_computed(unit, wanted):
    inputs = [tensor.detach() for tensor in unit.draw(2, 4, 3, 5)]
    inputs[unit.arguments.index(wanted)].requires_grad_()
    outputs, computed = unit(*inputs), []
    outputs[0].grad_fn.register_hook(
        lambda gradients, _: computed.extend(gradient is not None for gradient in gradients)
    )
    weighted_sum(outputs).backward()
    assert computed[: len(inputs)] == [name == wanted for name in unit.arguments]


@every_unit
def test_loss_of_the_last_state_alone(unit):
    inputs = unit.draw(2, 15, 2, 3)
    assert_same_gradients(unit, inputs, lambda outputs: outputs[0][:, -1].sum())
    if unit is not UNITS["elman relu"]:  # which may have been shut on the way
        (reached,) = torch.autograd.grad(unit(*inputs)[0][:, -1].sum(), inputs[0])
        assert (reached[:, 0] != 0).any()


@every_unit
def test_loss_of_a_state_in_the_middle_leaves_later_inputs_without_gradient(unit):
    inputs = unit.draw(2, 6, 2, 3)
    (reached,) = torch.autograd.grad(unit(*inputs)[0][:, 3].sum(), inputs[0])
    assert (reached[:, 3] != 0).any()
    assert not reached[:, 4:].any()


@every_lstm
@pytest.mark.parametrize(
    "loss",
    [
        lambda outputs: outputs[0].square().sum(),
        lambda outputs: outputs[1].square().sum(),
        lambda outputs: outputs[1][:, -1].sum(),
        lambda outputs: outputs[0][:, -1].sum() + outputs[1][:, 2].sum(),
    ],
    ids=["h alone", "c alone", "last c alone", "last h and an earlier c"],
)
def test_loss_of_states_or_cells(unit, loss):
    assert_same_gradients(unit, unit.draw(2, 5, 3, 4), loss)


@every_unit
def test_inputs_that_are_views_in_another_order(unit):
    inputs = unit.draw(3, 4, 2, 5)
    turned = [x.detach().mT.contiguous().mT if x.dim() > 1 else x.detach().repeat_interleave(2)[::2] for x in inputs]
    assert not any(tensor.is_contiguous() for tensor in turned)
    turned = [tensor.requires_grad_() for tensor in turned]
    assert_close(unit(*turned), unit(*inputs), atol=1e-12, rtol=1e-12)
    assert_close(
        torch.autograd.grad(weighted_sum(unit(*turned)), turned),
        torch.autograd.grad(weighted_sum(unit(*inputs)), inputs),
        atol=1e-12,
        rtol=1e-12,
    )


@every_unit
def test_arriving_gradients_that_are_views_in_another_order(unit):
    inputs = unit.draw(3, 4, 2, 5)
    outputs = unit(*inputs)
    straight = [torch.randn(5, 4, 3, dtype=torch.float64).mT.mT.permute(2, 1, 0) for _ in outputs]
    assert not any(gradient.is_contiguous() for gradient in straight)
    assert_close(
        torch.autograd.grad(outputs, inputs, straight, retain_graph=True),
        torch.autograd.grad(outputs, inputs, [gradient.contiguous() for gradient in straight]),
        atol=1e-12,
        rtol=1e-12,
    )


@every_unit
def test_nothing_that_comes_in_is_changed(unit):
    inputs = unit.draw(2, 4, 3, 5)
    before = [tensor.detach().clone() for tensor in inputs]
    outputs = unit(*inputs)
    arriving = [torch.ones_like(out) for out in outputs]
    torch.autograd.grad(outputs, inputs, arriving)
    assert_close([tensor.detach() for tensor in inputs], before, atol=0, rtol=0)
    assert all((gradient == 1).all() for gradient in arriving)


@every_unit
def test_backward_twice_gives_the_same_twice(unit):
    inputs = unit.draw(2, 4, 3, 5)
    loss = weighted_sum(unit(*inputs))
    first = torch.autograd.grad(loss, inputs, retain_graph=True)
    assert_close(torch.autograd.grad(loss, inputs), first, atol=0, rtol=0)


@every_unit
def test_a_batch_is_its_sequences_one_by_one(unit):
    x, *rest = unit.draw(3, 4, 2, 5)
    parts = sum(name in ("h0", "c0") for name in unit.arguments)
    for k, expected in enumerate(zip(*unit(x, *rest), strict=True)):
        alone = unit(x[k : k + 1], *(state[k : k + 1] for state in rest[:parts]), *rest[parts:])
        assert_close([out[0] for out in alone], list(expected), atol=1e-12, rtol=1e-12)


@every_unit
def test_a_sequence_in_two_pieces_is_the_whole(unit):
    x, *rest = unit.draw(2, 7, 3, 4)
    parts = sum(name in ("h0", "c0") for name in unit.arguments)
    first = unit(x[:, :3], *rest)
    second = unit(x[:, 3:], *(out[:, -1] for out in first), *rest[parts:])
    joined = tuple(torch.cat(pair, 1) for pair in zip(first, second, strict=True))
    whole = unit(x, *rest)
    assert_close(joined, whole, atol=1e-12, rtol=1e-12)
    assert_close(
        torch.autograd.grad(weighted_sum(joined), [x, *rest]),
        torch.autograd.grad(weighted_sum(whole), [x, *rest]),
        atol=1e-10,
        rtol=1e-10,
    )


@every_unit
def test_single_precision_stays_single(unit):
    inputs = [tensor.detach().float().requires_grad_() for tensor in unit.draw(2, 4, 3, 5)]
    outputs = unit(*inputs)
    gradients = torch.autograd.grad(weighted_sum(outputs), inputs)
    assert {tensor.dtype for tensor in (*outputs, *gradients)} == {torch.float32}
    assert_close(outputs, unit.by_autograd(*inputs))


@every_unit
@pytest.mark.parametrize("loss", [weighted_sum, lambda outputs: outputs[0].square().sum()], ids=["linear", "square"])
def test_second_derivatives_are_refused_and_not_wrong(unit, loss):
    inputs = unit.draw(1, 3, 2, 2)
    with pytest.raises(RuntimeError, match="create_graph=True asks for second derivatives"):
        torch.autograd.grad(loss(unit(*inputs)), inputs[0], create_graph=True)


@every_unit
def test_outputs_are_not_changed_in_place_behind_the_backward_pass(unit):
    inputs = unit.draw(1, 3, 2, 2)
    with pytest.raises(RuntimeError, match="modified"):
        weighted_sum([out.mul_(2) for out in unit(*inputs)]).backward()


def without_checks(unit):
    """The function as a reader calls it, without the tests' own check of shapes."""
    function = inspect.unwrap(getattr(unit.function, "func", unit.function))
    return partial(function, **getattr(unit.function, "keywords", {}))


@every_unit
def test_no_time_steps(unit):
    x, *rest = unit.draw(2, 3, 2, 4)
    with pytest.raises(ValueError, match=rf"{unit.name}: x has no time steps"):
        unit(x[:, :0], *rest)


@every_unit
def test_a_sequence_without_batch(unit):
    x, *rest = unit.draw(2, 3, 2, 4)
    with pytest.raises(ValueError, match=rf"{unit.name}: x must have shape \(B, T, D\), got \(3, 2\)"):
        without_checks(unit)(x[0], *rest)


@every_argument
def test_another_precision(unit, wanted):
    inputs = unit.draw(2, 3, 2, 4)
    k = unit.arguments.index(wanted)
    inputs[k] = inputs[k].float()
    message = r"h0 is torch.float64, x is torch.float32" if wanted == "x" else rf"{wanted} is torch.float32, x is"
    with pytest.raises(ValueError, match=f"{unit.name}: {message}"):
        unit(*inputs)


@every_argument
def test_another_shape(unit, wanted):
    inputs = unit.draw(2, 3, 2, 4)
    k = unit.arguments.index(wanted)
    inputs[k] = inputs[k][:-1]
    named = "h0" if wanted == "x" else wanted  # a batch that is too small is a state that is too large
    with pytest.raises(ValueError, match=rf"{unit.name}: {named} must have shape \([\d, ]+\), got \("):
        without_checks(unit)(*inputs)


def test_coupled_gates_are_an_lstm_whose_input_gate_has_the_opposite_of_the_forget_gates_rows():
    x, h0, c0, *stacked = UNITS["coupled LSTM"].draw(2, 5, 3, 4)
    with_input_gate = [torch.cat([-rows[:4], rows]) for rows in stacked]  # 1 - sigma(z) = sigma(-z)
    assert_close(coupled_lstm(x, h0, c0, *stacked), lstm(x, h0, c0, *with_input_gate), atol=1e-12, rtol=1e-12)


def test_the_place_of_the_reset_gate_does_not_matter_while_it_is_open():
    x, h0, V, U, b, d = UNITS["GRU after"].draw(2, 5, 3, 4)
    with torch.no_grad():
        b[:4] = 60  # sigma(60) is 1 in float64, whatever x and h add
        b_with_d = torch.cat([b[:8], b[8:] + d])
        assert_close(
            gru_reset_after(x, h0, V, U, b, d), gru_reset_before(x, h0, V, U, b_with_d), atol=1e-12, rtol=1e-12
        )


def test_the_place_of_the_reset_gate_matters_otherwise():
    x, h0, V, U, b, d = UNITS["GRU after"].draw(2, 5, 3, 4)
    difference = gru_reset_after(x, h0, V, U, b, 0 * d) - gru_reset_before(x, h0, V, U, b)
    assert difference.abs().max() > 0.01


@pytest.mark.parametrize(("name", "row"), [("GRU before", 1), ("GRU after", 1)])
def test_shut_update_gate_keeps_the_state(name, row):
    x, h0, V, U, b, *d = UNITS[name].draw(2, 50, 3, 4)
    with torch.no_grad():
        b.view(3, 4)[row] = -800  # exp(-800) is 0 in float64
        states = UNITS[name].function(x, h0, V, U, b, *d)
    assert torch.equal(states, h0[:, None].expand_as(states))


def test_open_forget_gate_and_shut_input_gate_keep_the_cell():
    x, h0, c0, V, U, b = UNITS["LSTM"].draw(2, 50, 3, 4)
    with torch.no_grad():
        b[:4], b[4:8] = -800, 800
        _, cells = lstm(x, h0, c0, V, U, b)
    assert torch.equal(cells, c0[:, None].expand_as(cells))


@pytest.mark.parametrize("T", [31, 32, 33, 300])
def test_minimal_gru_over_more_steps_than_a_chunk_of_the_scan_has(T):
    unit = UNITS["minimal GRU"]
    inputs = unit.draw(2, T, 3, 4)
    assert_close(unit(*inputs), unit.by_autograd(*inputs), atol=1e-12, rtol=1e-12)
    assert_same_gradients(unit, inputs, weighted_sum)
