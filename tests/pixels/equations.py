"""Both recurrent layers as loops over pixels, written from the equations: what the package must agree with."""

import torch
from torch import Tensor, sigmoid, tanh


def gates(z: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    i, f, candidate, o = z.chunk(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(candidate)
    return sigmoid(o) * tanh(c), c


def row_lstm_loop(layer, x: Tensor) -> Tensor:
    """Pixel (i, j): input at columns up to j of its row, states of the row above around j, cell from above."""
    B, n, m, _ = x.shape
    W, b, U = layer.input_to_state.weight[:, :, 0], layer.input_to_state.bias, layer.U[0]
    r, H = W.shape[2] // 2, U.shape[0] // 4
    zero = x.new_zeros(B, H)
    h, c = {}, {}
    for i in range(n):
        for j in range(m):
            z = b.expand(B, -1)
            for o in range(-r, 1):
                if j + o >= 0:
                    z = z + x[:, i, j + o] @ W[:, :, r + o].T
            for place, o in enumerate(range(-r, r + 1)):
                z = z + h.get((i - 1, j + o), zero) @ U[:, place * H : (place + 1) * H].T
            h[i, j], c[i, j] = gates(z, c.get((i - 1, j), zero))
    return torch.stack([torch.stack([h[i, j] for j in range(m)], 1) for i in range(n)], 1)


def diagonal_lstm_loop(layer, x: Tensor) -> Tensor:
    """Side neighbour and upper neighbour, cell from the side; from the left and from the right, that one shifted."""
    B, n, m, _ = x.shape
    H = layer.U.shape[1] // 4
    zero = x.new_zeros(B, H)
    maps = []
    for V, b, U, side, columns in [
        (layer.V[0], layer.b[0], layer.U[0], -1, range(m)),
        (layer.V[1], layer.b[1], layer.U[1], 1, range(m - 1, -1, -1)),
    ]:
        h, c = {}, {}
        for i in range(n):
            for j in columns:
                beside, above = h.get((i, j + side), zero), h.get((i - 1, j), zero)
                z = x[:, i, j] @ V.T + b + beside @ U[:, :H].T + above @ U[:, H:].T
                h[i, j], c[i, j] = gates(z, c.get((i, j + side), zero))
        maps.append(h)
    left, right = maps
    rows = [torch.stack([left[i, j] + right.get((i - 1, j), zero) for j in range(m)], 1) for i in range(n)]
    return torch.stack(rows, 1)
