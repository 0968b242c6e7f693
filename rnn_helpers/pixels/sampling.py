"""Images from a model, pixel by pixel: whole ones, and the rest of one that has begun."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Generator, Tensor


@torch.no_grad()
def complete(
    model: Callable[[Float[Tensor, "B n m"]], Float[Tensor, "B n m"]],
    top: Float[Tensor, "B r m"],
    n: int,
    generator: Generator,
) -> Float[Tensor, "B n m"]:
    """Images of n rows whose first r rows are given; the others are drawn from p(rest | given), one pixel at a time.

    A batch is drawn at once. For row i the model gets rows 0 to i only: what comes later can't matter to it, and
    this halves the work. A model that has a mode for training must be put into the other one beforehand.

    Parameters
    ----------
    model : logits of all pixels; those of a pixel depend on earlier ones only.
    top : the rows that are given, zeros and ones; r = 0 for none. An image can't be given from below: what comes
        first in the order of the model must come first.

    Raises
    ------
    ValueError : n is less than the rows given.
    """
    B, given, m = top.shape
    if n < given:
        raise ValueError(f"complete: n must be at least the {given} rows given, got {n}")
    x = torch.cat([top, top.new_zeros(B, n - given, m)], 1)
    for i in range(given, n):
        for j in range(m):
            chance = model(x[:, : i + 1])[:, i, j].sigmoid()
            drawn = torch.rand(B, generator=generator, dtype=x.dtype).to(x.device)
            x[:, i, j] = (drawn < chance).to(x.dtype)
    return x


def sample(
    model: Callable[[Float[Tensor, "B n m"]], Float[Tensor, "B n m"]],
    B: int,
    n: int,
    m: int,
    generator: Generator,
) -> Float[Tensor, "B n m"]:
    """B images of n rows and m columns, drawn from the model; in the default dtype."""
    return complete(model, torch.zeros(B, 0, m), n, generator)
