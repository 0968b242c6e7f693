"""The references of chapter 9 beside independent witnesses: the package's step, PyTorch's, autograd."""

import torch

from rnn_helpers.cells import GRUParameters, gru_step
from rnn_helpers.exercises.chapter_09 import (
    bias_to_keep,
    gru_from_elman,
    gru_size,
    last_but_one,
    torch_step,
    way_back,
)
from rnn_helpers.layers import GRU, RNN


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def draw_theta(D, H):
    return tuple(draw(*shape, n)[..., n - 1] for n in (1, 2, 3) for shape in [(H, D), (H, H), (H,)])


def test_the_size_is_that_of_a_layer():
    assert gru_size(5, 8) == sum(parameter.numel() for parameter in GRU(5, 8).parameters())


def test_torch_s_step_is_torch_s():
    cell = torch.nn.GRUCell(3, 4, dtype=torch.float64)
    x, h = draw(3), draw(4)
    parameters = cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh
    torch.testing.assert_close(torch_step(x, h, *parameters), cell(x, h))


def test_the_bias_keeps_what_was_asked():
    u = torch.sigmoid(torch.tensor(bias_to_keep(0.3, 50), dtype=torch.float64))
    torch.testing.assert_close(((1 - u) ** 50).item(), 0.3)


def test_the_disguise_has_elman_s_states():
    layer = RNN(3, 4).double()
    x, h = draw(1, 6, 3), torch.zeros(4, dtype=torch.float64)
    theta = gru_from_elman(*layer.cell_parameters())
    for x_t, expected in zip(x[0], layer(x)[0][0], strict=True):
        h = gru_step(x_t[None], h[None], GRUParameters(*theta)).h[0]
        torch.testing.assert_close(h, expected)


def test_the_way_back_is_autograd_s():
    numbers = draw(11)
    h = numbers[1].clone().requires_grad_()
    theta = tuple(numbers[2:])
    h_next = gru_step(numbers[:1], h[None], GRUParameters(*_as_matrices(theta))).h
    (expected,) = torch.autograd.grad(h_next.sum(), h)
    torch.testing.assert_close(way_back(numbers[0], numbers[1], theta), expected)


def test_two_units_name_the_last_but_one():
    *theta, W, b = (value.double() for value in last_but_one())
    values, marked = draw(100).tanh(), draw(100) > 0.8
    assert marked.sum() > 5
    h, held = torch.zeros(1, 2, dtype=torch.float64), [0.0, 0.0]
    for value, marker in zip(values, marked, strict=True):
        held = [held[1], value.item()] if marker else held
        h = gru_step(torch.stack([value, marker.double()])[None], h, GRUParameters(*theta)).h
        assert abs((h @ W.T + b).item() - held[0]) < 1e-3


def _as_matrices(theta):
    return [entry.view(1) if i % 3 == 2 else entry.view(1, 1) for i, entry in enumerate(theta)]
