"""The built book as readers meet it: every page in a browser, every link and address in the files."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from lessons import ROOT
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

# Tags whose attribute makes a browser fetch something, and the kinds of <link> that do not.
SRC = ("script", "img", "iframe", "source", "video", "audio", "embed", "track")
LOADED_BY = [(tag, "src") for tag in SRC] + [("object", "data"), ("image", "href"), ("use", "href")]
PLAIN_LINKS = {"author", "canonical", "help", "index", "license", "next", "prev", "search"}
ELSEWHERE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)
ELSEWHERE_IN_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?:[a-z]+:)?//[^"')\s]*""", re.IGNORECASE)


def files_in(toc: object) -> list[str]:
    """Every page that the table of contents names, at any depth."""
    if isinstance(toc, list):
        return [name for entry in toc for name in files_in(entry)]
    if isinstance(toc, dict):
        names = [toc[key] for key in ("root", "file") if key in toc]
        return names + [name for value in toc.values() for name in files_in(value)]
    return []


PAGES = files_in(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]


@dataclass
class Visit:
    """A page that was opened, and what came up meanwhile."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def open(self, address: str) -> None:
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address, wait_until="load")
        self.page.evaluate("async () => { await document.fonts.ready }")

    def unfold(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


@pytest.fixture(scope="module", params=[*PAGES, "search"])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    """Each page is opened once; the tests below meet it one after the other."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(10_000)
    visit = Visit(page)
    visit.open(f"{address}/{request.param}.html")
    yield visit
    page.close()


def test_opens_without_an_error(visit: Visit) -> None:
    errors = visit.errors
    assert not errors, "\n".join(errors)


def test_asks_nothing_of_other_machines(visit: Visit, address: str) -> None:
    assert visit.requests
    foreign = [url for url in visit.requests if not url.startswith((address + "/", "data:", "blob:"))]
    assert not foreign, "\n".join(foreign)


def test_weighs_little(visit: Visit, address: str) -> None:
    """What a static host sends for a first visit, compressed, the figures left out: they stand in the page."""
    parts = {}
    for url in dict.fromkeys(visit.requests):
        with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as answer:
            sent = answer.read()
            if url.endswith(".html"):
                sent = gzip.compress(re.sub(rb"<svg.*?</svg>", b"", gzip.decompress(sent), flags=re.DOTALL))
            parts[url.removeprefix(address)] = len(sent)
    assert any(".css" in part for part in parts)
    assert sum(parts.values()) < 500_000, "\n".join(f"{size:8} {part}" for part, size in parts.items())


def test_describes_itself(visit: Visit) -> None:
    """To search engines: a title, one description of some length, the language."""
    described = visit.page.locator("head meta[name=description]")
    assert described.count() == 1
    assert 20 <= len(described.get_attribute("content")) <= 160
    assert visit.page.title()
    assert visit.page.locator("html").get_attribute("lang") == "en"


def test_mathematics_is_typeset(visit: Visit) -> None:
    faults, prose = visit.page.evaluate(
        """() => {
            const main = document.querySelector('main').cloneNode(true);
            const untouched = [...main.querySelectorAll('.math')].filter(m => !m.querySelector(':scope > math'));
            const refused = main.querySelectorAll('.math > code, merror');
            const faults = [...untouched, ...refused].map(node => node.textContent);
            main.querySelectorAll('pre, code, svg, script, math').forEach(node => node.remove());
            return [faults, main.textContent];
        }"""
    )
    faults += re.findall(r"\$\$.{0,40}|\$[^$\n]+\$|\\[A-Za-z(\[]\w*", prose)
    assert not faults, "Not typeset:\n" + "\n".join(faults)


