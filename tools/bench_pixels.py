"""`make bench`: Row LSTM and Diagonal BiLSTM by lines against loops over pixels, forward and backward, one thread.

28 x 28 pixels, batch 16, h 16, float32: outputs are asserted to agree, then all take turns within one run. The loop
over pixels is written with care: one product for all gates, the input's share of all pixels hoisted out of it, no
index that autograd would have to undo. The diagonal stands there a third time, on the whole skewed map, where half of
the cells lie beside the image, with autograd's gradients: what skewing alone brings. (What is computed beside the image
never comes back into it.)
"""

import torch
from torch import sigmoid, tanh
from torch.nn.functional import pad
from torch.testing import assert_close

from rnn_helpers.pixels import DiagonalBiLSTM, RowLSTM, skew, unskew
from rnn_helpers.timing import interleaved_times

B, N, D, H = 16, 28, 32, 16


def gates(z, c):
    i, f, candidate, o = z.chunk(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(candidate)
    return sigmoid(o) * tanh(c), c


def pixels_of(z):
    """(B, n, m, 4H) as a list of rows, each a list of pixels."""
    return [row.unbind(1) for row in z.unbind(1)]


def row_over_pixels(layer, x):
    U, zero, beyond = layer.U[0].T, x.new_zeros(B, H), x.new_zeros(B, H)
    h, c, rows = [zero] * N, [zero] * N, []
    for z in pixels_of(layer.input_to_state(x)):
        above = [beyond, *h, beyond]
        h, c = zip(*(gates(torch.addmm(z[j], torch.cat(above[j : j + 3], 1), U), c[j]) for j in range(N)), strict=True)
        rows.append(torch.stack(h, 1))
    return torch.stack(rows, 1)


def direction_over_pixels(z, U):
    zero = z.new_zeros(B, H)
    above, rows = [zero] * N, []
    for z_row in pixels_of(z):
        h = c = zero
        row = []
        for z_pixel, h_above in zip(z_row, above, strict=True):
            h, c = gates(torch.addmm(z_pixel, torch.cat([h, h_above], 1), U.T), c)
            row.append(h)
        above = row
        rows.append(torch.stack(row, 1))
    return torch.stack(rows, 1)


def direction_skewed(z, U):
    zero = z.new_zeros(B, N, H)
    columns = skew(z.permute(0, 3, 1, 2)).permute(3, 0, 2, 1)  # (2n - 1, B, n, 4H): a diagonal is a step
    h = c = zero
    states = []
    for z_d in columns.unbind():
        above = pad(h, (0, 0, 1, 0))[:, :-1]
        h, c = gates(z_d + torch.cat([h, above], 2) @ U.T, c)
        states.append(h)
    return unskew(torch.stack(states).permute(1, 3, 2, 0)).permute(0, 2, 3, 1)


def diagonal_by(direction):
    def run(layer, x):
        left, right = (
            direction(map_ @ V.T + b, U)
            for map_, V, b, U in zip((x, x.flip(2)), layer.V, layer.b, layer.U, strict=True)
        )
        return left + pad(right.flip(2), (0, 0, 0, 0, 1, 0))[:, :-1]

    return run


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    x, weight = torch.randn(B, N, N, D), torch.randn(B, N, N, H)
    subjects = {
        RowLSTM(D, H): {"loop over pixels": row_over_pixels, "by rows": lambda layer, x: layer(x)},
        DiagonalBiLSTM(D, H): {
            "loop over pixels": diagonal_by(direction_over_pixels),
            "skewed map": diagonal_by(direction_skewed),
            "by diagonals": lambda layer, x: layer(x),
        },
    }
    print(f"{'28 x 28, batch 16, h 16':36}{'ms':>9}{'times as fast':>15}")
    for layer, ways in subjects.items():
        for way in ways.values():
            assert_close(way(layer, x), layer(x), atol=1e-5, rtol=1e-4)
        times = interleaved_times(
            {
                name: lambda way=way, layer=layer: torch.autograd.grad(
                    (way(layer, x) * weight).sum(), tuple(layer.parameters())
                )
                for name, way in ways.items()
            },
            repeats=7,
        )
        for name, ms in times.items():
            print(f"{type(layer).__name__:16}{name:20}{ms:9.1f}{times['loop over pixels'] / ms:15.1f}")


if __name__ == "__main__":
    main()
