"""What every explorable owes its reader, in a real browser: keyboard, touch, words, paper, links, bad input."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from explorable import Figure, homes
from lessons import ROOT
from playwright.sync_api import Browser, Locator, expect

MODULES = sorted((ROOT / "rnn_helpers" / "explorables").glob("*.js"))
PRESSES = {"range": ["ArrowLeft", "ArrowRight"], "text": ["End", "Backspace"]}
PLACES = [(name, chapter) for name, chapters in homes().items() for chapter in chapters]


@pytest.fixture(scope="module", params=PLACES, ids=["-".join(place) for place in PLACES])
def figure(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Figure]:
    name, chapter = request.param
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    figure = Figure(page, name)
    figure.open(f"{address}/chapters/{chapter}.html")
    yield figure
    page.close()


def test_each_explorable_stands_in_a_lesson() -> None:
    alone = [name for name, chapters in homes().items() if not chapters]
    assert not alone


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_is_small(module: Path) -> None:
    assert module.stat().st_size < 15_000


def test_without_scripts_the_still_picture_stands(site: Path) -> None:
    for _, chapter in PLACES:
        html = BeautifulSoup((site / "chapters" / f"{chapter}.html").read_text(encoding="utf-8"), "html.parser")
        host = html.select_one(".explorable")
        still = host.find_previous("svg")
        assert still.get("role") == "img"
        assert len(still["aria-label"]) > 40
        assert not host.get_text(strip=True).replace(host.script.text, "")


def test_live_takes_the_place_of_the_still(figure: Figure) -> None:
    assert figure.page.locator(".explorable-still").count() == figure.page.locator(".explorable").count()
    expect(figure.page.locator(".explorable-still").first).to_be_hidden()
    expect(figure.host.locator("svg")).to_be_visible()


def test_on_paper_the_still_stands_alone(figure: Figure) -> None:
    figure.page.emulate_media(media="print")
    expect(figure.host).to_be_hidden()
    expect(figure.page.locator(".explorable-still").first).to_be_visible()
    figure.page.emulate_media(media="screen")


def test_every_control_is_reached_and_moved_by_keyboard(figure: Figure) -> None:
    """Tab goes through all of them in order; each answers to a key; Reset brings everything back."""
    before = figure.values()
    for control in figure.host.locator("form input, form select, [role=slider]").all():
        control.focus()
        kind = control.evaluate("node => node.type ?? 'point'")
        key = control.evaluate("node => node.id || node.dataset.key")
        for press in PRESSES.get(kind, ["ArrowDown", "ArrowUp"]):
            was = figure.values()[key]
            figure.page.keyboard.press(press)
            if figure.values()[key] != was:
                break
        else:
            pytest.fail(f"{key} does not answer to the keyboard")
    order = figure.host.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('input, select, button, [tabindex]')].map(node => node.tabIndex)"
    )
    assert set(order) <= {0, -1}
    figure.host.get_by_role("button", name="Reset").press("Enter")
    assert figure.values() == before


def test_play_counts_up_and_stops(figure: Figure) -> None:
    play = figure.host.get_by_role("button", name="Play")
    if play.count() == 0:
        pytest.skip("nothing plays here")
    key = play.evaluate("button => button.parentNode.querySelector('input').id")
    slider = figure.host.locator(f"#{key}")
    slider.press("Home")
    first = figure.values()[key]
    play.click()
    expect(slider).not_to_have_value(str(first))
    figure.host.get_by_role("button", name="Stop").click()
    stopped = figure.values()[key]
    figure.page.wait_for_timeout(1000)
    assert figure.values()[key] == stopped > first
    figure.host.get_by_role("button", name="Reset").click()


def test_without_motion_play_shows_the_end(figure: Figure) -> None:
    play = figure.host.get_by_role("button", name="Play")
    if play.count() == 0:
        pytest.skip("nothing plays here")
    key = play.evaluate("button => button.parentNode.querySelector('input').id")
    figure.page.emulate_media(reduced_motion="reduce")
    figure.host.locator(f"#{key}").press("Home")
    first = figure.values()[key]
    play.click()
    last = figure.values()[key]
    figure.page.wait_for_timeout(1000)
    assert figure.values()[key] == last > first + 1
    figure.page.emulate_media(reduced_motion="no-preference")
    figure.host.get_by_role("button", name="Reset").click()


def test_what_changed_is_said(figure: Figure) -> None:
    status = figure.host.locator("[role=status]")
    before = status.inner_text()
    control = figure.host.locator("form input[type=range]").first
    for press in ("ArrowLeft", "ArrowRight", "ArrowRight"):
        control.press(press)
        figure.page.wait_for_timeout(400)
        if status.inner_text() != before:
            break
    assert status.inner_text() != before
    figure.host.get_by_role("button", name="Reset").click()


def test_a_state_can_be_linked_to(figure: Figure, browser: Browser) -> None:
    control = figure.host.locator("form input[type=range]").first
    control.press("Home")
    control.press("ArrowRight")
    values = figure.values()
    figure.host.get_by_role("button", name="Link").click()
    page = browser.new_page()
    other = Figure(page, figure.name)
    other.open(figure.page.url)
    assert other.values() == values
    expect(other.host).to_be_in_viewport()
    page.close()
    figure.host.get_by_role("button", name="Reset").click()


def test_a_state_that_cannot_be_is_mended(figure: Figure) -> None:
    for key in figure.values():
        for value in ("NaN", "1e999", "", "%", "<b>", "-1e9", "=", "a,b,c"):
            hash = f"{figure.name}:{key}={value};nothing=1"
            found = figure.page.evaluate(
                """async hash => {
                    const changed = new Promise(done => addEventListener("hashchange", done, { once: true }));
                    location.hash = hash;
                    await changed;
                    const host = document.querySelector(`.explorable[data-name="${hash.split(":")[0]}"]`);
                    return JSON.stringify([host.values, host.numbers]);
                }""",
                hash,
            )
            assert "null" not in found, hash  # what JSON makes of NaN and infinity
    figure.host.get_by_role("button", name="Reset").click()
    assert not figure.errors


def test_at_the_ends_of_every_control_nothing_breaks(figure: Figure) -> None:
    height = figure.host.bounding_box()["height"]
    for control in figure.host.locator("form input[type=range]").all():
        for press in ("Home", "End"):
            control.press(press)
            assert figure.host.bounding_box()["height"] == height, "what stands below moves"
            drawn = figure.host.locator("svg").inner_html()
            assert "NaN" not in drawn
            assert "undefined" not in drawn
    figure.page.wait_for_timeout(300)
    said = figure.host.locator("[role=status]").inner_text()
    assert said
    assert "undefined" not in said
    figure.host.get_by_role("button", name="Reset").click()
    assert not figure.errors


def test_opens_without_error_and_shifts_nothing(figure: Figure) -> None:
    assert not figure.errors
    assert figure.shift < 0.01


def test_touch_on_a_narrow_screen(figure: Figure, browser: Browser) -> None:
    """360 pixels wide: all of it fits, a finger moves a slider, and targets are large enough for one."""
    page = browser.new_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    touched = Figure(page, figure.name)
    touched.open(figure.page.url.split("#")[0])
    widest = touched.host.evaluate(
        """host => Math.max(...[...host.shadowRoot.querySelectorAll("*")].map(
            node => node.getBoundingClientRect().right))"""
    )
    assert widest <= 360.5
    slider = touched.host.locator("form input[type=range]").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["height"] >= 24
    before = touched.values()
    for share in (0.1, 0.9):
        page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    assert touched.values() != before
    for handle in touched.host.locator("[role=slider]").all():
        drag(touched, handle)
    assert not touched.errors
    page.close()


def drag(figure: Figure, handle: Locator) -> None:
    """A finger moves a point 30 pixels up: the point goes with it, the page stays."""
    handle.scroll_into_view_if_needed()
    key, box = handle.get_attribute("data-key"), handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before, scrolled = figure.values()[key], figure.page.evaluate("scrollY")
    finger = figure.page.context.new_cdp_session(figure.page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 7):
        point = {"x": x, "y": y - 5 * step}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    after = handle.bounding_box()
    assert figure.values()[key] != before
    assert abs(y - 30 - (after["y"] + after["height"] / 2)) < 15
    assert figure.page.evaluate("scrollY") == scrolled


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible(figure: Figure, theme: str) -> None:
    figure.page.emulate_media(color_scheme=theme)
    figure.page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
    here = f'.explorable[data-name="{figure.name}"]'
    found = Axe().run(figure.page, context=here, options={"resultTypes": ["violations"], "preload": False})
    assert not found.response["violations"], json.dumps(found.response["violations"], indent=1)[:3000]
