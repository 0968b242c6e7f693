"""A recurrence that is linear in its state need not be computed in order: h_t = a_t * h_{t-1} + b_t, chunk by chunk.

A stretch of steps takes the state h before it to A * h + B, whatever h is, with A the product of its a_t and B the
state that it reaches from 0. Two stretches, one after the other, are again such a pair, and it does not matter which
two are put together first (the operation is associative). So the T steps are cut into chunks (after Blelloch 1990,
doi 10.1184/R1/6608579.v1):

1. all chunks walk side by side and find their pairs (A, B);
2. the pairs of the chunks are themselves a recurrence, with a CHUNK-th of the steps: the same again gives the state
   before each chunk;
3. all chunks walk side by side a second time, now from the right states.

That is twice the work, in about 2 CHUNK log T / log CHUNK steps in place of T. Backward, with dh_t the gradient that
reaches h_t from outside and g_t the whole of it, is the same recurrence from the end:

    g_t = dh_t + conj(a_{t+1}) * g_{t+1}          dL/db_t = g_t          dL/da_t = g_t * conj(h_{t-1})
"""

from collections.abc import Iterator

import torch
from jaxtyping import Inexact
from torch import Tensor

CHUNK = 16
"""Steps of a chunk. Between 8 and 32 the time is the same within a tenth or two."""

WIDE = 4096
"""So many numbers in one step keep a processor busy: more of them side by side would gain nothing."""

WIDE_ON_GPU = 2**20
"""The same for a GPU: with so many, cutting took as long as walking; with four times as many, twice as long."""


def scan(
    a: Inexact[Tensor, "B T D"], b: Inexact[Tensor, "B T D"], h0: Inexact[Tensor, "B D"] | None = None
) -> Inexact[Tensor, "B T D"]:
    """All states of h_t = a_t * h_{t-1} + b_t, element by element, with gradients for a, b and h0 of any order.

    Real or complex. If a is the same at all steps, pass `a.expand(B, T, D)`, which takes no memory. It pays where
    steps are small (B times D below WIDE, on a GPU below WIDE_ON_GPU); beyond, the steps are taken one by one. The
    results differ from those of a plain loop by rounding.

    Parameters
    ----------
    h0 : the state before the first step; zeros if None.

    Raises
    ------
    ValueError : there are no steps, or shapes or dtypes differ.
    """
    if b.ndim != 3 or b.shape[1] == 0:
        raise ValueError(f"scan: b must have shape (B, T, D) with at least one step, got {tuple(b.shape)}")
    if h0 is None:
        h0 = b.new_zeros(b.shape[0], b.shape[2])
    for name, value, shape in [("a", a, b.shape), ("h0", h0, b[:, 0].shape)]:
        if value.shape != shape:
            raise ValueError(f"scan: {name} must have shape {tuple(shape)}, got {tuple(value.shape)}")
        if value.dtype != b.dtype:
            raise ValueError(f"scan: {name} is {value.dtype}, b is {b.dtype}; they must agree")
    return _Scan.apply(a, b, h0)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, h0):
        h = fill_states(a, b, h0, torch.empty_like(b, memory_format=torch.contiguous_format))
        ctx.save_for_backward(a, h0, h)
        return h

    @staticmethod
    def backward(ctx, dh):
        a, h0, h = ctx.saved_tensors
        if torch.is_grad_enabled():  # create_graph: the same in operations that have gradients themselves
            before = torch.cat([h0[:, None], h[:, :-1]], 1)
            later = torch.cat([a[:, 1:], torch.zeros_like(a[:, :1])], 1).conj()
            g = scan(later.flip(1), dh.flip(1)).flip(1)
            return g * before.conj(), g, a[:, 0].conj() * g[:, 0]
        a = a.conj().resolve_conj()
        g, da = torch.empty_like(h), torch.empty_like(h)
        g[:, -1] = dh[:, -1]
        fill_states(a[:, 1:], dh[:, :-1], dh[:, -1], g[:, :-1], back=True)
        torch.mul(g[:, 0], h0.conj(), out=da[:, 0])
        torch.mul(g[:, 1:], h[:, :-1].conj(), out=da[:, 1:])
        return da, g, a[:, 0] * g[:, 0]


def fill_states(a, b, h0, h, back=False):
    """Write the states into h and return it. `back` runs from the last step to the first."""
    (B, T, D), C = b.shape, b.shape[1] // CHUNK
    numbers, enough = B * D, WIDE if b.device.type == "cpu" else WIDE_ON_GPU
    if C < 2 or numbers >= enough:
        _walk(a, b, h0, h, back)
        return h
    rest = T % CHUNK  # steps that fill no chunk are walked at the end of the way
    chunked, left = (slice(rest, T), slice(0, rest)) if back else (slice(0, T - rest), slice(T - rest, T))
    A, B_, H = (tensor[:, chunked].unflatten(1, (C, CHUNK)) for tensor in (a, b, h))
    starts = _states_before_chunks(A, B_, h0, back)
    _walk(A, B_, starts, H, back)
    if rest:
        _walk(a[:, left], b[:, left], H[:, 0, 0] if back else H[:, -1, -1], h[:, left], back)
    return h


def _states_before_chunks(a, b, h0, back):
    """The state with which each of C chunks starts, (B, C, D), from a and b (B, C, CHUNK, D)."""
    steps = _steps(back, a, b)
    product, end = (first.clone(memory_format=torch.contiguous_format) for first in next(steps))
    for a_t, b_t in steps:
        torch.addcmul(b_t, a_t, end, out=end)
        product.mul_(a_t)
    starts = torch.empty_like(end)
    first, before, others = (-1, slice(1, None), slice(0, -1)) if back else (0, slice(0, -1), slice(1, None))
    starts[:, first] = h0
    fill_states(product[:, before], end[:, before], h0, starts[:, others], back)
    return starts


def _walk(a, b, state, h, back):
    """Step by step along the last axis but one."""
    for a_t, b_t, h_t in _steps(back, a, b, h):
        state = torch.addcmul(b_t, a_t, state, out=h_t)


def _steps(back: bool, *sequences: Tensor) -> Iterator[tuple[Tensor, ...]]:
    views = (sequence.unbind(-2) for sequence in sequences)
    return zip(*(map(reversed, views) if back else views), strict=True)
