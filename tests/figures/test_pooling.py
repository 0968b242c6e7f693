"""Profiles stand in multiples of an even share, a line a network; words stand over their own cells."""

import pytest
import torch
from matplotlib.colors import to_rgb

from rnn_helpers.figures import COLORS, draw_profile, draw_words, new_figure


def test_a_profile_has_a_line_a_network():
    _, axes = new_figure(3, 3)
    draw_profile(axes, torch.tensor([[0.5, 0.25, 0.25, 0.0], [0.1, 0.25, 0.25, 0.4]]), COLORS["blue"])
    even, *lines = axes.lines
    assert list(even.get_ydata()) == [1, 1]
    assert [line.get_xdata().tolist() for line in lines] == [[12.5, 37.5, 62.5, 87.5]] * 2
    assert lines[0].get_ydata().tolist() == pytest.approx([2, 1, 1, 0])
    assert lines[1].get_ydata().tolist() == pytest.approx([0.4, 1, 1, 1.6])


def test_a_second_profile_can_be_told_from_the_first():
    _, axes = new_figure(3, 3)
    draw_profile(axes, torch.rand(3, 4), COLORS["grey"], dashed=True)
    assert axes.lines[-1].get_linestyle() == "--"


def test_words_stand_over_their_cells():
    _, axes = new_figure(5, 2)
    draw_words(axes, ["not", "bad"], {"blank": torch.tensor([1.0, -4.0])}, {"looks": torch.tensor([1.0, 3.0])})
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["not", "bad"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["blank", "looks"]
    assert axes.xaxis.get_ticks_position() == "top"
    cells = axes.images[0].get_array()
    assert cells[0, 0].tolist() == [*to_rgb(COLORS["blue"]), 0.25]
    assert cells[0, 1].tolist() == [*to_rgb(COLORS["orange"]), 1.0]
    assert cells[1, 1].tolist() == [*to_rgb(COLORS["grey"]), 0.5]


def test_unsigned_cells_say_how_many_even_shares_they_have():
    _, axes = new_figure(5, 2)
    draw_words(axes, ["not", "bad"], {"blank": torch.tensor([1.0, -4.0])}, {"looks": torch.tensor([1.0, 3.0])})
    assert [(text.get_text(), *text.get_position()) for text in axes.texts] == [("0.5", 1, 2), ("1.5", 2, 2)]


def test_words_and_cells_must_agree():
    _, axes = new_figure(5, 2)
    with pytest.raises(ValueError, match="draw_words: 'a' must have a value a word, 1, got 2"):
        draw_words(axes, ["one"], {"a": torch.ones(2)}, {})


def test_a_negative_value_has_a_sign():
    _, axes = new_figure(5, 2)
    with pytest.raises(ValueError, match="'b' stands among the unsigned rows and has a negative value"):
        draw_words(axes, ["one", "two"], {}, {"b": torch.tensor([1.0, -1.0])})
