"""The best path through a chain, exactly: for whatever scores labels and pairs of neighbouring labels, and no more."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from rnn_helpers.padding import IGNORE, mask_of


@torch.no_grad()
def viterbi(
    scores: Float[Tensor, "B T K"],
    transitions: Float[Tensor, "K K"],
    lengths: Integer[Tensor, "B"] | None = None,
) -> tuple[Float[Tensor, "B"], Integer[Tensor, "B T"]]:
    """The largest score of a path of labels, and the path: y that maximises the sum of

        scores[t, y_t]  over all t,   and   transitions[y_{t-1}, y_t]  over all t but the first.

    Of all paths that end in the same label only the best can be the beginning of the best: so K paths are kept a step
    in place of K^t, at a cost of T K^2 in place of K^T. With log-probabilities this is the most probable sequence of a
    Markov model of order 1; a score of -inf forbids.

    Parameters
    ----------
    lengths : where sequences end before T. What stands behind an end has no effect; the path is IGNORE there.

    Raises
    ------
    ValueError : a shape does not fit, or a length is below 1 or above T.

    Source: Viterbi 1967, doi 10.1109/TIT.1967.1054010.
    """
    valid = mask_of_chain("viterbi", scores, transitions, lengths)
    B, T, K = scores.shape
    best, stay = scores[:, 0], torch.arange(K, device=scores.device).expand(B, K)
    came_from = []
    for t in range(1, T):
        through, previous = (best[:, :, None] + transitions).max(1)  # over y_{t-1}, for each y_t
        goes_on = valid[:, t, None]
        best = torch.where(goes_on, through + scores[:, t], best)
        came_from.append(torch.where(goes_on, previous, stay))

    score, label = best.max(1)
    path = [label]
    for previous in reversed(came_from):
        path.append(previous.gather(1, path[-1][:, None]).squeeze(1))
    return score, torch.stack(path[::-1], 1).masked_fill(~valid, IGNORE)


def mask_of_chain(name, scores, transitions, lengths):
    """Where the sequences are, (B, T), after a look at all shapes."""
    B, T, K = scores.shape
    if T < 1 or tuple(transitions.shape) != (K, K):
        raise ValueError(
            f"{name}: wants scores (B, T, K) with T of at least 1, and transitions (K, K); got {tuple(scores.shape)} "
            f"and {tuple(transitions.shape)}"
        )
    if lengths is None:
        lengths = torch.full((B,), T, device=scores.device)
    if tuple(lengths.shape) != (B,) or (B and lengths.min() < 1):
        raise ValueError(f"{name}: lengths must be {B} numbers from 1 to T = {T}, got {lengths.tolist()}")
    return mask_of(lengths, T)
