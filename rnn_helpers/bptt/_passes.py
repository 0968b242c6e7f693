"""What the forward and backward passes of all recurrences share. Time comes first here: (T, B, ...)."""

from collections.abc import Callable, Iterator
from functools import wraps

import torch
from jaxtyping import Float
from torch import Tensor


def once_differentiable(backward: Callable) -> Callable:
    """For a backward pass that works in place: it runs outside autograd's records, or, with `create_graph`, not at all.

    `torch.autograd.function.once_differentiable` objects only when the second derivative is taken, and not even then
    if the loss is linear in the outputs: a penalty on such a gradient would silently do nothing.
    """

    @wraps(backward)
    def backward_once(ctx, *gradients):
        if torch.is_grad_enabled():
            raise RuntimeError(
                "create_graph=True asks for second derivatives, which this backward pass does not provide; "
                "a loop over the steps of rnn_helpers.cells does"
            )
        return backward(ctx, *gradients)

    return backward_once


def input_products(
    x: Float[Tensor, "T B D"], V: Float[Tensor, "rows D"], bias: Float[Tensor, "rows"]
) -> Float[Tensor, "T B rows"]:
    """V x_t + bias for all steps at once, in new memory: the loop may go on writing to it."""
    return torch.addmm(bias, x.flatten(0, 1), V.T).unflatten(0, x.shape[:2])


def with_room_for(T: int, start: Float[Tensor, "B H"]) -> Float[Tensor, "1+{T} B H"]:
    """`start` at index 0 and, not yet filled in, the T states after it."""
    states = start.new_empty(1 + T, *start.shape)
    states[0] = start
    return states


def steps(*sequences: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """What the sequences hold at the first step, at the second, ...; `unbind` costs less than an index at each step."""
    return zip(*(sequence.unbind() for sequence in sequences), strict=True)


def steps_back(*sequences: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The same from the last step to the first."""
    return zip(*(reversed(sequence.unbind()) for sequence in sequences), strict=True)


def tanh_slope(h: Tensor) -> Tensor:
    """tanh'(z) from h = tanh(z): 1 - h^2."""
    return torch.addcmul(h.new_ones(()), h, h, value=-1)


def relu_slope(h: Tensor) -> Tensor:
    """relu'(z) from h = relu(z): 1 where h > 0, otherwise 0."""
    return (h > 0).to(h.dtype)


def sigmoid_slope(s: Tensor) -> Tensor:
    """sigma'(z) from s = sigma(z): s - s^2."""
    return torch.addcmul(s, s, s, value=-1)


def sum_of_outer_products(
    left: Float[Tensor, "T B rows"], right: Float[Tensor, "T B columns"]
) -> Float[Tensor, "rows columns"]:
    """sum_t left_t right_t^T, over the batch too, as one product."""
    return left.flatten(0, 1).T @ right.flatten(0, 1)
