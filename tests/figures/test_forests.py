"""Trees as drawn: every node once, parents above and amid their children, colours by height; curves by depth."""

import itertools

import torch
from matplotlib.colors import same_color

from rnn_helpers.figures import COLORS, draw_arrivals, draw_by_depth, draw_row, draw_tree, new_figure
from rnn_helpers.trees import balanced, parse_sexpr


def nodes(axes):
    return [line for line in axes.lines if line.get_marker() == "o"]


def test_a_tree_has_its_root_on_top_and_parents_amid_their_children():
    _, axes = new_figure()
    tree = parse_sexpr("(a (b x) (c (d y) (e z)))")
    assert draw_tree(axes, tree, left=2.0) == 5.0
    places = [tuple(line.get_xydata()[0]) for line in nodes(axes)]
    assert places == [(2.75, 2.0), (2.0, 0.0), (3.5, 1.0), (3.0, 0.0), (4.0, 0.0)]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["x", "y", "z"]
    colors = [line.get_markeredgecolor() for line in nodes(axes)]
    assert same_color(colors[1], colors[3])
    assert not same_color(colors[0], colors[2])
    edges = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert {(text.get_position(), text.xy) for text in edges} == {
        ((2.75, 2.0), (2.0, 0.0)),
        ((2.75, 2.0), (3.5, 1.0)),
        ((3.5, 1.0), (3.0, 0.0)),
        ((3.5, 1.0), (4.0, 0.0)),
    }


def test_one_colour_and_high_trees():
    _, axes = new_figure()
    tree = balanced("x" * 64)
    draw_tree(axes, tree, levels=False)
    assert {text.get_text() for text in axes.texts} == {"x", ""}
    assert all(same_color(nodes(axes)[0].get_markeredgecolor(), n.get_markeredgecolor()) for n in nodes(axes))


def test_a_row_with_arcs():
    _, axes = new_figure()
    draw_row(axes, ["[MAX", "2", "]"], {(0, 2): "blue"})
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["[MAX", "2", "]"]
    assert len([text for text in axes.texts if getattr(text, "arrow_patch", None)]) == 1


def test_curves():
    _, (left, right) = new_figure(columns=2)
    draw_arrivals(left, {"one": torch.rand(3, 4), "two": torch.rand(3, 4)})
    assert len(left.lines) == 6
    assert left.get_yscale() == "log"
    accuracies = torch.tensor([[0.5, 0.75], [0.25, 0.5]])
    draw_by_depth(right, [2, 3], {"tree": accuracies, "always 9": accuracies[:1]}, ["pink", "grey"], trained_to=2)
    assert same_color(right.lines[0].get_color(), COLORS["pink"])
    assert right.lines[0].get_ydata().tolist() == accuracies.mean(0).tolist()
    labels = {text.get_text(): text.xy[1] for text in right.texts}
    assert labels["tree"] == 0.625
    assert labels["always 9"] == 0.75
    _, axes = new_figure()
    draw_by_depth(axes, [2, 3], dict.fromkeys("abc", accuracies), ["blue", "orange", "green"], trained_to=2)
    heights = sorted(text.xy[1] for text in axes.texts)
    assert min(b - a for a, b in itertools.pairwise(heights)) > 0.059
    assert right.lines[-1].get_xdata() == [2.5, 2.5]
