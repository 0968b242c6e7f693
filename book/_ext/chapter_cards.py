"""The chapters as cards, for the index page: number, title, first words and a figure, all read from the lessons.

    ```{chapter-cards}
    ```

A figure here is a sign, not a picture to be read: one panel of a stored figure, without its letters. It is a file of
its own in `_static/cards`, once for light pages and once for dark ones, which a browser fetches when it comes near.
"""

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import yaml
from docutils import nodes
from inline_figures import stored_figure
from lesson_overviews import CHAPTERS, Lesson, lessons
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = Path("_static", "cards")
LONGEST = 112  # characters of the words on a card
SVG = "{http://www.w3.org/2000/svg}"
THEMES = {"light": {"ink": "#1f2328", "faint": "#d8dce0"}, "dark": {"ink": "#d7dce1", "faint": "#394049"}}


class Sign(NamedTuple):
    """Which figure stands for a chapter: how its description begins, and which of its panels."""

    words: str
    panel: int | None = None  # counted from 1; None: the figure as a whole


SIGNS = {
    1: Sign("The plane of the two hidden units", 1),
    2: Sign("Two triangles of cells", 2),
    3: Sign("Two panels over the number of characters", 1),
    4: Sign("A tree that grows from left to right", 1),
    5: Sign("A square table of sixteen parts of speech", 1),
    6: Sign("The share of right answers against the step of 40", 1),
    7: Sign("Three maps side by side", 3),
    8: Sign("The surface again, with both paths", 1),
    9: Sign("Bars of random values over 48 steps", 1),
    10: Sign("Two panels over the number of symbols read", 2),
    11: Sign("Above, the expression as a tree", 1),
    12: Sign("Four rows of eight images"),
    13: Sign("Validation perplexity over the rate", 1),
    14: Sign("Two staircases over six stages", 1),
    15: Sign("Two rings of points", 2),
}


def parts() -> Iterator[tuple[str, list[Lesson]]]:
    """The parts of the book that hold lessons, and these."""
    by_page = {f"chapters/{lesson.stem}": lesson for lesson in lessons()}
    for part in yaml.safe_load((CHAPTERS.parent / "_toc.yml").read_text(encoding="utf-8"))["parts"]:
        found = [by_page[entry["file"]] for entry in part["chapters"] if entry["file"] in by_page]
        if found:
            yield part["caption"], found


def first_words(line: str) -> str:
    """As many sentences as fit on a card, and at least one."""
    first, *more = re.findall(r".+?[.?!](?:\s|$)", line)
    for sentence in more:
        if len(first + sentence) > LONGEST:
            break
        first += sentence
    return first.strip()


def sign_of(lesson: Lesson) -> str:
    """The figure of a card as SVG; its colours are still the page's variables."""
    sign = SIGNS[lesson.number]
    return bare(stored_figure(CHAPTERS / f"{lesson.stem}.ipynb", sign.words), sign.panel)


def bare(svg: str, panel: int | None) -> str:
    """A figure of matplotlib without letters, cut to one panel."""
    ElementTree.register_namespace("", SVG.strip("{}"))
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    parents = {child: parent for parent in root.iter() for child in parent}
    if panel is not None:
        panels = [g for g in root.iter(f"{SVG}g") if re.search(r"\baxes_\d+$", g.get("id", ""))]
        chosen = panels[panel - 1]
        for other in panels:
            if other is not chosen:
                parents[other].remove(other)
        clips = [clip.get("id") for clip in root.iter(f"{SVG}clipPath")]
        used = re.search(r"url\(#([^)]+)\)", ElementTree.tostring(chosen, encoding="unicode"))
        if used and used[1] in clips:
            (box,) = [clip[0] for clip in root.iter(f"{SVG}clipPath") if clip.get("id") == used[1]]
            x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
            root.set("viewBox", f"{x - 4:.1f} {y - 4:.1f} {width + 8:.1f} {height + 8:.1f}")
    for group in list(root.iter(f"{SVG}g")):
        if re.search(r"\b(?:text|legend|[xy]tick)_\d+$", group.get("id", "")) and group in parents:
            parents[group].remove(group)
    for name in ("width", "height", "role"):
        root.attrib.pop(name, None)
    for title in root.findall(f"{SVG}title"):
        root.remove(title)
    return ElementTree.tostring(root, encoding="unicode")


def colored(svg: str, theme: str) -> str:
    svg = re.sub(r"var\(--figure-paper[^)]*\)", "none", svg)
    return re.sub(r"var\(--figure-(ink|faint)[^)]*\)", lambda color: THEMES[theme][color[1]], svg)


def card_as_html(lesson: Lesson) -> str:
    pictures = "".join(
        f'<img class="only-{theme}" src="../{FOLDER.as_posix()}/{lesson.number:02}_{theme}.svg" alt="" loading="lazy" '
        'width="240" height="140"/>'
        for theme in THEMES
    )
    return (
        f'<li class="chapter-card">{pictures}<a class="card-link" href="{lesson.page("html")}">'
        f'<span class="number">{lesson.number}</span> {html.escape(f"{lesson.verb}: {lesson.topic}")}</a>'
        f"<p>{html.escape(first_words(lesson.line))}</p></li>"
    )


class ChapterCards(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        written = []
        for caption, found in parts():
            for lesson in found:
                self.env.note_dependency(os.fspath(CHAPTERS / f"{lesson.stem}.md"))
            cards = "".join(map(card_as_html, found))
            written.append(f'<h3 class="part">{html.escape(caption)}</h3><ul class="chapter-cards">{cards}</ul>')
        return [nodes.raw("", "".join(written), format="html")]


def write_signs(app: Sphinx, fault: Exception | None) -> None:
    if fault or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in lessons():
        svg = sign_of(lesson)
        for theme in THEMES:
            (folder / f"{lesson.number:02}_{theme}.svg").write_text(colored(svg, theme), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("chapter-cards", ChapterCards)
    app.connect("build-finished", write_signs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
