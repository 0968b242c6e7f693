"""The Elman network's parameters, and what only its recurrence has: a choice of nonlinearity."""

import inspect

import pytest
import torch
from jaxtyping import TypeCheckError
from torch.testing import assert_close

from rnn_helpers.bptt import elman, initial_parameters


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


def one_unit(x, **options):
    """One input, one state, V = 1, U = 1, c = 0, from h_0 = 0."""
    one, zero = torch.ones(1, 1), torch.zeros(1, 1)
    return elman(torch.tensor(x)[None, :, None], zero, one, one, zero[0], **options).flatten()


def test_tanh_unless_asked_otherwise():
    expected = torch.tensor([0.5, -2.0]).tanh()
    assert_close(one_unit([0.5])[0], expected[0])
    assert_close(one_unit([-2.0], nonlinearity="tanh")[0], expected[1])


def test_relu_sums_what_is_positive():
    assert_close(one_unit([1.0, 2.0, -5.0, 4.0], nonlinearity="relu"), torch.tensor([1.0, 3.0, 0.0, 4.0]))


def test_relu_that_is_shut_passes_no_gradient():
    x = torch.tensor([[[1.0], [-5.0], [4.0]]], requires_grad=True)
    one, zero = torch.ones(1, 1), torch.zeros(1, 1)
    elman(x, zero, one, one, zero[0], "relu")[:, -1].sum().backward()
    assert x.grad.flatten().tolist() == [0, 0, 1]


def test_relu_at_zero_has_the_slope_of_torch():
    x = torch.zeros(1, 1, 1, requires_grad=True)
    one, zero = torch.ones(1, 1), torch.zeros(1, 1)
    elman(x, zero, one, one, zero[0], "relu").sum().backward()
    assert x.grad.item() == 0


def test_another_nonlinearity():
    one, zero = torch.ones(1, 1), torch.zeros(1, 1)
    with pytest.raises(ValueError, match="nonlinearity must be 'tanh' or 'relu', got 'sigmoid'"):
        inspect.unwrap(elman)(one[None], zero, one, one, zero[0], "sigmoid")


def test_shapes_in_signatures_are_checked_while_the_tests_run():
    one = torch.ones(2, 2)
    with pytest.raises(TypeCheckError):
        elman(one[None], one, one, one, one[0])
