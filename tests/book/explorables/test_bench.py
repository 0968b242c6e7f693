"""The bench: states, gates and derivatives of each unit, gates held or not, against the package's steps in float64."""

from collections.abc import Callable

import pytest
import torch
from explorable import Figure, assert_close
from playwright.sync_api import expect

from rnn_helpers.bench import gru_by_hand, lstm_by_hand, read_pulses
from rnn_helpers.cells import elman_step, gru_step, lstm_step
from rnn_helpers.gradients import elman_jacobians, jacobian_products, step_jacobian

BY_CHAPTER = {"gru": "09_gru", "lstm": "10_lstm"}
HELD = {"open": 40.0, "shut": -40.0}


@pytest.fixture
def bench(open_figure: Callable[[str, str], Figure]) -> Callable[[str], Figure]:
    """Opens the bench of the chapter whose unit it begins with."""
    return lambda unit: open_figure("bench", BY_CHAPTER[unit])


def inputs(figure: Figure, pulses: str) -> torch.Tensor:
    data = figure.host.evaluate("host => JSON.parse(host.querySelector('script').textContent)")
    return read_pulses(pulses, torch.tensor(data["values"], dtype=torch.float64))


def held(theta: tuple, gates: dict[str, str]) -> tuple:
    """The same parameters, but for the gates that are held: no weights, and a bias of 40 or -40."""
    for gate, how in gates.items():
        if how != "rule":
            V, b = getattr(theta, f"V_{gate}"), getattr(theta, f"b_{gate}")
            theta = theta._replace(**{f"V_{gate}": 0 * V, f"b_{gate}": 0 * b + HELD[how]})
    return theta


def products(factors: torch.Tensor) -> torch.Tensor:
    return torch.cat([factors, torch.ones(1, dtype=torch.float64)]).flip(0).cumprod(0).flip(0)


def check_gru(numbers: dict, x: torch.Tensor, b_u: float, u: str) -> None:
    x, theta, h = x[:, :2], held(gru_by_hand(b_u), {"u": u}), [torch.zeros(1, dtype=torch.float64)]
    for x_t in x:
        h.append(gru_step(x_t, h[-1], theta).h)
    before = torch.stack(h[:-1])
    seen = gru_step(x, before, theta)
    J = step_jacobian(lambda old: gru_step(x, old, theta).h, before)
    assert_close(numbers["h"], torch.cat(h))
    assert_close(numbers["gates"]["u"], seen.u[:, 0])
    assert_close(numbers["gates"]["r"], seen.r[:, 0])
    assert_close(numbers["all"], jacobian_products(J)[:, 0, 0])
    assert_close(numbers["along"], products(1 - seen.u[:, 0]))


@pytest.mark.parametrize(
    ("b_u", "how", "pulses"),
    [
        (-4, "rule", "..+.......-"),
        (-1.5, "rule", "+-0" * 10),
        (2, "rule", ""),
        (-8, "open", "+"),
        (0, "shut", "..-...0"),
    ],
)
def test_the_gru(bench: Callable[[str], Figure], b_u: float, how: str, pulses: str) -> None:
    figure = bench("gru")
    numbers = figure.turn(pulses=pulses, write=how, bias=b_u)
    check_gru(numbers, inputs(figure, pulses), b_u, how)


@pytest.mark.parametrize(
    ("b_f", "gates", "pulses"),
    [
        (4, {}, "..+...?...-.........?"),
        (8, {"f": "open"}, "+++++.....-----"),
        (-2, {"i": "open", "o": "open"}, "?-.0" * 7),
        (1.5, {"f": "shut", "o": "shut"}, ""),
        (2, {"i": "shut"}, "+?"),
        (0, {"i": "open", "f": "open", "o": "open"}, "0" * 30),
    ],
)
def test_the_lstm(bench: Callable[[str], Figure], b_f: float, gates: dict[str, str], pulses: str) -> None:
    figure = bench("lstm")
    how = {control: gates.get(gate, "rule") for gate, control in zip("ifo", ("write", "keep", "show"), strict=True)}
    numbers = figure.turn(pulses=pulses, bias=b_f, **how)
    x, theta = inputs(figure, pulses), held(lstm_by_hand(b_f), gates)
    h = c = torch.zeros(1, dtype=torch.float64)
    steps, J, by_cell = [], [], [torch.tensor([0.0, 1.0], dtype=torch.float64)]  # h_0 is no part of c_0
    for x_t in x:
        state = torch.cat([h, c])
        J.append(step_jacobian(lambda s, x_t=x_t: torch.cat(lstm_step(x_t, *s.chunk(2, -1), theta)[:2], -1), state))
        steps.append(lstm_step(x_t, h, c, theta))
        h, c = steps[-1].h, steps[-1].c
        by_cell.append(torch.cat([steps[-1].o * (1 - c.tanh() ** 2), torch.ones(1, dtype=torch.float64)]))
    for gate in "ifo":
        assert_close(numbers["gates"][gate], torch.cat([getattr(step, gate) for step in steps]))
    assert_close(numbers["h"][1:], torch.cat([step.h for step in steps]))
    assert_close(numbers["c"][1:], torch.cat([step.c for step in steps]))
    last_cell = jacobian_products(torch.stack(J))[:, 1]  # by (h_k, c_k), each on its own
    assert_close(numbers["all"], (last_cell * torch.stack(by_cell)).sum(-1))
    assert_close(numbers["along"], products(torch.cat([step.f for step in steps])))
    if len(gates) == 3:
        assert numbers["all"][1] == 2.0**29  # chapter 10: with all gates open and U = 1 it doubles at each step


