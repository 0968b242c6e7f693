"""The most probable sequence of a Markov model of order 1, exactly, whatever its length."""

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.decoding.stepping import Sequences, shortened
from rnn_helpers.decoding.viterbi import viterbi
from rnn_helpers.padding import IGNORE


def most_probable(
    first: Float[Tensor, "K"], transitions: Float[Tensor, "K K"], end: int, *, max_length: int
) -> Sequences:
    """The most probable sequence that ends within `max_length` symbols or is cut there: tokens (1, L), log_probs (1).

    An end symbol that follows itself at no cost makes all sequences equally long, and then Viterbi's algorithm finds
    the best of (K - 1)^max_length at a cost of max_length K^2.

    Parameters
    ----------
    first : log-probabilities of the first symbol.
    transitions : [i, j] the log-probability that j follows i. The row of `end` is not used.

    Raises
    ------
    ValueError : shapes that do not fit, max_length < 1, or `end` is no symbol.
    """
    K = len(first)
    if tuple(transitions.shape) != (K, K) or not 0 <= end < K or max_length < 1:
        raise ValueError(
            f"most_probable: wants first (K), transitions (K, K), end below K and max_length of at least 1; got "
            f"{tuple(first.shape)}, {tuple(transitions.shape)}, {end} and {max_length}"
        )
    transitions = transitions.clone()
    transitions[end] = -torch.inf
    transitions[end, end] = 0.0
    scores = first.new_zeros(1, max_length, K)
    scores[0, 0] = first
    best, path = viterbi(scores, transitions)
    behind = (path == end).cumsum(1) > 1
    return Sequences(shortened(path.masked_fill(behind, IGNORE)), best)
