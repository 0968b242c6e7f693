"""The diagonals of an image, one after the other: as a skewed map, and as a list of pixels."""

import torch
from jaxtyping import Int, Shaped
from torch import Tensor
from torch.nn.functional import pad


def skew(x: Shaped[Tensor, "*batch n m"]) -> Shaped[Tensor, "*batch n n+m-1"]:
    """Row i moved i columns to the right, zeros beside it: each column of the result is a diagonal of the image."""
    n, m = x.shape[-2:]
    # One row longer by n and read again in rows one shorter: each begins one place later than the one above.
    return pad(x, (0, n)).flatten(-2)[..., : n * (n + m - 1)].unflatten(-1, (n, n + m - 1))


def unskew(x: Shaped[Tensor, "*batch n w"]) -> Shaped[Tensor, "*batch n m"]:
    """The image of which this is the skewed map; w = n + m - 1.

    Raises
    ------
    ValueError : the map is too narrow to be a skewed one of n rows.
    """
    n, w = x.shape[-2:]
    if w < n:
        raise ValueError(f"unskew: a skewed map of {n} rows has at least {n} columns, got {w}")
    return pad(x.flatten(-2), (0, n)).unflatten(-1, (n, w + 1))[..., : w + 1 - n]


def diagonals(n: int, m: int) -> tuple[Int[Tensor, "{n}*{m}"], list[tuple[int, int]]]:
    """The pixels of an image of n rows and m columns in the order of its n + m - 1 diagonals.

    Returns the number of each pixel in raster order, and for each diagonal its first row and the one after its last.
    Within a diagonal, from the top right to the bottom left, rows count up.
    """
    spans = [(max(0, d - m + 1), min(n, d + 1)) for d in range(n + m - 1)]
    return torch.tensor([i * m + d - i for d, (lo, hi) in enumerate(spans) for i in range(lo, hi)]), spans
