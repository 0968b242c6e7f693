"""The staircase of chapter 14: one tread a stage, at the height that was given, and labels where the eye is."""

import pytest

from rnn_helpers.figures import draw_stages, new_figure


def test_treads_and_labels():
    _, axes = new_figure()
    draw_stages(axes, ["loop", "by hand"], {"small": [30.0, 2.0], "large": [4.0, 1.0]})
    assert [line.get_ydata().tolist() for line in axes.lines] == [[30.0, 2.0, 2.0], [4.0, 1.0, 1.0]]
    assert all(line.get_xdata().tolist() == [-0.5, 0.5, 1.5] for line in axes.lines)
    assert {line.get_drawstyle() for line in axes.lines} == {"steps-post"}
    assert [text.get_text() for text in axes.texts] == ["small", "large"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["loop", "by hand"]
    assert [tick.get_color() for tick in axes.texts] == [line.get_color() for line in axes.lines]


def test_a_value_for_each_stage():
    _, axes = new_figure()
    with pytest.raises(ValueError, match="'small' has 1 values for 2 stages"):
        draw_stages(axes, ["loop", "by hand"], {"small": [30.0]})
