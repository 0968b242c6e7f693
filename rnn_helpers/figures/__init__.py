"""One style for every figure of the book: readable in light and dark, described in words, small when stored."""

from rnn_helpers.figures.cells import draw_lstm, draw_starts
from rnn_helpers.figures.fading import (
    draw_attempts,
    draw_bounded,
    draw_gradient_map,
    draw_map_key,
    draw_slopes,
    draw_spectrum,
)
from rnn_helpers.figures.forests import draw_arrivals, draw_by_depth, draw_row, draw_tree
from rnn_helpers.figures.gates import draw_bench, draw_gates, draw_shortcuts, draw_stream
from rnn_helpers.figures.gradients import draw_triangle, draw_unrolled
from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.language import draw_learning
from rnn_helpers.figures.pixels import draw_context, draw_images, draw_skewing
from rnn_helpers.figures.pooling import draw_profile, draw_words
from rnn_helpers.figures.recurrence import draw_map, draw_recurrence, draw_states, draw_transition, draw_unit
from rnn_helpers.figures.speed import draw_stages
from rnn_helpers.figures.state_spaces import draw_alignment, draw_poles
from rnn_helpers.figures.style import COLORS, FAINT, INK, PAPER, label_line, new_figure, show
from rnn_helpers.figures.surfaces import draw_clipping, draw_descent, draw_surface
from rnn_helpers.figures.tagging import draw_confusion, draw_revealed
from rnn_helpers.figures.trees import draw_search_tree
from rnn_helpers.figures.tricks import draw_depths, draw_seeds

__all__ = [
    "COLORS",
    "FAINT",
    "INK",
    "PAPER",
    "draw_alignment",
    "draw_arrivals",
    "draw_arrow",
    "draw_attempts",
    "draw_bench",
    "draw_bounded",
    "draw_by_depth",
    "draw_clipping",
    "draw_confusion",
    "draw_context",
    "draw_depths",
    "draw_descent",
    "draw_gates",
    "draw_gradient_map",
    "draw_images",
    "draw_learning",
    "draw_lstm",
    "draw_map",
    "draw_map_key",
    "draw_node",
    "draw_poles",
    "draw_profile",
    "draw_recurrence",
    "draw_revealed",
    "draw_row",
    "draw_search_tree",
    "draw_seeds",
    "draw_shortcuts",
    "draw_skewing",
    "draw_slopes",
    "draw_spectrum",
    "draw_stages",
    "draw_starts",
    "draw_states",
    "draw_stream",
    "draw_surface",
    "draw_transition",
    "draw_tree",
    "draw_triangle",
    "draw_unit",
    "draw_unrolled",
    "draw_words",
    "label_line",
    "new_figure",
    "show",
]
