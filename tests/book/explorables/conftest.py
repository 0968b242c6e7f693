"""Explorables opened in the browser of this machine."""

from collections.abc import Callable, Iterator

import pytest
from explorable import Figure, homes
from playwright.sync_api import Browser


@pytest.fixture
def open_figure(browser: Browser, address: str) -> Iterator[Callable[[str], Figure]]:
    """Opens an explorable by name, fresh, in the first lesson that shows it."""
    pages = []

    def opened(name: str) -> Figure:
        pages.append(browser.new_page(reduced_motion="reduce"))
        figure = Figure(pages[-1], name)
        figure.open(f"{address}/chapters/{homes()[name][0]}.html")
        return figure

    yield opened
    for page in pages:
        page.close()