def test_unfolds_by_keyboard(visit: Visit) -> None:
    """Hints and solutions: reached with Tab, opened with Enter, the inner ones after the outer ones."""
    page = visit.page
    folds = page.locator("main details")
    if folds.count() == 0:
        pytest.skip("nothing folds on this page")
    for fold in folds.all():
        summary, content = fold.locator(":scope > summary"), fold.locator(":scope > :not(summary)").first
        expect(content).to_be_hidden()
        assert summary.get_attribute("aria-label") is None  # it is read aloud as it stands
        summary.focus()
        # Buttons that copy code come when it is near: a step back and forth must not meet one that has just come.
        page.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 50))")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        expect(summary).to_be_focused()
        page.keyboard.press("Enter")
        expect(content).to_be_visible()


def test_fits_a_narrow_screen(visit: Visit) -> None:
    visit.unfold()
    usual = visit.page.viewport_size
    visit.page.set_viewport_size({"width": 360, "height": 740})
    width, wide = visit.page.evaluate(
        """() => {
            const inBox = node => node && (getComputedStyle(node).overflowX !== 'visible' || inBox(node.parentElement));
            const sticksOut = node => node.getBoundingClientRect().right > 360.5 && !inBox(node.parentElement);
            const wide = [...document.querySelectorAll('main *')].filter(sticksOut);
            return [document.documentElement.scrollWidth, wide.map(node => node.outerHTML.slice(0, 160))];
        }"""
    )
    visit.page.set_viewport_size(usual)
    assert width <= 360, "These stick out:\n" + "\n".join(wide[:5])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible(visit: Visit, theme: str) -> None:
    visit.unfold()
    visit.page.emulate_media(color_scheme=theme)  # the book follows the reader's system
    visit.page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
    # The book's script lets the keyboard reach what scrolls when it comes near.
    visit.page.evaluate(
        """async () => {
            for (const pre of document.querySelectorAll('pre')) {
                pre.scrollIntoView();
                const scrolls = () => pre.scrollWidth > pre.clientWidth && pre.tabIndex !== 0;
                for (let turn = 0; turn < 100 && scrolls(); turn++) await new Promise(requestAnimationFrame);
            }
        }"""
    )
    # A chapter has thousands of coloured words of code; one of each kind in each surrounding will do, and is quick.
    visit.page.evaluate(
        """() => {
            const seen = new Set();
            for (const word of document.querySelectorAll('pre span')) {
                const box = word.closest('.cell_input, .cell_output');
                const kind = [word.className, box?.className, word.closest('details') !== null].join();
                seen.has(kind) ? word.replaceWith(...word.childNodes) : seen.add(kind);
            }
        }"""
    )
    found = Axe().run(visit.page, options={"resultTypes": ["violations"], "preload": False})
    faults: dict[str, list[str]] = {}
    for rule in found.response["violations"]:
        if rule["impact"] in ("serious", "critical"):
            for node in rule["nodes"]:
                fault = f"{rule['id']}: {' '.join(node['failureSummary'].split())}"
                faults.setdefault(fault, []).append(" ".join(map(str, node["target"])))
    report = [f"{fault}\n    {len(where)} times, first at {where[0]}" for fault, where in faults.items()]
    assert not report, "\n".join(report)


def test_search_finds_a_term(browser: Browser, address: str) -> None:
    """From the front page with the keyboard alone: Ctrl+K, a word, Enter. On the page found the word is marked."""
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("truncated")
    page.keyboard.press("Enter")
    results = page.locator("#search-results a[href*='02_backpropagation_through_time']")
    expect(results.first).to_be_visible(timeout=10_000)
    results.first.click()
    expect(page.locator("main .highlighted").first).to_have_text(re.compile("^truncated$", re.IGNORECASE))
    assert not errors
    page.close()


