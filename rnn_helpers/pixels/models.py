"""A model of binary images: p(x) as a product over pixels, each given those before it in raster order."""

import math
from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad, relu

from rnn_helpers.pixels.layers import (
    ConvolutionLayer,
    DiagonalBiLSTM,
    MaskedConvolution,
    ResidualBlock,
    RowLSTM,
)


class PixelModel(nn.Module):
    """Logits of all pixels at once: mask A, residual blocks, and two layers of 1 x 1 in front of the last one.

    The stack of van den Oord et al. 2016, arXiv 1601.06759, Table 1, with 2H numbers at each pixel between the layers.

    Parameters
    ----------
    make_layer : called with D and H for each block, a layer from (B, n, m, D) to (B, n, m, H) that sees no later pixel.
    H : hidden units of a layer.
    num_layers : how many residual blocks.
    first_kernel : side of the kernel that reads the pixels.
    dropped : share of each layer's outputs left out at random in training.
    spare_columns : empty columns put to the right of the image, and taken away at the end.
    """

    def __init__(
        self,
        make_layer: Callable[[int, int], nn.Module],
        H: int,
        num_layers: int = 1,
        first_kernel: int = 7,
        dropped: float = 0.0,
        spare_columns: int = 0,
    ):
        super().__init__()
        D = 2 * H
        self.first = MaskedConvolution(1, D, first_kernel, first_kernel, "A")
        self.blocks = nn.ModuleList(ResidualBlock(make_layer(D, H), H, D, dropped) for _ in range(num_layers))
        self.head = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.Linear(D, 1))
        self.spare_columns = spare_columns

    def forward(self, x: Float[Tensor, "B n m"]) -> Float[Tensor, "B n m"]:
        """The logit of each pixel's being 1, given the pixels before it."""
        features = self.first(2 * pad(x, (0, self.spare_columns)).unsqueeze(-1) - 1)
        for block in self.blocks:
            features = block(features)
        return self.head(relu(features)).squeeze(-1)[..., : x.shape[-1]]

    def nats(self, x: Float[Tensor, "B n m"]) -> Float[Tensor, "B"]:
        """-ln p(x) of each image."""
        return image_nats(self(x), x)


def masked_convolution_model(
    H: int, num_layers: int = 1, kernel: int = 3, first_kernel: int = 7, dropped: float = 0.0
) -> PixelModel:
    """A PixelCNN: its blocks are masked convolutions."""
    return PixelModel(lambda D, H: ConvolutionLayer(D, H, kernel), H, num_layers, first_kernel, dropped)


def row_model(H: int, num_layers: int = 1, kernel: int = 3, first_kernel: int = 7, dropped: float = 0.0) -> PixelModel:
    """A PixelRNN of Row LSTMs."""
    return PixelModel(lambda D, H: RowLSTM(D, H, kernel), H, num_layers, first_kernel, dropped)


def diagonal_model(H: int, num_layers: int = 1, first_kernel: int = 7, dropped: float = 0.0) -> PixelModel:
    """A PixelRNN of Diagonal BiLSTMs that sees all earlier pixels.

    A spare column sees to the last pixel of the row above: what reads it stands one place further on, which without
    the column is in the next row, and there the direction from the right is no longer heard.
    """
    return PixelModel(DiagonalBiLSTM, H, num_layers, first_kernel, dropped, spare_columns=1)


def image_nats(logits: Float[Tensor, "B n m"], x: Float[Tensor, "B n m"]) -> Float[Tensor, "B"]:
    """-ln p(x) of each image under these logits: the sum over its pixels of -ln p(pixel | those before it).

    Raises
    ------
    ValueError : a pixel is neither 0 nor 1.
    """
    if not ((x == 0) | (x == 1)).all():
        raise ValueError("image_nats: x must hold zeros and ones only; binarise grey values first")
    return binary_cross_entropy_with_logits(logits, x, reduction="none").sum((1, 2))


def bits_per_pixel(nats: Tensor | float, n: int, m: int) -> Tensor | float:
    """Nats of a whole image of n x m pixels, as bits a pixel: 1 bit is ln 2 nats, so there are more bits than nats."""
    return nats / (math.log(2) * n * m)
