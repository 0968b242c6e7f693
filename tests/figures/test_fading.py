"""The map of fading gradients: blue where they shrink, orange where they grow, a line where they keep their length."""

import numpy as np
import torch
from matplotlib.colors import to_rgb

from rnn_helpers.figures import (
    COLORS,
    draw_attempts,
    draw_bounded,
    draw_gradient_map,
    draw_map_key,
    draw_slopes,
    draw_spectrum,
    new_figure,
)
from rnn_helpers.figures.style import to_svg

RADII = torch.linspace(0.5, 2, 16)
RESTING = RADII.log10()[:, None] * torch.arange(1, 101)  # radius to the power of the distance


def test_the_line_stands_where_the_length_is_unchanged():
    _, axes = new_figure()
    draw_gradient_map(axes, RADII, RESTING)
    (edge,) = [c for c in axes.collections if len(c.get_edgecolor()) and np.allclose(c.get_linewidth(), 2)]
    heights = np.concatenate([path.vertices[:, 1] for path in edge.get_paths()])
    assert np.allclose(heights, 1, atol=0.01)


def test_blue_below_and_orange_above():
    _, axes = new_figure()
    draw_gradient_map(axes, RADII, RESTING, "at rest")
    filled = axes.collections[0]
    middle = len(filled.get_facecolor()) // 2
    assert np.allclose(filled.get_facecolor()[:middle, :3], to_rgb(COLORS["blue"]))
    assert np.allclose(filled.get_facecolor()[middle:, :3], to_rgb(COLORS["orange"]))
    alphas = filled.get_facecolor()[:, 3]
    assert (np.diff(alphas[:middle]) < 0).all()
    assert (np.diff(alphas[middle:]) > 0).all()


def test_the_key_has_a_colour_for_each_band_and_names_the_edges():
    figure, axes = new_figure(7, 0.6)
    draw_map_key(axes)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert len(axes.patches) == len(labels) + 1
    assert labels[len(labels) // 2] == "1"
    assert "<svg" in to_svg(figure, "alt")


def test_attempts_stand_at_their_reach_and_the_unsolved_ones_above_the_limit():
    _, axes = new_figure()
    reaches = {"plain: small steps": [1e-9, 1e-8], "plain: larger steps": [1e-9], "GRU": [0.5], "LSTM": [0.3]}
    solved = {"plain: small steps": [None, 30], "plain: larger steps": [20], "GRU": [10], "LSTM": [None]}
    draw_attempts(axes, reaches, solved, 40)
    small, larger, gru, lstm, _ = axes.lines
    assert np.allclose(small.get_xydata(), [[1e-9, 44], [1e-8, 30]])
    assert (small.get_marker(), larger.get_marker()) == ("o", "D")
    colors = [line.get_color() for line in (small, larger, gru, lstm)]
    assert colors == [COLORS[name] for name in ("blue", "blue", "orange", "green")]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0", "10", "20", "30", "40", "not"]


def test_eigenvalues_stand_in_the_complex_plane_beside_the_unit_circle():
    _, axes = new_figure()
    draw_spectrum(axes, torch.tensor([0.5 + 0.5j, -1j]), "C0")
    circle, points = (line.get_xydata() for line in axes.lines)
    assert np.allclose(np.hypot(*circle.T), 1)
    assert np.allclose(points, [[0.5, 0.5], [0, -1]])
    assert axes.get_aspect() == 1


def test_norms_stand_between_what_bound_and_radius_would_give():
    _, axes = new_figure()
    norms = 0.5 ** torch.arange(31)
    draw_bounded(axes, norms, sigma=2.0, radius=0.9)
    drawn = [line.get_ydata() for line in axes.lines[:3]]
    assert np.allclose(drawn[0], norms)
    assert np.allclose(drawn[1], 2.0 ** np.arange(31))
    assert np.allclose(drawn[2], 0.9 ** np.arange(31))


def test_slopes_stand_as_shares_of_one():
    _, axes = new_figure()
    draw_slopes(axes, torch.tensor([[0.05, 0.95], [1.0, 0.99]]))
    heights = [bar.get_height() for bar in axes.patches]
    assert heights[0] == 0.25
    assert heights[-1] == 0.75
    assert sum(heights) == 1
