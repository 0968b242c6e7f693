"""The measurements of `make digits`: all there, once each, possible, and as the tool writes them."""

import math

import pytest

from rnn_helpers.measured.digits import FILE, DigitModel, load_digit_models


@pytest.fixture(scope="module")
def tool(tool_of):
    return tool_of("digits")


def test_every_network_and_seed_is_there_once(tool):
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(DigitModel._fields)
    wanted = [(name, seed) for name in tool.SETTINGS for seed in tool.SEEDS]
    assert sorted((r.model, r.seed) for r in load_digit_models()) == sorted(wanted)


def test_networks_are_those_that_the_tool_makes(tool):
    for result in load_digit_models():
        make, _ = tool.SETTINGS[result.model]
        assert result.parameters == sum(p.numel() for p in make().parameters())


def test_nats_are_possible():
    for r in load_digit_models():
        assert 10 < r.train < r.validation < 64 * math.log(2), r
        assert 10 < r.test < 64 * math.log(2), r
        assert 0 < r.seconds < math.inf, r


def test_a_line_of_digits_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = DigitModel("Row LSTM", 2, 15.0123, 16.5, 16.75, 12_345, 21.5)
    file = tmp_path / "digits.csv"
    file.write_text(",".join(DigitModel._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.digits.FILE", file)
    assert load_digit_models() == [written]
