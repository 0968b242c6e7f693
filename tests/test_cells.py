"""Single steps against torch.nn's cells, against arithmetic on single numbers, and against what the gates promise."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnn_helpers.cells import (
    CoupledLSTMParameters,
    GRUParameters,
    LSTMParameters,
    MinGRUParameters,
    coupled_lstm_step,
    elman_step,
    gru_step,
    gru_step_reset_after,
    lstm_step,
    min_gru_step,
)

OPEN, SHUT = 1e3, -1e3  # biases at which a gate is 1 and 0 to the last digit


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def parameters(kind, D, H, seed=0):
    by_letter = {"V": (H, D), "U": (H, H), "b": (H,)}
    return kind(*draw(seed, *(by_letter[name[0]] for name in kind._fields)))


def with_biases(theta, **biases):
    return theta._replace(**{name: torch.full_like(getattr(theta, name), value) for name, value in biases.items()})


def filled(cell, **values):
    with torch.no_grad():
        for name, value in values.items():
            getattr(cell, name).copy_(value)
    return cell


sizes = given(B=st.integers(1, 4), D=st.integers(1, 5), H=st.integers(1, 5), seed=st.integers(0, 99))


@settings(deadline=None, max_examples=30)
@sizes
def test_elman_equals_torch(B, D, H, seed):
    x, h, V, U, c = draw(seed, (B, D), (B, H), (H, D), (H, H), (H,))
    cell = filled(torch.nn.RNNCell(D, H).double(), weight_ih=V, weight_hh=U, bias_ih=c, bias_hh=0 * c)
    assert_close(elman_step(x, h, V, U, c), cell(x, h), atol=1e-12, rtol=0)


@settings(deadline=None, max_examples=30)
@sizes
def test_gru_with_reset_after_equals_torch(B, D, H, seed):
    x, h, d = draw(seed, (B, D), (B, H), (H,))
    t = parameters(GRUParameters, D, H, seed)
    cell = filled(  # PyTorch's order is r, z, n, and z = 1 - u = sigma(-(V_u x + U_u h + b_u))
        torch.nn.GRUCell(D, H).double(),
        weight_ih=torch.cat([t.V_r, -t.V_u, t.V]),
        weight_hh=torch.cat([t.U_r, -t.U_u, t.U]),
        bias_ih=torch.cat([t.b_r, -t.b_u, t.b]),
        bias_hh=torch.cat([0 * d, 0 * d, d]),
    )
    assert_close(gru_step_reset_after(x, h, t, d).h, cell(x, h), atol=1e-12, rtol=0)


@settings(deadline=None, max_examples=30)
@sizes
def test_lstm_equals_torch(B, D, H, seed):
    x, h, c = draw(seed, (B, D), (B, H), (B, H))
    t = parameters(LSTMParameters, D, H, seed)
    cell = filled(
        torch.nn.LSTMCell(D, H).double(),
        weight_ih=torch.cat([t.V_i, t.V_f, t.V, t.V_o]),
        weight_hh=torch.cat([t.U_i, t.U_f, t.U, t.U_o]),
        bias_ih=torch.cat([t.b_i, t.b_f, t.b, t.b_o]),
        bias_hh=torch.zeros(4 * H),
    )
    assert_close(lstm_step(x, h, c, t)[:2], cell(x, (h, c)), atol=1e-12, rtol=0)


def sigma(z):
    return 1 / (1 + math.exp(-z))


def by_single_numbers(x, h, theta):
    """The GRU of `gru_step` for one sequence, with lists, sums and math.tanh."""
    t = {name: value.tolist() for name, value in theta._asdict().items()}
    D, H = len(x), len(h)

    def row(k, V, U, b, state):
        return b[k] + sum(V[k][j] * x[j] for j in range(D)) + sum(U[k][j] * state[j] for j in range(H))

    r = [sigma(row(k, t["V_r"], t["U_r"], t["b_r"], h)) for k in range(H)]
    u = [sigma(row(k, t["V_u"], t["U_u"], t["b_u"], h)) for k in range(H)]
    reset = [r[k] * h[k] for k in range(H)]
    candidate = [math.tanh(row(k, t["V"], t["U"], t["b"], reset)) for k in range(H)]
    new = [u[k] * candidate[k] + (1 - u[k]) * h[k] for k in range(H)]
    return new, r, u, candidate


@settings(deadline=None, max_examples=30)
@given(D=st.integers(1, 4), H=st.integers(1, 4), seed=st.integers(0, 99))
def test_gru_equals_arithmetic_on_single_numbers(D, H, seed):
    x, h = draw(seed, (D,), (H,))
    theta = parameters(GRUParameters, D, H, seed)
    expected = by_single_numbers(x.tolist(), h.tolist(), theta)
    for ours, theirs in zip(gru_step(x, h, theta), expected, strict=True):
        assert_close(ours, torch.tensor(theirs, dtype=torch.float64), atol=1e-12, rtol=0)


def test_one_gru_step_by_hand():
    one, zero = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    theta = GRUParameters(0 * one, 0 * one, zero, 0 * one, 0 * one, zero + math.log(3), one, one, zero)
    step = gru_step(2 * one, 4 * one, theta)  # r = 1/2, u = 3/4, candidate = tanh(2 + 4/2)
    assert step.r.item() == 0.5
    assert step.u.item() == pytest.approx(0.75, abs=1e-15)
    assert step.h.item() == pytest.approx(0.75 * math.tanh(4) + 0.25 * 4, abs=1e-15)


@settings(deadline=None, max_examples=30)
@sizes
def test_the_two_places_of_the_reset_gate_agree_if_u_is_diagonal(B, D, H, seed):
    x, h = draw(seed, (B, D), (B, H))
    theta = parameters(GRUParameters, D, H, seed)
    diagonal = theta._replace(U=theta.U.diag().diag())
    assert_close(gru_step(x, h, diagonal), gru_step_reset_after(x, h, diagonal, torch.zeros(H).double()))


def test_the_two_places_of_the_reset_gate_differ_otherwise():
    x, h = draw(0, (2, 3), (2, 4))
    theta = parameters(GRUParameters, 3, 4)
    before, after = gru_step(x, h, theta), gru_step_reset_after(x, h, theta, torch.zeros(4).double())
    assert (before.h - after.h).abs().max() > 0.1


def test_gru_gates_keep_take_and_become_an_elman_network():
    x, h = draw(1, (2, 3), (2, 4))
    theta = parameters(GRUParameters, 3, 4)
    assert torch.equal(gru_step(x, h, with_biases(theta, b_u=SHUT)).h, h)
    plain = elman_step(x, h, theta.V, theta.U, theta.b)
    assert_close(gru_step(x, h, with_biases(theta, b_u=OPEN, b_r=OPEN)).h, plain)
    forgot = gru_step(x, h, with_biases(theta, b_u=OPEN, b_r=SHUT)).h
    assert_close(forgot, torch.tanh(x @ theta.V.T + theta.b))


def test_one_minimal_gru_step_by_hand():
    numbers = [2.0, 1.0], [4.0], [[1.0, -2.0]], [math.log(3)], [[3.0, 0.5]], [1.5]
    x, h, *theta = (torch.tensor(number, dtype=torch.float64) for number in numbers)
    step = min_gru_step(x, h, MinGRUParameters(*theta))  # u = sigma(ln 3) = 3/4, candidate = 6 + .5 + 1.5
    assert step.u.item() == pytest.approx(0.75, abs=1e-15)
    assert step.candidate.item() == 8
    assert step.h.item() == pytest.approx(0.75 * 8 + 0.25 * 4, abs=1e-14)


@settings(deadline=None, max_examples=30)
@sizes
def test_the_minimal_gru_is_linear_in_its_state(B, D, H, seed):
    x, h, other = draw(seed, (B, D), (B, H), (B, H))
    theta = parameters(MinGRUParameters, D, H, seed)
    states = [min_gru_step(x, state, theta).h for state in (h, other, (h + other) / 2)]
    assert_close((states[0] + states[1]) / 2, states[2], atol=1e-12, rtol=0)


def test_lstm_gates_latch():
    x, h, c = draw(2, (2, 3), (2, 4), (2, 4))
    theta = parameters(LSTMParameters, 3, 4)
    kept = lstm_step(x, h, c, with_biases(theta, b_f=OPEN, b_i=SHUT, b_o=OPEN))
    assert torch.equal(kept.c, c)
    assert_close(kept.h, torch.tanh(c))
    written = lstm_step(x, h, c, with_biases(theta, b_f=SHUT, b_i=OPEN, b_o=SHUT))
    assert_close(written.c, torch.tanh(x @ theta.V.T + h @ theta.U.T + theta.b))
    assert not written.h.any()


@settings(deadline=None, max_examples=30)
@sizes
def test_coupled_lstm_is_an_lstm_whose_input_gate_mirrors_the_forget_gate(B, D, H, seed):
    x, h, c = draw(seed, (B, D), (B, H), (B, H))
    theta = parameters(CoupledLSTMParameters, D, H, seed)
    full = LSTMParameters(-theta.V_f, -theta.U_f, -theta.b_f, *theta)  # sigma(-z) = 1 - sigma(z)
    ours = coupled_lstm_step(x, h, c, theta)
    assert_close(ours, lstm_step(x, h, c, full), atol=1e-12, rtol=0)
    assert (ours.c.abs() <= c.abs().clamp(min=1)).all()


STEPS = {
    "elman": (lambda x, h, c, theta: (elman_step(x, h, *theta[-3:]),), GRUParameters),
    "gru": (lambda x, h, c, theta: gru_step(x, h, theta), GRUParameters),
    "gru reset after": (lambda x, h, c, theta: gru_step_reset_after(x, h, theta, theta.b_r), GRUParameters),
    "lstm": (lstm_step, LSTMParameters),
    "coupled lstm": (coupled_lstm_step, CoupledLSTMParameters),
    "minimal gru": (lambda x, h, c, theta: min_gru_step(x, h, theta), MinGRUParameters),
}


@pytest.mark.parametrize("unit", STEPS)
def test_a_batch_is_its_members_one_by_one_and_nothing_is_changed(unit):
    step, kind = STEPS[unit]
    x, h, c = draw(3, (3, 2), (3, 4), (3, 4))
    theta = parameters(kind, 2, 4)
    before = [tensor.clone() for tensor in (x, h, c, *theta)]
    batch = step(x, h, c, theta)
    singles = [step(x[k], h[k], c[k], theta) for k in range(3)]
    for k, name in enumerate(getattr(batch, "_fields", ["h"])):
        assert_close(batch[k], torch.stack([single[k] for single in singles]), msg=name)
    assert all(torch.equal(then, now) for then, now in zip(before, (x, h, c, *theta), strict=True))


@pytest.mark.parametrize("unit", STEPS)
def test_gradients_flow_to_everything(unit):
    step, kind = STEPS[unit]
    x, h, c = draw(4, (2, 3), (2, 4), (2, 4))
    theta = parameters(kind, 3, 4)
    tensors = [tensor.requires_grad_() for tensor in (x, h, c, *theta)]
    assert torch.autograd.gradcheck(lambda x, h, c, *theta: tuple(step(x, h, c, kind(*theta))), tensors)


def test_shapes_that_broadcasting_would_let_pass():
    x, h, c = draw(5, (2, 3), (2, 4), (2, 4))
    theta = parameters(LSTMParameters, 3, 4)
    step = inspect.unwrap(lstm_step)
    with pytest.raises(ValueError, match=r"lstm_step: h must have shape \(2, 4\).*got \(1, 4\)"):
        step(x, h[:1], c, theta)
    with pytest.raises(ValueError, match=r"lstm_step: c must have shape \(2, 4\).*got \(4,\)"):
        step(x, h, c[0], theta)
    with pytest.raises(ValueError, match=r"lstm_step: b_f must have shape \(4,\).*got \(1,\)"):
        step(x, h, c, theta._replace(b_f=theta.b_f[:1]))
    with pytest.raises(ValueError, match=r"lstm_step: V_o must have shape \(4, 3\).*got \(4, 2\)"):
        step(x, h, c, theta._replace(V_o=theta.V_o[:, :2]))
    with pytest.raises(ValueError, match=r"lstm_step: U_i is torch.float32, x is torch.float64"):
        step(x, h, c, theta._replace(U_i=theta.U_i.float()))


def test_every_step_names_itself_and_its_bad_argument():
    x, h, V, c = draw(6, (2, 3), (2, 4), (4, 3), (4,))
    with pytest.raises(ValueError, match="elman_step: U must"):
        inspect.unwrap(elman_step)(x, h, V, V, c)
    theta = parameters(GRUParameters, 3, 4)
    with pytest.raises(ValueError, match="gru_step: U_r must"):
        inspect.unwrap(gru_step)(x, h, theta._replace(U_r=V))
    with pytest.raises(ValueError, match="min_gru_step: V_u must"):
        inspect.unwrap(min_gru_step)(x, h, parameters(MinGRUParameters, 3, 4)._replace(V_u=h))
    with pytest.raises(ValueError, match="gru_step_reset_after: d must"):
        inspect.unwrap(gru_step_reset_after)(x, h, theta, V)
    with pytest.raises(ValueError, match="coupled_lstm_step: c must"):
        inspect.unwrap(coupled_lstm_step)(x, h, h[:1], parameters(CoupledLSTMParameters, 3, 4))
