"""The layers against loops over pixels, the mask worked by hand, and the number of steps."""

import math

import pytest
import torch
from pixels.equations import diagonal_lstm_loop, row_lstm_loop
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from rnn_helpers.bptt import lattice_lstm
from rnn_helpers.pixels import DiagonalBiLSTM, MaskedConvolution, RowLSTM, causal_mask
from rnn_helpers.pixels.layers import ConvolutionLayer, ResidualBlock

SIZES = [(1, 1), (1, 4), (4, 1), (3, 3), (2, 5), (5, 2)]


pytestmark = pytest.mark.usefixtures("double")


def draw(B, n, m, D):
    return torch.randn(B, n, m, D)


def outputs_and_gradients(function, layer, x, weight):
    x = x.clone().requires_grad_()
    y = function(x)
    return y, torch.autograd.grad((y * weight).sum(), (x, *layer.parameters()))


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(
    ("layer", "loop"),
    [
        (lambda: RowLSTM(3, 4), row_lstm_loop),
        (lambda: RowLSTM(3, 4, kernel=5), row_lstm_loop),
        (lambda: RowLSTM(3, 4, kernel=1), row_lstm_loop),
        (lambda: DiagonalBiLSTM(3, 4), diagonal_lstm_loop),
    ],
    ids=["row", "row, kernel 5", "row, kernel 1", "diagonal"],
)
def test_layer_is_the_loop_over_pixels(layer, loop, n, m):
    layer, x = layer(), draw(2, n, m, 3)
    weight = torch.randn(2, n, m, 4)
    y, gradients = outputs_and_gradients(layer, layer, x, weight)
    expected, expected_gradients = outputs_and_gradients(lambda x: loop(layer, x), layer, x, weight)
    assert_close(y, expected, rtol=0, atol=1e-10)
    for one, other in zip(gradients, expected_gradients, strict=True):
        assert_close(one, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize("layer", [RowLSTM, DiagonalBiLSTM])
def test_gradcheck(layer):
    layer = layer(2, 2)
    assert torch.autograd.gradcheck(layer, (draw(2, 3, 4, 2).requires_grad_(),))


@pytest.mark.parametrize("layer", [RowLSTM, DiagonalBiLSTM])
def test_the_input_is_left_as_it_is_and_a_second_backward_pass_agrees(layer):
    layer, x = layer(2, 3), draw(2, 3, 4, 2)
    kept = x.clone()
    y = layer(x).square().sum()
    first = torch.autograd.grad(y, layer.U, retain_graph=True)[0]
    assert torch.equal(x, kept)
    assert torch.equal(torch.autograd.grad(y, layer.U)[0], first)


def test_second_derivatives_are_refused():
    layer = RowLSTM(2, 2)
    with pytest.raises(RuntimeError, match="create_graph"):
        torch.autograd.grad(layer(draw(1, 2, 2, 2)).sum(), layer.U, create_graph=True)


class Products(TorchDispatchMode):
    """Counts the products with the recurrent matrix: one a step."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.count += operation is torch.ops.aten.baddbmm_.default
        return operation(*args, **(kwargs or {}))


@pytest.mark.parametrize(("n", "m"), [(4, 4), (8, 8), (28, 28), (3, 9), (9, 3)])
def test_steps_grow_with_the_sides_not_with_the_pixels(n, m):
    x = draw(1, n, m, 2)
    for layer, steps in [(RowLSTM(2, 2), n), (DiagonalBiLSTM(2, 2), n + m - 1)]:
        with Products() as products:
            layer(x)
        assert products.count == steps


def test_masks_by_hand():
    assert causal_mask(3, 3, "A").tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert causal_mask(3, 3, "B").tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    assert causal_mask(1, 5, "B").tolist() == [[1, 1, 1, 0, 0]]
    assert causal_mask(5, 1, "A").tolist() == [[1], [1], [0], [0], [0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 3, "A"), "odd, got 2 x 3"),
        ((3, 0, "A"), "odd, got 3 x 0"),
        ((-1, 3, "A"), "odd, got -1 x 3"),
    ],
)
def test_kernels_without_a_centre_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        causal_mask(*arguments)


def test_a_masked_convolution_by_hand():
    layer = MaskedConvolution(1, 1, 3, 3, "A")
    with torch.no_grad():
        layer.weight.copy_(torch.arange(1.0, 10.0).view(1, 1, 3, 3))
        layer.bias.fill_(100.0)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 2, 2, 1)
    # Above left 1, above 2, above right 3, left 4; the rest is masked.
    expected = [[100, 104], [100 + 2 * 1 + 3 * 2, 100 + 1 * 1 + 2 * 2 + 4 * 3]]
    assert layer(x)[0, :, :, 0].tolist() == expected


def test_masked_weights_get_no_gradient():
    layer = MaskedConvolution(2, 3, 3, 3, "B")
    layer(draw(1, 4, 4, 2)).square().sum().backward()
    assert (layer.weight.grad[..., layer.mask == 0] == 0).all()
    assert (layer.weight.grad[..., layer.mask == 1] != 0).all()


def test_a_residual_block_adds_and_drops_in_training_only():
    block = ResidualBlock(RowLSTM(4, 2), 2, 4, dropped=0.5)
    x = draw(1, 3, 3, 4)
    assert not torch.equal(block(x), block(x))
    block.eval()
    assert torch.equal(block(x), x + block.W(block.layer(x)))


def test_the_convolution_layer_by_its_parts():
    layer, x = ConvolutionLayer(4, 3), draw(1, 3, 4, 4)
    narrow = (x.clamp(min=0) @ layer.narrow.weight.T + layer.narrow.bias).clamp(min=0)
    assert_close(layer(x), layer.look(narrow).clamp(min=0))


def test_the_start_is_within_its_bounds():
    layer = DiagonalBiLSTM(9, 8)
    assert layer.V.abs().max() <= 1 / 3
    assert layer.U.abs().max() <= 1 / 4
    assert layer.U.abs().max() > 0.24
    assert RowLSTM(5, 3).U.abs().max() <= 1 / math.sqrt(9)


# The recurrence itself.


def test_lattice_leaves_its_arguments_as_they_are():
    z, U = torch.randn(1, 4, 2, 8), torch.randn(1, 8, 4)
    kept = z.clone()
    lattice_lstm(z, U, [(0, 2), (0, 2)], (0, -1))
    assert torch.equal(z, kept)


def test_lattice_refuses_shapes_and_spans():
    z, U = torch.zeros(1, 4, 2, 8), torch.zeros(1, 8, 4)
    assert lattice_lstm(z, U, [(0, 2), (0, 2)], (0, -1)).shape == (1, 4, 2, 2)
    with pytest.raises(ValueError, match=r"U must have shape \(1, 8, 6\), got \(1, 8, 4\)"):
        lattice_lstm(z, U, [(0, 2), (0, 2)], (-1, 0, 1))
    with pytest.raises(ValueError, match="z has 4 cells, spans 3"):
        lattice_lstm(z, U, [(0, 2), (0, 1)], (0, -1))
    for spans in ([(0, 1), (0, 3)], [(0, 3), (0, 1)], [(1, 3), (0, 2)], [(0, 4), (1, 1)]):
        with pytest.raises(ValueError, match="must move by 0 or 1"):
            lattice_lstm(z, U, spans, (0, -1))
