"""The gradient of each pixel's logit touches the pixels that it may, and no other: all sizes, kernels, depths."""

import itertools

import pytest
import torch

from rnn_helpers.pixels import (
    DiagonalBiLSTM,
    PixelModel,
    before,
    cone,
    diagonal_model,
    masked_convolution_model,
    row_model,
    seen,
    triangle,
)

SIZES = [(5, 5), (4, 7), (7, 4), (1, 6), (6, 1)]


pytestmark = pytest.mark.usefixtures("double")


def assert_sees(model, expected, n, m):
    x = torch.rand(16, n, m).round()
    for i, j in itertools.product(range(n), range(m)):
        assert torch.equal(seen(model, x, i, j), expected(i, j)), (i, j)


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(("num_layers", "first_kernel"), [(1, 3), (1, 7), (2, 3), (3, 5)])
def test_diagonal_sees_all_before(n, m, num_layers, first_kernel):
    model = diagonal_model(5, num_layers, first_kernel)
    assert_sees(model, lambda i, j: before(n, m, i, j), n, m)


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(("num_layers", "kernel", "first_kernel"), [(1, 3, 3), (2, 3, 3), (1, 3, 7), (2, 5, 5)])
def test_row_sees_a_triangle(n, m, num_layers, kernel, first_kernel):
    model = row_model(5, num_layers, kernel, first_kernel)
    assert_sees(model, lambda i, j: triangle(n, m, i, j, num_layers, kernel, first_kernel), n, m)


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(("num_layers", "kernel", "first_kernel"), [(1, 3, 3), (3, 3, 3), (2, 3, 5), (1, 5, 5)])
def test_convolution_sees_a_cone(n, m, num_layers, kernel, first_kernel):
    model = masked_convolution_model(16, num_layers, kernel, first_kernel)
    assert_sees(model, lambda i, j: cone(n, m, i, j, num_layers, kernel, first_kernel), n, m)


def test_shapes_of_context_by_hand():
    assert before(2, 3, 1, 1).tolist() == [[True] * 3, [True, False, False]]
    rows = ["########", "#######.", ".#####..", "..##x..."]
    picture = [[cell == "#" for cell in row] for row in rows]
    assert triangle(4, 8, 3, 4, 1, 3, 3).tolist() == picture
    rows = ["........", "..#####.", "..####..", "..##x..."]
    picture = [[cell == "#" for cell in row] for row in rows]
    assert cone(4, 8, 3, 4, 1, 3, 3).tolist() == picture


@pytest.mark.parametrize("num_layers", [1, 2])
def test_without_a_spare_column_the_last_pixel_of_the_row_above_is_missing(num_layers):
    n, m, r = 4, 7, 1
    model = PixelModel(DiagonalBiLSTM, 5, num_layers, first_kernel=3)

    def expected(i, j):
        allowed = before(n, m, i, j)
        if i > 0 and j < m - 1 - r:
            allowed[i - 1, m - 1] = False
        return allowed

    assert_sees(model, expected, n, m)


class NotShifted(DiagonalBiLSTM):
    def shifted(self, right):
        return right


class ShiftedUp(DiagonalBiLSTM):
    def shifted(self, right):
        return torch.cat([right[1:], torch.zeros_like(right[:1])])


class ZerosBelow(DiagonalBiLSTM):
    """The last row of the second direction emptied, and the others left where they are."""

    def shifted(self, right):
        return torch.cat([right[:-1], torch.zeros_like(right[:1])])


@pytest.mark.parametrize("wrong", [NotShifted, ShiftedUp, ZerosBelow])
def test_a_second_direction_shifted_otherwise_sees_the_future(wrong):
    model = PixelModel(wrong, 5, 1, 3)
    x = torch.rand(8, 4, 4).round()
    assert (seen(model, x, 1, 1) & ~before(4, 4, 1, 1)).any()
