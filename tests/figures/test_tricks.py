"""Rows of seeds: every value drawn, and colours that say whether a row is apart from the reference."""

from matplotlib.colors import to_hex

from rnn_helpers.figures import COLORS, INK, draw_seeds, new_figure


def test_rows_that_are_apart_are_blue_and_rows_that_overlap_grey():
    results = {
        "plain": [3.0, 4.0],
        "better": [1.0, 2.0],
        "worse": [4.5, 5.0],
        "alike": [3.9, 9.0],
        "touching": [4.0, 5.0],
    }
    _, axes = new_figure()
    draw_seeds(axes, results, "plain")
    points, strokes = axes.lines[::2], axes.lines[1::2]
    assert [list(line.get_xdata()) for line in points] == list(results.values())
    assert [line.get_xdata()[0] for line in strokes] == [sum(v) / 2 for v in results.values()]
    expected = [INK, COLORS["blue"], COLORS["blue"], COLORS["grey"], COLORS["grey"]]
    assert [to_hex(line.get_color()) for line in points] == expected
    assert [label.get_text() for label in axes.get_yticklabels()] == list(results)
    (band,) = axes.patches
    assert (band.get_x(), band.get_width()) == (3.0, 1.0)
