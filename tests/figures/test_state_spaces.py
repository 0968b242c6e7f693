"""Poles and alignments: what is drawn is what was given."""

import pytest
import torch

from rnn_helpers.figures import draw_alignment, draw_poles, new_figure


def test_every_pole_is_a_point_where_it_lies():
    _, axes = new_figure()
    poles = torch.tensor([0.5 + 0.25j, -0.9j])
    draw_poles(axes, poles, radii=(0.5, 0.9))
    (line,) = axes.lines
    assert torch.allclose(torch.as_tensor(line.get_xdata()), poles.real)
    assert torch.allclose(torch.as_tensor(line.get_ydata()), poles.imag)
    assert [circle.get_radius() for circle in axes.patches] == [1, 0.5, 0.9]
    assert axes.get_aspect() == 1


def test_an_alignment_has_a_row_a_phone_and_its_weights_for_strength():
    _, axes = new_figure()
    weights = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]])
    draw_alignment(axes, weights, "abc", ["X", "Y"])
    cells = axes.images[0].get_array()
    assert torch.allclose(torch.as_tensor(cells[..., 3]).float(), weights / 0.9)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["X", "Y"]
    top = axes.images[0].get_extent()
    assert top[2] > top[3]  # the first phone is the topmost row


def test_weights_of_another_shape_are_refused():
    _, axes = new_figure()
    with pytest.raises(
        ValueError, match=r"draw_alignment: weights must have shape \(2, 3\), target by source; got \(3, 2\)"
    ):
        draw_alignment(axes, torch.zeros(3, 2), "abc", "XY")
