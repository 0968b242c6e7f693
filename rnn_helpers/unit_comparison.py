"""One comparison of recurrent units: the same budget of parameters, on characters of plays and on a memory task.

What a unit that costs less a step is worth shows only beside what it predicts and remembers. Chapter 14 reads the
results from `rnn_helpers.measured`; `tools/compare_units.py` measures them, and this is what both of them run.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import RecurrentModel, Vocabulary, mean_nats, rows_of, total, train_on_rows
from rnn_helpers.layers import GRU, LSTM, RNN, MinGRU
from rnn_helpers.layers.stack import Stack
from rnn_helpers.tasks import adding
from rnn_helpers.training import train

UNITS: dict[str, Callable[[int, int], Stack]] = {
    "LSTM": LSTM,
    "coupled LSTM": lambda D, H: LSTM(D, H, coupled=True),
    "diagonal LSTM": lambda D, H: LSTM(D, H, diagonal=True),
    "GRU": GRU,
    "Elman": RNN,
    "minimal GRU": MinGRU,
    "minimal GRU, 3 layers": lambda D, H: MinGRU(D, H, num_layers=3),
}

WIDTHS = ("parameters", "units")


class Size(NamedTuple):
    """Of a task: batch, steps of a sequence, inputs, and the hidden units of the LSTM that the others stand beside."""

    B: int
    T: int
    D: int
    H: int


SIZES = {"plays": Size(32, 32, 32, 128), "adding": Size(32, 50, 2, 32)}
CHARACTERS, HELD_OUT = 1_000_000, 1_250  # learned from, in 32 pieces of the plays; asked about at the end of each


class Adder(nn.Module):
    """A recurrent layer whose last state is read out to one number."""

    def __init__(self, layer: Stack):
        super().__init__()
        self.layer, self.read_out = layer, nn.Linear(layer.H, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.read_out(self.layer(x)[0][:, -1])[:, 0]


@cache
def plays() -> tuple[Tensor, int]:
    """The plays in 32 equal pieces, and the number of different characters."""
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    return rows_of(letters.encode(text), SIZES["plays"].B), len(letters)


def model_of(task: str, unit: str, width: str, seed: int) -> nn.Module:
    """A model for "plays" or "adding", beside one with an LSTM.

    Parameters
    ----------
    width : "parameters" for as many of these in the whole model as with the LSTM, within 2 %; "units" for as many
        hidden units.

    Raises
    ------
    ValueError : there is no such task, unit or width.
    """
    for name, value, known in [("task", task, SIZES), ("unit", unit, UNITS), ("width", width, WIDTHS)]:
        if value not in known:
            raise ValueError(f"model_of: {name} must be one of {list(known)}, got {value!r}")
    H = SIZES[task].H if width == "units" else _width_for_the_same_size(task, unit)
    torch.manual_seed(seed)
    model = _model(task, unit, H)
    if task == "adding":
        keep_from_the_start_(model.layer)
    return model


@cache
def _width_for_the_same_size(task, unit):
    plays()  # read now: what is read below would have no values
    with torch.device("meta"):  # nothing is drawn
        wanted = size_of(_model(task, "LSTM", SIZES[task].H))
        low, high = 1, 10_000
        while low < high:  # the largest H whose model is no larger
            H = (low + high + 1) // 2
            low, high = (H, high) if size_of(_model(task, unit, H)) <= wanted else (low, H - 1)
        return min((low, low + 1), key=lambda H: abs(size_of(_model(task, unit, H)) - wanted))


def _model(task, unit, H):
    layer = UNITS[unit](SIZES[task].D, H)
    return RecurrentModel(plays()[1], layer) if task == "plays" else Adder(layer)


def size_of(model: nn.Module) -> int:
    """Its number of parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


@torch.no_grad()
def keep_from_the_start_(layer: Stack) -> None:
    """Let every gate keep nearly all and write little, as a memory needs it (chapters 9 and 10); Elman has no gates."""
    H, bias = layer.H, 3.0
    for k in range(layer.num_layers):
        if isinstance(layer, LSTM):
            b = getattr(layer, f"b_l{k}")
            forget = 0 if layer.coupled else H
            b[forget : forget + H] = bias
            if not layer.coupled:
                b[:H] = -bias
        elif isinstance(layer, GRU):
            getattr(layer, f"b_l{k}")[H : 2 * H] = -bias
        elif isinstance(layer, MinGRU):
            getattr(layer, f"b_l{k}")[:H] = -bias


def result_of(task: str, model: nn.Module, seed: int, steps: int, lr: float, validation: bool = False) -> float:
    """Train the model; perplexity of a held-out character, or squared error of a sum (1/6 for always answering 1).

    `validation` asks about other characters and other sums: for choosing a rate.
    """
    return (_perplexity_after if task == "plays" else _adding_error_after)(model, seed, steps, lr, validation)


def _perplexity_after(model, seed, steps, lr, validation):
    rows, _ = plays()
    B, T, _, _ = SIZES["plays"]
    train_on_rows(model, rows[:, : CHARACTERS // B], w=T, steps=steps, lr=lr, decay=True, clip=1.0, seed=seed)
    asked = rows[:, -2 * HELD_OUT : -HELD_OUT] if validation else rows[:, -HELD_OUT:]
    return total(model.nats(asked)).perplexity


def _adding_error_after(model, seed, steps, lr, validation):
    B, T, _, _ = SIZES["adding"]
    generator = torch.Generator().manual_seed(100 + seed)
    batches = (adding(B, T, generator) for _ in range(steps))

    def loss(x, y):
        return mse_loss(model(x), y)

    train(model.parameters(), loss, batches, steps=steps, lr=lr, decay=True, clip=1.0, seed=seed)
    with torch.no_grad():
        return loss(*adding(1000, T, torch.Generator().manual_seed(98 if validation else 99))).item()


def training_step(task: str, model: nn.Module) -> Callable[[], object]:
    """One forward and backward pass at the sizes of the task, to be timed or counted."""
    B, T, _, _ = SIZES[task]
    generator = torch.Generator().manual_seed(0)
    if task == "adding":
        x, y = adding(B, T, generator)
        return lambda: mse_loss(model(x), y).backward()
    tokens = torch.randint(plays()[1], (B, T + 1), generator=generator)
    return lambda: mean_nats(model(tokens[:, :-1])[0], tokens[:, 1:]).backward()
