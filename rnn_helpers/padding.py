"""Sequences of unequal length side by side: filling them up, telling what is filling, batches with little of it.

A padded batch is a pair: a tensor (B, T, ...) and lengths (B). What stands behind the end of a row is filling. It must
touch neither a loss nor a figure: `rnn_helpers.layers` takes the lengths, and a loss passes over the target IGNORE.
"""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Bool, Integer, Shaped
from torch import Tensor

IGNORE = -100
"""The target that torch's `cross_entropy` passes over: its `ignore_index`."""


def pad(
    sequences: Sequence[Shaped[Tensor, "_ *F"]], value: float = 0
) -> tuple[Shaped[Tensor, "B T *F"], Integer[Tensor, "B"]]:
    """Sequences side by side, filled up at their ends with `value`; and their lengths.

    Raises
    ------
    ValueError : there is no sequence, or an empty one.
    """
    lengths = [len(sequence) for sequence in sequences]
    if not lengths or 0 in lengths:
        where = f"number {lengths.index(0)} is empty" if lengths else "got none"
        raise ValueError(f"pad: sequences must hold one or more, none of them empty; {where}")
    padded = torch.nn.utils.rnn.pad_sequence(list(sequences), batch_first=True, padding_value=value)
    return padded, torch.tensor(lengths, device=padded.device)


def mask_of(lengths: Integer[Tensor, "B"], T: int) -> Bool[Tensor, "B T"]:
    """True at the steps that belong to a sequence, false behind its end.

    Raises
    ------
    ValueError : a length is below 0 or above T.
    """
    if len(lengths) and not 0 <= lengths.min() <= lengths.max() <= T:
        raise ValueError(f"mask_of: lengths must lie between 0 and T = {T}, got {lengths.tolist()}")
    return torch.arange(T, device=lengths.device) < lengths[:, None]


def batches_by_length(lengths: Sequence[int], B: int, generator: torch.Generator) -> Iterator[list[int]]:
    """Numbers of sequences, B at a time, without end; each epoch has all of them once, those alike in length together.

    Within an epoch batches come in random order, and which of equally long sequences meet is random, too. Only the last
    sequences of an epoch, fewer than B, form a smaller batch.

        for chosen in batches_by_length([len(x) for x in inputs], 32, generator):
            x, lengths = pad([inputs[i] for i in chosen])

    Raises
    ------
    ValueError : B < 1, or there is no sequence.
    """
    if B < 1 or len(lengths) == 0:
        raise ValueError(f"batches_by_length: wants B of at least 1 and sequences, got B = {B} and {len(lengths)}")
    return _batches_by_length(torch.as_tensor(lengths), B, generator)


def _batches_by_length(lengths, B, generator):
    while True:
        shuffled = torch.randperm(len(lengths), generator=generator)
        by_length = shuffled[lengths[shuffled].argsort(stable=True)].tolist()
        batches = [by_length[i : i + B] for i in range(0, len(by_length), B)]
        yield from (batches[i] for i in torch.randperm(len(batches), generator=generator).tolist())
