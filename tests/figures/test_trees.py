"""The tree of a search: each sequence a node with its probability, parents amid children, kept ones in colour."""

from matplotlib.colors import same_color

from rnn_helpers.figures import COLORS, draw_search_tree, new_figure
from rnn_helpers.figures.style import to_svg


def test_the_tree_shows_each_sequence_once_and_what_is_kept():
    figure, axes = new_figure()
    steps = [{"a": 0.5, "b": 0.3, ".": 0.2}, {"aa": 0.1, "a.": 0.4}]
    draw_search_tree(axes, steps, [{"a", "b"}, {"a."}], end=".")
    texts = [text.get_text() for text in axes.texts]
    assert [text for text in texts if text.startswith(".")] == [".5", ".3", ".2", ".1", ".4"]
    assert [text for text in texts if text and not text.startswith(".")] == ["a", "b", "●", "a", "●"]
    nodes = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(nodes) == 6
    places = {tuple(map(float, node.get_xydata()[0])) for node in nodes}
    assert len(places) == 6
    colors = [node.get_markeredgecolor() for node in nodes[1:]]
    expected = [COLORS[name] for name in ("blue", "blue", "grey", "grey", "orange")]
    assert all(same_color(*pair) for pair in zip(colors, expected, strict=True))
    a, aa, a_end = (nodes[i].get_ydata()[0] for i in (1, 4, 5))
    assert min(aa, a_end) < a < max(aa, a_end)
    assert "<svg" in to_svg(figure, "alt")
