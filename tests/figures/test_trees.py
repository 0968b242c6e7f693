"""The tree of a search: each sequence a node with its probability, parents amid children, kept ones in colour."""

from matplotlib.colors import same_color

from rnn_helpers.figures import COLORS, draw_search_tree, new_figure
from rnn_helpers.figures.style import to_svg


def test_the_tree_shows_each_sequence_once_and_what_is_kept():
    figure, axes = new_figure()
    steps = [{"a": 0.5, "b": 0.3, ".": 0.2}, {"aa": 0.1, "a.": 0.4}]
    draw_search_tree(axes, steps, [{"a", "b"}, {"a."}], end=".")
    texts = [text.get_text() for text in axes.texts]
    assert [text for text in texts if text.startswith(".") and text != "."] == [".5", ".3", ".2", ".1", ".4"]
    assert [text for text in texts if text.isalpha() or text == "."] == ["a", "b", ".", "a", "."]
    nodes = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(nodes) == 6
    thick = [edge.get_linewidth() > 2 for edge in axes.patches]
    assert thick == [True, True, False, False, True]  # an edge to each, thick where it is kept
    places = {tuple(map(float, node.get_xydata()[0])) for node in nodes}
    assert len(places) == 6
    colors = [node.get_markeredgecolor() for node in nodes[1:]]
    expected = [COLORS[name] for name in ("blue", "blue", "grey", "grey", "orange")]
    assert all(same_color(*pair) for pair in zip(colors, expected, strict=True))
    a, aa, a_end = (nodes[i].get_ydata()[0] for i in (1, 4, 5))
    assert min(aa, a_end) <= a <= max(aa, a_end)  # as near as the picture has room
    assert "<svg" in to_svg(figure, "alt")


def test_no_two_stand_on_one_place_and_the_best_is_green_though_dropped():
    _, axes = new_figure()
    pairs = dict.fromkeys(["aa", "ab", "a.", "ba", "bb", "b."], 0.1)
    steps = [{"a": 0.4, "b": 0.3, ".": 0.3}, pairs, {"bbb": 0.0001, "bb.": 0.1}]
    draw_search_tree(axes, steps, [{"a", "b"}, {"aa", "bb"}, {"bb."}], end=".", best="ab.")
    nodes = [line for line in axes.lines if line.get_marker() == "o"]
    assert len({tuple(map(float, node.get_xydata()[0])) for node in nodes}) == len(nodes) == 1 + 3 + 6 + 2
    low, high = axes.get_ylim()
    assert all(low < node.get_ydata()[0] < high for node in nodes)
    green = [node for node in nodes if same_color(node.get_markeredgecolor(), COLORS["green"])]
    assert [node.get_xdata()[0] for node in green] == [2, 4]
    assert "<.001" in [text.get_text() for text in axes.texts]
