"""What the ways to choose a sequence share: how a model is asked, and what comes out.

A model is a function `step(tokens, state) -> (log_probs, state)`. It takes N symbols (N) and where it stands after what
came before them, and returns the log-probabilities of the N next symbols (N, K) and where it stands now. `state` is
None at the start, or what an encoder or the reading of a prompt left; otherwise a tensor, or a tuple, list or named
tuple of tensors, whose first axis is N.

A sequence has at most `max_length` symbols, its end symbol among them. One that has not ended by then is cut. So a
model gives every sequence that is ended or cut a probability, and these sum to 1: `exhaustive` lists them all.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from rnn_helpers.padding import IGNORE

Step = Callable[[Int[Tensor, "N"], Any], tuple[Float[Tensor, "N K"], Any]]


class Sequences(NamedTuple):
    """Symbols, the end symbol included, IGNORE behind it; and log P of the whole under the model.

    One for each source, tokens (B, L) and log_probs (B); or several, tokens (B, M, L) and log_probs (B, M), best first.
    """

    tokens: Integer[Tensor, "*B L"]
    log_probs: Float[Tensor, "*B"]


def select(state: Any, rows: Integer[Tensor, "M"]) -> Any:
    """The state of these rows, in this order; a row may come more than once, or not at all."""
    if state is None or isinstance(state, Tensor):
        return None if state is None else state[rows]
    parts = [select(part, rows) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else type(state)(parts)


def asked(step: Step, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
    """`step(tokens, state)`, if what comes back has the shape that it should have and is log-probabilities."""
    log_probs, state = step(tokens, state)
    if log_probs.dim() != 2 or len(log_probs) != len(tokens):
        raise ValueError(f"step: must return log_probs (N, K) with N = {len(tokens)}, got {tuple(log_probs.shape)}")
    if not (log_probs <= 1e-4).all():  # NaN fails as well
        raise ValueError("step: log_probs must be log-probabilities, none of them above 0 or NaN; are these logits?")
    return log_probs, state


def check_bounds(name: str, start: Tensor, max_length: int) -> None:
    if len(start) == 0 or max_length < 1:
        raise ValueError(
            f"{name}: wants at least one source in start and max_length of at least 1, got {len(start)} and "
            f"{max_length}"
        )


def shortened(tokens: Tensor) -> Tensor:
    """Without the last columns, if they hold nothing but filling."""
    used = (tokens != IGNORE).flatten(0, -2).any(0)
    return tokens[..., : int(used.nonzero().max()) + 1]


@torch.no_grad()
def log_prob_of(
    step: Step, start: Int[Tensor, "B"], tokens: Integer[Tensor, "B L"], state: Any = None
) -> Float[Tensor, "B"]:
    """The model's own log P of given sequences, end symbol included; what is IGNORE behind it counts nothing.

    `start` holds the symbols before the first, `state` where the model stands before it reads them.
    """
    total, before = 0.0, start
    for now in tokens.unbind(1):
        log_probs, state = asked(step, before, state)
        counts = now != IGNORE
        now = now.where(counts, start)  # any symbol does: it counts nothing
        total = total + log_probs.gather(1, now[:, None]).squeeze(1).where(counts, 0.0)
        before = now
    return total


def up_to_end(tokens: Integer[Tensor, "L"], end: int) -> list[int]:
    """The symbols of one sequence as a list, without its end symbol and the filling behind."""
    kept = tokens[tokens != IGNORE].tolist()
    return kept[: kept.index(end)] if end in kept else kept
