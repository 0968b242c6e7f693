"""`make pdf`, with one chapter: what stands on its pages, and where the contents and the links lead."""

import re
from collections.abc import Iterator
from pathlib import Path

import paper
import pytest
import yaml
from bs4 import BeautifulSoup
from lessons import ROOT
from playwright.sync_api import Browser
from pypdf import PdfReader

CHAPTER, EXERCISES = "02", 5
TITLE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]


@pytest.fixture(scope="module")
def printed(site: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PdfReader]:
    """Chapter 2 with its contents and its solutions."""
    folder = tmp_path_factory.mktemp("paper")
    source, target = folder / "book.html", folder / "book.pdf"
    source.write_text(paper.compose(CHAPTER), encoding="utf-8")
    page = browser.new_page()
    page.set_default_timeout(0)
    wide = paper.typeset(page, source.as_uri())
    paper.print_twice(page, target)
    paper.finish(target, page.evaluate(paper.ENTRIES), paper.citation_of())
    page.close()
    assert wide == []
    return PdfReader(target)


@pytest.fixture(scope="module")
def texts(printed: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in printed.pages]


def test_the_contents_name_the_pages_where_the_sections_stand(printed: PdfReader, texts: list[str]) -> None:
    entries = re.findall(
        r"(Two derivatives that look alike|Three traps|What to keep|Exercises|Hints and solutions) (\d+)", texts[0]
    )
    assert len(entries) == 5
    for words, number in entries:
        assert words in texts[int(number) - 1]
    assert "000" not in texts[0]


def test_each_page_bears_its_number(texts: list[str]) -> None:
    heads = ("Contents", "2 · Send the error back: backpropagation through time", "Hints and solutions")
    for number, text in enumerate(texts, start=1):
        left, right = (
            f"{number} {TITLE} ",
            tuple(f"{head} {number} " for head in heads),
        )
        assert text.startswith(right if number % 2 else left), text[:100]


def test_hints_and_solutions_stand_at_the_back(printed: PdfReader, texts: list[str]) -> None:
    back = int(re.search(r"Hints and solutions (\d+)", texts[0])[1]) - 1
    assert "Hint 1 of" not in " ".join(texts[:back])
    ways = re.findall(r"Hints and solution: page (\d+)", " ".join(texts[:back]))
    assert len(ways) == EXERCISES
    for n, number in enumerate(ways, start=1):
        assert int(number) > back
        assert f"2.{n} " in texts[int(number) - 1]
    assert "".join(texts[back:]).count("Solution.") == EXERCISES


def test_what_only_a_screen_can_do_is_left_out(texts: list[str]) -> None:
    whole = " ".join(texts)
    for words in ("Show how this is drawn", "draw_unrolled(axes", "not attempted yet", "progress(2)", "importlib.util"):
        assert words not in whole
    assert "elman" in whole


def test_every_link_inside_leads_to_a_place(printed: PdfReader) -> None:
    places, inside, outside = set(printed.named_destinations), 0, 0
    for page in printed.pages:
        for reference in page.get("/Annots", []):
            link = reference.get_object()
            if "/Dest" in link:
                assert str(link["/Dest"]) in places
                inside += 1
            elif "/A" in link:
                assert re.match(r"https?://", link["/A"]["/URI"])
                outside += 1
    assert inside > 20
    assert outside > 10


def test_figures_are_drawn_and_not_pictures(printed: PdfReader, site: Path) -> None:
    """But for the grids of numbers, which a drawing itself holds as an image."""
    html = BeautifulSoup((site / "chapters" / "02_backpropagation_through_time.html").read_text("utf-8"), "html.parser")
    figures = html.select("article .book-figure")
    assert len(figures) > 4
    assert sum(len(page.images) for page in printed.pages) == sum(len(figure("image")) for figure in figures)
    curves = sum(page.get_contents().get_data().count(b" c\n") for page in printed.pages)
    assert curves > 100 * len(figures)


def test_the_letters_come_with_it(printed: PdfReader) -> None:
    fonts = {name for page in printed.pages for name in _fonts(page)}
    assert any("STIXGeneral" in name for name in fonts)
    assert any("DejaVuSansMono" in name for name in fonts)
    assert all("+" in name for name in fonts), fonts  # a font that is embedded, cut to its use


def test_it_says_what_it_is(printed: PdfReader) -> None:
    assert printed.metadata.title == TITLE
    assert printed.metadata.author
    assert printed.trailer["/Root"]["/Lang"] == "en-GB"
    part, (chapter, *_) = printed.outline[:2]
    assert part.title == "Recurrence"
    assert chapter.title.startswith("2 · Send the error back")


def test_what_the_screen_needs_does_not_stand_in_the_way(site: Path, browser: Browser, tmp_path: Path) -> None:
    """The text is as wide as the page's measure, claims are read like it, no grey fills a broken page to its foot."""
    source = tmp_path / "book.html"
    source.write_text(paper.compose(CHAPTER), encoding="utf-8")
    page = browser.new_page()
    paper.typeset(page, source.as_uri())
    widths, sizes, grounds = page.evaluate(
        """() => {
            const all = (selector, key) => [...new Set(
                [...document.querySelectorAll(selector)].map(node => getComputedStyle(node)[key]))];
            return [all("article p, article ul, article h2", "maxWidth"), all(".claim", "fontSize"),
                all("div.cell_input, div[class*='highlight-']", "backgroundColor")];
        }"""
    )
    page.close()
    assert widths == ["none"]
    assert [float(size.removesuffix("px")) for size in sizes] == [pytest.approx(9.4 / 0.75, abs=0.1)]
    assert grounds == ["rgba(0, 0, 0, 0)"]
    assert "chapter-card" not in paper.compose("index").partition("<article")[2]


def test_an_unknown_chapter_is_refused(site: Path) -> None:
    with pytest.raises(SystemExit, match=r"CH must be one of .*02.*, got '99'"):
        paper.compose("99")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("x = 1  # one", "x = 1  # one"),
        ("    x = 1  # " + "long " * 20, "    # " + "long " * 15 + "long\n    # long long long long\n    x = 1"),
        ("# " + "word " * 20, "# " + "word " * 16 + "word\n# word word word"),
    ],
)
def test_long_comments_get_lines_of_their_own(code: str, shown: str) -> None:
    assert paper._comments_above(code.rstrip()) == shown


def _fonts(page) -> Iterator[str]:
    for font in page["/Resources"].get("/Font", {}).values():
        font = font.get_object()
        if font["/Subtype"] != "/Type3":  # drawn letters, which need no font
            yield str(font["/BaseFont"])
