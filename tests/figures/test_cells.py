"""The drawing of an LSTM holds every part of its equations, its sum is one unbroken line; starts stand in order."""

from itertools import pairwise

import pytest
import torch
from matplotlib.colors import same_color

from rnn_helpers.figures import COLORS, INK, draw_lstm, draw_starts, new_figure


@pytest.fixture
def axes():
    _, axes = new_figure(7, 3.2)
    draw_lstm(axes)
    return axes


def test_all_parts_are_drawn(axes):
    words = [text.get_text() for text in axes.texts]
    for part in (
        "$c_{t-1}$",
        "$c_t$",
        r"$\tilde c_t$",
        "$h_{t-1}$",
        "$h_t$",
        "$x_t$",
        "$f_t$",
        "$i_t$",
        "$o_t$",
        "keep",
        "write",
        "show",
    ):
        assert words.count(part) == 1, part
    assert words.count(r"$\times$") == 3
    assert words.count("$+$") == 1
    assert words.count("$g$") == 1  # on the arrow from the cell to what is shown of it


def test_the_sum_leads_in_a_straight_line_from_cell_to_cell(axes):
    blue = [text for text in arrows(axes) if same_color(text.arrow_patch.get_edgecolor(), COLORS["blue"])]
    steps = sorted((text.get_position(), text.xy) for text in blue)
    assert all(end == start for (_, end), (start, _) in pairwise(steps))
    assert {y for step in steps for _, y in step} == {2.6}


def test_four_read_the_last_state_and_the_input(axes):
    grey = [text.xy for text in arrows(axes) if same_color(text.arrow_patch.get_edgecolor(), COLORS["grey"])]
    assert len(grey) == 4
    places = {text.get_text(): text.get_position() for text in axes.texts if text.get_text()}
    assert {places["$f_t$"], places["$i_t$"], places["$o_t$"]} < set(grey)


def arrows(axes):
    return [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]


def test_starts_stand_in_the_order_of_the_gradient_along_the_sum():
    _, axes = new_figure(7, 3)
    learned, failed = torch.tensor([True, True, False]), torch.zeros(3, dtype=torch.bool)
    small, large = torch.tensor([1e-6, 2e-6, 3e-6]), torch.tensor([0.1, 0.2, 0.3])
    draw_starts(axes, {"keeps": (small, large, learned), "forgets": (large, small, failed)})
    assert [label.get_text() for label in axes.get_yticklabels()] == ["forgets", "keeps"]
    verdicts = {text.xy[1]: text for text in axes.texts if "learned" in text.get_text()}
    assert verdicts[0].get_text() == "0 of 3 learned"
    assert verdicts[1].get_text() == "2 of 3 learned"
    assert same_color(verdicts[1].get_color(), INK)
    assert same_color(verdicts[0].get_color(), COLORS["grey"])
    full = [line for line in axes.lines if line.get_marker() == "o" and line.get_markerfacecolor() != "none"]
    assert [list(line.get_xdata()) for line in full] == [small.tolist(), large.tolist()]
    assert axes.get_xscale() == "log"
