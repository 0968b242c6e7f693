"""The state that carries: both sequences, the resting places and how long the two are told apart, by the package."""

import pytest
import torch
from explorable import Figure, assert_close
from playwright.sync_api import expect

from rnn_helpers.bptt import elman
from rnn_helpers.scans import scan

INPUT = {"+": 1.0, "-": -1.0, "0": 0.0}


def number(value: float, *shape: int) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64).expand(*shape)


def states(x: torch.Tensor, U: float, V: float, c: float, g: str, h0: torch.Tensor | None = None) -> torch.Tensor:
    """x (B, T) -> the states after each step (B, T); `h0` (B)."""
    B, T = x.shape
    h0 = number(0.0, B) if h0 is None else h0
    if g == "identity":
        return scan(number(U, B, T, 1), V * x[..., None] + c, h0[:, None])[..., 0]
    return elman(x[..., None], h0[:, None], number(V, 1, 1), number(U, 1, 1), number(c, 1))[..., 0]


def both(typed: str, T: int) -> torch.Tensor:
    """What was typed, and the same with another first symbol (2, T); then both wait."""
    typed = typed or "0"
    other = ("-" if typed[0] == "+" else "+") + typed[1:]
    return torch.tensor([[INPUT[symbol] for symbol in word.ljust(T, "0")] for word in (typed, other)]).double()


@pytest.mark.parametrize(
    ("typed", "weights"),
    [
        ("+", {"U": 0.8, "V": 1, "c": 0, "g": "tanh"}),
        ("+00000-", {"U": 2, "V": 3, "c": 0, "g": "tanh"}),
        ("-+0+", {"U": 2.5, "V": 0.4, "c": -0.6, "g": "tanh"}),
        ("00+", {"U": 1.2, "V": 0.1, "c": 0.05, "g": "tanh"}),
        ("+-" * 10, {"U": 0, "V": 3, "c": 1, "g": "tanh"}),
        ("+", {"U": 2, "V": 0, "c": 0.2, "g": "tanh"}),
        ("+0-", {"U": 0.95, "V": 0.5, "c": 1, "g": "identity"}),
        ("-", {"U": 1, "V": 1, "c": 0.05, "g": "identity"}),
        ("", {"U": 0.3, "V": 3, "c": -1, "g": "identity"}),
    ],
)
def test_numbers(figure: Figure, typed: str, weights: dict) -> None:
    numbers = figure.turn(symbols=typed, **weights)
    runs = states(both(typed, 1000), **weights)
    assert numbers["states"][0] == numbers["others"][0] == 0
    assert_close(numbers["states"][1:], runs[0, :20])
    assert_close(numbers["others"][1:], runs[1, :20])
    gap = (runs[0] - runs[1]).abs()
    assert_close(numbers["told"]["apart"], gap[-1])
    assert_close(numbers["told"]["ends"], runs[:, -1])
    assert numbers["told"]["steps"] == max((gap >= 0.01).nonzero()[:, 0].tolist(), default=-1) + 1

    before = torch.linspace(-1.013, 1.01, 2000).double() * (1 if weights["g"] == "tanh" else 30)
    rise = states(number(0.0, 2000, 1), h0=before, **weights)[:, 0] - before
    crossed = (rise[1:].sign() != rise[:-1].sign()).nonzero()[:, 0]
    places = number(0.0, len(crossed)) + torch.tensor(numbers["places"], dtype=torch.float64)  # as many, and as found:
    assert ((before[crossed] <= places) & (places <= before[crossed + 1])).all()
    if len(places):
        assert_close(numbers["places"], states(number(0.0, len(places), 1), h0=places, **weights)[:, 0])


