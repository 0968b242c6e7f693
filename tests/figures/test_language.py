"""The picture of chapter 3: each model is a line, each seed a point, and beside it the network divided by the best."""

import pytest

from rnn_helpers.figures import draw_learning, new_figure


def test_lines_points_and_ratios():
    _, (by_text, lead) = new_figure(columns=2)
    counting = {"order 1": [16.0, 16.0], "order 2": [20.0, 8.0]}
    draw_learning(by_text, lead, [10, 100], counting, {10: [30.0, 34.0], 100: [4.0, 6.0]}, name="LSTM")
    lines = [line.get_ydata().tolist() for line in by_text.lines]
    assert lines == [[16.0, 16.0], [20.0, 8.0], [32.0, 5.0], [30.0, 34.0], [4.0, 6.0]]
    assert [text.get_text() for text in by_text.texts] == ["order 1", "order 2", "LSTM"]
    assert by_text.get_xscale() == by_text.get_yscale() == lead.get_xscale() == "log"
    low, high = by_text.get_ylim()
    assert low < 4
    assert high > 34
    mean, first, second, level = (list(line.get_ydata()) for line in lead.lines)
    assert mean == pytest.approx([2.0, 0.625])
    assert first == pytest.approx([30 / 16, 34 / 16])
    assert second == pytest.approx([0.5, 0.75])
    assert level == [1, 1]
    assert lead.get_ylabel() == "LSTM / best count model"
