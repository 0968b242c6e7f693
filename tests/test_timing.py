"""Interleaved timings: order and count, not time."""

import pytest

from rnn_helpers.timing import interleaved_times


def test_the_competitors_take_turns_after_one_warm_up():
    calls = []
    times = interleaved_times({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2)
    assert calls == ["a", "b"] * 3
    assert times.keys() == {"a", "b"}
    assert all(value >= 0 for value in times.values())


def test_no_repeats():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        interleaved_times({"a": lambda: None}, repeats=0)


def test_the_clock_is_the_one_that_was_given():
    ticks = iter(range(100))
    times = interleaved_times({"a": lambda: next(ticks)}, repeats=3, clock=lambda: next(ticks))
    assert times == {"a": 2000.0}  # one tick passes inside and one at the end, in seconds
