"""The Chromium of this machine, which prints the book and opens its pages in the tests."""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "No Chromium here. Install chromium or Google Chrome, or name one: CHROMIUM=/path/to/chromium"
# Nothing that the browser does by itself may look like a request of the page.
FLAGS = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


def find() -> str | None:
    """The path of the browser, or None; `MISSING` says what to do then."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
