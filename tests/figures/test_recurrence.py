"""The drawings of a recurrence: every use of U drawn, states in their colours, a staircase that follows the map."""

import numpy as np
import torch
from matplotlib.colors import to_rgb

from rnn_helpers.figures import COLORS, draw_map, draw_recurrence, draw_states, draw_transition, draw_unit, new_figure
from rnn_helpers.figures.style import to_svg


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_unrolled_network_has_one_u_for_each_step_and_the_folded_one_has_one():
    _, axes = new_figure()
    draw_recurrence(axes, T=3)
    assert texts(axes).count("$U$") == 1 + 3
    assert texts(axes).count("$V$") == texts(axes).count("$W$") == 1 + 3
    assert {"$h_t$", "$h_0$", "$h_3$", "$x_3$", r"$\hat y_3$"} <= set(texts(axes))


def test_states_are_coloured_by_what_they_answer():
    _, axes = new_figure()
    points = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
    draw_states(axes, points, torch.tensor([False, True, False]), "title")
    even, odd = axes.collections
    assert np.allclose(even.get_offsets(), [[0, 0], [3, 4]])
    assert np.allclose(odd.get_offsets(), [[1, 2]])
    assert np.allclose(even.get_facecolor()[0, :3], to_rgb(COLORS["blue"]))
    assert np.allclose(odd.get_facecolor()[0, :3], to_rgb(COLORS["orange"]))


def test_the_staircase_goes_up_to_the_curve_and_across_to_the_diagonal():
    figure, axes = new_figure()
    before = torch.linspace(0, 1, 5)
    draw_map(axes, before, before / 2, steps=torch.tensor([1.0, 0.5, 0.25]))
    staircase = axes.lines[2].get_xydata()
    assert np.allclose(staircase, [[1, 1], [1, 0.5], [0.5, 0.5], [0.5, 0.25]])
    assert "<svg" in to_svg(figure, "alt")


def test_a_transition_names_its_symbol():
    _, axes = new_figure()
    axes.set(xlim=(-2, 2), ylim=(-2, 2))
    draw_transition(axes, (-1, -1), (1, 1), "1", (0, 5))
    draw_transition(axes, (1, 1), (1, 1), "0", (0, -5))
    assert [text for text in texts(axes) if text] == ["1", "0"]


def test_one_unit_is_drawn_over_time_and_on_its_map():
    figure, (time, way) = new_figure(columns=2)
    before = torch.linspace(-1, 1, 12)
    runs = {"+ first": torch.tensor([0.0, 1.0, 0.5]), "− first": torch.tensor([0.0, -1.0, -0.5])}
    draw_unit(time, way, runs, before, {"+": before / 2 + 1, "0": before / 2})
    assert np.allclose(time.lines[1].get_xydata(), [[0, 0], [1, -1], [2, -0.5]])
    assert texts(time) == ["+ first", "− first"]
    assert texts(way) == ["+", "0"]
    assert np.allclose(way.lines[3].get_xydata(), [[0, 0], [0, 1], [1, 1], [1, 0.5], [0.5, 0.5]])
    assert way.lines[3].get_color() == time.lines[0].get_color()
    assert "<svg" in to_svg(figure, "alt")
