"""`make pdf`: the built book as one PDF, set for paper. `make pdf CH=02` sets one chapter, to look at.

The pages that `make book` wrote are joined in the order of the table of contents, and what paper can't do gives way to
what it can: code that only draws a figure is left out, hints and solutions come at the back, addresses of links stand
at the end of each page of the book, links inside the book lead inside the PDF. Chromium prints that, by the style sheet
book/paper.css, twice: where everything has come to stand is read from the first print and written into the second.
"""

import html
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import matplotlib
import yaml
from bs4 import BeautifulSoup, Tag
from chromium import FLAGS, MISSING, find
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
FOLDER = ROOT / "_build" / "paper"
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")  # on every machine that has the book
MEASURE = 506  # the width of the text in CSS pixels, 134 mm: as in paper.css

LICENCES = "Text and figures CC BY 4.0, code MIT."
LEVELS = ["caption", "page-entry", "section-entry"]  # of the contents
COLUMNS = 88  # of the code of solutions
# Words of code in the colour of all others: without marks of their own they make the file smaller by half.
UNCOLOURED = re.compile(r'<span(?: class="(?:n|nn|p|w)")?>([^<]*)</span>')
EXERCISE = re.compile(r"(?P<number>\d+\.\d+) (?P<stars>★+) (?P<title>.+?)\.?")
SHOWS_ITS_ADDRESS = re.compile(r"https?://|doi:|arXiv:")
NOT_ON_PAPER = (
    ".headerlink, script, style, .explorable, .toctree-wrapper, .chapter-cards, h3.part, button, details.above-input"
)


@dataclass
class Solution:
    """What unfolds below an exercise: it stands at the back."""

    number: str
    title: str
    parts: list[Tag]


@dataclass
class Part:
    """A page of the built book, ready to be joined with the others."""

    name: str  # as in the table of contents
    caption: str  # the part of the book that it belongs to
    body: Tag
    solutions: list[Solution] = field(default_factory=list)

    @property
    def key(self) -> str:
        return key_of(self.name)

    @property
    def title(self) -> str:
        return self.body.h1.get_text()


def key_of(name: str) -> str:
    """What stands before the identifiers of a page, which are unique on their page alone."""
    return Path(name).stem.partition("_")[0] if name.startswith("chapters/") else Path(name).stem


def citation_of() -> dict:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def authors_of(citation: dict) -> list[str]:
    return [author.get("name") or f"{author['given-names']} {author['family-names']}" for author in citation["authors"]]


