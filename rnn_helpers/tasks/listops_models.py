"""Two networks that answer ListOps: a binary Tree-LSTM along trees and an LSTM along rows, alike but for the shape."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from rnn_helpers.language_models import Vocabulary
from rnn_helpers.layers import LSTM
from rnn_helpers.padding import pad
from rnn_helpers.tasks.listops import TOKENS
from rnn_helpers.trees import BinaryTreeLSTM, Forest, Tree

_NUMBERS = Vocabulary(TOKENS)
FORGET_BIAS = 1.0  # of both at the start, as in chapter 10


class TreeModel(nn.Module):
    """Scores of the ten answers from the state of the root; the words of the trees are `TOKENS`, at leaves."""

    def __init__(self, H: int):
        super().__init__()
        self.E, self.W = nn.Embedding(len(TOKENS), H), nn.Linear(H, 10)
        self.layer = BinaryTreeLSTM(H, H)
        with torch.no_grad():
            self.layer.b[H : 2 * H] = FORGET_BIAS

    def forward(self, trees: Sequence[Tree]) -> Float[Tensor, "B 10"]:
        forest = Forest(trees)
        h, _ = self.layer(self.E(_NUMBERS.encode(forest.words)), forest)
        return self.W(h[forest.roots])


class SequenceModel(nn.Module):
    """Scores of the ten answers from the last state of each row of `TOKENS`."""

    def __init__(self, H: int):
        super().__init__()
        self.E, self.W = nn.Embedding(len(TOKENS), H), nn.Linear(H, 10)
        self.layer = LSTM(H, H)
        with torch.no_grad():
            self.layer.b_l0[H : 2 * H] = FORGET_BIAS

    def forward(self, rows: Sequence[Sequence[str]]) -> Float[Tensor, "B 10"]:
        x, lengths = pad([_NUMBERS.encode(row) for row in rows])
        _, (h_n, _) = self.layer(self.E(x), None, lengths)
        return self.W(h_n[0])
