"""The references of chapter 14 beside independent witnesses: PyTorch, the package, and counts."""

import torch

from rnn_helpers.cells import LSTMParameters
from rnn_helpers.costs import count_costs
from rnn_helpers.exercises.chapter_14 import (
    compose,
    concatenate,
    gradient_of_U,
    gru_multiply_adds,
    hoisted,
    scan_by_doubling,
)
from rnn_helpers.layers import GRU, LSTM, RNN
from rnn_helpers.scans import scan


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def test_the_concatenated_matrix_has_the_rows_of_nn_lstm():
    module = torch.nn.LSTM(3, 4, dtype=torch.float64)
    theta: LSTMParameters = LSTM.from_torch(module).cell_parameters()
    blocks = [getattr(theta, letter + gate) for gate in ("_i", "_f", "_o", "") for letter in "VU"]
    x, h = draw(3), draw(4)
    expected = module.weight_ih_l0 @ x + module.weight_hh_l0 @ h
    torch.testing.assert_close(concatenate(*blocks) @ torch.cat([x, h]), expected)


def test_the_hoisted_loop_is_the_layer_with_one_product_a_step_and_one_more():
    layer, x, h = RNN(3, 4).double(), draw(6, 3), draw(4)
    V, U, c = (parameter.detach() for parameter in layer.cell_parameters())
    torch.testing.assert_close(hoisted(x, h, V, U, c), layer(x[None], h[None, None])[0][0])
    assert count_costs(lambda: hoisted(x, h, V, U, c)).multiply_adds <= 6 * 4 * 3 + 6 * 4 * 4


def test_the_number_of_multiply_adds_is_what_the_layer_does():
    layer, x = GRU(3, 5), torch.zeros(2, 7, 3)
    assert count_costs(lambda: layer(x)).multiply_adds == gru_multiply_adds(B=2, T=7, D=3, H=5)


def test_two_stretches_and_a_walk_of_all_steps():
    a, b, h = draw(7, 2), draw(8, 2)[1:], draw(2)
    whole = scan(a[None], b[None], h[None])[0, -1]
    pairs = [(a[part].prod(0), scan(a[None, part], b[None, part])[0, -1]) for part in (slice(0, 3), slice(3, 7))]
    A, B = compose(*pairs)
    torch.testing.assert_close(A * h + B, whole)


def test_doubling_is_the_scan():
    for T in (1, 2, 3, 8, 13, 64):
        a, b = draw(T, 2).sigmoid(), draw(T, 3)[:, :2]
        torch.testing.assert_close(scan_by_doubling(a, b), scan(a[None], b[None])[0])


def test_the_gradient_of_U_is_autograd_s():
    layer, x, h_0, from_outside = RNN(3, 4).double(), draw(6, 3), draw(4), draw(6, 4)
    _, U, _ = layer.cell_parameters()
    h = layer(x[None], h_0[None, None])[0][0]
    (expected,) = torch.autograd.grad(h, U, from_outside)
    torch.testing.assert_close(gradient_of_U(h.detach(), h_0, U.detach(), from_outside), expected)