def table_of_contents() -> Iterator[tuple[str, str]]:
    """Every page and the caption that it stands under, in order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield toc["root"], ""
    for part in toc["parts"]:
        for entry in part["chapters"]:
            yield entry["file"], part["caption"]


class Binder:
    """Joins pages; keeps the drawings aside meanwhile, because they are most of the text and need no reading."""

    def __init__(self, names: list[str]) -> None:
        self.names = set(names)
        self.drawings: list[str] = []

    def read(self, name: str, caption: str) -> Part:
        path = SITE / f"{name}.html"
        if not path.is_file():
            raise SystemExit(f"There is no {path}. Next step: make book")
        text = re.sub(r"<svg\b.*?</svg>", self._aside, path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = UNCOLOURED.sub(r"\1", text)
        body = BeautifulSoup(text, "html.parser").select_one("article.bd-article > section")
        part = Part(name, caption, body)
        for tag in body.select(NOT_ON_PAPER):
            tag.decompose()
        part.solutions = list(_take_exercises(body))
        for fold in body("details"):
            _unfold(fold)
        for head in body("thead"):
            if not head.get_text().strip():
                head.decompose()
        for section in body("section"):
            if len(section.find_all(True, recursive=False)) == 1:
                section.decompose()  # a heading is left, the screen's contents are gone
        for code in body.select("div.highlight > pre"):
            _part_at_blank_lines(code)
        self._mend_links(part)
        for tag in body(id=True):
            tag["id"] = f"{part.key}-{tag['id']}"
        body["id"] = part.key
        body["class"] = "part"
        body["style"] = f"page: part-{part.key}"
        return part

    def _aside(self, drawing: re.Match[str]) -> str:
        self.drawings.append(drawing[0])
        return f'<i data-drawing="{len(self.drawings) - 1}"></i>'

    def with_drawings(self, text: str) -> str:
        return re.sub(r'<i data-drawing="(\d+)"></i>', lambda mark: self.drawings[int(mark[1])], text)

    def _mend_links(self, part: Part) -> None:
        """Inside the book: to the place in the PDF. To elsewhere: a number, and the address at the end of the page."""
        numbers: dict[str, int] = {}
        for link in part.body("a", href=True):
            address = urlsplit(link["href"])
            if "to-solution" in link.parent.get("class", []):
                continue
            if address.scheme or address.netloc:
                if not SHOWS_ITS_ADDRESS.match(link.get_text().strip()):
                    number = numbers.setdefault(link["href"], len(numbers) + 1)
                    link.append(_tag(f'<sup class="to-elsewhere">{number}</sup>'))
                continue
            target = (SITE / f"{part.name}.html").parent / unquote(address.path) if address.path else None
            name = target.resolve().relative_to(SITE).with_suffix("").as_posix() if target else part.name
            if name in self.names:
                link["href"] = f"#{key_of(name)}" + (f"-{address.fragment}" if address.fragment else "")
            else:
                del link["href"]
        if numbers:
            entries = "".join(f"<li>{_breakable(address)}</li>" for address in numbers)
            part.body.append(_tag(f'<div class="addresses"><p>The links of these pages</p><ol>{entries}</ol></div>'))


def _take_exercises(body: Tag) -> Iterator[Solution]:
    """Takes hints and solutions out of a lesson, and leaves the way to them in their place."""
    for cell in body.select("div.cell"):
        code, summaries = cell.select_one(".cell_input"), [tag.get_text() for tag in cell("summary")]
        words = code.get_text() if code else ""
        if re.search(r"^progress\(", words, re.MULTILINE):
            cell.decompose()  # a reader's own record
        elif re.search(r'^check\("', words, re.MULTILINE):
            for output in cell.select(".cell_output"):
                output.decompose()  # not attempted yet
        elif any(summary.startswith("Solution") for summary in summaries):
            heading = cell.find_previous(lambda tag: tag.name == "strong" and EXERCISE.fullmatch(tag.get_text()))
            found = EXERCISE.fullmatch(heading.get_text())
            heading["id"] = f"exercise-{found['number']}"
            heading.parent["class"] = "exercise"
            yield Solution(
                found["number"], found["title"], [part.extract() for part in cell.select(".output > details")]
            )
            place = f"solution-{found['number']}"
            cell.replace_with(
                _tag(f'<p class="to-solution"><a href="#{place}">Hints and solution: page {page_of(place)}</a></p>')
            )


def _unfold(fold: Tag) -> None:
    """What folds on the screen is open on paper, its summary in front."""
    fold.name = "div"
    fold["class"] = "unfolded"
    fold.attrs.pop("open", None)
    fold.summary["class"] = "run-in"
    fold.summary.name = "span"


def _part_at_blank_lines(code: Tag) -> None:
    """A page may end between the paragraphs of a longer piece of code, and nowhere else in it."""
    paragraphs: list[str] = []
    for text in re.split(r"(?<=[^\n])\n(?=\n)", code.decode_contents().strip("\n")):
        is_open = paragraphs and paragraphs[-1].count("<span") != paragraphs[-1].count("</span")
        if is_open:
            paragraphs[-1] += "\n" + text
        else:
            paragraphs.append(text)
    for paragraph in paragraphs:
        blank = len(paragraph) - len(paragraph.lstrip("\n"))
        code.insert_before(_tag(f'<pre style="--blank: {blank}">{paragraph.strip(chr(10))}</pre>'))
    code.decompose()


def _comments_above(code: str) -> str:
    """Lines too long for paper give their comment a line of its own, or more."""
    lines = []
    for line in code.split("\n"):
        before, mark, comment = line.rpartition("  # ")
        if len(line) > COLUMNS and mark:
            indent = " " * (len(line) - len(line.lstrip())) + "# "
            lines += [*textwrap.wrap(comment, COLUMNS, initial_indent=indent, subsequent_indent=indent), before]
        elif len(line) > COLUMNS and line.lstrip().startswith("# "):
            indent = " " * (len(line) - len(line.lstrip())) + "# "
            lines += textwrap.wrap(line.lstrip()[2:], COLUMNS, initial_indent=indent, subsequent_indent=indent)
        else:
            lines.append(line)
    return "\n".join(lines)


def page_of(place: str) -> str:
    """Stands for a number that the second print brings."""
    return f'<span class="page-of" data-place="{html.escape(place)}">000</span>'


def _breakable(address: str) -> str:
    return f'<a href="{html.escape(address)}">' + re.sub(r"([/.?&=_-])", r"\1<wbr>", html.escape(address)) + "</a>"


def _tag(text: str) -> Tag:
    return next(iter(BeautifulSoup(text, "html.parser").children)).extract()


def solutions_of(parts: list[Part], caption: str) -> str:
    """The appendix: for each exercise its hints, from vague to plain, and its solution."""
    chapters = []
    for part in parts:
        entries = []
        for solution in part.solutions:
            for tag in solution.parts:
                for fold in [tag, *tag("details")]:
                    _unfold(fold)
                for code in tag.select("pre code"):
                    code.string = _comments_above(code.get_text())
                if tag.span.get_text().startswith("Solution"):
                    tag.span.string = "Solution"
            place = f"{part.key}-exercise-{solution.number}"
            entries.append(
                f'<div class="solution" id="solution-{solution.number}"><p class="name"><b>{solution.number} '
                f'{html.escape(solution.title)}</b> <a href="#{place}">page {page_of(place)}</a></p>'
                + "".join(map(str, solution.parts))
                + "</div>"
            )
        if entries:
            chapters.append(
                f'<section id="solutions-{part.key}"><h2>{html.escape(part.title)}</h2>{"".join(entries)}</section>'
            )
    if not chapters:
        return ""
    return (
        f'<section class="part solutions" id="solutions" data-caption="{html.escape(caption)}" '
        'style="page: part-solutions"><h1>Hints and solutions</h1>'
        "<p>For each exercise first the hints, from vague to plain, then one solution. Any other that does what was "
        "asked is as good: the checker in the notebook accepts it.</p>" + "".join(chapters) + "</section>"
    )


def contents_of(joined: str) -> str:
    """Parts, pages and their sections, each with the page where it begins."""
    soup = BeautifulSoup(joined, "html.parser")
    lines, caption = [], ""
    for part in soup.select("section.part"):
        if part.get("data-caption", caption) != caption:
            caption = part["data-caption"]
            lines.append(f'<p class="caption">{html.escape(caption)}</p>')
        lines.append(_entry("page-entry", part["id"], part.h1))
        lines += [_entry("section-entry", h2.parent["id"], h2) for h2 in part("h2") if part["id"] != "solutions"]
    return f'<section class="contents" id="contents"><h1>Contents</h1>{"".join(lines)}</section>'


def _entry(kind: str, place: str, heading: Tag) -> str:
    words = heading.decode_contents()
    return f'<p class="{kind}"><a href="#{place}"><span class="words">{words}</span><i></i>{page_of(place)}</a></p>'


def compose(chapter: str = "") -> str:
    """The whole book, or one chapter, as one page of HTML."""
    entries = list(table_of_contents())
    chosen = [entry for entry in entries if not chapter or key_of(entry[0]) == chapter]
    if not chosen:
        known = ", ".join(key_of(name) for name, _ in entries)
        raise SystemExit(f"make pdf: CH must be one of {known}, got {chapter!r}")
    binder = Binder([name for name, _ in chosen])
    parts = [binder.read(*entry) for entry in chosen]
    citation = citation_of()
    title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    picture = next(iter(re.findall(r'<i data-drawing="\d+"></i>', str(parts[0].body))), "")
    if not chapter:
        parts[0].body.h1.string = "About this book"
    last_lesson = max((n for n, part in enumerate(parts) if part.name.startswith("chapters/")), default=-1)
    sections = []
    for n, part in enumerate(parts):
        part.body["data-caption"] = part.caption
        _number_apart(part.body.h1)
        sections.append(str(part.body))
        if n == last_lesson:
            after = parts[n + 1].caption if n + 1 < len(parts) else part.caption
            sections.append(solutions_of(parts, after))
    joined = "".join(sections)
    heads = {part.key: part.title for part in parts} | {"solutions": "Hints and solutions", "contents": "Contents"}
    front = _title_page(title, citation, picture) + _imprint(citation) if not chapter else ""
    return binder.with_drawings(
        '<!DOCTYPE html><html lang="en-GB" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>"
        f"{_styles(title, heads)}</head><body>{front}{contents_of(joined)}"
        f'<article class="bd-article">{joined}</article></body></html>'
    )


def _number_apart(heading: Tag) -> None:
    """The number of a chapter in a line of its own."""
    number, dot, _ = heading.get_text().partition(" · ")
    first = heading.contents[0]
    if dot and isinstance(first, str) and first.startswith(number + dot):
        first.replace_with(
            _tag(f'<span class="number">{number}<span class="dot"> · </span></span>'), first[len(number + dot) :]
        )


def _title_page(title: str, citation: dict, picture: str) -> str:
    name, comma, rest = title.partition(", ")
    authors = " · ".join(authors_of(citation))
    return (
        f'<section class="title-page"><h1>{html.escape(name)}{comma}<br><i>{html.escape(rest)}</i></h1>'
        f'<p class="authors">{html.escape(authors)}</p><div class="book-figure">{picture}</div></section>'
    )


def _imprint(citation: dict) -> str:
    home = citation["repository-code"]
    return (
        '<section class="imprint">'
        f"<p>Version {citation['version']}, {citation['date-released']}</p>"
        f"<p>{LICENCES}</p>"
        f'<p>This is the book on paper. It is written as notebooks that run: <a href="{home}">{_breakable(home)}</a>. '
        "Here the code that only draws a figure is left out, hints and solutions come together at the back, and the "
        "addresses of links at the end of each chapter. What answers to the hand stands still.</p></section>"
    )


def _styles(title: str, heads: dict[str, str]) -> str:
    """Colours of code, look of formulas and figures as on the screen; over them what paper asks for."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    sheets = [SITE / "_static" / name for name in ("pygments.css", *config["html_css_files"])]
    sheets.append(ROOT / "book" / "paper.css")
    links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in sheets)
    families = {
        "Book": {"": "STIXGeneral", "i": "STIXGeneralItalic", "b": "STIXGeneralBol", "bi": "STIXGeneralBolIta"},
        "Code": {"": "DejaVuSansMono", "i": "DejaVuSansMono-Oblique", "b": "DejaVuSansMono-Bold"},
    }
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{(FONTS / name).as_uri()}.ttf"); '
        f"font-style: {'italic' if 'i' in cut else 'normal'}; font-weight: {'bold' if 'b' in cut else 'normal'} }}\n"
        for family, cuts in families.items()
        for cut, name in cuts.items()
    )
    feet = ""
    for key, head in heads.items():
        feet += f"@page part-{key}:left {{ @bottom-left {{ content: counter(page) '\\2003' {_css(title)} }} }}\n"
        feet += f"@page part-{key}:right {{ @bottom-right {{ content: {_css(head)} '\\2003' counter(page) }} }}\n"
    return f"{links}<style>{faces}{feet}</style>"


