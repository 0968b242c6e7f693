"""Backpropagation through a lattice: an LSTM whose steps are lines of cells, each reading neighbours in the last line.

Equations (book, chapter 12; van den Oord et al. 2016, arXiv 1601.06759, section 3). Cell p of line t reads the states
of the cells p + o of line t - 1, for a few offsets o, and keeps the memory of cell p there. What is not there is 0.

    n_tp = [h_{t-1,p+o} for o in offsets]
    i, f, o = sigma and c~ = tanh of the rows of z_tp = input_tp + U n_tp
    c_tp = f * c_{t-1,p} + i * c~                   h_tp = o * tanh(c_tp)

A row of an image is a line with offsets -1, 0, 1; so is a diagonal, with offsets 0 and -1, whose ends move (`spans`).
Backward it is chapter 10's LSTM, but that what a cell sends back goes to several cells of the line before it, and
that each gets the sum of what its readers send.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.bptt._passes import once_differentiable, sigmoid_slope, tanh_slope


def lattice_lstm(
    z: Float[Tensor, "G N B rows"],
    U: Float[Tensor, "G rows columns"],
    spans: Sequence[tuple[int, int]],
    offsets: Sequence[int],
) -> Float[Tensor, "G N B H"]:
    """The states of all cells of G lattices of the same form, which run side by side.

    Parameters
    ----------
    z : what the input sends to each gate of each of the N cells, line after line; 4H rows: i, f, candidate, o.
    U : from the states of the neighbours, with a block of H columns for each offset.
    spans : for each line the first cell and the one after the last. A line may grow at its end and shrink at its
        start, by one cell a step at most.
    offsets : whose states a cell reads, relative to its own place in the line before.

    Raises
    ------
    ValueError : the spans do not hold N cells, move otherwise than said, or a shape does not fit.
    """
    G, N, _, rows = z.shape
    H = rows // 4
    if U.shape != (G, 4 * H, len(offsets) * H):
        raise ValueError(f"lattice_lstm: U must have shape {(G, 4 * H, len(offsets) * H)}, got {tuple(U.shape)}")
    if sum(hi - lo for lo, hi in spans) != N:
        raise ValueError(f"lattice_lstm: z has {N} cells, spans {sum(hi - lo for lo, hi in spans)}")
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(spans)]
    if any(lo >= hi for lo, hi in spans) or not {m for move in moves for m in move} <= {0, 1}:
        raise ValueError(f"lattice_lstm: the ends of spans must move by 0 or 1 a line, got {spans}")
    return _Lattice.apply(z, U, tuple(spans), tuple(offsets))


class _Lattice(torch.autograd.Function):
    """Lines are written to a map of places, from which the next one reads; places outside of it are zero."""

    @staticmethod
    def forward(ctx, z, U, spans, offsets):
        G, N, B, H = *z.shape[:3], z.shape[3] // 4
        sizes = [hi - lo for lo, hi in spans]
        gates = z.clone(memory_format=torch.contiguous_format)
        neighbours = z.new_empty(G, N, B, len(offsets), H)
        c_before, c, s, h = (z.new_empty(G, N, B, H) for _ in range(4))
        first, places = _map_of(spans, offsets)
        h_map, c_map = z.new_zeros(G, places, B, H), z.new_zeros(G, places, B, H)
        U_transposed = U.transpose(1, 2)
        for (lo, hi), z_t, n_t, c_before_t, c_t, s_t, h_t in zip(
            spans, *(packed.split(sizes, 1) for packed in (gates, neighbours, c_before, c, s, h)), strict=True
        ):
            lo, hi = lo + first, hi + first
            for o, n_to in zip(offsets, n_t.unbind(3), strict=True):
                n_to.copy_(h_map[:, lo + o : hi + o])
            c_before_t.copy_(c_map[:, lo:hi])
            z_t.view(G, -1, 4 * H).baddbmm_(n_t.view(G, -1, len(offsets) * H), U_transposed)
            z_t[..., : 2 * H].sigmoid_()
            z_t[..., 2 * H : 3 * H].tanh_()
            z_t[..., 3 * H :].sigmoid_()
            i_t, f_t, candidate_t, o_t = z_t.chunk(4, -1)
            torch.mul(f_t, c_before_t, out=c_t).addcmul_(i_t, candidate_t)
            torch.mul(o_t, torch.tanh(c_t, out=s_t), out=h_t)
            h_map[:, lo:hi], c_map[:, lo:hi] = h_t, c_t
        ctx.save_for_backward(U, gates, neighbours, c_before, s)
        ctx.spans, ctx.offsets = spans, offsets
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h):
        U, gates, neighbours, c_before, s = ctx.saved_tensors
        G, _, B, k, H = neighbours.shape
        sizes = [hi - lo for lo, hi in ctx.spans]
        i, f, candidate, o = gates.chunk(4, -1)
        # First what is known of all cells; the loop multiplies by what arrives.
        dz = sigmoid_slope(gates)
        dz_i, dz_f, dz_candidate, dz_o = dz.chunk(4, -1)
        dz_i.mul_(candidate)
        dz_f.mul_(c_before)
        torch.mul(i, tanh_slope(candidate), out=dz_candidate)
        dz_o.mul_(s)
        h_by_c = tanh_slope(s).mul_(o)
        parts = dz.unflatten(3, (4, H))
        first, places = _map_of(ctx.spans, ctx.offsets)
        dh_map, dc_map = s.new_zeros(G, places, B, H), s.new_zeros(G, places, B, H)
        packed = (dz, parts[..., :3, :], parts[..., 3, :], f, h_by_c, grad_h)
        lines = zip(ctx.spans, *(one.split(sizes, 1) for one in packed), strict=True)
        for (lo, hi), dz_t, by_c_t, by_h_t, f_t, h_by_c_t, direct_t in reversed(list(lines)):
            lo, hi = lo + first, hi + first
            dh = direct_t + dh_map[:, lo:hi]
            dc = torch.addcmul(dc_map[:, lo:hi], dh, h_by_c_t)
            by_c_t.mul_(dc.unsqueeze(3))
            by_h_t.mul_(dh)
            sent = torch.bmm(dz_t.flatten(1, 2), U).view(G, hi - lo, B, k, H)
            dh_map.zero_()
            dc_map[:, lo:hi] = f_t * dc  # the cells of the line before that are not in here have no later one
            for o, sent_o in zip(ctx.offsets, sent.unbind(3), strict=True):
                dh_map[:, lo + o : hi + o] += sent_o
        dU = torch.bmm(dz.flatten(1, 2).transpose(1, 2), neighbours.view(G, -1, k * H))
        return dz, dU, None, None


def _map_of(spans: Sequence[tuple[int, int]], offsets: Sequence[int]) -> tuple[int, int]:
    """The index of place 0 in a map that has room for every neighbour, and the number of its places."""
    first = max(0, -min(offsets))
    return first, first + max(hi for _, hi in spans) + max(0, max(offsets))
