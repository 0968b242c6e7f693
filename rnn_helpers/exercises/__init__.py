"""Exercises that answer back: `check` an answer, ask for a `hint` or the `solution`, see one's `progress`."""

from rnn_helpers.exercises.checking import check
from rnn_helpers.exercises.display import hint, solution
from rnn_helpers.exercises.record import progress

__all__ = ["check", "hint", "progress", "solution"]