def _css(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("<", "\\3c ")


FIT = """() => {
    const room = (box) => box.parentElement.clientWidth + 1;
    const sticksOut = (box) => [box, ...box.children].some((part) => part.scrollWidth > room(box));
    const wide = [];
    for (const box of document.querySelectorAll('table, div.math, div.highlight, .solution pre')) {
        for (let part = 1; sticksOut(box) && part > 0.6; part -= 0.03) box.style.setProperty('--part', part);
        if (sticksOut(box)) wide.push(box.textContent.trim().slice(0, 80));
    }
    return wide;
}"""
ENTRIES = """() => [...document.querySelectorAll('.contents p')].map((line) => ({
    kind: line.className,
    words: (line.querySelector('.words') ?? line).textContent.trim(),
    place: line.querySelector('a')?.hash.slice(1) ?? '',
    first: line.nextElementSibling?.querySelector('a')?.hash.slice(1) ?? '',
}))"""
WRITE_PAGES = """(pages) => {
    for (const mark of document.querySelectorAll('.page-of'))
        mark.textContent = pages[mark.dataset.place];
}"""


def typeset(page: Page, address: str) -> list[str]:
    """Opens the joined book and makes what is too wide smaller; returns what is too wide all the same."""
    page.set_viewport_size({"width": MEASURE, "height": 720})
    page.emulate_media(media="print")
    page.goto(address, wait_until="load")
    page.evaluate("async () => { await document.fonts.ready }")
    return page.evaluate(FIT)


def print_twice(page: Page, target: Path) -> None:
    """Prints, reads where everything stands, writes that into the page and prints again."""
    options = {"path": target, "prefer_css_page_size": True, "print_background": True, "tagged": True}
    page.pdf(**options)
    pages = places_in(PdfReader(target))
    asked = set(page.evaluate("[...document.querySelectorAll('.page-of')].map(mark => mark.dataset.place)"))
    if lost := sorted(asked - set(pages)):
        raise SystemExit(f"make pdf: these places are not in the print: {', '.join(lost)}")
    page.evaluate(WRITE_PAGES, pages)
    page.pdf(**options)
    again = places_in(PdfReader(target))
    if moved := sorted(place for place in asked if pages[place] != again[place]):
        raise SystemExit(f"make pdf: these places moved when the numbers were written: {', '.join(moved)}")


def places_in(reader: PdfReader) -> dict[str, int]:
    """The page of every named place, counted from 1."""
    number = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, start=1)}
    return {
        unquote(name.removeprefix("/")): number[place.raw_get("/Page").idnum]
        for name, place in reader.named_destinations.items()
    }


