"""Explorables opened in the browser of this machine."""

from collections.abc import Callable, Iterator

import pytest
from explorable import Figure, homes
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Callable[[str, str], Figure]]:
    """Explorables by name and chapter, on pages that stay open for the tests of a module."""
    figures: dict[tuple[str, str], Figure] = {}

    def at(name: str, chapter: str) -> Figure:
        if (name, chapter) not in figures:
            figures[name, chapter] = Figure(browser.new_page(reduced_motion="reduce"), name)
            figures[name, chapter].open(f"{address}/chapters/{chapter}.html")
        return figures[name, chapter]

    yield at
    for figure in figures.values():
        figure.page.close()


@pytest.fixture
def open_figure(opened: Callable[[str, str], Figure]) -> Callable[[str, str], Figure]:
    """Gives an explorable of a chapter as it begins."""

    def at_its_start(name: str, chapter: str) -> Figure:
        figure = opened(name, chapter)
        figure.page.set_viewport_size({"width": 1280, "height": 720})
        figure.host.get_by_role("button", name="Reset").click()
        return figure

    return at_its_start


@pytest.fixture
def figure(request: pytest.FixtureRequest, open_figure: Callable[[str, str], Figure]) -> Figure:
    """That of the module test_NAME.py as it begins, in the first chapter that shows it."""
    name = request.path.stem.removeprefix("test_")
    return open_figure(name, homes()[name][0])
