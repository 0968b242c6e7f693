"""Ink, what is given, seen, missed and leaked each have a colour; each diagonal is a column of the skewed map."""

import pytest
import torch
from matplotlib.colors import to_rgba

from rnn_helpers.figures import COLORS, draw_context, draw_images, draw_skewing, new_figure


def test_images_stand_in_rows_and_columns():
    _, axes = new_figure(3, 3)
    x = torch.zeros(2, 3, 4, 5)
    x[1, 2, 0, 1] = x[1, 2, 3, 4] = 1
    draw_images(axes, x, given=2)
    canvas = axes.images[0].get_array()
    assert canvas.shape == (9, 17, 4)
    assert tuple(canvas[5, 13]) == to_rgba(COLORS["blue"])
    assert tuple(canvas[8, 16]) == to_rgba(COLORS["grey"])
    assert tuple(canvas[4, 4]) == (0, 0, 0, 0)
    assert 0 < canvas[0, 0, 3] < 1


def test_context_shows_what_is_seen_missed_and_leaked():
    _, axes = new_figure(3, 3)
    allowed = torch.tensor([[True, True], [False, False]])
    context = torch.tensor([[True, False], [False, True]])
    draw_context(axes, context, 1, 0, "three kinds", allowed)
    cells = axes.images[0].get_array()
    assert tuple(cells[0, 0]) == to_rgba(COLORS["blue"], 0.75)
    assert tuple(cells[1, 1]) == to_rgba(COLORS["pink"], 0.85)
    assert tuple(cells[1, 0]) == to_rgba(COLORS["orange"])
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in crosses] == [(1, 0)]


def test_a_skewed_map_has_a_diagonal_in_each_column():
    _, axes = new_figure(7, 3)
    draw_skewing(axes, 3, 4)
    numbers = [(text.get_text(), text.get_position()) for text in axes.texts if text.get_text().isdigit()]
    assert len(numbers) == 24
    for number, (x, _) in numbers[1::2]:
        assert x - 6.5 - 0.5 == pytest.approx(int(number) - 1)
