"""A linear-chain conditional random field: the probability of a whole row of tags, in which neighbours have a say.

A row y gets the score s(y) = sum_t scores[t, y_t] + sum_{t>1} transitions[y_{t-1}, y_t], and the probability
exp(s(y)) / Z, where Z sums exp(s) over all K^T rows. Its logarithm, the log-partition, comes from the forward algorithm
in T K^2 steps. The most probable row is `rnn_helpers.decoding.viterbi` of the same scores.

Source: Lafferty, McCallum and Pereira 2001, "Conditional random fields", ICML.
"""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from rnn_helpers.decoding.viterbi import mask_of_chain
from rnn_helpers.padding import IGNORE, mask_of
from rnn_helpers.tagging.measures import check_targets


def log_partition(
    scores: Float[Tensor, "B T K"],
    transitions: Float[Tensor, "K K"],
    lengths: Integer[Tensor, "B"] | None = None,
) -> Float[Tensor, "B"]:
    """log Z of each sequence, by the forward algorithm: `viterbi` with a log-sum-exp in place of the maximum.

    Its gradient with respect to scores[b, t, k] is the probability that step t has tag k, and with respect to
    transitions[i, j] the expected number of times that j follows i.

    Parameters
    ----------
    lengths : where sequences end before T. What stands behind an end has no effect.

    Raises
    ------
    ValueError : a shape does not fit, or a length is below 1 or above T.
    """
    valid = mask_of_chain("log_partition", scores, transitions, lengths)
    alpha = scores[:, 0]  # log-sum-exp of the scores of all beginnings that end in each tag
    for t, score in enumerate(scores.unbind(1)):
        if t:
            extended = (alpha[:, :, None] + transitions).logsumexp(1) + score
            alpha = torch.where(valid[:, t, None], extended, alpha)
    return alpha.logsumexp(1)


def path_score(
    scores: Float[Tensor, "B T K"], transitions: Float[Tensor, "K K"], y: Integer[Tensor, "B T"]
) -> Float[Tensor, "B"]:
    """s(y) of each row of tags; IGNORE stands behind its end.

    Raises
    ------
    ValueError : shapes do not fit, or a tag is not between 0 and K - 1.
    """
    check_targets("path_score", scores, y)
    mask_of_chain("path_score", scores, transitions, None)
    exists = y != IGNORE
    tags = y.clamp(min=0)
    of_tags = scores.gather(2, tags[:, :, None]).squeeze(2)
    of_pairs = transitions[tags[:, :-1], tags[:, 1:]]
    return torch.where(exists, of_tags, 0).sum(1) + torch.where(exists[:, 1:], of_pairs, 0).sum(1)


def crf_loss(
    scores: Float[Tensor, "B T K"], transitions: Float[Tensor, "K K"], y: Integer[Tensor, "B T"]
) -> Float[Tensor, ""]:
    """Negative log-probability of the rows y, in nats an element, so that it compares with `tagging_loss`.

    With all transitions at 0 tags are independent, and the two are equal.

    Raises
    ------
    ValueError : shapes do not fit, a tag is not between 0 and K - 1, or padding stands before the end of a sequence.
    """
    right = path_score(scores, transitions, y)
    lengths = (y != IGNORE).sum(1)
    if not torch.equal(y != IGNORE, mask_of(lengths, y.shape[1])):
        raise ValueError("crf_loss: padding (IGNORE) must stand behind the end of a sequence only")
    return (log_partition(scores, transitions, lengths) - right).sum() / lengths.sum()