@pytest.fixture
def lesson(browser: Browser, address: str) -> Iterator[Page]:
    """A long page on a screen of its own, so that nothing is left over from other tests."""
    context = browser.new_context(reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{address}/{CHAPTERS[1]}.html")
    yield page
    context.close()


def test_a_jump_meets_its_place(lesson: Page) -> None:
    """Far down, past sections that were not laid out yet; the contents mark where the reader is."""
    lesson.locator(".bd-toc-nav a[href='#exercises']").click()
    lesson.wait_for_function("Math.abs(document.getElementById('exercises').getBoundingClientRect().top) < 100")
    expect(lesson.locator(".bd-toc-nav a.active")).to_have_text("Exercises")


def test_code_is_copied(lesson: Page) -> None:
    code = lesson.locator("div.highlight", has=lesson.locator("pre")).first
    code.scroll_into_view_if_needed()
    code.hover()
    code.get_by_role("button", name="Copy").click()
    expect(code.locator("button.success")).to_have_count(1)
    assert lesson.evaluate("navigator.clipboard.readText()") == code.locator("pre").inner_text().rstrip()


def test_theme_follows_the_button(lesson: Page) -> None:
    theme = "document.documentElement.dataset.theme"
    lesson.emulate_media(color_scheme="light")
    lesson.wait_for_function(f"{theme} === 'light'")
    lesson.locator(".theme-switch-button").click()
    assert lesson.evaluate(theme) == "dark"
    lesson.reload()
    assert lesson.evaluate(theme) == "dark"


def test_sidebar_and_menu_on_a_phone(lesson: Page) -> None:
    lesson.set_viewport_size({"width": 360, "height": 740})
    lesson.locator(".primary-toggle").click()
    expect(lesson.locator(".bd-sidebar-primary a").first).to_be_in_viewport()
    expect(lesson.locator(".bd-sidebar-primary a").first).to_be_focused()
    lesson.keyboard.press("Escape")
    expect(lesson.locator(".bd-sidebar-primary a").first).not_to_be_in_viewport()
    lesson.locator(".dropdown-launch-buttons button").click()
    expect(lesson.locator(".dropdown-launch-buttons a")).to_be_in_viewport(ratio=1)
    lesson.keyboard.press("Escape")
    expect(lesson.locator(".dropdown-launch-buttons button")).to_be_focused()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_colab_button(site: Path, chapter: str) -> None:
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    name = repository["url"].removeprefix("https://github.com/").removesuffix("/")
    links = {link["href"] for link in parsed(site / f"{chapter}.html").select("a[href*='colab']")}
    assert links == {f"https://colab.research.google.com/github/{name}/blob/{repository['branch']}/{chapter}.ipynb"}


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """What a browser might fetch only later, or for another reader: seen in the files."""
    foreign = []
    for path in pages_of(site):
        html = parsed(path)
        loaded = [tag.get(name) or tag.get(f"xlink:{name}") for kind, name in LOADED_BY for tag in html(kind)]
        loaded += [link.get("href") for link in html("link") if not set(link.get("rel", [])) <= PLAIN_LINKS]
        loaded += [part.split()[0] for tag in html(srcset=True) for part in tag["srcset"].split(",")]
        foreign += [f"{path.name}: {url}" for url in loaded if url and ELSEWHERE.match(url)]
        styles = [tag.text for tag in html("style")] + [tag["style"] for tag in html(style=True)]
        foreign += [f"{path.name}: {url}" for style in styles for url in ELSEWHERE_IN_CSS.findall(style)]
    for path in site.rglob("*.css"):
        foreign += [f"{path.name}: {url}" for url in ELSEWHERE_IN_CSS.findall(path.read_text(encoding="utf-8"))]
    assert not foreign, "\n".join(foreign)


def test_every_link_inside_the_book_resolves(site: Path) -> None:
    broken = []
    for path in pages_of(site):
        for tag in parsed(path).select("[href], [src]"):
            url = tag.get("href") or tag.get("src") or ""
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{path.name}: {url}: no such file")
            elif anchor and target.suffix == ".html" and anchor not in anchors(target):
                broken.append(f"{path.name}: {url}: no such anchor")
    assert not broken, "\n".join(broken)


def pages_of(site: Path) -> list[Path]:
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> set[str]:
    html = parsed(path)
    return {tag["id"] for tag in html(id=True)} | {tag["name"] for tag in html("a", attrs={"name": True})}
