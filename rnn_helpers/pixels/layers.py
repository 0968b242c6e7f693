"""Layers over images that see no later pixel: masked convolution, Row LSTM, Diagonal BiLSTM, and a residual block.

Maps are (B, n, m, D): B images of n rows and m columns with D numbers at each pixel. After van den Oord, Kalchbrenner
and Kavukcuoglu 2016, Pixel Recurrent Neural Networks, arXiv 1601.06759, section 3.
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, dropout, pad, relu

from rnn_helpers.bptt import lattice_lstm
from rnn_helpers.pixels.skewing import diagonals


def causal_mask(height: int, width: int, kind: Literal["A", "B"]) -> Float[Tensor, "height width"]:
    """1 where a kernel may look, 0 elsewhere: all rows above its centre, and left of the centre; B: the centre too.

    A belongs to the first layer, which reads pixels: none may see itself. Above it each position holds what was made
    of earlier pixels only, and B may look at it.

    Raises
    ------
    ValueError : a side is not odd (it would have no centre), or `kind` is neither A nor B.
    """
    if height < 1 or width < 1 or height % 2 == 0 or width % 2 == 0:
        raise ValueError(f"causal_mask: both sides of a kernel must be odd, got {height} x {width}")
    if kind not in ("A", "B"):
        raise ValueError(f"causal_mask: kind must be 'A' or 'B', got {kind!r}")
    before = torch.arange(height * width) < height * width // 2 + (kind == "B")
    return before.view(height, width).to(torch.get_default_dtype())


class MaskedConvolution(nn.Module):
    """A convolution with kernel (height, width) that keeps the size of the map and sees no later pixel."""

    def __init__(self, D: int, H: int, height: int, width: int, kind: Literal["A", "B"]):
        super().__init__()
        self.register_buffer("mask", causal_mask(height, width, kind), persistent=False)
        start = nn.Conv2d(D, H, (height, width))
        self.weight, self.bias = start.weight, start.bias

    def forward(self, x: Float[Tensor, "B n m D"]) -> Float[Tensor, "B n m H"]:
        edges = (self.mask.shape[0] // 2, self.mask.shape[1] // 2)
        return conv2d(x.permute(0, 3, 1, 2), self.weight * self.mask, self.bias, padding=edges).permute(0, 2, 3, 1)


class RowLSTM(nn.Module):
    """An LSTM whose step is a row: each pixel reads `kernel` states of the row above, centred on its own column.

    Its input passes a masked convolution of the same width along the row. So its context is a triangle that widens
    upwards. Parameters: those of `input_to_state`, and U (4H, kernel H), rows i, f, candidate, o.
    """

    def __init__(self, D: int, H: int, kernel: int = 3):
        super().__init__()
        self.input_to_state = MaskedConvolution(D, 4 * H, 1, kernel, "B")
        self.offsets = range(-(kernel // 2), kernel // 2 + 1)
        self.U = nn.Parameter(_uniform(1, 4 * H, kernel * H, within=1 / math.sqrt(kernel * H)))

    def forward(self, x: Float[Tensor, "B n m D"]) -> Float[Tensor, "B n m H"]:
        _, n, m, _ = x.shape
        z = self.input_to_state(x).flatten(1, 2).transpose(0, 1)
        h = lattice_lstm(z.unsqueeze(0), self.U, [(0, m)] * n, self.offsets)
        return h[0].transpose(0, 1).unflatten(1, (n, m))


class DiagonalBiLSTM(nn.Module):
    """Two LSTMs whose step is a diagonal; together they see all earlier pixels.

    In the first, a pixel reads the states of its left and its upper neighbour; in the second, which comes from the
    right, those of its right and its upper one. The right neighbour is a later pixel: so what the second has made is
    shifted down by a row before it is added. Both run as one recurrence, over the pixels of each diagonal and no more.
    Parameters: V (2, 4H, D), b (2, 4H), U (2, 4H, 2H), rows i, f, candidate, o, columns of U side and above.
    """

    def __init__(self, D: int, H: int):
        super().__init__()
        self.V = nn.Parameter(_uniform(2, 4 * H, D, within=1 / math.sqrt(D)))
        self.b = nn.Parameter(_uniform(2, 4 * H, within=1 / math.sqrt(D)))
        self.U = nn.Parameter(_uniform(2, 4 * H, 2 * H, within=1 / math.sqrt(2 * H)))

    def forward(self, x: Float[Tensor, "B n m D"]) -> Float[Tensor, "B n m H"]:
        B, n, m, _ = x.shape
        order, spans = diagonals(n, m)
        order = order.to(x.device)
        mirrored = order // m * m + (m - 1 - order % m)
        both = torch.stack([order, mirrored])
        pixels = x.permute(1, 2, 0, 3).flatten(0, 1)[both]  # (2, n m, B, D)
        z = torch.baddbmm(self.b.unsqueeze(1), pixels.flatten(1, 2), self.V.transpose(1, 2))
        h = lattice_lstm(z.unflatten(1, (n * m, B)), self.U, spans, (0, -1))
        left, right = (one[where.argsort()].view(n, m, B, -1) for one, where in zip(h, both, strict=True))
        return (left + self.shifted(right)).permute(2, 0, 1, 3)

    def shifted(self, right: Float[Tensor, "n m B H"]) -> Float[Tensor, "n m B H"]:
        """Down by one row: pixel (i, j) gets what was made at (i-1, j), of pixels in rows up to i-1."""
        return pad(right, (0, 0, 0, 0, 0, 0, 1, 0))[:-1]


class ResidualBlock(nn.Module):
    """x + W layer(x): the layer's H outputs brought back to the width of x, and added to it.

    In training a share `dropped` of the layer's outputs is left out at random on the way (chapter 13 says why there).
    """

    def __init__(self, layer: nn.Module, H: int, D: int, dropped: float = 0.0):
        super().__init__()
        self.layer, self.W, self.dropped = layer, nn.Linear(H, D), dropped

    def forward(self, x: Float[Tensor, "B n m D"]) -> Float[Tensor, "B n m D"]:
        return x + self.W(dropout(self.layer(x), self.dropped, self.training))


class ConvolutionLayer(nn.Module):
    """What stands in the place of a recurrent layer in a PixelCNN: 1 x 1 to H, kernel x kernel with mask B, relu."""

    def __init__(self, D: int, H: int, kernel: int = 3):
        super().__init__()
        self.narrow = nn.Linear(D, H)
        self.look = MaskedConvolution(H, H, kernel, kernel, "B")

    def forward(self, x: Float[Tensor, "B n m D"]) -> Float[Tensor, "B n m H"]:
        return relu(self.look(relu(self.narrow(relu(x)))))


def _uniform(*shape: int, within: float) -> Tensor:
    return torch.empty(*shape).uniform_(-within, within)
