"""How text comes to a model: one long text in rows and windows, or many short sequences with an end symbol."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from rnn_helpers.padding import IGNORE, pad


def rows_of(tokens: Int[Tensor, "N"], B: int) -> Int[Tensor, "B T"]:
    """The text in B rows, each one unbroken piece of it; of the end up to B - 1 tokens are left out.

    Raises
    ------
    ValueError : B < 1, or fewer than two tokens for each row.
    """
    if B < 1 or len(tokens) < 2 * B:
        raise ValueError(f"rows_of: wants B of at least 1 and two tokens a row, got B = {B} and {len(tokens)} tokens")
    return tokens[: len(tokens) // B * B].view(B, -1)


def windows(
    rows: Int[Tensor, "B T"], w: int
) -> Iterator[tuple[Int[Tensor, "B _"], Int[Tensor, "B _"], Bool[Tensor, ""]]]:
    """Inputs and targets (B, w) from left to right, and whether the rows begin here; over and over, without end.

    Row i of a window goes on where row i of the last one stopped, so that a state can be carried from one to the next;
    at a new beginning it must not be. The last window of a round may be shorter.

    Raises
    ------
    ValueError : w < 1, or rows of fewer than two tokens.
    """
    if w < 1 or rows.shape[1] < 2:
        raise ValueError(
            f"windows: wants w of at least 1 and rows of two tokens, got w = {w}, rows {tuple(rows.shape)}"
        )
    return _windows(rows, w)


def _windows(rows, w):
    while True:
        for start in range(0, rows.shape[1] - 1, w):
            x, y = rows[:, :-1][:, start : start + w], rows[:, 1:][:, start : start + w]
            yield x, y, torch.tensor(start == 0)


def with_end(tokens: Int[Tensor, "L"], end: int) -> Int[Tensor, "L+2"]:
    """end, y_1 ... y_L, end: the symbol that ends a sequence also stands in front, for y_0."""
    return torch.cat([tokens.new_tensor([end]), tokens, tokens.new_tensor([end])])


def next_tokens(
    sequences: Sequence[Int[Tensor, "_"]],
) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B T"], Int[Tensor, "B"]]:
    """Sequences y_0 ... y_T side by side: inputs y_0 ..., targets y_1 ..., and how many there are in each row.

    Behind the end inputs are 0 and targets IGNORE. Sequences of `with_end` give L + 1 targets each.

    Raises
    ------
    ValueError : no sequence, or one with fewer than two tokens.
    """
    if not sequences or min(map(len, sequences)) < 2:
        raise ValueError("next_tokens: sequences must hold at least one, and each two tokens or more")
    x, lengths = pad([sequence[:-1] for sequence in sequences])
    y, _ = pad([sequence[1:] for sequence in sequences], value=IGNORE)
    return x, y, lengths
