"""Rows of seeds: every value drawn, and colours that say whether a row is apart from the reference."""

from matplotlib.colors import to_hex

from rnn_helpers.figures import COLORS, INK, draw_depths, draw_seeds, new_figure


def test_rows_below_are_blue_rows_above_orange_and_rows_that_overlap_grey():
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
    expected = [INK, COLORS["blue"], COLORS["orange"], COLORS["grey"], COLORS["grey"]]
    assert [to_hex(line.get_color()) for line in points] == expected
    assert [label.get_text() for label in axes.get_yticklabels()] == list(results)
    (band,) = axes.patches
    assert (band.get_x(), band.get_width()) == (3.0, 1.0)


def test_depths_are_points_for_seeds_and_a_line_through_their_means():
    _, axes = new_figure()
    draw_depths(axes, {"without": {1: [1.0, 3.0], 4: [5.0, 7.0]}, "with": {4: [2.0, 2.5]}})
    one, four, line, connected, single = axes.lines
    assert (list(one.get_xdata()), list(one.get_ydata())) == ([1, 1], [1.0, 3.0])
    assert (list(four.get_xdata()), list(four.get_ydata())) == ([4, 4], [5.0, 7.0])
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([1, 4], [2.0, 6.0])
    assert list(connected.get_ydata()) == [2.0, 2.5]
    assert list(single.get_ydata()) == [2.25]
    assert [text.get_text() for text in axes.texts] == ["without", "with"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "4"]
