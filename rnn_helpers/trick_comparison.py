"""One task, one budget, and tricks to switch on and off: what chapter 13 compares.

The task is chapter 3's, the next character of Shakespeare's plays, made small: 8,000 characters to learn from, so that
300 steps go through them 19 times and a network begins to learn them by heart. The plain network is an LSTM of two
layers, as PyTorch draws it, trained by gradient descent with clipping.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn.functional import dropout as drop
from torch.nn.functional import layer_norm

from rnn_helpers.data import load_shakespeare
from rnn_helpers.initialization import forget_bias_, orthogonal_
from rnn_helpers.language_models import RecurrentModel, Vocabulary, rows_of, total, train_on_rows
from rnn_helpers.layers import LSTM, LayerNormLSTM
from rnn_helpers.training import History

B, LEARN, HELD_OUT = 16, 500, 625
"""Rows, and characters of each row to learn from, for validation and for the test."""

OPTIMIZERS = {
    "SGD": torch.optim.SGD,
    "SGD with momentum": partial(torch.optim.SGD, momentum=0.9),
    "RMSprop": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
    "AdamW": partial(torch.optim.AdamW, weight_decay=0.1),
}


class Text(NamedTuple):
    """Three parts of the plays, each in B rows, and the size of the alphabet."""

    learn: Int[Tensor, "B T"]
    validation: Int[Tensor, "B T"]
    test: Int[Tensor, "B T"]
    K: int


@dataclass(frozen=True)
class Recipe:
    """Which tricks are on; as it stands, the plain network.

    `dropout` acts on embeddings and on the outputs of every layer. `drop` says how: "between" layers alone; on what
    enters U as well, anew at "each step"; or "variational", on both, with one mask for all steps.
    """

    optimizer: str = "SGD"
    rate: float = 4.0
    num_layers: int = 2
    H: int = 64
    dropout: float = 0.0
    drop: Literal["between", "each step", "variational"] = "between"
    input_connections: bool = False
    layer_norm: bool = False
    orthogonal: bool = False
    forget_bias: float | None = None
    early_stopping: bool = False


class Outcome(NamedTuple):
    """Perplexity of a character the network learned from, and of held-out ones; and how the training went."""

    learned: float
    validation: float
    test: float
    history: History


class LSTMDroppedEachStep(LSTM):
    """An LSTM whose dropout acts on the states that enter U, too, with a new mask at every step: for comparison."""

    def run(self, x, initial, parameters, padding):
        V, U, b = parameters
        h, c = initial
        states, cells = [], []
        for from_input in (x @ V.T + b).unbind(1):
            i, f, candidate, o = (from_input + drop(h, self.dropout, self.training) @ U.T).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
            h = o.sigmoid() * c.tanh()
            states.append(h)
            cells.append(c)
        return torch.stack(states, 1), torch.stack(cells, 1)


class LayerNormLSTMDroppedEachStep(LayerNormLSTM):
    """The same with layer normalisation."""

    def run(self, x, initial, parameters, padding):
        V, U, b, g_V, g_U, g_c, s_c = parameters
        h, c = initial
        states, cells = [], []
        for from_input in layer_norm(x @ V.T, g_V.shape, g_V, b).unbind(1):
            from_state = layer_norm(drop(h, self.dropout, self.training) @ U.T, g_U.shape, g_U)
            i, f, candidate, o = (from_input + from_state).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
            h = o.sigmoid() * layer_norm(c, g_c.shape, g_c, s_c).tanh()
            states.append(h)
            cells.append(c)
        return torch.stack(states, 1), torch.stack(cells, 1)


def load_text() -> Text:
    """The plays in B equal pieces; the beginning of each to learn from, two parts of its end held out."""
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    rows = rows_of(letters.encode(text), B)
    return Text(rows[:, :LEARN], rows[:, -2 * HELD_OUT : -HELD_OUT], rows[:, -HELD_OUT:], len(letters))


def build(recipe: Recipe, K: int, seed: int) -> RecurrentModel:
    """A network by the recipe, before training."""
    torch.manual_seed(seed)
    variational = recipe.dropout > 0 and recipe.drop == "variational"
    if recipe.drop == "each step":
        kind = LayerNormLSTMDroppedEachStep if recipe.layer_norm else LSTMDroppedEachStep
    else:
        kind = LayerNormLSTM if recipe.layer_norm else LSTM
    layer = kind(
        32,
        recipe.H,
        recipe.num_layers,
        dropout=recipe.dropout if recipe.num_layers > 1 or variational else 0.0,  # between one layer there is nothing
        input_connections=recipe.input_connections,
        variational=variational,
    )
    if recipe.orthogonal:
        orthogonal_(layer, torch.Generator().manual_seed(seed))
    if recipe.forget_bias is not None:
        forget_bias_(layer, recipe.forget_bias)
    return RecurrentModel(K, layer, dropout=recipe.dropout)


def fit(recipe: Recipe, text: Text, seed: int, steps: int = 300, every: int = 25) -> Outcome:
    """Train a network by the recipe: at most `steps` windows of 32 characters in 16 rows, the norm clipped at 1.

    With early stopping, the validation part is read after every `every` steps; when four times in a row brought nothing
    better, training stops, and the parameters of the best time are kept.
    """
    model = build(recipe, text.K, seed)
    history = train_on_rows(
        model,
        text.learn,
        w=32,
        steps=steps,
        lr=recipe.rate,
        seed=seed,
        clip=1.0,
        optimizer=OPTIMIZERS[recipe.optimizer],
        validate=lambda: model.nats(text.validation).mean(),
        every=every,
        patience=4 if recipe.early_stopping else None,
    )
    return Outcome(*(total(model.nats(part)).perplexity for part in text[:3]), history)
