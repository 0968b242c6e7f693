"""The measurements of `make tricks`: all there, once each, possible, and as the tool writes them."""

import pytest

from rnn_helpers.measured.tricks import FILE, TrickMeasurement, load_tricks


@pytest.fixture(scope="module")
def tool(tool_of):
    return tool_of("tricks")


def test_every_trick_rate_and_depth_is_there_once_for_each_seed(tool):
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(TrickMeasurement._fields)
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
    monkeypatch.setattr("rnn_helpers.measured.tricks.FILE", file)
    assert load_tricks() == [written]
