"""`make archive`: unpacked elsewhere and opened from a file, every page works as it does from a server."""

import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import archive
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect


@pytest.fixture(scope="module")
def unpacked(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    archive.write(site.resolve(), folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as packed:
        packed.extractall(folder / "unpacked")
    return (folder / "unpacked").resolve()


def watched(browser: Browser) -> tuple[Page, list[str]]:
    """A page, and what goes wrong on it."""
    page, faults = browser.new_page(viewport={"width": 1280, "height": 900}), []
    page.set_default_timeout(60_000)
    page.on("console", lambda message: message.type == "error" and faults.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "requestfailed",  # one that is broken off because the reader moves on is no fault
        lambda request: request.failure == "net::ERR_ABORTED" or faults.append(f"{page.url}: no {request.url}"),
    )
    return page, faults


def test_every_page_opens_from_a_file(unpacked: Path, browser: Browser) -> None:
    page, faults = watched(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    paths = sorted(path for path in unpacked.rglob("*.html") if "_static" not in path.parts)
    paths.remove(unpacked / "index.html")  # leads on at once; the test below goes through it
    assert len(paths) > 15
    figures = 0
    for path in paths:
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate("async () => { await document.fonts.ready }")
        flat = page.evaluate(
            """() => [...document.querySelectorAll('main .math, main .book-figure svg')]
                .filter((node) => !(node.matches('svg') || node.querySelector('math')) ||
                    node.getBoundingClientRect().width === 0 && node.checkVisibility())
                .map((node) => node.textContent.slice(0, 80))"""
        )
        faults += [f"{path.name} does not show {text!r}" for text in flat]
        figures += page.locator("main .book-figure svg").count()
    page.close()
    assert not faults, "\n".join(faults)
    assert figures > 50
    assert [url for url in asked if not url.startswith((unpacked.as_uri() + "/", "data:", "blob:"))] == []


def test_the_search_finds_a_term(unpacked: Path, browser: Browser) -> None:
    page, faults = watched(browser)
    page.goto((unpacked / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("truncated")
    page.keyboard.press("Enter")
    result = page.locator("#search-results a[href*='02_backpropagation_through_time']").first
    expect(result).to_be_visible(timeout=60_000)
    result.click()
    expect(page.locator("article h1")).to_contain_text("Send the error back")
    page.close()
    assert not faults, "\n".join(faults)


def test_every_link_inside_leads_somewhere(unpacked: Path) -> None:
    broken = []
    for path in unpacked.rglob("*.html"):
        for tag in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select("[href], [src]"):
            address = urlsplit(tag.get("href") or tag.get("src") or "")
            if address.path and not address.scheme and not address.netloc:
                target = path.parent / unquote(address.path)
                if not target.is_file():
                    broken.append(f"{path.name}: {address.path}")
    assert not broken, "\n".join(broken)


def test_it_holds_nothing_that_no_page_asks_for(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert "index.html" in names
    assert not [name for name in names if ".doctrees" in name or name.endswith((".map", ".po", ".ttf", "objects.inv"))]


def test_without_a_book_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Next step: make book"):
        archive.write(tmp_path, tmp_path / "book.zip")
