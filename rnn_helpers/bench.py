"""One gated unit with weights set by hand, and pulses to feed it with: what stands on the bench of chapters 9 and 10.

The gates read marks alone, not the state, so that one sees what a gate does and not what moves it. All is float64.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.cells import GRUParameters, LSTMParameters

_STORED = {"+": 1.0, "-": -1.0, "0": 0.0}
_MARK = 8.0  # what a mark adds to the sum in a gate, or takes from it


def read_pulses(pulses: str, noise: Float[Tensor, "T"]) -> Float[Tensor, "T 3"]:
    """Value, mark "store" and mark "ask" of each step.

    Parameters
    ----------
    pulses : one symbol a step: "+", "-" and "0" are 1, -1 and 0, to be stored; "?" asks; "." is neither. The steps
        that are not written are as ".".
    noise : the values of all steps at which nothing is stored.

    Raises
    ------
    ValueError : a symbol is another, or there are more symbols than values.
    """
    if len(pulses) > len(noise):
        raise ValueError(f"read_pulses: pulses must have at most {len(noise)} symbols, as noise has, got {len(pulses)}")
    if others := set(pulses) - {*_STORED, "?", "."}:
        raise ValueError(f"read_pulses: pulses may hold + - 0 ? and ., got {''.join(sorted(others))!r}")
    x = torch.stack([noise.double(), torch.zeros(len(noise)), torch.zeros(len(noise))], -1)
    for t, symbol in enumerate(pulses):
        if symbol in _STORED:
            x[t, 0], x[t, 1] = _STORED[symbol], 1.0
        x[t, 2] = float(symbol == "?")
    return x


def gru_by_hand(b_u: float) -> GRUParameters:
    """A GRU of one unit for inputs (value, store): u = sigma(8 store + b_u), r closes at a store; V = U = 1."""
    store, nothing = _row(0, _MARK), _row(0)
    return GRUParameters(
        *(-store, nothing, _row(_MARK / 2)[0]),
        *(store, nothing, _row(b_u)[0]),
        *(_row(1, 0), _row(1), _row(0)[0]),
    )


def lstm_by_hand(b_f: float) -> LSTMParameters:
    """An LSTM of one unit for inputs (value, store, ask): i opens and f closes at a store, o opens at an ask.

    f = sigma(b_f - 8 store), and i and o are sigma(-4) but at their marks, there sigma(4); V = U = 1.
    """
    store, ask, nothing = _row(0, _MARK, 0), _row(0, 0, _MARK), _row(0)
    return LSTMParameters(
        *(store, nothing, _row(-_MARK / 2)[0]),
        *(-store, nothing, _row(b_f)[0]),
        *(_row(1, 0, 0), _row(1), _row(0)[0]),
        *(ask, nothing, _row(-_MARK / 2)[0]),
    )


def _row(*numbers: float) -> Float[Tensor, "1 D"]:
    return torch.tensor([numbers], dtype=torch.float64)
