"""Backpropagation through time: the gated recurrent unit, its forward and backward pass written by hand.

Two forms are in use. The book's (chapter 9; Cho et al. 2014, arXiv 1406.1078) resets the state *before* its product
with U, PyTorch's resets the product *after*:

    r_t = sigma(V_r x_t + U_r h_{t-1} + b_r)      u_t = sigma(V_u x_t + U_u h_{t-1} + b_u)
    before:  h~_t = tanh(V x_t + b + U q_t)       with q_t = r_t * h_{t-1}
    after:   h~_t = tanh(V x_t + b + r_t * a_t)   with a_t = U h_{t-1} + d
    h_t = u_t * h~_t + (1 - u_t) * h_{t-1}

Backward: let z^r_t, z^u_t, z^h_t be what stands inside the three functions, and dz = dL/dz, dq = dL/dq and so on. Each
slope sigma', tanh' is read from its function's output.

    dh_t = direct dL/dh_t + (what step t+1 sends back)
    dz^h_t = dh_t * u_t * tanh'          dz^u_t = dh_t * (h~_t - h_{t-1}) * sigma'
    before:  dq_t = U^T dz^h_t           dz^r_t = dq_t * h_{t-1} * sigma'
             sent back: (1 - u_t) * dh_t + U_r^T dz^r_t + U_u^T dz^u_t + r_t * dq_t
    after:   da_t = dz^h_t * r_t         dz^r_t = dz^h_t * a_t * sigma'
             sent back: (1 - u_t) * dh_t + U_r^T dz^r_t + U_u^T dz^u_t + U^T da_t

    dL/dV = sum_t dz_t x_t^T and dL/db = sum_t dz_t, with the three stacked; dL/dd = sum_t da_t
    dL/dU_r = sum_t dz^r_t h_{t-1}^T, and U_u alike; dL/dU = sum_t dz^h_t q_t^T (before) or sum_t da_t h_{t-1}^T (after)
"""

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.bptt._arguments import check_arguments
from rnn_helpers.bptt._passes import (
    input_products,
    once_differentiable,
    sigmoid_slope,
    steps,
    steps_back,
    sum_of_outer_products,
    tanh_slope,
    with_room_for,
)


def gru_reset_before(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    V: Float[Tensor, "3*H D"],
    U: Float[Tensor, "3*H H"],
    b: Float[Tensor, "3*H"],
) -> Float[Tensor, "B T H"]:
    """All states of a GRU whose candidate is tanh(V x_t + U (r_t * h_{t-1}) + b), the book's form.

    The rows of V, U and b are stacked r, u, candidate. Gradients flow to all arguments; there are no second ones.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, D, H = x.shape[0], x.shape[-1], U.shape[-1]
    check_arguments("gru_reset_before", x, h0=(h0, (B, H)), V=(V, (3 * H, D)), U=(U, (3 * H, H)), b=(b, (3 * H,)))
    return _GRUResetBefore.apply(x, h0, V, U, b)


def gru_reset_after(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    V: Float[Tensor, "3*H D"],
    U: Float[Tensor, "3*H H"],
    b: Float[Tensor, "3*H"],
    d: Float[Tensor, "H"],
) -> Float[Tensor, "B T H"]:
    """All states of a GRU whose candidate is tanh(V x_t + b + r_t * (U h_{t-1} + d)), PyTorch's form.

    The rows of V, U and b are stacked r, u, candidate. `torch.nn.GRU` computes the same with z_t = 1 - u_t, so its rows
    for z are the negatives of ours for u. Gradients flow to all arguments; there are no second ones.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, D, H = x.shape[0], x.shape[-1], U.shape[-1]
    shapes = {"h0": (h0, (B, H)), "V": (V, (3 * H, D)), "U": (U, (3 * H, H)), "b": (b, (3 * H,)), "d": (d, (H,))}
    check_arguments("gru_reset_after", x, **shapes)
    return _GRUResetAfter.apply(x, h0, V, U, b, d)


