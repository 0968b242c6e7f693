"""The built book, a server for it on this machine, and the browser of this machine to look at it."""

import os
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from lessons import ROOT
from playwright.sync_api import Browser, sync_playwright
from static_host import serving


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    folder = ROOT / "_build" / "html"
    if not (folder / "index.html").exists():
        pytest.fail(f"There is no book in {folder}. Next step: make book", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the book is served while the tests run, `http://127.0.0.1:port`."""
    with serving(site) as address:
        yield address


# Ends with its module: Playwright keeps an event loop running, which must not meet the one of the notebooks.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine. Where there is none the tests are skipped; in CI they fail."""
    path = chromium.find()
    if path is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()
