"""From T states to one vector: which of them, or which mixture, a classifier gets to see.

Each takes the states h (B, T, H) of a batch and the lengths (B) of its sequences, integers from 1 to T, and gives one
vector a sequence. What stands behind an end, NaN too, changes nothing and gets no gradient. A sequence without steps
has nothing to pool and is refused.
"""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from rnn_helpers.layers.ends import Lengths, ends_of


def pool_last(h: Float[Tensor, "B T H"], lengths: Lengths) -> Float[Tensor, "B H"]:
    """The state after each sequence's own last step.

    Raises
    ------
    ValueError : there are no states, or a length is not an integer from 1 to T.
    """
    return _ends("pool_last", h, lengths).last(h)


def pool_mean(h: Float[Tensor, "B T H"], lengths: Lengths) -> Float[Tensor, "B H"]:
    """The mean of each sequence's own states.

    Raises
    ------
    ValueError : there are no states, or a length is not an integer from 1 to T.
    """
    ends = _ends("pool_mean", h, lengths)
    return ends.clear(h).sum(1) / (ends.last_steps + 1)


def pool_max(h: Float[Tensor, "B T H"], lengths: Lengths) -> Float[Tensor, "B H"]:
    """The largest value that each unit takes in the sequence, be it negative; where it is taken may differ by unit.

    Raises
    ------
    ValueError : there are no states, or a length is not an integer from 1 to T.
    """
    return h.masked_fill(_ends("pool_max", h, lengths).padding, -torch.inf).max(1).values


def pool_ends(h: Float[Tensor, "B T both"], lengths: Lengths) -> Float[Tensor, "B both"]:
    """Where both directions of a bidirectional layer have read everything: forward half at the end, backward at step 1.

    h is such a layer's output, (B, T, 2H), and so wide is the result. It is what the layer returns as its last states.

    Raises
    ------
    ValueError : there are no states, their number of units is odd, or a length is not an integer from 1 to T.
    """
    if h.shape[2] % 2:
        raise ValueError(f"pool_ends: h must hold two directions side by side, got {h.shape[2]} units, an odd number")
    forward, backward = h.chunk(2, dim=2)
    return torch.cat([pool_last(forward, lengths), backward[:, 0]], dim=1)


class AttentionPooling(nn.Module):
    """A mean of the states with weights that are made from the states themselves.

    A learned query q (H) scores each state, s_t = q . h_t; softmax over the sequence's own steps turns scores into
    weights a_t, and the pooled vector is the sum of a_t h_t. The query starts at 0, where all weights are equal: the
    mean is the starting point. It is the feed-forward attention of Raffel and Ellis 2015, arXiv 1512.08756, with a
    linear score; Yang et al. 2016 (doi 10.18653/v1/N16-1174) score tanh(W h_t + b) in place of h_t.
    """

    def __init__(self, H: int):
        super().__init__()
        if not isinstance(H, int) or H < 1:
            raise ValueError(f"AttentionPooling: H must be a positive integer, got {H!r}")
        self.q = nn.Parameter(torch.zeros(H))

    def weights(self, h: Float[Tensor, "B T H"], lengths: Lengths) -> Float[Tensor, "B T"]:
        """The weights a_t; those of a sequence sum to 1, and behind its end they are 0."""
        return self._weights_and_states(h, lengths)[0]

    def forward(self, h: Float[Tensor, "B T H"], lengths: Lengths) -> Float[Tensor, "B H"]:
        """The weighted mean of each sequence's states.

        Raises
        ------
        ValueError : there are no states, they have not H units, or a length is not an integer from 1 to T.
        """
        weights, h = self._weights_and_states(h, lengths)
        return (weights[:, :, None] * h).sum(1)

    def _weights_and_states(self, h, lengths):
        if h.shape[2] != len(self.q):
            raise ValueError(f"AttentionPooling: h must have {len(self.q)} units, got {h.shape[2]}")
        ends = _ends("AttentionPooling", h, lengths)
        h = ends.clear(h)
        scores = (h @ self.q).masked_fill(ends.padding[:, :, 0], -torch.inf)
        return scores.softmax(1), h


def accuracy(scores: Callable[..., Float[Tensor, "B K"]], batches: Iterable[tuple[Tensor, ...]]) -> float:
    """The share of sequences whose largest score is that of their class, over all batches together.

    Batches may be unequal in size: what is right and what there is are counted, and divided at the end. (A mean of
    the batches' accuracies would give a sequence in a small batch more weight.)

    Parameters
    ----------
    scores : called with all of a batch but its last, as `scores(x, lengths)`.
    batches : tuples whose last is the classes y (B).

    Raises
    ------
    ValueError : there is no sequence.
    """
    right = total = 0
    with torch.no_grad():
        for *inputs, y in batches:
            right += (scores(*inputs).argmax(1) == y).sum().item()
            total += len(y)
    if total == 0:
        raise ValueError("accuracy: batches hold no sequence (a generator can be used once only)")
    return right / total


def input_gradients(
    scores: Callable[[Float[Tensor, "B T D"], Integer[Tensor, "B"]], Float[Tensor, "B K"]],
    x: Float[Tensor, "B T D"],
    lengths: Integer[Tensor, "B"],
) -> Float[Tensor, "B T"]:
    """How far each input step can move the answer: the norm of a gradient to x_t, over its D entries.

    What is differentiated is the score of the class that the network names, minus the mean of all scores. (Not its
    probability: where that is nearly 1, all its gradients are nearly 0.) Behind an end it is 0.
    """
    x = x.detach().clone().requires_grad_()
    all_scores = scores(x, lengths)
    lead = all_scores.max(1).values - all_scores.mean(1)
    (gradient,) = torch.autograd.grad(lead.sum(), x)
    return gradient.norm(dim=2)


def shares(values: Float[Tensor, "B T"], lengths: Integer[Tensor, "B"], parts: int) -> Float[Tensor, "B parts"]:
    """How a sequence's values are divided over `parts` equal parts of its length, as shares that sum to 1.

    So sequences of different lengths can be laid over each other. Step t of n is spread evenly over the stretch from
    (t - 1)/n to t/n; what stands behind an end is left out.

    Raises
    ------
    ValueError : parts < 1, a value is negative, a sequence has nothing but zeros, or a length is not from 1 to T.
    """
    if parts < 1:
        raise ValueError(f"shares: parts must be at least 1, got {parts}")
    own = _ends("shares", values[:, :, None], lengths).clear(values[:, :, None])[:, :, 0]
    total = own.sum(1, keepdim=True)
    if own.min() < 0 or total.min() <= 0:
        raise ValueError("shares: values must not be negative, and each sequence needs one above 0")
    so_far = torch.nn.functional.pad((own / total).cumsum(1), (1, 1))  # after 0 ... T steps, and one more to look up
    borders = torch.arange(parts + 1, device=values.device) * lengths[:, None] / parts
    step = borders.floor().long()
    before, after = so_far.gather(1, step), so_far.gather(1, step + 1)
    return (before + (borders - step) * (after - before)).diff(dim=1)


def _ends(name, h, lengths):
    if 0 in h.shape:
        raise ValueError(f"{name}: h must hold at least one sequence, step and unit, its shape is {tuple(h.shape)}")
    if lengths is None:
        raise ValueError(f"{name}: lengths is None; say how many steps of each sequence are its own")
    return ends_of(h, lengths, name)