class _GRUResetBefore(torch.autograd.Function):
    """One tensor holds z^r, z^u, z^h of all steps; step by step r_t, u_t and the candidate take their place."""

    @staticmethod
    def forward(ctx, x, h0, V, U, b):
        H = h0.shape[1]
        U_ru, U_candidate = U[: 2 * H].T, U[2 * H :].T
        x = x.transpose(0, 1).contiguous()
        gates = input_products(x, V, b)
        states = with_room_for(len(x), h0)
        r, u, candidate = gates.chunk(3, -1)
        h_before = h0
        for ru_t, r_t, u_t, candidate_t, h_t in steps(gates[..., : 2 * H], r, u, candidate, states[1:]):
            ru_t.addmm_(h_before, U_ru).sigmoid_()
            candidate_t.addmm_(r_t * h_before, U_candidate).tanh_()
            h_before = torch.lerp(h_before, candidate_t, u_t, out=h_t)
        ctx.save_for_backward(x, V, U, gates, states)
        return states[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h):
        x, V, U, gates, states = ctx.saved_tensors
        r, u, candidate = gates.chunk(3, -1)
        before, H = states[:-1], states.shape[2]
        # First what is known of all steps; the loop multiplies by what arrives.
        dz = sigmoid_slope(gates)
        dz_ru = dz[..., : 2 * H]
        dz_r, dz_u, dz_candidate = dz.chunk(3, -1)
        dz_r.mul_(before)
        dz_u.mul_(candidate - before)
        torch.mul(u, tanh_slope(candidate), out=dz_candidate)
        from_later = torch.zeros_like(before[0])
        for dz_ru_t, dz_r_t, dz_u_t, dz_candidate_t, r_t, keep_t, direct in steps_back(
            dz_ru, dz_r, dz_u, dz_candidate, r, 1 - u, grad_h.transpose(0, 1)
        ):
            dh = direct + from_later
            dq = dz_candidate_t.mul_(dh) @ U[2 * H :]
            dz_r_t.mul_(dq)
            dz_u_t.mul_(dh)
            from_later = (dz_ru_t @ U[: 2 * H]).addcmul_(keep_t, dh).addcmul_(r_t, dq)
        need_x, need_h0, need_V, need_U, need_b = ctx.needs_input_grad
        dU = None
        if need_U:
            dU = torch.cat([sum_of_outer_products(dz_ru, before), sum_of_outer_products(dz_candidate, r * before)])
        return (
            (dz @ V).transpose(0, 1) if need_x else None,
            from_later if need_h0 else None,
            sum_of_outer_products(dz, x) if need_V else None,
            dU,
            dz.sum((0, 1)) if need_b else None,
        )


class _GRUResetAfter(torch.autograd.Function):
    """As above; a_t of all steps is kept too."""

    @staticmethod
    def forward(ctx, x, h0, V, U, b, d):
        H = h0.shape[1]
        U_ru, U_candidate = U[: 2 * H].T, U[2 * H :].T
        x = x.transpose(0, 1).contiguous()
        gates = input_products(x, V, b)
        states = with_room_for(len(x), h0)
        a = torch.empty_like(states[1:])
        r, u, candidate = gates.chunk(3, -1)
        h_before = h0
        for ru_t, r_t, u_t, candidate_t, a_t, h_t in steps(gates[..., : 2 * H], r, u, candidate, a, states[1:]):
            ru_t.addmm_(h_before, U_ru).sigmoid_()
            torch.addmm(d, h_before, U_candidate, out=a_t)
            candidate_t.addcmul_(r_t, a_t).tanh_()
            h_before = torch.lerp(h_before, candidate_t, u_t, out=h_t)
        ctx.save_for_backward(x, V, U, gates, a, states)
        return states[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h):
        x, V, U, gates, a, states = ctx.saved_tensors
        r, u, candidate = gates.chunk(3, -1)
        before = states[:-1]
        # First what is known of all steps; the loop multiplies by what arrives.
        dz_candidate = tanh_slope(candidate).mul_(u)
        dz = sigmoid_slope(gates)  # to become (dz^r, dz^u, da), which goes back through U
        dz_r, dz_u, da = dz.chunk(3, -1)
        dz_r.mul_(a).mul_(dz_candidate)
        dz_u.mul_(candidate - before)
        torch.mul(dz_candidate, r, out=da)
        from_later = torch.zeros_like(before[0])
        for dz_t, parts_t, dz_candidate_t, keep_t, direct in steps_back(
            dz, dz.unflatten(2, (3, -1)), dz_candidate, 1 - u, grad_h.transpose(0, 1)
        ):
            dh = direct + from_later
            parts_t.mul_(dh.unsqueeze(1))
            dz_candidate_t.mul_(dh)
            from_later = (dz_t @ U).addcmul_(keep_t, dh)
        need_x, need_h0, need_V, need_U, need_b, need_d = ctx.needs_input_grad
        dU = sum_of_outer_products(dz, before) if need_U else None
        dd = da.sum((0, 1)) if need_d else None
        da.copy_(dz_candidate)  # now dz is (dz^r, dz^u, dz^h), which goes back through V
        return (
            (dz @ V).transpose(0, 1) if need_x else None,
            from_later if need_h0 else None,
            sum_of_outer_products(dz, x) if need_V else None,
            dU,
            dz.sum((0, 1)) if need_b else None,
            dd,
        )
