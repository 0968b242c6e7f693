"""Backpropagation through time: the Elman network's forward and backward pass, written by hand.

Equations (book, chapter 2), with the loss L a function of all outputs or of all states:

    z_t = V x_t + U h_{t-1} + c          h_t = tanh(z_t)
    dL/dz_t = tanh'(z_t) * (direct dL/dh_t + U^T dL/dz_{t+1})
    dL/dU = sum_t dL/dz_t h_{t-1}^T      dL/dV = sum_t dL/dz_t x_t^T      dL/dc = sum_t dL/dz_t
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


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
) -> Float[Tensor, "B T H"]:
    """All hidden states of a tanh recurrence, h_t = tanh(V x_t + U h_{t-1} + c), with a backward pass of its own.

    Gradients flow to all five arguments and equal autograd's. They cost less: the products with V, and the sums over
    time for the parameters, are done for all steps at once, and only what truly waits for its neighbour is a loop.
    Second derivatives are not provided; asking for them is an error.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, T, D = x.shape
    H = U.shape[0]
    if T == 0:
        raise ValueError("elman: x has no time steps (T = 0); a recurrence needs at least one")
    for name, value, shape in [("h0", h0, (B, H)), ("V", V, (H, D)), ("U", U, (H, H)), ("c", c, (H,))]:
        if tuple(value.shape) != shape:
            raise ValueError(f"elman: {name} must have shape {shape}, got {tuple(value.shape)}")
        if value.dtype != x.dtype:
            raise ValueError(f"elman: {name} is {value.dtype}, x is {x.dtype}; they must agree")
    return _Elman.apply(x, h0, V, U, c)


class _Elman(torch.autograd.Function):
    """Time comes first inside, so that each step is one block of memory; `unbind` hands out all steps at once."""

    @staticmethod
    def forward(ctx, x, h0, V, U, c):
        B, T, _ = x.shape
        flat_x = x.transpose(0, 1).flatten(0, 1)  # (T B, D)
        states = x.new_empty(T + 1, B, U.shape[0])
        states[0] = h0
        torch.addmm(c, flat_x, V.T, out=states[1:].flatten(0, 1))  # V x_t + c, written where h_t will stand
        h_before, *rest = states.unbind()
        U_transposed = U.T
        for h_t in rest:
            h_t.addmm_(h_before, U_transposed).tanh_()
            h_before = h_t
        ctx.save_for_backward(flat_x, V, U, states)
        return states[1:].transpose(0, 1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_h):
        flat_x, V, U, states = ctx.saved_tensors
        slope = 1 - states[1:].square()  # tanh'(z_t), from the output
        dz = grad_h.transpose(0, 1) * slope  # the direct part; the loop adds what comes back from later steps
        dz_steps, slopes = dz.unbind(), slope.unbind()
        for t in range(len(dz_steps) - 2, -1, -1):
            dz_steps[t].addcmul_(dz_steps[t + 1] @ U, slopes[t])
        flat_dz = dz.flatten(0, 1)  # (T B, H)
        need_x, need_h0, need_V, need_U, need_c = ctx.needs_input_grad
        return (
            (flat_dz @ V).unflatten(0, dz.shape[:2]).transpose(0, 1) if need_x else None,
            dz_steps[0] @ U if need_h0 else None,
            flat_dz.T @ flat_x if need_V else None,
            flat_dz.T @ states[:-1].flatten(0, 1) if need_U else None,
            flat_dz.sum(0) if need_c else None,
        )