def finish(target: Path, entries: list[dict[str, str]], citation: dict) -> int:
    """Adds author, licence and an outline like the contents, which Chromium leaves out; returns the number of pages."""
    writer = PdfWriter(target, incremental=True)
    writer.add_metadata(
        {"/Author": ", ".join(authors_of(citation)), "/Subject": f"Version {citation['version']}. {LICENCES}"}
    )
    places = PdfReader(target).named_destinations
    pages = places_in(PdfReader(target))
    above: dict[str, object] = {}
    for entry in entries:
        level = LEVELS.index(entry["kind"])
        if entry["kind"] == "caption":
            inside, place = None, entry["first"]
        else:
            inside = next((above[kind] for kind in reversed(LEVELS[:level]) if kind in above), None)
            place = entry["place"]
        top = places[f"/{place}"].top
        item = writer.add_outline_item(
            title=entry["words"], page_number=pages[place] - 1, parent=inside, fit=Fit.xyz(0, top), is_open=level == 0
        )
        above = {kind: above[kind] for kind in LEVELS[:level] if kind in above} | {entry["kind"]: item}
    writer.page_mode = "/UseOutlines"
    writer.write(target)
    return len(writer.pages)


def main(chapter: str = "") -> None:
    browser_path = find()
    if browser_path is None:
        raise SystemExit(MISSING)
    citation = citation_of()
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = FOLDER / f"book{chapter}.html"
    source.write_text(compose(chapter), encoding="utf-8")
    target = ROOT / "_build" / f"recurrent-networks-{citation['version']}{'-' if chapter else ''}{chapter}.pdf"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=[*FLAGS, "--allow-file-access-from-files"]
        )
        page = browser.new_page()
        page.set_default_timeout(0)  # a book takes its time
        wide = typeset(page, source.as_uri())
        print_twice(page, target)
        entries = page.evaluate(ENTRIES)
        browser.close()
    pages = finish(target, entries, citation)
    print(f"{target}: {pages} pages, {target.stat().st_size / 1e6:.1f} MB")
    if wide:  # then Chromium prints all of the book smaller, without a word
        raise SystemExit("\n".join(["Wider than a page, so that all pages came out smaller:", *wide]))


if __name__ == "__main__":
    main(*sys.argv[1:])
