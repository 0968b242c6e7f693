"""Backpropagation through time: the Elman network's forward and backward pass, written by hand.

Equations (book, chapter 2), with the loss L a function of all outputs or of all states, and g either tanh or relu:

    z_t = V x_t + U h_{t-1} + c          h_t = g(z_t)
    dL/dz_t = g'(z_t) * (direct dL/dh_t + U^T dL/dz_{t+1})
    dL/dU = sum_t dL/dz_t h_{t-1}^T      dL/dV = sum_t dL/dz_t x_t^T      dL/dc = sum_t dL/dz_t
"""

from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.bptt._arguments import check_arguments
from rnn_helpers.bptt._passes import (
    once_differentiable,
    relu_slope,
    steps,
    steps_back,
    sum_of_outer_products,
    tanh_slope,
    with_room_for,
)

_ACTIVATIONS = {"tanh": (torch.tanh_, tanh_slope), "relu": (torch.relu_, relu_slope)}


class Parameters(NamedTuple):
    """The parameters of an Elman network with a linear read-out: h_t = tanh(V x_t + U h_{t-1} + c), y_t = W h_t + b."""

    V: Float[Tensor, "H D"]
    U: Float[Tensor, "H H"]
    W: Float[Tensor, "K H"]
    c: Float[Tensor, "H"]
    b: Float[Tensor, "K"]


def initial_parameters(D: int, H: int, K: int, seed: int, dtype: torch.dtype = torch.float64) -> Parameters:
    """Parameters drawn as `torch.nn.RNN` and `torch.nn.Linear` draw theirs, uniform within 1/sqrt(H); biases 0.

    Parameters
    ----------
    D, H, K : sizes of the input, the state and the output.
    seed : of the draw; the global generator is not touched.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(rows: int, columns: int) -> Tensor:
        return ((2 * torch.rand(rows, columns, generator=generator, dtype=dtype) - 1) / H**0.5).requires_grad_()

    c, b = (torch.zeros(size, dtype=dtype, requires_grad=True) for size in (H, K))
    return Parameters(draw(H, D), draw(H, H), draw(K, H), c, b)


def elman(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    V: Float[Tensor, "H D"],
    U: Float[Tensor, "H H"],
    c: Float[Tensor, "H"],
    nonlinearity: Literal["tanh", "relu"] = "tanh",
) -> Float[Tensor, "B T H"]:
    """All hidden states of the recurrence h_t = tanh(V x_t + U h_{t-1} + c), with a backward pass of its own.

    Gradients flow to all five tensors and equal autograd's. They cost less: the products with V, and the sums over
    time for the parameters, are done for all steps at once, and only what truly waits for its neighbour is a loop.
    Second derivatives are not provided; asking for them is an error.

    Parameters
    ----------
    nonlinearity : "tanh", or "relu" for max(0, z) in its place.

    Raises
    ------
    ValueError : the sequence is empty, a shape or dtype does not fit, or the nonlinearity is neither.
    """
    if nonlinearity not in _ACTIVATIONS:
        raise ValueError(f"elman: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    B, D, H = x.shape[0], x.shape[-1], U.shape[-1]
    check_arguments("elman", x, h0=(h0, (B, H)), V=(V, (H, D)), U=(U, (H, H)), c=(c, (H,)))
    return _Elman.apply(x, h0, V, U, c, nonlinearity)


class _Elman(torch.autograd.Function):
    """Time comes first inside, so that each step is one block of memory."""

    @staticmethod
    def forward(ctx, x, h0, V, U, c, nonlinearity):
        activate_, ctx.slope = _ACTIVATIONS[nonlinearity]
        x = x.transpose(0, 1).contiguous()
        states = with_room_for(len(x), h0)
        torch.addmm(c, x.flatten(0, 1), V.T, out=states[1:].flatten(0, 1))  # V x_t + c, written where h_t will stand
        h_before, U_transposed = h0, U.T
        for (h_t,) in steps(states[1:]):
            activate_(h_t.addmm_(h_before, U_transposed))
            h_before = h_t
        ctx.save_for_backward(x, V, U, states)
        return states[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h):
        x, V, U, states = ctx.saved_tensors
        dz = ctx.slope(states[1:])  # g'(z_t); the loop multiplies by the dh_t that arrives
        from_later = torch.zeros_like(states[0])
        for dz_t, direct in steps_back(dz, grad_h.transpose(0, 1)):
            dz_t.mul_(direct + from_later)
            from_later = dz_t @ U
        need_x, need_h0, need_V, need_U, need_c, _ = ctx.needs_input_grad
        return (
            (dz @ V).transpose(0, 1) if need_x else None,
            from_later if need_h0 else None,
            sum_of_outer_products(dz, x) if need_V else None,
            sum_of_outer_products(dz, states[:-1]) if need_U else None,
            dz.sum((0, 1)) if need_c else None,
            None,
        )
