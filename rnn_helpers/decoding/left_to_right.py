"""Symbol after symbol, never looking back: drawn at random from the model, or always the most probable one."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rnn_helpers.decoding.stepping import Sequences, Step, asked, check_bounds, shortened
from rnn_helpers.padding import IGNORE


def sample(
    step: Step,
    start: Int[Tensor, "B"],
    end: int,
    *,
    max_length: int,
    generator: torch.Generator,
    state: Any = None,
    change: Callable[[Float[Tensor, "B K"]], Float[Tensor, "B K"]] | None = None,
) -> Sequences:
    """Ancestral sampling: a sequence for each of the B sources, each symbol drawn given those before it.

    Without `change` a sequence comes with the probability that the model gives it.

    Parameters
    ----------
    start : the symbols before the first, most often a start or end symbol, or the last of a prompt.
    max_length : symbols of a sequence at most, its end symbol among them; a longer one is cut.
    change : what is drawn from is the softmax of `change(log_probs)`, as `lambda logits: top_k(logits, 10)`. The
        log-probabilities that come back are still the model's own.

    Raises
    ------
    ValueError : nothing to start from, max_length < 1, or a step that returns no log-probabilities.
    """

    def draw(log_probs: Tensor) -> Tensor:
        changed = log_probs if change is None else change(log_probs)
        return changed.softmax(-1).multinomial(1, generator=generator).squeeze(1)

    check_bounds("sample", start, max_length)
    return _left_to_right(step, start, end, max_length, state, draw)


def greedy(step: Step, start: Int[Tensor, "B"], end: int, *, max_length: int, state: Any = None) -> Sequences:
    """The most probable symbol at every step, given those before it. In general not the most probable sequence.

    Nothing is drawn: the same model gives the same sequence each time. Arguments are those of `sample`.
    """
    check_bounds("greedy", start, max_length)
    return _left_to_right(step, start, end, max_length, state, lambda log_probs: log_probs.max(-1).indices)


@torch.no_grad()
def _left_to_right(step, start, end, max_length, state, choose):
    log_prob, last, ended, tokens = 0.0, start, torch.zeros_like(start, dtype=torch.bool), []
    for _ in range(max_length):
        log_probs, state = asked(step, last, state)
        last = choose(log_probs)
        log_prob = log_prob + log_probs.gather(1, last[:, None]).squeeze(1).where(~ended, 0.0)
        tokens.append(last.where(~ended, IGNORE))
        ended = ended | (last == end)
        if ended.all():
            break
    return Sequences(shortened(torch.stack(tokens, 1)), log_prob)
