"""What every recurrence asks of its arguments before it starts."""

from torch import Tensor


def check_arguments(function: str, x: Tensor, **arguments: tuple[Tensor, tuple[int, ...]]) -> None:
    """Each argument comes with the shape that it must have; x, (B, T, D), sets the dtype.

    Raises
    ------
    ValueError : x has no time steps, or a shape or dtype does not fit; the message names the function and argument.
    """
    if x.ndim != 3:
        raise ValueError(f"{function}: x must have shape (B, T, D), got {tuple(x.shape)}")
    if x.shape[1] == 0:
        raise ValueError(f"{function}: x has no time steps (T = 0); a recurrence needs at least one")
    for name, (value, shape) in arguments.items():
        if tuple(value.shape) != shape:
            raise ValueError(f"{function}: {name} must have shape {shape}, got {tuple(value.shape)}")
        if value.dtype != x.dtype:
            raise ValueError(f"{function}: {name} is {value.dtype}, x is {x.dtype}; they must agree")
