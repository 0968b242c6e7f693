"""The drawings of chapter 5 hold the words, tags and numbers that they are given."""

import matplotlib as mpl
import torch

from rnn_helpers.figures import COLORS, draw_confusion, draw_revealed, new_figure
from rnn_helpers.figures.style import to_svg


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_revealed_has_a_line_a_tag_over_the_words():
    figure, axes = new_figure()
    draw_revealed(axes, ["São", "Paulo"], {"a": [0.2, 0.9], "b": [0.8, 0.1]}, {"a": "orange", "b": "blue"})
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.2, 0.9], [0.8, 0.1]]
    assert [line.get_color() for line in axes.lines] == [COLORS["orange"], COLORS["blue"]]
    assert texts(axes) == ["a", "b"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["São", "Paulo"]
    with mpl.rc_context({"svg.fonttype": "none"}):  # letters as text, not as drawn paths
        assert "São" in to_svg(figure, "Two lines over two words.")


def test_confusion_orders_by_frequency_and_leaves_out_what_never_comes():
    _, axes = new_figure()
    counts = torch.tensor([[3, 1, 0, 0], [4, 16, 0, 0], [0, 0, 0, 0], [0, 2, 0, 8]])
    draw_confusion(axes, counts, ["A", "B", "C", "D"])
    assert [tick.get_text() for tick in axes.get_yticklabels()][:3] == ["B", "D", "A"]
    assert [tick.get_text() for tick in axes.get_xticklabels()][:3] == ["B", "D", "A"]
    placed = {text.get_position()[::-1]: text.get_text() for text in axes.texts}  # (row, column)
    assert placed == {(0, 0): "80", (0, 2): "4", (1, 1): "80", (2, 2): "75"}  # errors of 1 and 2 carry no number
