"""What the book's pages say about all lessons, read from the lessons and the exercises, so that no page has a copy.

`lessons()` has what stands at the head of each; `chapter_cards` draws from it too.

```{chapter-map}           a drawing: which chapter builds on which
```{learning-goals}        what each lesson promises, under its title
```{exercises-by-difficulty}
"""

import html
import os
import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from rnn_helpers.exercises.chapters import exercises_of

CHAPTERS = Path(__file__).parent.parent.parent / "chapters"


class Lesson(NamedTuple):
    number: int
    verb: str  # "Carry a memory through a sequence"
    topic: str  # "recurrent networks"
    line: str  # what stands under the title, in italics
    goals: list[str]
    needs: str
    stem: str

    def page(self, ending: str) -> str:
        """As seen from a page in book/."""
        return f"../chapters/{self.stem}.{ending}"


def lessons() -> list[Lesson]:
    found = []
    for path in sorted(CHAPTERS.glob("[0-9][0-9]_*.md")):
        text = path.read_text(encoding="utf-8")
        head = re.search(r"^# (\d+) · (.+): (.+)\n\n\*(.+)\*$", text, re.MULTILINE)
        goals = re.search(r"^\*\*You will be able to\*\*\n\n((?:- .+\n)+)", text, re.MULTILINE)
        needs = re.search(r"^\*\*You need\*\* (.+?) \*\*Time:\*\*", text, re.MULTILINE)
        if not (head and goals and needs):
            parts = "a title `# N · verb: topic`, a line in italics, a list of goals, needs and time"
            raise ValueError(f"{path.name}: a lesson has {parts}")
        found.append(Lesson(int(head[1]), *head.groups()[1:], goals[1].splitlines(), needs[1], path.stem))
    return found


# The map: each chapter, the earlier ones that it builds on, and where it stands (in steps to the right, and down).
# What it needs by way of another one is left out. A test compares it with what the lessons say that they need.
BUILDS_ON = {
    1: [], 2: [1], 3: [2], 4: [3], 5: [3], 6: [5], 7: [2], 8: [7], 9: [7], 10: [9],
    11: [10], 12: [3, 10], 13: [3, 10], 14: [10], 15: [4, 14],
}  # fmt: skip
PLACES = {
    1: (1.5, 0), 2: (1.5, 1), 3: (0.5, 2), 7: (2.5, 2), 4: (0, 3), 5: (1, 3), 9: (2, 3), 8: (3, 3),
    6: (1, 4), 10: (2, 4), 12: (0, 5), 13: (1, 5), 11: (2, 5), 14: (3, 5), 15: (1.5, 6),
}  # fmt: skip
WIDTH, HEIGHT, RIGHT, DOWN = 112, 62, 120, 92  # of a box, and from one to the next


def _at(chapter: int) -> tuple[float, float]:
    """The middle of a chapter's box."""
    right, down = PLACES[chapter]
    return 16 + WIDTH / 2 + RIGHT * right, 4 + HEIGHT / 2 + DOWN * down


def _arrow(earlier: int, later: int) -> str:
    (x, y), (to_x, to_y) = _at(earlier), _at(later)
    y, above = y + HEIGHT / 2, to_y - HEIGHT / 2 - 5
    if (earlier, later) == (4, 15):  # past the boxes below, along the edge
        left = to_x - WIDTH / 2 - 5
        path = f"M{x - 46},{y} C6,{y + 60} 6,{y + 80} 6,{y + 110} V{to_y - 30} Q6,{to_y} 36,{to_y} H{left}"
    else:
        straight = max(above - DOWN + HEIGHT + 5, y)  # down to the last gap between rows, where nothing is in the way
        middle = (straight + above) / 2
        path = f"M{x},{y} V{straight} C{x},{middle + 6} {to_x},{middle - 6} {to_x},{above}"
    return f'<path d="{path}" marker-end="url(#map-tip)"/>'


