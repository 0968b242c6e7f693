"""Explorables opened in the browser of this machine, each in the first lesson that shows it."""

from collections.abc import Callable, Iterator

import pytest
from explorable import Figure, homes
from playwright.sync_api import Browser, Page


@pytest.fixture
def open_figure(browser: Browser, address: str) -> Iterator[Callable[[str], Figure]]:
    """Opens an explorable by name, fresh."""
    pages = []

    def opened(name: str) -> Figure:
        pages.append(browser.new_page(reduced_motion="reduce"))
        return _at_home(pages[-1], name, address)

    yield opened
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def figure(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Figure]:
    """That of the module test_NAME.py, on one page for all of its tests."""
    page = browser.new_page(reduced_motion="reduce")
    yield _at_home(page, request.path.stem.removeprefix("test_"), address)
    page.close()


def _at_home(page: Page, name: str, address: str) -> Figure:
    figure = Figure(page, name)
    figure.open(f"{address}/chapters/{homes()[name][0]}.html")
    return figure
