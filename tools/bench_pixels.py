"""`make bench`: Row LSTM and Diagonal BiLSTM by lines against loops over pixels, forward and backward, one thread.

28 x 28 pixels, batch 16, h 16, float32: outputs are asserted to agree, then all take turns within one run. All but the
package's layers leave the gradients to autograd.

plain loop    pixel by pixel, as the equations are written: one product a gate, pixels by index
careful loop  pixel by pixel, one product for all gates, the input's share of all pixels hoisted, no index to undo
skewed map    a diagonal a step on the whole skewed map: what is computed beside the image never comes back into it
by rows, by diagonals  the package's layers: only cells of the image, both directions at once, backward pass by hand
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


def plain_gates(x, V, b, neighbours, U, c):
    """One product for each gate and each neighbour: V, U (4H, ·) are cut into the gates' blocks."""
    z = []
    for V_gate, b_gate, U_gate in zip(V.chunk(4), b.chunk(4), U.chunk(4), strict=True):
        parts = zip(neighbours, U_gate.chunk(len(neighbours), 1), strict=True)
        z.append(x @ V_gate.T + b_gate + sum(h @ U_one.T for h, U_one in parts))
    c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2])
    return sigmoid(z[3]) * tanh(c), c


def row_plain(layer, x):
    U, zero = layer.U[0], x.new_zeros(B, H)
    V, b = layer.input_to_state.weight[:, :, 0, :2].transpose(1, 2).flatten(1), layer.input_to_state.bias
    h, c, rows = {}, {}, []
    for i in range(N):
        for j in range(N):
            left = x[:, i, j - 1] if j else x.new_zeros(B, D)
            above = [h.get((i - 1, column), zero) for column in (j - 1, j, j + 1)]
            read = torch.cat([left, x[:, i, j]], 1)
            h[i, j], c[i, j] = plain_gates(read, V, b, above, U, c.get((i - 1, j), zero))
        rows.append(torch.stack([h[i, j] for j in range(N)], 1))
    return torch.stack(rows, 1)


def direction_plain(x, V, b, U):
    zero = x.new_zeros(B, H)
    h, c, rows = {}, {}, []
    for i in range(N):
        for j in range(N):
            read = [h.get((i, j - 1), zero), h.get((i - 1, j), zero)]
            h[i, j], c[i, j] = plain_gates(x[:, i, j], V, b, read, U, c.get((i, j - 1), zero))
        rows.append(torch.stack([h[i, j] for j in range(N)], 1))
    return torch.stack(rows, 1)


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


def direction_over_pixels(x, V, b, U):
    z = x @ V.T + b
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


def direction_skewed(x, V, b, U):
    z = x @ V.T + b
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
            direction(map_, V, b, U) for map_, V, b, U in zip((x, x.flip(2)), layer.V, layer.b, layer.U, strict=True)
        )
        return left + pad(right.flip(2), (0, 0, 0, 0, 1, 0))[:, :-1]

    return run


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    x, weight = torch.randn(B, N, N, D), torch.randn(B, N, N, H)
    subjects = {
        RowLSTM(D, H): {"plain loop": row_plain, "careful loop": row_over_pixels, "by rows": lambda layer, x: layer(x)},
        DiagonalBiLSTM(D, H): {
            "plain loop": diagonal_by(direction_plain),
            "careful loop": diagonal_by(direction_over_pixels),
            "skewed map": diagonal_by(direction_skewed),
            "by diagonals": lambda layer, x: layer(x),
        },
    }
    print(f"{'28 x 28, batch 16, h 16':30}{'ms':>9}{'x plain loop':>15}{'x careful loop':>17}")
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
            plain, careful = times["plain loop"] / ms, times["careful loop"] / ms
            print(f"{type(layer).__name__:16}{name:14}{ms:9.1f}{plain:15.1f}{careful:17.1f}")


if __name__ == "__main__":
    main()
