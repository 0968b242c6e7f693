"""The measurements of `make cups`: all there, once each, possible, and as the tool writes them."""

import math

import pytest

from rnn_helpers.measured.cups import FILE, CupsMeasurement, load_cups


@pytest.fixture(scope="module")
def tool(tool_of):
    return tool_of("longer_cups")


def test_both_linear_networks_are_there_once_for_each_seed(tool):
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(CupsMeasurement._fields)
    wanted = [(name, tool.STEPS, seed) for name in tool.WIDTHS for seed in tool.SEEDS]
    assert sorted((m.model, m.steps, m.seed) for m in load_cups()) == sorted(wanted)


def test_shares_of_games_are_possible():
    for m in load_cups():
        assert 1 >= m.after_8 >= m.after_16 >= 0 <= m.after_32 < 0.1, m
        assert 0 < m.seconds < math.inf, m


def test_the_networks_of_the_cups_have_the_size_of_the_lesson(tool):
    for name in tool.WIDTHS:
        assert sum(p.numel() for p in tool.Player(name).parameters()) == pytest.approx(4_400, rel=0.03)


def test_a_short_training_on_the_cups_is_measured_and_read_as_it_was_written(tool, tmp_path, monkeypatch):
    written = tool.measure("LRU", seed=0, steps=2)
    assert (written.steps, written.seed) == (2, 0)
    file = tmp_path / "cups.csv"
    file.write_text(",".join(CupsMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.cups.FILE", file)
    (read,) = load_cups()
    assert read.as_line() == written.as_line()
