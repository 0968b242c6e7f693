"""Searching for the most probable sequence: all of them, or a beam of the best beginnings."""

from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from rnn_helpers.decoding.stepping import Sequences, Step, asked, check_bounds, select, shortened
from rnn_helpers.padding import IGNORE

LARGEST_LIST = 1_000_000  # sequences that `exhaustive` is willing to write down, those of all sources together


@torch.no_grad()
def exhaustive(step: Step, start: Int[Tensor, "B"], end: int, *, max_length: int, state: Any = None) -> Sequences:
    """Every sequence that ends within `max_length` symbols or is cut there, the most probable first.

    The oracle on a small vocabulary: with K symbols there are (K - 1)^max_length sequences and more. Their
    probabilities sum to 1. Arguments are those of `beam_search`.

    Raises
    ------
    ValueError : more than a million sequences in all, or arguments that do not fit.
    """
    check_bounds("exhaustive", start, max_length)
    B = len(start)
    sources = torch.arange(B, device=start.device)
    last, log_prob = start, 0.0
    paths = start.new_empty(B, 0)
    complete = []  # (source, path, log_prob)
    for t in range(1, max_length + 1):
        log_probs, state = asked(step, last, state)
        N, K = log_probs.shape
        if sum(len(part) for part, _, _ in complete) + N * K > LARGEST_LIST:  # each candidate leads to one or more
            raise ValueError(
                f"exhaustive: K = {K} symbols, max_length = {max_length} and {B} sources make more than "
                f"{LARGEST_LIST:,} sequences"
            )
        rows = torch.arange(N, device=start.device).repeat_interleave(K)
        symbols = torch.arange(K, device=start.device).repeat(N)
        paths, sources = torch.cat([paths[rows], symbols[:, None]], 1), sources[rows]
        log_prob = (log_prob[rows] if t > 1 else 0.0) + log_probs.flatten()
        done = (symbols == end) | (t == max_length)
        filling = paths.new_full((len(paths), max_length - t), IGNORE)
        complete.append((sources[done], torch.cat([paths, filling], 1)[done], log_prob[done]))
        paths, sources, log_prob, last = paths[~done], sources[~done], log_prob[~done], symbols[~done]
        state = select(state, rows[~done])
        if len(last) == 0:
            break
    sources, paths, log_prob = (torch.cat(parts) for parts in zip(*complete, strict=True))
    by_source = sources.argsort(stable=True)
    paths, log_prob = paths[by_source].view(B, -1, max_length), log_prob[by_source].view(B, -1)
    log_prob, order = log_prob.sort(dim=1, descending=True, stable=True)
    return Sequences(shortened(_taken(paths, order)), log_prob)


@torch.no_grad()
def beam_search(
    step: Step,
    start: Int[Tensor, "B"],
    end: int,
    *,
    width: int,
    max_length: int,
    best: int | None = None,
    alpha: float = 0.0,
    state: Any = None,
) -> Sequences:
    """For each of B sources the best sequences that are found, `best` of them, best first: tokens (B, best, L).

    Kept are `width` beginnings of equal length. A step extends each by every symbol and keeps the best `width` of all
    that come of it. Those of them that end, or are cut at `max_length`, are set aside and never extended; they take
    no place from the others in the next step. Width 1 is `greedy`; with a width that no step exceeds it is
    `exhaustive`. In between it promises nothing: the most probable sequence may begin improbably and be lost, and a
    wider beam can return a less probable sequence than a narrower one.

    "Best" is the largest log P / length^alpha, the length with the end symbol. log P is negative: with alpha = 0 a
    sequence gets worse with each symbol, and to divide by a power of the length rewards longer ones. Beginnings
    that compete are equally long, so alpha has a say only among those that are set aside. The log_probs that come
    back are log P itself, whatever alpha is.

    A source is done when no beginning that is left can come among its `best`: log P only falls, so none can end above
    log P / max_length^alpha. Stopping there changes nothing.

    If fewer than `best` sequences have a probability above 0, the last rows have log_probs of -inf and no tokens.

    Parameters
    ----------
    start : the symbols before the first, most often a start or end symbol, or the last of a prompt.
    width : beginnings that are kept for each source.
    max_length : symbols of a sequence at most, its end symbol among them.
    best : how many sequences to return for each source; `width` if None. With 1 the search ends sooner.
    state : where the model stands before it reads `start`; its first axis is B.

    Raises
    ------
    ValueError : width, best or max_length < 1, alpha < 0, nothing to start from, or no log-probabilities from `step`.
    """
    check_bounds("beam_search", start, max_length)
    best = width if best is None else best
    if width < 1 or best < 1 or not alpha >= 0:
        raise ValueError(
            f"beam_search: wants width and best of at least 1 and alpha of at least 0, got {width}, {best} and {alpha}"
        )
    B, device = len(start), start.device
    alive = torch.zeros(B, width, dtype=torch.bool, device=device)  # a place in the beam that holds a beginning
    alive[:, 0] = True
    last = start[:, None].expand(B, width)
    paths, found_paths = start.new_empty(B, width, 0), start.new_full((B, best, max_length), IGNORE)
    log_prob = found = None  # they take the dtype of the model's first answer
    for t in range(1, max_length + 1):
        log_probs, state = asked(step, last[alive], state)  # one row for each beginning, source by source
        K = log_probs.shape[1]
        if t == 1:
            log_prob = log_probs.new_zeros(B, width)
            found = log_probs.new_full((B, best), -torch.inf)
        candidates = log_probs.new_full((B, width, K), -torch.inf)
        candidates[alive] = log_prob[alive][:, None] + log_probs
        log_prob, chosen = candidates.flatten(1).sort(dim=1, descending=True, stable=True)
        log_prob, chosen = log_prob[:, :width], chosen[:, :width]
        parent, last = chosen // K, chosen % K
        paths = torch.cat([_taken(paths, parent), last[:, :, None]], 2)

        done = (last == end) | (t == max_length)
        filling = paths.new_full((B, width, max_length - t), IGNORE)
        found, found_paths = _best(
            torch.cat([found, log_prob.masked_fill(~done, -torch.inf)], 1),
            torch.cat([found_paths, torch.cat([paths, filling], 2)], 1),
            best,
            alpha,
        )
        # Where a beginning may still lead: log P only falls, and no sequence is longer than max_length.
        hope = log_prob.masked_fill(done, -torch.inf) / max_length**alpha
        worst = found[:, -1:] / _lengths(found_paths[:, -1:]) ** alpha
        numbers = torch.full_like(parent, -1)
        numbers[alive] = torch.arange(len(log_probs), device=device)
        alive = hope > worst
        if not alive.any():
            break
        state = select(state, numbers.gather(1, parent)[alive])
    return Sequences(shortened(found_paths), found)


def _best(log_prob, paths, count, alpha):
    """The `count` sequences of highest log P / length^alpha, best first; of equal ones, the earlier."""
    order = (log_prob / _lengths(paths) ** alpha).argsort(dim=1, descending=True, stable=True)[:, :count]
    return log_prob.gather(1, order), _taken(paths, order)


def _lengths(paths):
    return (paths != IGNORE).sum(2).clamp(min=1)  # an empty place has none, and a log P of -inf


def _taken(paths, order):
    """Rows of paths (B, M, L) in the order given for each source (B, N)."""
    return paths.gather(1, order[:, :, None].expand(-1, -1, paths.shape[2]))
