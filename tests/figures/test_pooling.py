"""Profiles stand in multiples of an even share, with their standard error; words stand over their own cells."""

import pytest
import torch

from rnn_helpers.figures import COLORS, draw_profile, draw_words, new_figure


def test_a_profile_is_the_mean_with_its_standard_error():
    _, axes = new_figure(3, 3)
    draw_profile(axes, torch.tensor([[0.5, 0.25, 0.25, 0.0], [0.1, 0.25, 0.25, 0.4]]), COLORS["blue"])
    even, mean = axes.lines
    assert list(even.get_ydata()) == [1, 1]
    assert mean.get_xdata().tolist() == [12.5, 37.5, 62.5, 87.5]
    assert mean.get_ydata().tolist() == pytest.approx([1.2, 1, 1, 0.8])
    band = axes.collections[0].get_paths()[0].vertices
    # deviations of 0.8 around 1.2: standard deviation 0.8 sqrt(2), of the mean 0.8
    assert band[:, 1].min() == pytest.approx(0.0)
    assert band[:, 1].max() == pytest.approx(2.0)


def test_a_second_profile_can_be_told_from_the_first():
    _, axes = new_figure(3, 3)
    draw_profile(axes, torch.rand(3, 4), COLORS["grey"], dashed=True)
    assert axes.lines[-1].get_linestyle() == "--"


def test_words_stand_over_their_cells():
    _, axes = new_figure(5, 2)
    draw_words(axes, ["not", "bad"], torch.tensor([[1.0, -4.0], [3.0, 3.0]]), ["looks", "listens"])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["not", "bad"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["looks", "listens"]
    assert axes.xaxis.get_ticks_position() == "top"
    cells = axes.images[0].get_array()
    assert cells[..., 3].tolist() == [[0.25, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize(("words", "names"), [(["one"], ["a", "b"]), (["one", "two"], ["a"])])
def test_words_and_cells_must_agree(words, names):
    _, axes = new_figure(5, 2)
    with pytest.raises(ValueError, match=r"draw_words: rows must have a row a name and a column a word"):
        draw_words(axes, words, torch.ones(2, 2), names)