def test_a_state_that_runs_away_stays_a_number(figure: Figure) -> None:
    weights = {"U": 2.5, "V": 3, "c": 1, "g": "identity"}
    numbers = figure.turn(symbols="+" * 20, **weights)
    assert_close(numbers["states"][1:], states(both("+" * 20, 20), **weights)[0])
    assert numbers["told"]["steps"] == 1000
    expect(figure.host.locator("[role=status]")).to_contain_text("run apart without end. At step 20: over 1,000 and")
    assert not figure.errors


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"U": 0.5}, "The symbol fades: from step 9 on the two states are less than 0.01 apart."),
        ({"U": 1}, "The symbol fades, but ever more slowly: after 1,000 steps the two states are still 0.077 apart."),
        ({"U": 1.05}, "The symbol stays: after 1,000 steps the two states are 0.741 apart."),
        ({"U": 2}, "Two places hold: −0.958 and 0.958."),
        ({"U": 2, "c": 0.5}, "Both end above −0.585, which repels, at 0.986."),
        ({"U": 2, "symbols": "+000-", "V": 3}, "Both end below 0, which repels, at −0.958."),
        ({"U": 2, "V": 0}, "makes no difference to the two states. At step 20: 0 and 0. Both rest on 0"),
        ({"U": 1, "g": "identity"}, "2 apart. At step 20: 1 and −1. Every state stays as it is, errors too."),
        ({"U": 1, "g": "identity", "c": -0.05}, "No state rests: each step adds −0.05."),
        ({"U": 1.05, "V": 0.1, "c": -1, "g": "identity"}, "The symbol grows: the two states run apart without end."),
        ({"steps": 1}, "At step 1: 0.762 and −0.762. Waiting, every state runs to 0."),
    ],
)
def test_what_is_said(figure: Figure, settings: dict, words: str) -> None:
    figure.turn(**settings)
    expect(figure.host.locator("[role=status]")).to_contain_text(words)


def test_other_letters_are_refused_in_words(figure: Figure) -> None:
    field, note = figure.host.locator("#symbols"), figure.host.locator("[role=alert]")
    for typed, kept in (("+a-", "+-"), ("+ + −", "++−"), ("0" * 30, "0" * 20)):
        figure.turn(symbols=typed)
        assert (field.input_value(), figure.values()["symbols"]) == (kept, kept)
        expect(note).to_have_text("Only +, − and 0, at most 20 of them.")
    assert figure.turn(symbols="0−")["symbols"] == "0-" + "0" * 18  # as the label writes it
    expect(note).to_be_empty()
    figure.turn(symbols="")
    assert figure.numbers()["symbols"] == "0" * 20
    expect(note).to_be_empty()


@pytest.mark.parametrize(
    ("settings", "last"),
    [
        ({"U": 2}, 6),
        ({"U": 1, "g": "identity"}, 3),
        ({"U": 1, "g": "identity", "c": 0.05}, 20),
        ({"U": 2.5, "V": 3, "g": "identity"}, 4),
        ({"U": 0, "symbols": "+000000000-"}, 14),
    ],
)
def test_play_ends_where_nothing_moves(figure: Figure, settings: dict, last: int) -> None:
    assert figure.turn(**settings)["last"] == last


def test_on_a_narrow_screen_nothing_below_moves(figure: Figure) -> None:
    figure.page.set_viewport_size({"width": 360, "height": 740})
    status = figure.host.locator("[role=status]")
    heights = {}
    for symbols, U, c, g in [
        ("+", 0.8, 0, "tanh"),
        ("+", 1.05, 0, "tanh"),
        ("-", 2, -0.25, "tanh"),
        ("-", 2.5, 0.3, "tanh"),
        ("+0-", 1.55, -0.1, "tanh"),
        ("+" * 20, 1, -0.05, "identity"),
        ("+" * 20, 2.5, -0.05, "identity"),
        ("+" * 20, 0.95, -0.95, "identity"),
    ]:
        said = status.inner_text()
        figure.turn(symbols=symbols, U=U, c=c, g=g)
        figure.page.wait_for_timeout(400)
        heights[status.inner_text()] = figure.host.bounding_box()["height"]
    assert said not in ("", status.inner_text())
    assert len(set(heights.values())) == 1, heights
