"""How far a sequence is from the right one: edit distances, and the error rates of speech and pronunciation."""

from collections.abc import Sequence

import torch
from jaxtyping import Integer
from torch import Tensor

from rnn_helpers.padding import pad


def edit_distances(
    a: Integer[Tensor, "N S"],
    a_lengths: Integer[Tensor, "N"],
    b: Integer[Tensor, "N T"],
    b_lengths: Integer[Tensor, "N"],
) -> Integer[Tensor, "N"]:
    """Levenshtein distances of N pairs: insertions, deletions and substitutions that turn row n of a into that of b.

    Lengths may be 0; what stands behind an end counts nothing.
    """
    N, T = b.shape
    columns = [column.contiguous() for column in b.unbind(1)]  # read once for each symbol of a
    row = [torch.full((N,), j, dtype=torch.int16, device=b.device) for j in range(T + 1)]  # from nothing to b[:j]
    for i, symbol in enumerate(a.unbind(1)):
        below = [torch.full_like(row[0], i + 1)]
        for j in range(T):
            insert_or_delete = torch.minimum(row[j + 1], below[j]) + 1
            below.append(torch.minimum(insert_or_delete, row[j] + (symbol != columns[j])))
        goes_on = i < a_lengths
        row = [new.where(goes_on, old) for new, old in zip(below, row, strict=True)]
    return torch.stack(row, 1).gather(1, b_lengths[:, None]).squeeze(1).long()


def error_rate(found: Sequence[Sequence[int]], right: Sequence[Sequence[Sequence[int]]]) -> float:
    """Edits by which found sequences differ from right ones, divided by the number of symbols in the right ones.

    Where there are several right ones for a found one, that counts which is nearest, the first of those equally near.
    (With phones for symbols the phone error rate, with words the word error rate of speech recognition.)

    Raises
    ------
    ValueError : there is nothing to compare, or not as many right ones as found ones, or a right one is empty.
    """
    if not found or len(found) != len(right) or not all(right):
        raise ValueError(
            f"error_rate: wants as many found sequences as right ones, at least one of each; got {len(found)} and "
            f"{len(right)}"
        )
    pairs = [(n, answer) for n, answers in enumerate(right) for answer in answers]
    b, b_lengths = pad([torch.as_tensor(answer) for _, answer in pairs])
    a_lengths = torch.tensor([len(found[n]) for n, _ in pairs])
    a = torch.zeros(len(pairs), int(a_lengths.max()), dtype=torch.long)
    for row, (n, _) in zip(a, pairs, strict=True):
        row[: len(found[n])] = torch.as_tensor(found[n], dtype=torch.long)
    nearest: dict[int, tuple[int, int]] = {}
    for (n, answer), distance in zip(pairs, edit_distances(a, a_lengths, b, b_lengths).tolist(), strict=True):
        if n not in nearest or distance < nearest[n][0]:
            nearest[n] = distance, len(answer)
    edits, symbols = (sum(column) for column in zip(*nearest.values(), strict=True))
    return edits / symbols
