"""How well a model predicts, by token: totals that add up over batches of any size, and what is read off them."""

import math
from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from rnn_helpers.padding import IGNORE


@dataclass(frozen=True)
class NLL:
    """Negative log-likelihood of some tokens: their sum in nats, and their number.

    Totals add up, `sum((total(...) for batch in batches), NLL())`, and only then is there a mean to take. The mean of
    batches' means weighs a token of a small batch more, and a mean of perplexities is no perplexity.
    """

    nats: float = 0.0
    tokens: int = 0

    def __add__(self, other: "NLL") -> "NLL":
        return NLL(self.nats + other.nats, self.tokens + other.tokens)

    @property
    def nats_per_token(self) -> float:
        if self.tokens < 1:
            raise ValueError("NLL: there are no tokens, so there is no mean")
        return self.nats / self.tokens

    @property
    def bits_per_token(self) -> float:
        return self.nats_per_token / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp of the mean over all tokens: as uncertain as between so many equally probable ones."""
        mean = self.nats_per_token
        return math.exp(mean) if mean < 700 else math.inf


def total(nats: Float[Tensor, "..."]) -> NLL:
    """The total of nats that stand token by token, as a model's `nats` gives them."""
    return NLL(nats.double().sum().item(), nats.numel())


def token_nats(logits: Float[Tensor, "*B K"], targets: Int[Tensor, "*B"]) -> Float[Tensor, "*B"]:
    """-log p of each target; 0 where it is IGNORE."""
    nats = cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none", ignore_index=IGNORE)
    return nats.view(targets.shape)


def mean_nats(logits: Float[Tensor, "*B K"], targets: Int[Tensor, "*B"]) -> Float[Tensor, ""]:
    """The loss of a batch: the mean over its tokens, IGNORE left out."""
    return cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=IGNORE)
