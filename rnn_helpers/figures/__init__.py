"""One style for every figure of the book: readable in light and dark, described in words, small when stored."""

from rnn_helpers.figures.gradients import draw_triangle, draw_unrolled
from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.style import COLORS, FAINT, INK, PAPER, label_line, new_figure, show

__all__ = [
    "COLORS",
    "FAINT",
    "INK",
    "PAPER",
    "draw_arrow",
    "draw_node",
    "draw_triangle",
    "draw_unrolled",
    "label_line",
    "new_figure",
    "show",
]
