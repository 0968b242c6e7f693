"""The drawings of gates: the right cell in the right strength, steps of all panels under each other."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from rnn_helpers.figures import COLORS, draw_bench, draw_gates, draw_shortcuts, draw_stream, new_figure
from rnn_helpers.figures.style import to_svg

ALT = "Gates of some units over some steps, as cells that are stronger the larger the gate."
VALUES = torch.tensor([[0.0, 0.25, 1.0], [-0.5, 2.0, -1.0]])


@pytest.fixture(autouse=True)
def _no_figure_is_left():
    yield
    plt.close("all")


def cells(axes):
    (image,) = axes.images
    return np.asarray(image.get_array())


def test_strength_is_size_and_colour_is_sign():
    _, axes = new_figure()
    draw_gates(axes, VALUES, "state")
    drawn = cells(axes)
    assert np.allclose(drawn[..., 3], [[0, 0.25, 1], [0.5, 1, 1]])
    assert np.allclose(drawn[0, 2, :3], to_rgb(COLORS["blue"]))
    assert np.allclose(drawn[1, 0, :3], to_rgb(COLORS["orange"]))


@pytest.mark.parametrize(("values", "span"), [(VALUES.abs(), [0, 1]), (VALUES, [-1, 1])])
def test_the_key_spans_what_can_occur(values, span):
    _, axes = new_figure()
    draw_gates(axes, values, "gate")
    (key,) = axes.child_axes
    assert list(key.get_yticks()) == span
    ramp = cells(key)[:, 0]
    assert np.allclose(ramp[0, :3], to_rgb(COLORS["blue"]))  # the largest stands on top
    assert ramp[0, 3] == pytest.approx(1)
    assert ramp[-1, 3] == pytest.approx(abs(span[0]))


def test_first_unit_on_top_and_steps_under_their_bars():
    _, (above, below) = new_figure(rows=2, sharex=True)
    draw_stream(above, torch.tensor([0.3, -0.2, 0.9]), torch.tensor([True, False, False]), "value")
    draw_gates(below, VALUES, "gate")
    left, right, bottom, top = below.images[0].get_extent()
    assert (left, right) == (0.5, 3.5)
    assert (top, bottom) == (0.5, 2.5)
    assert above.get_xlim() == below.get_xlim() == (0.5, 3.5)
    centres = sorted(bar.get_x() + bar.get_width() / 2 for bar in above.patches)
    assert np.allclose(centres, [1, 2, 3])


def test_marked_values_stand_out():
    _, axes = new_figure()
    draw_stream(axes, torch.tensor([0.3, -0.2, 0.9]), torch.tensor([False, True, False]), "value")
    orange = [bar for bar in axes.patches if np.allclose(bar.get_facecolor()[:3], to_rgb(COLORS["orange"]))]
    assert [bar.get_height() for bar in orange] == pytest.approx([-0.2])


def test_values_with_a_gradient_and_a_single_unit_are_drawn():
    _, axes = new_figure()
    draw_gates(axes, torch.rand(1, 4, requires_grad=True), "gate")
    assert list(axes.get_yticks()) == [1]


def test_a_value_beyond_1_is_drawn_without_a_word(caplog):
    _, axes = new_figure()
    draw_gates(axes, 3 * VALUES, "cell")
    assert not caplog.records  # matplotlib reports values that it has to clip


def test_each_step_has_its_shortcut_and_its_detour():
    figure, axes = new_figure()
    draw_shortcuts(axes, T=2)
    texts = [text.get_text() for text in axes.texts]
    assert [text for text in texts if "1-u" in text] == [r"$\times\,(1-u_1)$", r"$\times\,(1-u_2)$"]
    assert sum(r"\tilde h" in text for text in texts) == 2
    assert len(to_svg(figure, ALT)) < 80_000


def test_the_bench_has_the_same_steps_in_all_panels():
    figure, panels = new_figure(rows=4, sharex=True)
    values, marked = torch.tensor([0.3, -0.2, 0.9]), torch.tensor([False, True, False])
    gradient = {"in all": torch.tensor([0.1, 0.2, 0.5, 1.0]), "along": torch.tensor([0.1, 0.5, 1.0])}
    draw_bench(panels, (values, marked), {"$c_t$": values, "$h_t$": -values}, {"u": values.abs()}, gradient)
    assert [line.get_xdata().tolist() for line in panels[1].lines] == [[1, 2, 3]] * 2
    assert [line.get_xdata().tolist() for line in panels[3].lines] == [[0, 1, 2, 3], [1, 2, 3]]
    assert panels[3].lines[1].get_linestyle() == "--"
    assert [label.get_text() for label in panels[2].get_yticklabels()] == ["u"]
    assert "NaN" not in to_svg(figure, ALT)
