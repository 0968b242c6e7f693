"""The measurements of `make units`: all there, once each, possible, and as the tool writes them."""

import itertools

import pytest

from rnn_helpers.measured.units import UnitMeasurement, load_units
from rnn_helpers.unit_comparison import CHARACTERS, SIZES, UNITS, WIDTHS, model_of, size_of


@pytest.fixture(scope="module")
def tool(tool_of):
    return tool_of("compare_units")


def test_every_unit_task_width_and_seed_is_there_once(tool):
    wanted = list(itertools.product(SIZES, WIDTHS, UNITS, tool.SEEDS))
    wanted += itertools.product(["plays"], ["one pass"], tool.IN_ONE_PASS, tool.SEEDS)
    assert sorted((m.task, m.width, m.unit, m.seed) for m in load_units()) == sorted(wanted)


def test_units_have_the_sizes_and_steps_that_the_tool_gives_them(tool):
    keys = itertools.product(SIZES, UNITS, WIDTHS)
    models = {key: model_of(*key, seed=0) for key in keys}
    for m in load_units():
        model = models[m.task, m.unit, "parameters" if m.width == "one pass" else m.width]
        assert (m.H, m.parameters) == (model.layer.H, size_of(model)), m
        usual = tool.ONE_PASS if m.width == "one pass" else tool.STEPS[m.task]
        assert m.steps == usual if m.width != "units" or m.unit == "LSTM" else m.steps > 0, m
        assert 0 < m.milliseconds < 10_000, m
        assert 1 < m.result < 69 if m.task == "plays" else 0 < m.result < 1, m


def test_one_pass_is_once_through_what_is_learned_from(tool):
    seen = tool.ONE_PASS * SIZES["plays"].B * SIZES["plays"].T
    assert seen == pytest.approx(CHARACTERS, rel=0.03)


def test_at_equal_time_steps_are_in_inverse_proportion_to_their_time(tool):
    for task in SIZES:
        rows = [m for m in load_units() if (m.task, m.width) == (task, "units")]
        (whole,) = {round(m.steps * m.milliseconds, 0) for m in rows if m.unit == "LSTM"}
        for m in rows:
            assert m.steps * m.milliseconds == pytest.approx(whole, rel=0.01), m


def test_a_line_of_units_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = UnitMeasurement("plays", "units", "minimal GRU, 3 layers", 2, 128, 93_000, 251, 13.04, 6.201)
    file = tmp_path / "units.csv"
    file.write_text(",".join(UnitMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.units.FILE", file)
    assert load_units() == [written]
