"""Where sequences end: taking the last state, reading backward, and keeping padding out."""

from collections.abc import Sequence

import torch
from jaxtyping import Integer
from torch import Tensor

Lengths = Integer[Tensor, "B"] | Sequence[int]


class CommonEnd:
    """All sequences end at the last step."""

    padding = None

    def clear(self, x):
        return x

    def turn(self, x):
        return x.flip(1)

    def last(self, h):
        return h[:, -1]


class OwnEnds:
    """Each sequence ends after its own number of steps; `padding` (B, T, 1) is true behind it."""

    def __init__(self, lengths, T):
        steps, ends = torch.arange(T, device=lengths.device), lengths[:, None]
        self.rows = torch.arange(len(lengths), device=lengths.device)[:, None]
        self.last_steps = ends - 1
        self.order = torch.where(steps < ends, ends - 1 - steps, steps)  # padding stays where it is
        self.padding = (steps >= ends)[:, :, None]

    def clear(self, x):
        return x.masked_fill(self.padding, 0)  # a product with 0 would let NaN pass, there and in the gradient

    def turn(self, x):
        return x[self.rows, self.order]

    def last(self, h):
        return h[self.rows, self.last_steps].squeeze(1)


def ends_of(x, lengths, unit):
    """Where the sequences in x (B, T, D) end; `unit` is who asks, for the errors."""
    if lengths is None:
        return CommonEnd()
    B, T, _ = x.shape
    lengths = torch.as_tensor(lengths, device=x.device)
    if tuple(lengths.shape) != (B,):
        raise ValueError(f"{unit}: lengths must have shape (B,) = ({B},), got {tuple(lengths.shape)}")
    if lengths.dtype == torch.bool or lengths.is_floating_point():
        raise ValueError(f"{unit}: lengths must be integers, got {lengths.dtype}")
    if lengths.min() < 1 or lengths.max() > T:
        raise ValueError(f"{unit}: lengths must lie between 1 and T = {T}, got {lengths.tolist()}")
    return OwnEnds(lengths.long(), T)
