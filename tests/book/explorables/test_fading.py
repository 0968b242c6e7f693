"""The fading past: norms, bound and slopes against the package's Jacobians and their products."""

import json

import pytest
import torch
from explorable import Figure, assert_close
from playwright.sync_api import expect

from rnn_helpers.gradients import (
    elman_jacobians,
    jacobian_products,
    largest_singular_value,
    spectral_radius,
    step_jacobian,
)

FAR = 60
GAMMA = {"tanh": 1.0, "sigmoid": 0.25, "none": 1.0}


def data_of(figure: Figure) -> dict:
    return json.loads(figure.host.locator("script").first.text_content())


def by_package(data: dict, kind: str, g: str, rho: float, drive: float) -> tuple[torch.Tensor, ...]:
    """U, the norms at distance 0 ... 60, and the slopes that were met there."""
    U = rho * torch.tensor(data["kinds"][kind]["U"], dtype=torch.float64)
    noise = torch.tensor(data["noise"], dtype=torch.float64)
    function = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "none": lambda z: z}[g]
    h, jacobians = noise[:1], []
    states = []
    for e in noise[1:]:
        step = lambda h, e=e: function(h @ U.T + drive * e)  # noqa: E731
        jacobians.append(step_jacobian(step, h)[0])
        h = step(h)
        states.append(h[0])
    J = torch.stack(jacobians)
    if g == "tanh":
        torch.testing.assert_close(elman_jacobians(torch.stack(states), U), J)
    slopes = J / U  # each row of U times a slope
    return U, largest_singular_value(jacobian_products(J).flip(0)[: FAR + 1]), slopes.nanmean(-1)[-FAR:]


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "random", "g": "tanh", "rho": 1.5, "drive": 1},
        {"kind": "random", "g": "tanh", "rho": 2.5, "drive": 0},
        {"kind": "random", "g": "none", "rho": 0.5, "drive": 1},
        {"kind": "orthogonal", "g": "none", "rho": 1, "drive": 0},
        {"kind": "orthogonal", "g": "tanh", "rho": 1.5, "drive": 0.3},
        {"kind": "orthogonal", "g": "sigmoid", "rho": 2.5, "drive": 0},
        {"kind": "nonnormal", "g": "tanh", "rho": 0.9, "drive": 0},
        {"kind": "nonnormal", "g": "none", "rho": 2.5, "drive": 3},
        {"kind": "nonnormal", "g": "tanh", "rho": 2.5, "drive": 3},
    ],
    ids=lambda settings: "-".join(map(str, settings.values())),
)
def test_numbers(figure: Figure, settings: dict) -> None:
    numbers = figure.turn(**settings)
    U, norms, slopes = by_package(data_of(figure), **settings)
    sigma, rho = largest_singular_value(U), settings["rho"]
    distance = torch.arange(FAR + 1, dtype=torch.float64)
    assert_close(numbers["sigma"], sigma)
    assert_close(numbers["bound"], (GAMMA[settings["g"]] * sigma) ** distance)
    assert_close(numbers["powers"], rho**distance)
    assert_close(numbers["norms"], norms)
    seen = norms > 1e-12  # on the logarithmic axis every decade counts alike
    assert_close(torch.tensor(numbers["norms"])[seen].log10().tolist(), norms[seen].log10())
    assert_close(sorted(numbers["slopes"]), slopes.flatten().sort().values)
    assert_close(numbers["slope"], slopes.mean())


def test_the_matrices_are_what_their_names_say(figure: Figure) -> None:
    kinds = data_of(figure)["kinds"]
    for kind, held in kinds.items():
        U = torch.tensor(held["U"], dtype=torch.float64)
        assert_close(spectral_radius(U).item(), torch.tensor(1.0))
        eigenvalues = torch.view_as_complex(torch.tensor(held["eigenvalues"], dtype=torch.float64))
        for power in range(1, 9):  # the same sums of powers: the same eigenvalues
            trace = (eigenvalues**power).sum()
            assert_close(torch.view_as_real(trace).tolist(), torch.tensor([U.matrix_power(power).trace(), 0.0]))
        normal = torch.allclose(U @ U.T, U.T @ U, atol=1e-6)
        assert normal == (kind == "orthogonal")


def test_what_one_feels(figure: Figure) -> None:
    """More drive lets less arrive; eigenvalues do not move; a non-normal matrix grows first."""
    arrived, eigenvalues = [], []
    for drive in (0.5, 1, 2, 3):
        numbers = figure.turn(kind="orthogonal", g="tanh", rho=1.2, drive=drive)
        arrived.append(numbers["norms"][-1])
        eigenvalues.append(numbers["eigenvalues"])
    assert arrived == sorted(arrived, reverse=True)
    assert all(found == eigenvalues[0] for found in eigenvalues)
    norms = figure.turn(kind="nonnormal", g="tanh", rho=0.8, drive=0)["norms"]
    assert max(norms) > 8
    assert norms[-1] < 1e-2


def test_everywhere_finite(figure: Figure) -> None:
    for kind in ("random", "orthogonal", "nonnormal"):
        for g in GAMMA:
            for rho in (0.5, 2.5):
                for drive in (0, 3):
                    numbers = figure.turn(kind=kind, g=g, rho=rho, drive=drive)
                    assert "null" not in json.dumps(numbers)
                    assert min(numbers["norms"]) > 0
                    drawn = figure.host.locator("svg").inner_html()
                    assert "NaN" not in drawn
                    assert "Infinity" not in drawn
    assert not figure.errors


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (("orthogonal", "tanh", 1.5, 1), ["are 1.5: “it explodes”. Wrong here", "falls to 6.4·10⁻⁷ over 60 steps"]),
        (("orthogonal", "none", 1.5, 1), ["“it explodes”. Right here", "grows beyond 10⁴", "mean slope is 1."]),
        (("orthogonal", "none", 1, 0), ["are 1: “it is stable”. Right here", "stays 1 over 60 steps"]),
        (("orthogonal", "tanh", 1, 0.1), ["“it is stable”. Wrong here", "falls to 0.021"]),
        (("nonnormal", "tanh", 0.9, 0), ["“it vanishes”. Wrong here", "grows to 19 at distance 9 and is 0.6 at 60"]),
        (("nonnormal", "tanh", 2.5, 3), ["“it explodes”. Wrong here", "falls below 10⁻¹²"]),
        (("random", "tanh", 0.7, 0), ["from 0.24 to 0.7: “it vanishes”. Right here"]),
        (("random", "tanh", 1.5, 1), ["from 0.52 to 1.5: none of the three sentences applies. The norm"]),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_which_sentence_speaks_and_whether_it_is_right(figure: Figure, settings: tuple, wanted: list[str]) -> None:
    figure.turn(**dict(zip(("kind", "g", "rho", "drive"), settings, strict=True)))
    for words in wanted:
        expect(figure.host.locator("[role=status]")).to_contain_text(words)


def test_what_lies_outside_or_on_one_point_is_named(figure: Figure) -> None:
    figure.turn(kind="nonnormal", g="tanh", rho=1.5, drive=1)
    for words in ("σ = 8.6 outside", "8×", "−2"):
        expect(figure.host.locator("svg")).to_contain_text(words)
    figure.turn(kind="orthogonal")
    for words in ("outside", "8×"):
        expect(figure.host.locator("svg")).not_to_contain_text(words)


def test_without_g_the_drive_is_greyed(figure: Figure) -> None:
    for g in ("tanh", "none", "sigmoid"):
        figure.turn(g=g)
        assert figure.host.locator("#drive").is_disabled() == (g == "none")