def _two_lines(words: str) -> list[str]:
    """Broken where the longer of the two lines is shortest."""
    parts = words.split()
    cuts = [(" ".join(parts[:i]), " ".join(parts[i:])) for i in range(1, len(parts))]
    return list(min(cuts, key=lambda cut: max(map(len, cut)))) if len(words) > 15 and cuts else [words]


def _box(lesson: Lesson) -> str:
    x, y = _at(lesson.number)
    before = BUILDS_ON[lesson.number]
    builds = f", builds on {' and '.join(map(str, before))}" if before else ""
    lines = [str(lesson.number), *_two_lines(lesson.topic[0].upper() + lesson.topic[1:])]
    first = y + 5 - 8.5 * (len(lines) - 1)
    text = "".join(f'<tspan x="{x}" y="{first + 17 * i}">{html.escape(line)}</tspan>' for i, line in enumerate(lines))
    return (
        f'<a href="{lesson.page("html")}" aria-label="{lesson.number} {html.escape(lesson.topic)}{builds}">'
        f'<rect x="{x - WIDTH / 2}" y="{y - HEIGHT / 2}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f"<text>{text}</text></a>"
    )


STYLE = """
.map a { text-decoration: none }
.map rect { fill: var(--book-soft); stroke: var(--figure-faint) }
.map a:is(:hover, :focus) rect { stroke: var(--book-accent); stroke-width: 2 }
.map text { font: 12px sans-serif; text-anchor: middle; fill: var(--figure-ink) }
.map tspan:first-child { fill: var(--book-accent); font-weight: 700 }
.map path { fill: none; stroke: var(--book-accent); stroke-width: 1.4 }
.map marker path { fill: var(--book-accent); stroke: none }
"""


def map_as_svg() -> str:
    """Links in a drawing: the colours are the page's, and a screen reader hears what each chapter builds on."""
    arrows = "".join(_arrow(earlier, later) for later, before in BUILDS_ON.items() for earlier in before)
    boxes = "".join(map(_box, lessons()))
    return (  # as narrow as its words allow, for phones
        '<svg viewBox="0 0 492 622" style="min-width:24rem;max-width:36rem" role="group" '
        f'aria-label="The chapters, and which builds on which"><style>{STYLE}</style><g class="map">'
        '<marker id="map-tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 Z"/></marker>{arrows}{boxes}</g></svg>'
    )


class ChapterMap(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        _note_lessons(self)
        return [nodes.raw("", f'<div class="book-figure" tabindex="0">{map_as_svg()}</div>', format="html")]


class _Written(SphinxDirective):
    """Markdown that the page includes as if it stood there."""

    def markdown(self) -> list[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        _note_lessons(self)
        box = nodes.container()
        self.state.nested_parse(StringList(self.markdown(), source=self.get_source_info()[0]), self.content_offset, box)
        return box.children


class LearningGoals(_Written):
    def markdown(self) -> list[str]:
        blocks = [
            [f"**[{each.number} · {each.verb}]({each.page('ipynb')}).** Needs {each.needs}", "", *each.goals, ""]
            for each in lessons()
        ]
        return [line for block in blocks for line in block]


class ExercisesByDifficulty(_Written):
    def markdown(self) -> list[str]:
        rows = ["| ★ | ★★ | ★★★ |", "|---|---|---|"]
        for each in lessons():
            page = f"{each.page('ipynb')}#exercises"
            by_stars = [
                "<br>".join(f"[{e.number}]({page}) {e.title}" for e in exercises_of(each.number) if e.stars == stars)
                for stars in (1, 2, 3)
            ]
            rows.append(f"| {' | '.join(by_stars)} |")
        return rows


def _note_lessons(directive: SphinxDirective) -> None:
    """Render the page again when a lesson or an exercise changes."""
    for path in [*CHAPTERS.glob("*.md"), *(CHAPTERS.parent / "rnn_helpers" / "exercises").glob("chapter_*.py")]:
        directive.env.note_dependency(os.fspath(path))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("chapter-map", ChapterMap)
    app.add_directive("learning-goals", LearningGoals)
    app.add_directive("exercises-by-difficulty", ExercisesByDifficulty)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
