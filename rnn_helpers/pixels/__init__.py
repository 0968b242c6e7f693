"""Images painted pixel by pixel: PixelRNN and its two recurrences, a rival by convolution, likelihood, sampling."""

from rnn_helpers.pixels.context import before, cone, seen, triangle
from rnn_helpers.pixels.fitting import fit
from rnn_helpers.pixels.layers import (
    DiagonalBiLSTM,
    MaskedConvolution,
    RowLSTM,
    causal_mask,
)
from rnn_helpers.pixels.models import (
    PixelModel,
    bits_per_pixel,
    diagonal_model,
    image_nats,
    masked_convolution_model,
    row_model,
)
from rnn_helpers.pixels.sampling import complete, sample
from rnn_helpers.pixels.skewing import diagonals, skew, unskew

__all__ = [
    "DiagonalBiLSTM",
    "MaskedConvolution",
    "PixelModel",
    "RowLSTM",
    "before",
    "bits_per_pixel",
    "causal_mask",
    "complete",
    "cone",
    "diagonal_model",
    "diagonals",
    "fit",
    "image_nats",
    "masked_convolution_model",
    "row_model",
    "sample",
    "seen",
    "skew",
    "triangle",
    "unskew",
]