@pytest.mark.parametrize(("how", "u"), [({}, "rule"), ({"keep": "open"}, "shut"), ({"write": "open"}, "open")])
def test_beside_the_lstm_a_gru_has_one_gate_for_both(bench: Callable[[str], Figure], how: dict, u: str) -> None:
    figure = bench("lstm")
    pulses = "+.?-"
    numbers = figure.turn(unit="gru", pulses=pulses, bias=3, **how)
    check_gru(numbers, inputs(figure, pulses), -3, u)


def test_the_elman_unit(bench: Callable[[str], Figure]) -> None:
    figure = bench("gru")
    numbers = figure.turn(unit="elman", pulses="+....-")
    x, h, one = inputs(figure, "+....-"), torch.zeros(1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    states = []
    for v in x[:, :1]:
        h = elman_step(v, h, one, one, 0 * one[0])
        states.append(h)
    assert_close(numbers["h"][1:], torch.cat(states))
    assert_close(numbers["all"], jacobian_products(elman_jacobians(torch.stack(states), one))[:, 0, 0])
    assert not numbers["gates"]


def test_other_symbols_are_refused_with_a_word(bench: Callable[[str], Figure]) -> None:
    figure = bench("gru")
    figure.turn(pulses="+a?" + "-" * 40)
    assert figure.values()["pulses"] == "+" + "-" * 29
    assert "at most 30" in figure.host.locator("[role=alert]").inner_text()


def test_nothing_below_moves(bench: Callable[[str], Figure]) -> None:
    """Whatever the unit, and however much is said of it, at the width of a phone too."""
    figure = bench("lstm")
    for width in (1280, 360):
        figure.page.set_viewport_size({"width": width, "height": 740})
        heights = set()
        for keep in ("rule", "open", "shut"):
            figure.turn(unit="lstm", keep=keep, bias=-1.5)
            for unit in ("lstm", "gru", "elman"):
                figure.turn(unit=unit)
                figure.page.wait_for_timeout(400)
                heights.add(figure.host.bounding_box()["height"])
        assert len(heights) == 1, (width, heights)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, "to the pulse at step 11 (0.71 along the sum), 0.014 to that at step 3: storing cuts it."),
        ({"keep": "open"}, "all comes back to the pulse at step 11 (all along the sum), all to that at step 3."),
        ({"keep": "shut"}, "The gate keeps nothing: of the gradient almost none comes back to the pulse at step 11."),
        ({"write": "shut"}, "Nothing is written"),
        ({"unit": "gru", "keep": "open"}, "the gradient, of which all comes back to step 0."),
        ({"write": "open", "keep": "open", "show": "open", "pulses": "0" * 30}, "explodes to 5.4·10⁸"),
        ({"pulses": ""}, "comes back to step 0 (0.58 along the sum)."),
    ],
)
def test_it_says_what_ends_the_memory(bench: Callable[[str], Figure], settings: dict[str, str], wanted: str) -> None:
    figure = bench("lstm")
    for key in ("write", "keep", "show", "pulses", "unit"):
        if key in settings:
            figure.turn(**{key: settings[key]})
    expect(figure.host.locator("[role=status]")).to_contain_text(wanted)


def test_what_does_nothing_is_greyed(bench: Callable[[str], Figure]) -> None:
    figure = bench("lstm")

    def idle() -> set[str]:
        return {key for key in figure.values() if figure.host.locator(f"#{key}").is_disabled()}

    for unit, wanted in (("lstm", set()), ("gru", {"show"}), ("elman", {"write", "keep", "show", "bias"})):
        figure.turn(unit=unit)
        assert idle() == wanted
    figure.turn(unit="lstm", keep="shut")
    assert idle() == {"bias"}  # of a gate that is held
    figure.turn(unit="gru")
    assert idle() == {"show", "bias"}
    figure.turn(write="open")  # one gate for both
    assert idle() == {"show", "keep", "bias"}
    before = figure.numbers()
    assert figure.turn(bias=-2) == before


def test_controls_are_called_after_the_unit(bench: Callable[[str], Figure]) -> None:
    figure = bench("lstm")
    of_gru = {"write": "write: u", "keep": "keep: 1 − u", "show": "show: o", "bias": "bias −b_u"}
    of_lstm = {"write": "write: i", "keep": "keep: f", "show": "show: o", "bias": "bias b_f"}
    for unit, names in (("gru", of_gru), ("elman", of_lstm), ("lstm", of_lstm)):
        figure.turn(unit=unit)
        for key, name in names.items():
            expect(figure.host.locator(f"[for={key}]")).to_contain_text(name)


def test_on_a_phone_two_choices_share_a_row(bench: Callable[[str], Figure]) -> None:
    figure = bench("lstm")
    figure.page.set_viewport_size({"width": 360, "height": 740})
    boxes = {key: figure.host.locator(f"#{key}").bounding_box() for key in figure.values()}
    assert boxes["write"]["y"] == boxes["keep"]["y"] != boxes["show"]["y"] == boxes["unit"]["y"]
    assert boxes["bias"]["width"] > boxes["write"]["width"] + boxes["keep"]["width"]
