"""What the cases of exercises are made of: float64 tensors, written out or drawn."""

import torch
from torch import Generator, Tensor


def numbers(*values: float | list) -> Tensor:
    """A tensor of these rows or entries: `numbers([1.0, 2.0], [3.0, 4.0])` is 2 x 2."""
    return torch.tensor(values, dtype=torch.float64)


def draw(generator: Generator, *shape: int) -> Tensor:
    """Standard normal entries."""
    return torch.randn(*shape, generator=generator, dtype=torch.float64)
