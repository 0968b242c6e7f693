"""Order-m Markov models by counting: what followed each context of m symbols, and how often.

A sequence is a tensor y_0 ... y_T of token numbers. Its first token is given, all others are predicted, each from the m
before it. Where fewer than m stand before it, the context holds "nothing" in their places, which is a symbol like
others except that it is never predicted.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import pad as fill


class MarkovModel:
    """p(y_t | the m tokens before it), estimated by counting.

    With n(c, k) for how often token k followed context c, and n(c) for how often anything did, there are two estimates:

    - `alpha` given, additive smoothing: p(k | c) = (n(c, k) + alpha) / (n(c) + alpha K). Small alphas approach the
      maximum-likelihood estimate n(c, k) / n(c). `alpha=0` is that estimate; for a context never seen, which has none,
      it is the limit: 1/K for each token.
    - `alpha=None`, modified Kneser-Ney smoothing (Chen and Goodman 1999, doi 10.1006/csla.1999.0128), the best of the
      methods compared there. From each count a discount D is taken (one for counts of 1, of 2, and of 3 or more,
      computed from how many counts there are of 1 to 4), and what a context c loses so goes to the next shorter one,
      c', which is c without its most distant symbol:
      p(k | c) = (n(c, k) - D + lost(c) p(k | c')) / n(c). The shortest is empty; behind it stands 1/K. A context never
      seen leaves all to c'. In the shorter contexts n(c, k) is not how often k followed, but after how many different
      symbols "c, k" stood: they are asked only where the longer one failed. (Where c reaches beyond the first token,
      nothing can differ there, and n is the plain count.)

    Parameters
    ----------
    sequences : one sequence, or several; what they end with says nothing about what the next begins with.
    K : size of the vocabulary; tokens lie between 0 and K - 1.
    m : tokens of context, 0 or more.
    alpha : see above.

    Raises
    ------
    ValueError : a token, m or alpha out of range; no sequence has a second token.
    """

    def __init__(
        self,
        sequences: Int[Tensor, "T"] | Sequence[Int[Tensor, "_"]],
        K: int,
        m: int,
        alpha: float | None = None,
    ):
        if m < 0:
            raise ValueError(f"MarkovModel: m must be at least 0, got {m!r}")
        if alpha is not None and not 0 <= alpha < float("inf"):
            raise ValueError(f"MarkovModel: alpha must be a number of at least 0, or None, got {alpha!r}")
        self.K, self.m, self.alpha = K, m, alpha
        sequences = [sequences] if isinstance(sequences, Tensor) else list(sequences)
        if not any(len(sequence) > 1 for sequence in sequences):
            raise ValueError("MarkovModel: sequences must hold at least one of two tokens or more")
        pairs = [self._histories(sequence) for sequence in sequences]
        histories, tokens = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        # A tree of contexts, read backward from the token to be predicted. Level j knows each context of j symbols that
        # was seen by one number: its place among the sorted `parent * (K + 1) + symbol`, parent being the number of the
        # context without its most distant symbol. Level j of the counts has the pairs `context * K + token`.
        self._contexts, self._counts = [], []
        places = torch.zeros_like(tokens)
        for j in range(m + 1):
            if j:
                known, places = _unique(places * (K + 1) + histories[:, -j], return_inverse=True)
                self._contexts.append(known)
            if j == m or alpha is None:
                self._counts.append(_Counts(*_unique(places * K + tokens, return_counts=True), K))
        if alpha is None:
            for j in reversed(range(m)):
                self._count_symbols_before(j)
            for counts in self._counts:
                counts.discount()

    def nats(self, tokens: Int[Tensor, "*B T"]) -> Float[Tensor, "*B T-1"]:
        """-log p of each token but the first, in float64; every row is a sequence of its own.

        Raises
        ------
        ValueError : a token is out of range, or there is nothing to predict (T < 2).
        """
        if tokens.shape[-1] < 2:
            raise ValueError(f"MarkovModel.nats: tokens must hold two or more, got shape {tuple(tokens.shape)}")
        histories, targets = self._histories(tokens)
        return -self._probabilities(histories, targets.unsqueeze(-1)).squeeze(-1).log()

    def step(
        self, tokens: Int[Tensor, "N"], state: Int[Tensor, "N m"] | None = None
    ) -> tuple[Float[Tensor, "N K"], Int[Tensor, "N m"]]:
        """Log-probabilities of what comes after `tokens`, and the state to give back with the next ones.

        The state is the context: the last m tokens, with K for "nothing". None at the start.
        """
        self._check(tokens)
        if state is None:
            state = tokens.new_full((len(tokens), self.m), self.K)
        state = torch.cat([state, tokens.unsqueeze(1)], 1)[:, 1:]
        everything = torch.arange(self.K).expand(len(tokens), self.K)
        return self._probabilities(state, everything).log(), state

    def seen(self, tokens: Int[Tensor, "*B T"]) -> Int[Tensor, "*B T-1"]:
        """For each token but the first: how many symbols of its context had been seen in that order, at most m."""
        histories, _ = self._histories(tokens)
        return torch.stack([place >= 0 for place in self._places(histories)]).sum(0) - 1

    def _histories(self, tokens):
        """Contexts (..., T - 1, m), the most distant symbol first, and the tokens that follow (..., T - 1)."""
        self._check(tokens)
        padded = fill(tokens, (self.m, 0), value=self.K)
        return padded.unfold(-1, self.m, 1)[..., 1:-1, :] if self.m else tokens[..., 1:, None][..., :0], tokens[..., 1:]

    def _check(self, tokens):
        if tokens.numel() and not 0 <= tokens.min() <= tokens.max() < self.K:
            raise ValueError(
                f"MarkovModel: tokens must lie between 0 and {self.K - 1}, got {tokens.min()} to {tokens.max()}"
            )

    def _places(self, histories):
        """The numbers of the contexts of 0, 1, ... m symbols; -1 for those never seen."""
        places = [torch.zeros(histories.shape[:-1], dtype=torch.long)]
        for j, known in enumerate(self._contexts, start=1):
            wanted = places[-1] * (self.K + 1) + histories[..., -j]
            places.append(_find(known, wanted.masked_fill(places[-1] < 0, -1)))
        return places

    def _probabilities(self, histories, targets):
        """p of the targets (..., n), n of them for each history (..., m)."""
        places = [place.unsqueeze(-1) for place in self._places(histories)]
        if self.alpha is not None:
            n_ck, n_c, _ = self._counts[0].look_up(places[-1], targets)
            total = n_c + self.alpha * self.K
            return torch.where(total > 0, (n_ck + self.alpha) / total, 1 / self.K)
        p = torch.full(targets.shape, 1 / self.K, dtype=torch.float64)
        for place, counts in zip(places, self._counts, strict=True):
            n_ck, n_c, lost = counts.look_up(place, targets)
            p = torch.where(n_c > 0, (n_ck + lost * p) / n_c, p)
        return p

    def _count_symbols_before(self, j):
        """Make the counts of level j those of different symbols before, but for contexts that begin with "nothing"."""
        longer, here = self._counts[j + 1], self._counts[j]
        context, token = longer.pairs // self.K, longer.pairs % self.K
        shorter = self._contexts[j][context] // (self.K + 1)
        before = _find(here.pairs, shorter * self.K + token).bincount(minlength=len(here.pairs))
        if j:
            reaches_beyond = self._contexts[j - 1][here.pairs // self.K] % (self.K + 1) == self.K
            before = torch.where(reaches_beyond, here.n, before)
        here.n = before


class _Counts:
    """n of pairs (context, token); of each context the sum, and what it lost by discounting."""

    def __init__(self, pairs, n, K):
        self.pairs, self.n, self.K = pairs, n, K
        self.total = self._by_context(n.double())
        self.lost = torch.zeros_like(self.total)

    def discount(self):
        of_counts = self.n.bincount(minlength=5).tolist()
        D = torch.tensor([0.0, *_discounts(of_counts)], dtype=torch.float64)[self.n.clamp(max=3)]
        self.total, self.lost = self._by_context(self.n.double()), self._by_context(D)
        self.n = self.n - D

    def _by_context(self, values):
        contexts = self.pairs // self.K
        return values.new_zeros(int(contexts[-1]) + 1).index_add_(0, contexts, values)

    def look_up(self, places, tokens):
        """n of pairs (..., n); sum and loss (..., 1) of contexts, in float64. `places` (..., 1), tokens (..., n)."""
        found = _find(self.pairs, torch.where(places < 0, -1, places * self.K + tokens))
        n = torch.where(found < 0, 0.0, self.n[found].double())
        total, lost = (torch.where(places < 0, 0.0, part[places]) for part in (self.total, self.lost))
        return n, total, lost


def _discounts(of_counts):
    """D for counts of 1, 2, and 3 or more (Chen and Goodman 1999), from how many counts are 1, 2, 3, 4.

    Half of the count where the formula has no counts to go by, or leaves nothing for what was never seen.
    """
    _, *n = of_counts[:5]
    D = []
    for i in (1, 2, 3):
        defined = n[0] > 0 and n[i - 1] > 0 and n[i] > 0
        value = i - (i + 1) * n[0] / (n[0] + 2 * n[1]) * n[i] / n[i - 1] if defined else 0.0
        D.append(value if value > 0 else i / 2)
    return D


def _unique(values, **wanted):
    """As `torch.unique`, in a twentieth of its time: NumPy sorts integers faster."""
    return map(torch.from_numpy, np.unique(values.numpy(), **wanted))


def _find(known, wanted):
    """The place of each wanted number among the sorted known ones, -1 if it is not there."""
    place = torch.searchsorted(known, wanted.contiguous()).clamp(max=len(known) - 1)
    return torch.where(known[place] == wanted, place, -1)
