"""One explorable on its page, driven as a hand would drive it."""

import re
from functools import cache

import torch
from lessons import ROOT
from playwright.sync_api import Locator, Page, expect

from rnn_helpers.explorables import names

WATCH_SHIFTS = """() => {
    window.shift = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: "layout-shift" });
}"""


# Down in steps, as a reader scrolls, until the figure's upper edge stands at this share of the window's height and
# stays there. Sections are laid out only when near, so how far it is shows on the way.
SCROLL = """async (host, share) => {
    for (let steps = 0, still = 0; steps < 400 && still < 4; steps += 1) {
        const left = host.getBoundingClientRect().top - share * innerHeight;
        still = Math.abs(left) < 100 ? still + 1 : 0;
        const top = Math.max(-500, Math.min(500, left));
        if (!still) scrollBy({ top, behavior: "instant" });
        await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
    }
}"""


@cache
def homes() -> dict[str, list[str]]:
    """For each explorable the chapters that show it, in order."""
    found: dict[str, list[str]] = {name: [] for name in names()}
    for notebook in sorted((ROOT / "chapters").glob("*.ipynb")):
        for name in re.findall(r'data-name=\\"([a-z]+)\\"', notebook.read_text(encoding="utf-8")):
            found[name].append(notebook.stem)
    return found


class Figure:
    """One explorable on its page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.errors = page, name, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.host: Locator = page.locator(f'.explorable[data-name="{name}"]')

    def open(self, address: str) -> None:
        """Go there as a reader does: the page first, then down to the figure, which comes to life before it is seen."""
        self.page.goto(address, wait_until="load")
        self.page.evaluate("document.fonts.ready")
        if "#" not in address:  # a link leads to the figure by itself
            self.host.evaluate(SCROLL, 1.3)  # below what is seen
            expect(self.host).to_have_attribute("data-live", "open")
            self.page.evaluate(WATCH_SHIFTS)
            self.host.evaluate(SCROLL, 0.3)
            self.page.wait_for_timeout(200)
            self.shift = self.page.evaluate("window.shift")
        expect(self.host).to_be_in_viewport()
        expect(self.host.locator("[role=status]")).not_to_be_empty()

    def values(self) -> dict:
        return self.host.evaluate("host => host.values")

    def numbers(self) -> dict:
        return self.host.evaluate("host => host.numbers")

    def turn(self, **settings: object) -> dict:
        """Set the controls as a hand would, and read the numbers that follow. Points are moved by `move`."""
        for key, value in settings.items():
            control = self.host.locator(f"form #{key}")
            kind = control.evaluate("node => node.type")
            if kind == "range":
                control.evaluate(
                    "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", value
                )
            elif kind == "text":
                control.fill(str(value))
            else:
                control.select_option(str(value))
        return self.numbers()

    def move(self, key: str, **steps: int) -> dict:
        """Move a point by the arrow keys: `move("start", ArrowLeft=3)`."""
        self.host.locator(f'[data-key="{key}"]').focus()
        for arrow, times in steps.items():
            for _ in range(times):
                self.page.keyboard.press(arrow)
        return self.numbers()


def assert_close(found: list | float, wanted: torch.Tensor, tolerance: float = 1e-6) -> None:
    """Equal to 1e-6, relative to 1 or to the number where that is larger."""
    torch.testing.assert_close(
        torch.tensor(found, dtype=torch.float64), wanted.double(), atol=tolerance, rtol=tolerance
    )
