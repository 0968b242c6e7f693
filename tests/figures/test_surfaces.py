"""Descent on a loss surface: shades where the loss says, a leap as an arrow in its own direction, clipped arrows."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from rnn_helpers.figures import COLORS, draw_clipping, draw_descent, draw_surface, new_figure
from rnn_helpers.gradients import clip_by_norm, clip_by_value


def arrows(axes):
    """Tip and tail of each arrow."""
    with_arrow = [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]
    return [(np.array(text.xy), np.array(text.xyann)) for text in with_arrow]


@pytest.fixture
def axes():
    _, axes = new_figure(4, 3)
    axes.set(xlim=(0, 2), ylim=(0, 1))
    return axes


def test_high_ground_is_orange_valleys_are_blue_and_the_rest_is_bare(axes):
    losses = torch.full((5, 9), 0.03)
    losses[0, 8], losses[4, 0], losses[2, 2] = 1.0, 1e-6, 0.05
    draw_surface(axes, torch.linspace(0, 2, 9), torch.linspace(-1, 1, 5), losses)
    image = axes.images[0].get_array()
    assert tuple(image[0, 8, :3]) == pytest.approx(to_rgb(COLORS["orange"]))
    assert tuple(image[4, 0, :3]) == pytest.approx(to_rgb(COLORS["blue"]))
    assert image[0, 8, 3] > 0.6
    assert image[4, 0, 3] > 0.55
    assert image[2, 2, 3] == 0
    assert axes.images[0].get_extent() == [0, 2, -1, 1]
    assert axes.images[0].origin == "lower"  # row 0 belongs to the smallest vertical value
    assert axes.get_xlim() == (0, 2)
    assert axes.get_ylim() == (-1, 1)


def test_deeper_is_darker_and_higher_is_darker(axes):
    losses = torch.tensor([[1e-3, 1e-2, 1.5e-2], [0.3, 0.6, 1.0]]).repeat_interleave(4, 0).repeat_interleave(4, 1)
    draw_surface(axes, torch.linspace(0, 2, 12), torch.linspace(0, 1, 8), losses)
    alpha = axes.images[0].get_array()[..., 3]
    assert alpha[0, 0] > alpha[0, 4] > alpha[0, 8] > 0
    assert alpha[4, 0] < alpha[4, 4] < alpha[4, 8]


def test_lines_of_equal_loss_keep_off_the_wall(axes):
    losses = torch.linspace(0.01, 0.09, 40).repeat(40, 1)
    losses[:, 30:] = 1.0
    draw_surface(axes, torch.arange(40.0), torch.arange(40.0), losses)
    lines = [path.vertices for collection in axes.collections for path in collection.get_paths()]
    points = np.concatenate([vertices for vertices in lines if len(vertices)])
    assert len(points)
    assert points[:, 0].max() <= 28  # the last point looked at before the wall


def test_a_path_that_stays_is_drawn_whole_and_has_no_arrow(axes):
    path = torch.tensor([[0.5, 0.5], [0.6, 0.5], [0.7, 0.4]])
    draw_descent(axes, path, "C0")
    (line,) = axes.lines
    assert torch.equal(torch.tensor(line.get_xydata()).float(), path)
    assert arrows(axes) == []


@pytest.mark.parametrize("end", [(-46.0, 83.0), (0.5, -3.0), (100.0, 0.5), (1.0, 1.0001)])
def test_a_leap_is_an_arrow_along_its_own_direction_up_to_the_edge(axes, end):
    path = torch.tensor([[0.4, 0.4], [0.5, 0.5], end, [0.5, 0.5]])
    draw_descent(axes, path, "C0")
    (line,) = axes.lines
    assert len(line.get_xydata()) == 2  # what comes after the leap is not drawn
    ((tip, tail),) = arrows(axes)
    assert tuple(tail) == pytest.approx((0.5, 0.5))
    leap, arrow = np.array(end) - tail, tip - tail
    assert arrow @ leap == pytest.approx(np.linalg.norm(arrow) * np.linalg.norm(leap))
    assert min(abs(tip[0]), abs(tip[0] - 2), abs(tip[1]), abs(tip[1] - 1)) < 1e-9
    assert 0 <= tip[0] <= 2
    assert 0 <= tip[1] <= 1


@pytest.mark.parametrize("gradient", [(2.6, 0.75), (0.4, 0.3), (-2.0, 0.5)])
def test_the_clipped_arrows_are_those_of_the_package(axes, gradient):
    draw_clipping(axes, gradient, threshold=1.0)
    tips = [tip for tip, _ in arrows(axes)]
    vector = torch.tensor(gradient, dtype=torch.float64)
    expected = [vector, clip_by_value([vector], 1.0)[0], clip_by_norm([vector], 1.0)[0][0]]
    assert [tuple(tip) for tip in tips] == [pytest.approx(tuple(e.tolist())) for e in expected]
