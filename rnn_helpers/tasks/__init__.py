"""Generated tasks with exact answers: about memory and state (`memory`), nested lists of operations (`listops`)."""

from rnn_helpers.tasks.memory import (
    ADDING_BASELINE,
    PARITY_BASELINE,
    Batch,
    adding,
    copy,
    copy_baseline,
    latch,
    latch_baseline,
    parity,
    word_problem,
)

__all__ = [
    "ADDING_BASELINE",
    "PARITY_BASELINE",
    "Batch",
    "adding",
    "copy",
    "copy_baseline",
    "latch",
    "latch_baseline",
    "parity",
    "word_problem",
]
