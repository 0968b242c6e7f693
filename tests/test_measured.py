"""The measurements that come with the book: all there, once each, finite, and as the tool writes them."""

import importlib.util
import itertools
import math
from pathlib import Path

import pytest

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import MarkovModel, Vocabulary, rows_of, total
from rnn_helpers.measured import FILE, Measurement, UnitMeasurement, load_learning_curve, load_units
from rnn_helpers.unit_comparison import CHARACTERS, SIZES, UNITS, WIDTHS, model_of, size_of

TOOL = Path(__file__).parent.parent / "tools" / "learning_curve.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("learning_curve", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_header_names_the_fields():
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(Measurement._fields)


def test_every_model_size_and_seed_is_there_once(tool):
    wanted = [(f"order {m}", N, 0) for N in tool.SETTINGS for m in range(1, 7)]
    wanted += [("LSTM", N, seed) for N in tool.SETTINGS for seed in tool.SEEDS]
    wanted += [("LSTM longer", N, seed) for N in tool.LONGER for seed in tool.SEEDS]
    assert sorted((m.model, m.characters, m.seed) for m in load_learning_curve()) == sorted(wanted)


def test_figures_are_finite_and_possible():
    for m in load_learning_curve():
        assert 1 < m.perplexity < 69, m  # 69 is guessing; nan is neither
        assert 0 <= m.seconds < math.inf, m


def test_a_line_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = Measurement("LSTM", 30_000, 2, 6.5432, 21.5)
    file = tmp_path / "curve.csv"
    file.write_text(",".join(Measurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.FILE", file)
    assert load_learning_curve() == [written]


def test_the_file_holds_what_counting_gives(tool):
    # the smallest size again: the division of the text and the models are those that the file was made with
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    parts = rows_of(letters.encode(text), tool.PARTS)
    model = MarkovModel(list(parts[:, : 10_000 // tool.PARTS]), len(letters), 3)
    (stored,) = (m for m in load_learning_curve() if (m.model, m.characters) == ("order 3", 10_000))
    assert total(model.nats(parts[:, -tool.HELD_OUT :])).perplexity == pytest.approx(stored.perplexity, abs=1e-3)


# What chapter 14 reads of cheaper units.


@pytest.fixture(scope="module")
def units_tool():
    spec = importlib.util.spec_from_file_location("compare_units", TOOL.with_name("compare_units.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_unit_task_width_and_seed_is_there_once(units_tool):
    wanted = list(itertools.product(SIZES, WIDTHS, UNITS, units_tool.SEEDS))
    wanted += itertools.product(["plays"], ["one pass"], units_tool.IN_ONE_PASS, units_tool.SEEDS)
    assert sorted((m.task, m.width, m.unit, m.seed) for m in load_units()) == sorted(wanted)


def test_units_have_the_sizes_and_steps_that_the_tool_gives_them(units_tool):
    keys = itertools.product(SIZES, UNITS, WIDTHS)
    models = {key: model_of(*key, seed=0) for key in keys}
    for m in load_units():
        model = models[m.task, m.unit, "parameters" if m.width == "one pass" else m.width]
        assert (m.H, m.parameters) == (model.layer.H, size_of(model)), m
        usual = units_tool.ONE_PASS if m.width == "one pass" else units_tool.STEPS[m.task]
        assert m.steps == usual if m.width != "units" or m.unit == "LSTM" else m.steps > 0, m
        assert 0 < m.milliseconds < 10_000, m
        assert 1 < m.result < 69 if m.task == "plays" else 0 < m.result < 1, m


def test_one_pass_is_once_through_what_is_learned_from(units_tool):
    seen = units_tool.ONE_PASS * SIZES["plays"].B * SIZES["plays"].T
    assert seen == pytest.approx(CHARACTERS, rel=0.03)


def test_at_equal_time_steps_are_in_inverse_proportion_to_their_time(units_tool):
    for task in SIZES:
        rows = [m for m in load_units() if (m.task, m.width) == (task, "units")]
        (whole,) = {round(m.steps * m.milliseconds, 0) for m in rows if m.unit == "LSTM"}
        for m in rows:
            assert m.steps * m.milliseconds == pytest.approx(whole, rel=0.01), m


def test_a_line_of_units_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = UnitMeasurement("plays", "units", "minimal GRU, 3 layers", 2, 128, 93_000, 251, 13.04, 6.201)
    file = tmp_path / "units.csv"
    file.write_text(",".join(UnitMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.UNITS_FILE", file)
    assert load_units() == [written]
