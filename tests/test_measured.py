"""The measurements that come with the book: all there, once each, finite, and as the tool writes them."""

import importlib.util
import math
from pathlib import Path

import pytest

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import MarkovModel, Vocabulary, rows_of, total
from rnn_helpers.measured import FILE, TRICKS_FILE, Measurement, TrickMeasurement, load_learning_curve, load_tricks

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


# make tricks


@pytest.fixture(scope="module")
def tricks_tool():
    spec = importlib.util.spec_from_file_location("tricks", TOOL.with_name("tricks.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_trick_rate_and_depth_is_there_once_for_each_seed(tricks_tool):
    tool = tricks_tool
    assert TRICKS_FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(TrickMeasurement._fields)
    rates = tool.best_rates(load_tricks())
    wanted = [("rates", f"{o} at {rate}", tool.TRIAL_SEED) for o, tried in tool.RATES.items() for rate in tried]
    wanted += [("optimizers", optimizer, seed) for optimizer in tool.RATES for seed in tool.SEEDS]
    wanted += [("alone", name, seed) for name in tool.recipes_alone(rates) for seed in tool.MORE_SEEDS]
    wanted += [("without", name, seed) for name in tool.recipes_without(rates) for seed in tool.MORE_SEEDS]
    wanted += [("pairs", name, seed) for name in tool.recipes_of_pairs(rates) for seed in tool.MORE_SEEDS]
    wanted += [(*depth, seed) for depth in tool.recipes_of_depth(rates, 69) for seed in tool.SEEDS]
    assert sorted((m.experiment, m.name, m.seed) for m in load_tricks()) == sorted(wanted)


def test_perplexities_of_tricks_are_possible():
    for m in load_tricks():
        assert all(1 < perplexity < 69 for perplexity in (m.learned, m.validation, m.test)), m
        assert 25 <= m.steps <= 300, m
        assert 0 < m.seconds < 120, m


def test_a_line_of_tricks_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = TrickMeasurement("depth, equal width", "4", 2, 130597, 5.1234, 9.4321, 9.5, 275, 4.2)
    file = tmp_path / "tricks.csv"
    file.write_text(",".join(TrickMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.TRICKS_FILE", file)
    assert load_tricks() == [written]
