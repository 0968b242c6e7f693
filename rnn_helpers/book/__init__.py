"""What makes a lesson check itself: claims, measured numbers marked with ≈, and tables of results."""

from rnn_helpers.book.claims import claim
from rnn_helpers.book.numbers import approx
from rnn_helpers.book.tables import show_table

__all__ = ["approx", "claim", "show_table"]
