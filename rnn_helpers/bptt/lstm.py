"""Backpropagation through time: long short-term memory, its forward and backward pass written by hand.

Equations (book, chapter 10; Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), where the rows
of z_t = V x_t + U h_{t-1} + b belong to i, f, the candidate c~ and o:

    i_t = sigma(z^i_t)      f_t = sigma(z^f_t)      c~_t = tanh(z^c_t)      o_t = sigma(z^o_t)
    c_t = f_t * c_{t-1} + i_t * c~_t                s_t = tanh(c_t)         h_t = o_t * s_t

Backward, with dz for dL/dz and so on; each slope sigma', tanh' is read from its function's output:

    dh_t = direct dL/dh_t + U^T dz_{t+1}
    dc_t = direct dL/dc_t + f_{t+1} * dc_{t+1} + dh_t * o_t * tanh'
    dz^i_t = dc_t * c~_t * sigma'     dz^f_t = dc_t * c_{t-1} * sigma'     dz^c_t = dc_t * i_t * tanh'
    dz^o_t = dh_t * s_t * sigma'
    dL/dU = sum_t dz_t h_{t-1}^T      dL/dV = sum_t dz_t x_t^T             dL/db = sum_t dz_t

Coupled gates (Greff et al. 2017, arXiv 1503.04069): i_t = 1 - f_t, and dz^f_t = dc_t * (c_{t-1} - c~_t) * sigma'.

Diagonal recurrence (Li et al. 2018, arXiv 1803.04831, for Elman's network): each U_k is a diagonal matrix, of which the
diagonal alone is kept. U_k h becomes U_k * h, U^T dz becomes sum_k U_k * dz^k, and dL/dU_k = sum_t dz^k_t * h_{t-1}.
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


def lstm(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    c0: Float[Tensor, "B H"],
    V: Float[Tensor, "4*H D"],
    U: Float[Tensor, "4*H H"] | Float[Tensor, "4*H"],
    b: Float[Tensor, "4*H"],
) -> tuple[Float[Tensor, "B T H"], Float[Tensor, "B T H"]]:
    """All states h_t and all cells c_t of an LSTM; the loss may depend on both.

    The rows of V, U and b are stacked i, f, candidate, o, as in `torch.nn.LSTM`, whose two biases add up to b. A U with
    one axis holds the diagonals of four diagonal matrices. Gradients flow to all arguments; there are no second ones.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, D, H = x.shape[0], x.shape[-1], U.shape[-1] if U.ndim == 2 else h0.shape[-1]
    shapes = {"h0": (h0, (B, H)), "c0": (c0, (B, H)), "V": (V, (4 * H, D)), "b": (b, (4 * H,))}
    shapes["U"] = (U, (4 * H, H) if U.ndim == 2 else (4 * H,))
    check_arguments("lstm", x, **shapes)
    return _LSTM.apply(x, h0, c0, V, U, b)


def coupled_lstm(
    x: Float[Tensor, "B T D"],
    h0: Float[Tensor, "B H"],
    c0: Float[Tensor, "B H"],
    V: Float[Tensor, "3*H D"],
    U: Float[Tensor, "3*H H"],
    b: Float[Tensor, "3*H"],
) -> tuple[Float[Tensor, "B T H"], Float[Tensor, "B T H"]]:
    """All states and cells of an LSTM that takes in as much as it forgets, i_t = 1 - f_t.

    The rows of V, U and b are stacked f, candidate, o. Everything else is as in `lstm`.

    Raises
    ------
    ValueError : the sequence is empty, or a shape or dtype does not fit.
    """
    B, D, H = x.shape[0], x.shape[-1], U.shape[-1]
    shapes = {"h0": (h0, (B, H)), "c0": (c0, (B, H)), "V": (V, (3 * H, D)), "U": (U, (3 * H, H)), "b": (b, (3 * H,))}
    check_arguments("coupled_lstm", x, **shapes)
    return _CoupledLSTM.apply(x, h0, c0, V, U, b)


class _LSTM(torch.autograd.Function):
    """One tensor holds z of all steps; the gates and the candidate take its place step by step."""

    @staticmethod
    def forward(ctx, x, h0, c0, V, U, b):
        x = x.transpose(0, 1).contiguous()
        gates = input_products(x, V, b)
        states, cells = with_room_for(len(x), h0), with_room_for(len(x), c0)
        s = torch.empty_like(cells[1:])
        i, f, candidate, o = gates.chunk(4, -1)
        i_and_f = gates[..., : 2 * h0.shape[1]]
        h_before, c_before, add_recurrent_product = h0, c0, _adder(U, h0.shape[1])
        for z_t, if_t, i_t, f_t, candidate_t, o_t, c_t, s_t, h_t in steps(
            gates, i_and_f, i, f, candidate, o, cells[1:], s, states[1:]
        ):
            add_recurrent_product(z_t, h_before)
            if_t.sigmoid_()
            candidate_t.tanh_()
            o_t.sigmoid_()
            c_before = torch.mul(f_t, c_before, out=c_t).addcmul_(i_t, candidate_t)
            h_before = torch.mul(o_t, torch.tanh(c_t, out=s_t), out=h_t)
        ctx.save_for_backward(x, V, U, gates, cells, s, states)
        return states[1:].transpose(0, 1), cells[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h, grad_c):
        x, V, U, gates, cells, s, states = ctx.saved_tensors
        i, f, candidate, o = gates.chunk(4, -1)
        # First what is known of all steps; `_send_back` multiplies by what arrives.
        dz = sigmoid_slope(gates)
        dz_i, dz_f, dz_candidate, dz_o = dz.chunk(4, -1)
        dz_i.mul_(candidate)
        dz_f.mul_(cells[:-1])
        torch.mul(i, tanh_slope(candidate), out=dz_candidate)
        dz_o.mul_(s)
        dh0, dc0 = _send_back(dz, U, f, tanh_slope(s).mul_(o), grad_h, grad_c)
        return _gradients(ctx.needs_input_grad, dz, dh0, dc0, x, V, states, U.ndim == 1)


