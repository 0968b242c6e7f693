"""Generated tasks that isolate memory: latch, adding, copy, parity, word problems; and what one attains without it.

Every function draws one batch from a generator. A batch is a pair of tensors, as `training.train` takes it:
`train(..., batches=(adding(32, 100, generator) for _ in range(300)))`. Inputs have the default dtype.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import one_hot

from rnn_helpers.groups import Group


class Batch(NamedTuple):
    """Inputs x (B, T, D), and targets y: (B) where one answer is wanted at the end, (B, T) where one at each step."""

    x: Tensor
    y: Tensor


ADDING_BASELINE = 1 / 6
"""Squared error of who always answers 1 in `adding`: two independent uniform values, of variance 1/12 each.

Of all constants 1, the mean of the sum, is the best. Some papers print .1767 for it.
"""

PARITY_BASELINE = math.log(2)
"""Nats a step in `parity` for whoever has missed one bit: given all other bits, both answers are equally probable."""


def latch_baseline(K: int = 2) -> float:
    """Nats in `latch` for whoever does not know the first symbol: ln K, for all K are equally probable.

    The symbols after it are independent of it, so seeing them does not help. Accuracy: 1/K.
    """
    return math.log(K)


def copy_baseline(blank: int, symbols: int = 8, length: int = 10) -> float:
    """Nats a step in `copy` without memory: length ln(symbols) / (blank + 2 length).

    The blanks of the target can be known by counting and cost nothing; each of the `length` symbols costs
    ln(symbols), for all are equally probable. The mean is over all steps, as in Arjovsky et al. 2016,
    arXiv 1511.06464: 10 ln 8 / (blank + 20).
    """
    return length * math.log(symbols) / (blank + 2 * length)


def latch(B: int, T: int, generator: torch.Generator, K: int = 2) -> Batch:
    """Name the first of T random symbols: x (B, T, K) one-hot, y (B) the first symbol, an integer below K.

    All symbols are independent and uniform, so those after the first only distract (after Bengio, Simard and
    Frasconi 1994). `latch_baseline(K)` nats without memory.

    Raises
    ------
    ValueError : T < 2, where the first symbol need not be kept; K < 2, where it is known; or B < 1.
    """
    _at_least("latch", B=(B, 1), T=(T, 2), K=(K, 2))
    symbols = _integers(K, (B, T), generator)
    return Batch(_one_hot(symbols, K), symbols[:, 0])


def adding(B: int, T: int, generator: torch.Generator) -> Batch:
    """Add two marked values: x (B, T, 2) holds a value, uniform in [0, 1), and a mark, 0 or 1; y (B) the sum.

    One mark stands in the first half, steps 1 to T // 2, and one in the second; every place in a half is equally
    probable (after Hochreiter and Schmidhuber 1997, with the range of Arjovsky et al. 2016). The loss is the mean
    squared error; `ADDING_BASELINE` for who always answers 1.

    Raises
    ------
    ValueError : T < 2, where there are no two halves, or B < 1.
    """
    _at_least("adding", B=(B, 1), T=(T, 2))
    half, rows = T // 2, torch.arange(B, device=generator.device)
    dtype = torch.get_default_dtype()
    values = torch.rand(B, T, generator=generator, device=generator.device, dtype=dtype)
    marks = torch.zeros_like(values)
    marks[rows, _integers(half, (B,), generator)] = 1
    marks[rows, half + _integers(T - half, (B,), generator)] = 1
    return Batch(torch.stack([values, marks], -1), (values * marks).sum(1))


def copy(B: int, blank: int, generator: torch.Generator, symbols: int = 8, length: int = 10) -> Batch:
    """Repeat `length` symbols after `blank` steps: x (B, T, symbols + 2) one-hot, y (B, T), T = blank + 2 length.

    Class `symbols` is the blank, class `symbols + 1` the go sign. With length 3 and blank 4 a row may read

        x   5 2 7 - - - ! - - -
        y   - - - - - - - 5 2 7

    The go sign is the last of the `blank` steps in between, and the first symbol is due in the step after it
    (Arjovsky et al. 2016, arXiv 1511.06464). `copy_baseline` nats a step without memory.

    Raises
    ------
    ValueError : blank < 1, where the go sign has no place; symbols < 2, length < 1, or B < 1.
    """
    _at_least("copy", B=(B, 1), blank=(blank, 1), symbols=(symbols, 2), length=(length, 1))
    remember = _integers(symbols, (B, length), generator)
    x = torch.full((B, blank + 2 * length), symbols, device=generator.device)
    y = x.clone()
    x[:, :length] = remember
    x[:, length + blank - 1] = symbols + 1
    y[:, -length:] = remember
    return Batch(_one_hot(x, symbols + 2), y)


def parity(B: int, T: int, generator: torch.Generator) -> Batch:
    """Say at each step whether the ones so far are odd in number: x (B, T, 1) random bits, y (B, T) 0 even, 1 odd.

    The answer at step t depends on all t bits, and on each of them fully: `PARITY_BASELINE` nats a step for any
    window of fewer than t. One bit of memory is enough.

    Raises
    ------
    ValueError : T < 1 or B < 1.
    """
    _at_least("parity", B=(B, 1), T=(T, 1))
    bits = _integers(2, (B, T), generator)
    return Batch(bits.unsqueeze(-1).to(torch.get_default_dtype()), bits.cumsum(1) % 2)


def word_problem(B: int, T: int, generator: torch.Generator, group: Group, moves: Sequence[int] | None = None) -> Batch:
    """Say at each step what the permutations so far make together: x (B, T, M) one-hot, y (B, T) a number of the group.

    The word problem of a finite group, with exact labels. y_t = table[y_{t-1}, x_t]: the first permutation is done
    first. With `moves` only these M elements come as inputs, in the order given; else all. Z_2 with all elements is
    `parity` (with another code for its input). All elements being equally probable, whoever has missed one of them
    knows nothing of y: ln N nats.

    Raises
    ------
    ValueError : T < 1, B < 1, or a move is no number of the group.
    """
    _at_least("word_problem", B=(B, 1), T=(T, 1))
    N = len(group.table)
    moves = list(range(N)) if moves is None else list(moves)
    if not moves or min(moves) < 0 or max(moves) >= N:
        raise ValueError(f"word_problem: moves must be numbers from 0 to {N - 1}, one at least; got {moves}")
    table = group.table.to(generator.device)
    chosen = _integers(len(moves), (B, T), generator)
    done = torch.tensor(moves, device=generator.device)[chosen]
    y = [done[:, 0]]
    for move in done[:, 1:].unbind(1):
        y.append(table[y[-1], move])
    return Batch(_one_hot(chosen, len(moves)), torch.stack(y, 1))


def _integers(below: int, shape: tuple[int, ...], generator: torch.Generator) -> Int[Tensor, "..."]:
    return torch.randint(below, shape, generator=generator, device=generator.device)


def _one_hot(classes: Int[Tensor, "B T"], K: int) -> Float[Tensor, "B T {K}"]:
    return one_hot(classes, K).to(torch.get_default_dtype())


def _at_least(task: str, **sizes: tuple[int, int]) -> None:
    for name, (size, smallest) in sizes.items():
        if size < smallest:
            raise ValueError(f"{task}: {name} must be at least {smallest}, got {size}")
