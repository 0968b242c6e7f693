"""The picture of chapter 3: each model is a line, each seed a point, each level that of its count model."""

from rnn_helpers.figures import draw_learning, new_figure


def test_lines_points_and_levels():
    _, (by_text, by_time) = new_figure(columns=2, sharey=True)
    orders = {1: [12.0, 11.0], 2: [9.0, 7.0]}
    draw_learning(by_text, by_time, [10, 100], orders, [[10.0, 8.0], [6.0, 5.0]], [[9.0, 6.0]], every=50, name="GRU")
    lines = [line.get_ydata().tolist() for line in by_text.lines]
    assert lines[:3] == [[12.0, 11.0], [9.0, 7.0], [9.0, 5.5]]
    assert lines[3:] == [[10.0, 8.0], [6.0, 5.0]]
    assert [text.get_text() for text in by_text.texts] == ["order 1", "order 2", "GRU"]
    assert [line.get_ydata()[0] for line in by_time.lines] == [11.0, 7.0, 9.0]
    assert by_time.lines[-1].get_xdata().tolist() == [50, 100]
