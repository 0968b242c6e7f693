"""The measurements that come with the book: all there, once each, finite, and as the tool writes them."""

import importlib.util
import math
from pathlib import Path

import pytest

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import MarkovModel, Vocabulary, rows_of, total
from rnn_helpers.measured import CUPS_FILE, FILE, CupsMeasurement, Measurement, load_cups, load_learning_curve

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


# What chapter 15 reads of longer training on the cups.


@pytest.fixture(scope="module")
def cups_tool():
    spec = importlib.util.spec_from_file_location("longer_cups", TOOL.with_name("longer_cups.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_linear_networks_are_there_once_for_each_seed(cups_tool):
    assert CUPS_FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(CupsMeasurement._fields)
    wanted = [(name, cups_tool.STEPS, seed) for name in cups_tool.WIDTHS for seed in cups_tool.SEEDS]
    assert sorted((m.model, m.steps, m.seed) for m in load_cups()) == sorted(wanted)


def test_shares_of_games_are_possible():
    for m in load_cups():
        assert 1 >= m.after_8 >= m.after_16 >= 0 <= m.after_32 < 0.1, m
        assert 0 < m.seconds < math.inf, m


def test_the_networks_of_the_cups_have_the_size_of_the_lesson(cups_tool):
    for name in cups_tool.WIDTHS:
        assert sum(p.numel() for p in cups_tool.model_of(name).parameters()) == pytest.approx(4_400, rel=0.03)


def test_a_short_training_on_the_cups_is_measured_and_read_as_it_was_written(cups_tool, tmp_path, monkeypatch):
    written = cups_tool.measure("LRU", seed=0, steps=2)
    assert (written.steps, written.seed) == (2, 0)
    file = tmp_path / "cups.csv"
    file.write_text(",".join(CupsMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.CUPS_FILE", file)
    (read,) = load_cups()
    assert read.as_line() == written.as_line()
