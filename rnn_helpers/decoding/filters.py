"""Changes to a model's logits before a symbol is drawn: flatter or sharper, or without the improbable ones.

They take logits or log-probabilities alike, and return logits: `softmax` makes the probabilities of them.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def temperature(logits: Float[Tensor, "*B K"], tau: float) -> Float[Tensor, "*B K"]:
    """The logits divided by tau: probabilities to the power of 1/tau, made to sum to 1 again.

    tau < 1 sharpens, tau > 1 flattens; towards 0 all of the probability goes to the largest.

    Raises
    ------
    ValueError : tau is not above 0.
    """
    if not tau > 0:
        raise ValueError(f"temperature: tau must be above 0, got {tau}; at 0 it would be `greedy`")
    return logits / tau


def top_k(logits: Float[Tensor, "*B K"], k: int) -> Float[Tensor, "*B K"]:
    """The k largest logits as they are, the others -inf; of equal ones those with the lower number come first.

    Source: Fan, Lewis and Dauphin 2018, arXiv 1805.04833.

    Raises
    ------
    ValueError : k < 1.
    """
    if k < 1:
        raise ValueError(f"top_k: k must be at least 1, got {k}")
    order = logits.argsort(dim=-1, descending=True, stable=True)
    return logits.scatter(-1, order[..., k:], -torch.inf)


def nucleus(logits: Float[Tensor, "*B K"], p: float) -> Float[Tensor, "*B K"]:
    """The most probable symbols that together reach the probability p, as few as possible; the others -inf.

    At least one is left; with p = 1 all are. Of equal ones those with the lower number come first.

    Source: Holtzman and others 2020, arXiv 1904.09751.

    Raises
    ------
    ValueError : p is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"nucleus: p must be above 0 and at most 1, got {p}")
    if p == 1:
        return logits  # a sum of rounded probabilities may reach 1 too early
    sorted_logits, order = logits.sort(dim=-1, descending=True, stable=True)
    probabilities = sorted_logits.softmax(-1)
    before = probabilities.cumsum(-1) - probabilities  # what those ahead of it have together
    enough = before >= p
    enough[..., 0] = False
    return torch.full_like(logits, -torch.inf).scatter(-1, order, sorted_logits.masked_fill(enough, -torch.inf))
