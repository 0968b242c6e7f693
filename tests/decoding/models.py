"""Small models with random weights, to choose sequences from."""

from typing import NamedTuple

import torch

START = 0  # the end symbol stands before the first, too
END = 0


class State(NamedTuple):
    h: torch.Tensor
    bias: torch.Tensor


class Tiny:
    """A recurrent network with weights from `seed`: no two histories share a state. `forbidden` never comes."""

    def __init__(self, K, seed, H=4, sharpness=3.0, forbidden=None):
        generator = torch.Generator().manual_seed(seed)
        self.V, self.U, self.W, self.contexts = (
            torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in [(K, H), (H, H), (H, K), (50, K)]
        )
        self.W *= sharpness
        self.forbidden = forbidden
        self.calls = []

    def first(self, numbers):
        """A state for each source, which knows its number."""
        return State(torch.zeros(len(numbers), len(self.U), dtype=torch.float64), self.contexts[list(numbers)])

    def step(self, tokens, state):
        self.calls.append(tokens.tolist())
        h = torch.tanh(self.V[tokens] + state.h @ self.U)
        logits = h @ self.W + state.bias
        if self.forbidden is not None:
            logits[:, self.forbidden] = -torch.inf
        return logits.log_softmax(-1), State(h, state.bias)


def starts(B):
    return torch.full((B,), START)


def table(*rows):
    """A model whose next symbol depends on the last one only: row i has the probabilities after i."""
    log_probs = torch.tensor(rows, dtype=torch.float64).log()
    return lambda tokens, state: (log_probs[tokens], None)


def rows_of(sequences, b=0):
    """Sequences of one source as pairs (list of symbols without filling, log P)."""
    tokens, log_probs = sequences.tokens[b], sequences.log_probs[b]
    return [
        ([s for s in row if s != -100], score) for row, score in zip(tokens.tolist(), log_probs.tolist(), strict=True)
    ]
