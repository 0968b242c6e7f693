"""The loss over a large vocabulary from a few sampled tokens, in place of all of them."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import embedding


def sampled_softmax_loss(
    h: Float[Tensor, "N H"],
    W: Float[Tensor, "K H"],
    b: Float[Tensor, "K"],
    targets: Int[Tensor, "N"],
    proposal: Float[Tensor, "K"],
    samples: int,
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """Mean of -log p of the targets, with the sum over the vocabulary estimated from `samples` tokens.

    The tokens are drawn, with repetition, from `proposal`, the same ones for all N. Of the sum Z = sum_k exp(s_k) the
    target's own term is known; for each of the S samples that is another token, exp(s_k) / (S q_k) is added: its logit
    less the logarithm of how often it is expected among the samples. The mean of that sum is Z, whatever q is, and the
    loss and its gradient approach those of the full softmax as S grows (Bengio and Senécal 2008,
    doi 10.1109/TNN.2007.912312; Jean and others 2015, arXiv 1412.2007). For training only: to evaluate, take the whole
    softmax.

    Parameters
    ----------
    h, W, b : the full softmax would be softmax(W h + b).
    proposal : probabilities q of the K tokens, positive for all that can be a target; often their frequencies.
    samples : S.

    Raises
    ------
    ValueError : samples < 1, or proposal holds what is no probability.
    """
    if samples < 1:
        raise ValueError(f"sampled_softmax_loss: samples must be at least 1, got {samples}")
    if not (proposal.isfinite().all() and proposal.min() >= 0 and abs(proposal.sum().item() - 1) < 1e-3):
        raise ValueError("sampled_softmax_loss: proposal must hold probabilities, none below 0, that sum to 1")
    drawn = proposal.multinomial(samples, replacement=True, generator=generator)
    own = (h * embedding(targets, W)).sum(1) + b[targets]
    others = h @ embedding(drawn, W).T + b[drawn] - (proposal[drawn].log() + math.log(samples))
    others = others.masked_fill(drawn == targets.unsqueeze(1), -torch.inf)
    return (torch.cat([own.unsqueeze(1), others], 1).logsumexp(1) - own).mean()
