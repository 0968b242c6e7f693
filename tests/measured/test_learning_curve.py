"""The measurements of `make learningcurve`: all there, once each, finite, and as the tool writes them."""

import math

import pytest

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import MarkovModel, Vocabulary, rows_of, total
from rnn_helpers.measured.learning_curve import FILE, Measurement, load_learning_curve


@pytest.fixture(scope="module")
def tool(tool_of):
    return tool_of("learning_curve")


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
    monkeypatch.setattr("rnn_helpers.measured.learning_curve.FILE", file)
    assert load_learning_curve() == [written]


def test_the_file_holds_what_counting_gives(tool):
    # the smallest size again: the division of the text and the models are those that the file was made with
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    parts = rows_of(letters.encode(text), tool.PARTS)
    model = MarkovModel(list(parts[:, : 10_000 // tool.PARTS]), len(letters), 3)
    (stored,) = (m for m in load_learning_curve() if (m.model, m.characters) == ("order 3", 10_000))
    assert total(model.nats(parts[:, -tool.HELD_OUT :])).perplexity == pytest.approx(stored.perplexity, abs=1e-3)
