"""The hand-written backward pass against autograd, gradcheck and torch.nn.RNN."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError
from torch.testing import assert_close

from rnn_helpers.bptt import elman, initial_parameters


def draw(B, T, D, H, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shapes = [(B, T, D), (B, H), (H, D), (H, H), (H,)]
    return [torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_() for shape in shapes]


def by_autograd(x, h0, V, U, c):
    h, states = h0, []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ V.T + h @ U.T + c)
        states.append(h)
    return torch.stack(states, 1)


@settings(deadline=None, max_examples=40)
@given(B=st.integers(1, 4), T=st.integers(1, 12), D=st.integers(1, 5), H=st.integers(1, 5), seed=st.integers(0, 99))
def test_states_and_gradients_equal_autograd(B, T, D, H, seed):
    inputs = draw(B, T, D, H, seed)
    weight = torch.randn(B, T, H, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ours, theirs = elman(*inputs), by_autograd(*inputs)
    assert_close(ours, theirs, atol=1e-12, rtol=1e-10)
    assert_close(
        torch.autograd.grad((ours * weight).sum(), inputs),
        torch.autograd.grad((theirs * weight).sum(), inputs),
        atol=1e-10,
        rtol=1e-10,
    )


@pytest.mark.parametrize("shape", [(2, 4, 3, 5), (1, 1, 1, 1), (3, 1, 2, 2), (1, 6, 2, 3)])
def test_gradcheck(shape):
    assert torch.autograd.gradcheck(elman, draw(*shape))


def test_equals_nn_rnn():
    rnn = torch.nn.RNN(3, 5, batch_first=True).double()
    x, h0 = draw(2, 7, 3, 5)[:2]
    expected, last = rnn(x, h0[None])
    states = elman(x, h0, rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0 + rnn.bias_hh_l0)
    assert_close(states, expected)
    assert_close(states[:, -1], last[0])


@pytest.mark.parametrize("wanted", range(5))
def test_gradient_of_one_argument_alone(wanted):
    inputs = [tensor.detach() for tensor in draw(2, 4, 3, 5)]
    inputs[wanted].requires_grad_()
    ours = torch.autograd.grad(elman(*inputs).sum(), inputs[wanted])
    theirs = torch.autograd.grad(by_autograd(*inputs).sum(), inputs[wanted])
    assert_close(ours, theirs)


def test_a_gradient_that_reaches_only_the_last_state_reaches_the_first_input():
    x, *rest = draw(1, 20, 2, 3)
    elman(x, *rest)[:, -1].sum().backward()
    assert (x.grad[0, 0] != 0).any()


def test_inputs_that_are_views_in_another_order():
    x, *rest = draw(3, 4, 2, 5)
    turned = x.detach().transpose(0, 1).contiguous().transpose(0, 1)
    assert not turned.is_contiguous()
    assert_close(elman(turned, *rest), elman(x, *rest))


def test_second_derivatives_are_refused_and_not_wrong():
    inputs = draw(1, 3, 2, 2)
    (gradient,) = torch.autograd.grad(elman(*inputs).square().sum(), inputs[3], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_no_time_steps():
    x, *rest = draw(2, 3, 2, 4)
    with pytest.raises(ValueError, match="no time steps"):
        elman(x[:, :0], *rest)


def test_state_in_another_precision():
    x, h0, *rest = draw(2, 3, 2, 4)
    with pytest.raises(ValueError, match=r"h0 is torch.float32, x is torch.float64"):
        elman(x, h0.float(), *rest)


def test_state_without_batch():
    x, h0, *rest = draw(2, 3, 2, 4)
    with pytest.raises(ValueError, match=r"h0 must have shape \(2, 4\), got \(1, 4\)"):
        inspect.unwrap(elman)(x, h0[:1], *rest)  # as for a reader, without the tests' own check of shapes


def test_shapes_in_signatures_are_checked_while_the_tests_run():
    x, h0, *rest = draw(2, 3, 2, 4)
    with pytest.raises(TypeCheckError):
        elman(x, h0[:1], *rest)


def test_initial_parameters_depend_on_the_seed_alone():
    torch.manual_seed(1)
    first = initial_parameters(2, 3, 4, seed=7)
    torch.manual_seed(2)
    assert_close(first, initial_parameters(2, 3, 4, seed=7))
    assert not torch.equal(first.U, initial_parameters(2, 3, 4, seed=8).U)


def test_initial_parameters_have_the_range_of_nn_rnn():
    theta = initial_parameters(20, 50, 30, seed=0)
    bound = 50**-0.5
    assert [tuple(p.shape) for p in theta] == [(50, 20), (50, 50), (30, 50), (50,), (30,)]
    for matrix in (theta.V, theta.U, theta.W):
        assert 0.97 * bound < matrix.abs().max() <= bound
    assert not theta.c.any()
    assert not theta.b.any()
    assert all(parameter.requires_grad for parameter in theta)
