"""Backpropagation through time without a loop over time: the minimal GRU, its forward and backward pass.

Neither gate nor candidate reads the state (Feng et al. 2024, arXiv 2410.01201):

    u_t = sigma(V_u x_t + b_u)       h~_t = V x_t + b       h_t = (1 - u_t) * h_{t-1} + u_t * h~_t

so that all u_t and h~_t are known beforehand, the states are a linear recurrence, and so are their gradients, from the
end (`rnn_helpers.scans`). With dh_t the gradient that reaches h_t from outside and g_t the whole of it:

    g_t = dh_t + (1 - u_{t+1}) * g_{t+1}
    dz^h_t = g_t * u_t               dz^u_t = g_t * (h~_t - h_{t-1}) * u_t * (1 - u_t)
    dL/dV = sum_t dz_t x_t^T and dL/db = sum_t dz_t, with the two stacked
"""

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.bptt._arguments import check_arguments
from rnn_helpers.bptt._passes import input_products, once_differentiable, sum_of_outer_products
from rnn_helpers.scans import fill_states


def min_gru(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    V: Float[Tensor, "2*H D"],
    b: Float[Tensor, "2*H"],
) -> Float[Tensor, "B T H"]:
    """All states of a minimal GRU. The rows of V and b are stacked u, candidate.

    Gradients flow to all arguments; there are no second ones.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, D, H = x.shape[0], x.shape[-1], h0.shape[-1]
    check_arguments("min_gru", x, h0=(h0, (B, H)), V=(V, (2 * H, D)), b=(b, (2 * H,)))
    return _MinGRU.apply(x, h0, V, b)


class _MinGRU(torch.autograd.Function):
    """Time comes first in memory; the scan sees it second."""

    @staticmethod
    def forward(ctx, x, h0, V, b):
        x = x.transpose(0, 1).contiguous()
        z = input_products(x, V, b)
        z_u, candidate = z.chunk(2, -1)
        u = z_u.sigmoid_()
        keep = 1 - u
        h = torch.empty_like(keep)
        fill_states(*(tensor.transpose(0, 1) for tensor in (keep, u * candidate)), h0, h.transpose(0, 1))
        ctx.save_for_backward(x, h0, V, z, keep, h)
        return h.transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h):
        x, h0, V, z, keep, h = ctx.saved_tensors
        u, candidate = z.chunk(2, -1)
        grad_h, g = grad_h.transpose(0, 1), torch.empty_like(h)
        g[-1] = grad_h[-1]
        fill_states(
            *(tensor.transpose(0, 1) for tensor in (keep[1:], grad_h[:-1])), g[-1], g[:-1].transpose(0, 1), back=True
        )
        dz = torch.empty_like(z)
        dz_u, dz_candidate = dz.chunk(2, -1)
        torch.mul(g, u, out=dz_candidate)
        torch.sub(candidate[0], h0, out=dz_u[0])
        torch.sub(candidate[1:], h[:-1], out=dz_u[1:])
        dz_u.mul_(dz_candidate).mul_(keep)
        need_x, need_h0, need_V, need_b = ctx.needs_input_grad
        return (
            (dz @ V).transpose(0, 1) if need_x else None,
            keep[0] * g[0] if need_h0 else None,
            sum_of_outer_products(dz, x) if need_V else None,
            dz.sum((0, 1)) if need_b else None,
        )
