"""A recurrent language model: embed the last token, step, score every token as the next."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import dropout as drop
from torch.nn.functional import log_softmax

from rnn_helpers.language_models.evaluation import mean_nats, token_nats
from rnn_helpers.language_models.text import windows
from rnn_helpers.layers.ends import Lengths
from rnn_helpers.layers.stack import Stack, drop_for_all_steps
from rnn_helpers.training import History, train

State = Tensor | tuple[Tensor, Tensor]


class RecurrentModel(nn.Module):
    """p(y_t | all tokens before it) = softmax(W h_t + b), where x_t is the embedding of y_{t-1}.

        model = RecurrentModel(K, GRU(32, 128))
        logits, state = model(tokens)

    Parameters
    ----------
    K : size of the vocabulary.
    layer : one of `rnn_helpers.layers`, in one direction. Its D is the size of the embedding.
    tied : use the embedding as W too (Press and Wolf 2017, arXiv 1608.05859); D must equal H then.
    dropout : the share of embeddings' and of outputs' entries dropped at random while training, none of the recurrence
        (Zaremba and others 2014, arXiv 1409.2329); with a variational layer at all steps alike.

    Raises
    ------
    ValueError : the layer is bidirectional, and would read what it is to predict; tied, and D is not H; dropout is no
        probability below 1.
    """

    def __init__(self, K: int, layer: Stack, tied: bool = False, dropout: float = 0.0):
        super().__init__()
        if layer.bidirectional:
            raise ValueError("RecurrentModel: layer must not be bidirectional; it would read what it is to predict")
        if tied and layer.D != layer.H:
            raise ValueError(f"RecurrentModel: tied needs D = H, got D = {layer.D} and H = {layer.H}")
        if not 0 <= dropout < 1:
            raise ValueError(f"RecurrentModel: dropout must be a probability below 1, got {dropout!r}")
        self.K, self.layer, self.tied, self.dropout = K, layer, tied, dropout
        self.embedding = nn.Embedding(K, layer.D)
        self.read_out = nn.Linear(layer.H, K)
        if tied:
            nn.init.uniform_(self.embedding.weight, -(layer.H**-0.5), layer.H**-0.5)  # as large as a read-out's
            self.read_out.weight = self.embedding.weight

    def forward(
        self, tokens: Int[Tensor, "B T"], state: State | None = None, lengths: Lengths | None = None
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Logits of what comes after each token, and the state of the layer after the last (S, B, H).

        `state` and `lengths` are the layer's; see `rnn_helpers.layers`.
        """
        output, state = self.states(tokens, state, lengths)
        return self.read_out(output), state

    def states(
        self, tokens: Int[Tensor, "B T"], state: State | None = None, lengths: Lengths | None = None
    ) -> tuple[Float[Tensor, "B T H"], State]:
        """As `forward`, up to the read-out: for output layers that do without the full softmax."""
        thin = drop_for_all_steps if self.layer.variational else drop
        x = thin(self.embedding(tokens), self.dropout, self.training)
        output, state = self.layer(x, state, lengths)
        return thin(output, self.dropout, self.training), state

    def step(self, tokens: Int[Tensor, "N"], state: State | None = None) -> tuple[Float[Tensor, "N K"], State]:
        """Log-probabilities of what comes after `tokens`, and the state to give back with the next ones.

        Unlike the layer's, this state has the N sequences on its first axis (N, S, H), so that `part[chosen]` selects
        and reorders them. No gradients, no dropout.
        """
        mode = self.training
        self.eval()
        try:
            with torch.no_grad():
                logits, state = self(tokens.unsqueeze(1), None if state is None else _each(state, _swapped))
        finally:
            self.train(mode)
        return log_softmax(logits[:, 0], -1), _each(state, _swapped)

    def nats(self, rows: Int[Tensor, "B T"], w: int = 256) -> Float[Tensor, "B T-1"]:
        """-log p of each token but the first, read from left to right in windows of w; the state is carried.

        No gradients, no dropout. Each row begins with a state of 0; what w is does not matter but for memory.
        """
        mode, state, parts = self.training, None, []
        self.eval()
        try:
            with torch.no_grad():
                for x, y in zip(rows[:, :-1].split(w, 1), rows[:, 1:].split(w, 1), strict=True):
                    logits, state = self(x, state)
                    parts.append(token_nats(logits, y))
        finally:
            self.train(mode)
        return torch.cat(parts, 1)


def train_on_rows(
    model: RecurrentModel, rows: Int[Tensor, "B T"], *, w: int, steps: int, lr: float, seed: int, **options: object
) -> History:
    """Truncated backpropagation through time: windows of w, each from the state in which the last one ended.

    `rows` are unbroken pieces of text (`rows_of`). At their end the model begins anew, from a state of 0. `options` are
    those of `training.train`.
    """
    state = None

    def loss(x, y, begins):
        nonlocal state
        logits, state = model(x, None if begins else state)
        state = _each(state, Tensor.detach)
        return mean_nats(logits, y)

    return train(model.parameters(), loss, windows(rows, w), steps=steps, lr=lr, seed=seed, **options)


def _each(state, change):
    return tuple(map(change, state)) if isinstance(state, tuple) else change(state)


def _swapped(part):
    return part.transpose(0, 1).contiguous()