class _CoupledLSTM(torch.autograd.Function):
    """As `_LSTM`, with one gate in the place of two."""

    @staticmethod
    def forward(ctx, x, h0, c0, V, U, b):
        x = x.transpose(0, 1).contiguous()
        gates = input_products(x, V, b)
        states, cells = with_room_for(len(x), h0), with_room_for(len(x), c0)
        s = torch.empty_like(cells[1:])
        f, candidate, o = gates.chunk(3, -1)
        h_before, c_before, U_transposed = h0, c0, U.T
        for z_t, f_t, candidate_t, o_t, c_t, s_t, h_t in steps(gates, f, candidate, o, cells[1:], s, states[1:]):
            z_t.addmm_(h_before, U_transposed)
            f_t.sigmoid_()
            candidate_t.tanh_()
            o_t.sigmoid_()
            c_before = torch.lerp(candidate_t, c_before, f_t, out=c_t)
            h_before = torch.mul(o_t, torch.tanh(c_t, out=s_t), out=h_t)
        ctx.save_for_backward(x, V, U, gates, cells, s, states)
        return states[1:].transpose(0, 1), cells[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h, grad_c):
        x, V, U, gates, cells, s, states = ctx.saved_tensors
        f, candidate, o = gates.chunk(3, -1)
        dz = sigmoid_slope(gates)
        dz_f, dz_candidate, dz_o = dz.chunk(3, -1)
        dz_f.mul_(cells[:-1] - candidate)
        torch.mul(1 - f, tanh_slope(candidate), out=dz_candidate)
        dz_o.mul_(s)
        dh0, dc0 = _send_back(dz, U, f, tanh_slope(s).mul_(o), grad_h, grad_c)
        return _gradients(ctx.needs_input_grad, dz, dh0, dc0, x, V, states, U.ndim == 1)


def _adder(U, H):
    """What adds U h to z_t (B, rows) in place."""
    if U.ndim == 2:
        transposed = U.T
        return lambda z_t, h: z_t.addmm_(h, transposed)
    diagonals = U.view(-1, H)
    return lambda z_t, h: z_t.unflatten(1, diagonals.shape).addcmul_(h.unsqueeze(1), diagonals)


def _send_back(
    dz: Float[Tensor, "T B rows"],
    U: Float[Tensor, "rows H"] | Float[Tensor, "rows"],
    f: Float[Tensor, "T B H"],
    h_by_c: Float[Tensor, "T B H"],
    grad_h: Float[Tensor, "B T H"],
    grad_c: Float[Tensor, "B T H"],
) -> tuple[Float[Tensor, "B H"], Float[Tensor, "B H"]]:
    """The loop through time, from the last step to the first: finishes dz in place, returns dL/dh_0 and dL/dc_0.

    `dz` arrives as dc_t/dz_t, but for its last rows, those of the output gate, which are dh_t/dz^o_t; `h_by_c` is
    dh_t/dc_t = o_t * tanh'(c_t).
    """
    parts = dz.unflatten(2, (-1, f.shape[2]))
    diagonals = None if U.ndim == 2 else U.view(-1, f.shape[2])
    h_from_later = c_from_later = torch.zeros_like(f[0])
    for dz_t, parts_t, by_c_t, by_h_t, f_t, h_by_c_t, direct_h, direct_c in steps_back(
        dz, parts, parts[:, :, :-1], parts[:, :, -1], f, h_by_c, grad_h.transpose(0, 1), grad_c.transpose(0, 1)
    ):
        dh = direct_h + h_from_later
        dc = (direct_c + c_from_later).addcmul_(dh, h_by_c_t)
        by_c_t.mul_(dc.unsqueeze(1))
        by_h_t.mul_(dh)
        h_from_later = dz_t @ U if diagonals is None else (parts_t * diagonals).sum(1)
        c_from_later = f_t * dc
    return h_from_later, c_from_later


def _gradients(needs_input_grad, dz, dh0, dc0, x, V, states, diagonal):
    """What the backward passes return, in the order of the arguments x, h0, c0, V, U, b; None where nobody asks."""
    need_x, need_h0, need_c0, need_V, need_U, need_b = needs_input_grad
    return (
        (dz @ V).transpose(0, 1) if need_x else None,
        dh0 if need_h0 else None,
        dc0 if need_c0 else None,
        sum_of_outer_products(dz, x) if need_V else None,
        _gradient_of_U(dz, states[:-1], diagonal) if need_U else None,
        dz.sum((0, 1)) if need_b else None,
    )


def _gradient_of_U(dz, states, diagonal):
    if diagonal:
        return torch.einsum("tbkh,tbh->kh", dz.unflatten(2, (-1, states.shape[2])), states).flatten()
    return sum_of_outer_products(dz, states)
