"""Which pixels a logit depends on: found by the gradient of a model, and foretold from its kernels and its depth."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def seen(
    model: Callable[[Float[Tensor, "B n m"]], Float[Tensor, "B n m"]], x: Float[Tensor, "B n m"], i: int, j: int
) -> Bool[Tensor, "n m"]:
    """True where the gradient of the logit of pixel (i, j), counted from 0, is not zero for some image of the batch.

    Take a handful of random images: a relu can shut a way for one of them. That a pixel is *not* seen is certain
    only up to what these images open.
    """
    x = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model(x)[:, i, j].sum(), x)
    return (gradient != 0).any(0)


def before(n: int, m: int, i: int, j: int) -> Bool[Tensor, "n m"]:
    """All pixels before (i, j) in raster order: what may be seen, and what a Diagonal BiLSTM sees."""
    return (torch.arange(n * m) < i * m + j).view(n, m)


def triangle(
    n: int, m: int, i: int, j: int, num_layers: int = 1, kernel: int = 3, first_kernel: int = 7
) -> Bool[Tensor, "n m"]:
    """What a stack of Row LSTMs sees: a triangle that widens upwards.

    With the radii s of `kernel` and r of `first_kernel`, both at least 1: in its own row r + num_layers s pixels to
    the left; d rows above, s d more to the left, and r + s (d - 1) to the right, however many layers there are.
    """
    s, r = kernel // 2, first_kernel // 2
    up, right = _offsets(n, m, i, j)
    above = (up > 0) & (right <= r + s * (up - 1))
    return (above | ((up == 0) & (right < 0))) & (right >= -(r + s * num_layers + s * up))


def cone(
    n: int, m: int, i: int, j: int, num_layers: int = 1, kernel: int = 3, first_kernel: int = 7
) -> Bool[Tensor, "n m"]:
    """What a stack of masked convolutions sees: a cone that ends, with a blind spot to its right.

    With the radii s of `kernel` and r of `first_kernel`, r at least s: as far as r + num_layers s rows up and pixels
    to the left; d rows above, r + s (d - 1) to the right, and no more than r + num_layers s.
    """
    s, r = kernel // 2, first_kernel // 2
    up, right = _offsets(n, m, i, j)
    reach = r + s * num_layers
    above = (up > 0) & (right <= (r + s * (up - 1)).clamp(max=reach))
    return (above | ((up == 0) & (right < 0))) & (right >= -reach) & (up <= reach)


def _offsets(n: int, m: int, i: int, j: int) -> tuple[Tensor, Tensor]:
    """How far above (i, j) each pixel lies, and how far to its right."""
    return (i - torch.arange(n)).unsqueeze(1).expand(n, m), (torch.arange(m) - j).expand(n, m)
