"""The pages around the lessons: what they say of a lesson, the lesson says; nothing of it can go stale unseen."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

import lesson_overviews
import pytest
import yaml
from lessons import NOTEBOOKS, ROOT, TEXTS, printed, read
from myst_parser.mdit_to_docutils.base import default_slugify

from rnn_helpers.data.catalogue import DATA_SETS
from rnn_helpers.exercises.chapters import exercises_of

BOOK = ROOT / "book"
LINK = re.compile(r"\[([^\[\]]+)\]\(\.\./chapters/(\d\d_\w+)\.ipynb#([^)]+)\)")


class Section(NamedTuple):
    heading: str
    claims: list[str]


def sections_of(notebook: Path) -> dict[str, Section]:
    """Each section under its anchor, with the claims that its cells print."""
    found, current = {}, Section("", [])
    for cell in read(notebook).cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^#{1,3} (.+)$", cell.source, flags=re.MULTILINE):
                current = found[default_slugify(heading)] = Section(heading, [])
        else:
            current.claims.extend(line[2:] for line in printed(cell).splitlines() if line.startswith("✓ "))
    return found


SECTIONS = {notebook.stem: sections_of(notebook) for notebook in NOTEBOOKS}


def text_of(page: str) -> str:
    return (BOOK / f"{page}.md").read_text(encoding="utf-8")


def faults(line: str) -> list[str]:
    """What a line says of a lesson that isn't so: `[7 · Heading](...#anchor) ... ✓ A claim ✓ of that section …`."""
    links, found = LINK.findall(line), []
    for words, stem, anchor in links:
        section = SECTIONS.get(stem, {}).get(anchor)
        if section is None:
            found.append(f"{stem} has no section #{anchor}")
        elif words[0].isdigit() and words != f"{int(stem[:2])} · {section.heading}":
            found.append(f"{words!r} is now {int(stem[:2])} · {section.heading!r}")
    claims = [claim.strip(" |") for claim in line.split("✓ ")[1:]]
    if len(links) > 1 and claims:
        return [*found, f"to which section do the claims belong? {line[:80]}"]
    for claim in claims if links else []:
        _, stem, anchor = links[0]
        section = SECTIONS.get(stem, {}).get(anchor, Section("", []))
        start = claim.removesuffix("…").rstrip()
        if not any(c == claim or (claim.endswith("…") and c.startswith(start)) for c in section.claims):
            found.append(f"{stem}#{anchor} has no claim {claim!r}; it has {section.claims}")
    return found


@pytest.mark.parametrize("page", ["departures", "for_teachers", "glossary", "how_to_use", "index", "notation"])
def test_sections_and_claims_that_a_page_names_are_there(page):
    assert [fault for line in text_of(page).splitlines() for fault in faults(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "[1 · Carry a state](../chapters/01_recurrent_networks.ipynb#carry-the-state)",
        "[1 · Carry the state](../chapters/01_recurrent_networks.ipynb#carry-a-state)",
        "[1 · Carry a state](../chapters/01_recurrent_networks.ipynb#carry-a-state): ✓ One bit of state is not.",
        "[1 · Carry a state](../chapters/01_recurrent_networks.ipynb#carry-a-state): ✓ One bit of state",
        "[1 · Look at the memory](../chapters/01_recurrent_networks.ipynb#look-at-the-memory) ✓ One bit of state …",
        "[1 · Carry a state](../chapters/01_recurrent_networks.ipynb#carry-a-state), "
        "[1 · Look at the memory](../chapters/01_recurrent_networks.ipynb#look-at-the-memory): ✓ One bit of state …",
    ],
)
def test_what_is_not_there_is_found(line):
    assert faults(line)


def test_every_departure_names_a_claim():
    entries = re.split(r"^(?=\*\*)", text_of("departures"), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert [entry[:60] for entry in entries if "✓ " not in entry] == []


def test_every_statement_of_the_notes_has_its_claim():
    table = text_of("for_teachers").split("## Statement by statement")[1]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| statement |")]
    assert len(rows) > 60
    assert [row for row in rows if not (LINK.search(row) and "✓ " in row)] == []


def test_the_glossary_is_in_order_and_says_where():
    body = text_of("glossary").split("```{glossary}\n")[1].split("\n```")[0]
    terms, meanings = zip(*(entry.split("\n", 1) for entry in body.split("\n\n")), strict=True)

    def key(term):
        return unicodedata.normalize("NFKD", term).lower().replace("–", "").replace("-", " ")

    assert list(terms) == sorted(set(terms), key=key)
    assert [term for term, meaning in zip(terms, meanings, strict=True) if not LINK.search(meaning)] == []


def needs(chapter: int) -> set[int]:
    """All earlier chapters on the map from which arrows lead here, over others or not."""
    before = lesson_overviews.BUILDS_ON[chapter]
    return set(before).union(*map(needs, before))


def test_the_map_has_all_that_a_lesson_says_it_needs():
    lessons = lesson_overviews.lessons()
    on_the_map = sorted(lesson_overviews.BUILDS_ON)
    assert [lesson.number for lesson in lessons] == on_the_map == sorted(lesson_overviews.PLACES)
    assert [lesson.stem for lesson in lessons] == [text.stem for text in TEXTS]
    for lesson in lessons:
        named = {int(n) for n in re.findall(r"\d+", lesson.needs.split(". ")[0])}
        assert named <= needs(lesson.number), f"chapter {lesson.number} says that it needs {named}"


def test_the_map_leaves_out_what_another_arrow_says():
    for chapter, before in lesson_overviews.BUILDS_ON.items():
        for earlier in before:
            assert not any(earlier in needs(other) for other in before), f"{earlier} to {chapter} by way of another"


def test_the_map_is_made_of_links_that_say_what_they_build_on():
    svg = lesson_overviews.map_as_svg()
    assert svg.count("<a href=") == len(TEXTS)
    assert 'href="../chapters/12_pixel_rnn.html" aria-label="12 PixelRNN, builds on 3 and 10"' in svg


def test_the_table_of_exercises_has_each_once():
    table = "\n".join(lesson_overviews.ExercisesByDifficulty.markdown(None))
    exercises = [exercise for text in TEXTS for exercise in exercises_of(int(text.name[:2]))]
    listed = re.findall(r"\[(\d+\.\d+)\]\([^)]+\) (.+?)(?=<br>| \|)", table)
    assert sorted(listed) == sorted((exercise.number, exercise.title) for exercise in exercises)


def test_the_bibtex_entry_is_that_of_the_citation_file():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = dict(re.findall(r"^  (\w+) = \{+(.*?)\}+,$", text_of("licence"), flags=re.MULTILINE))
    assert entry == {
        "author": " and ".join(author["name"] for author in citation["authors"]),
        "title": citation["title"],
        "year": citation["date-released"][:4],
        "version": citation["version"],
        "url": citation["repository-code"],
    }


def test_the_licence_names_every_data_set():
    listed = re.findall(r"^\| \[(.+?)\]\((.+?)\) \| (.+?) \|$", text_of("licence"), flags=re.MULTILINE)
    assert listed == [(data_set.name, data_set.source, data_set.licence) for data_set in DATA_SETS]


def letters_in(markdown: str) -> set[str]:
    """Greek and Latin letters that formulas use as signs: not words, not names of functions."""
    text = re.sub(r"^```.*?^```$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    formulas = " ".join(a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, flags=re.DOTALL))
    formulas = re.sub(r"\\(text|texttt|mathrm|tag|begin|end)\s*\{[^}]*\}", " ", formulas)
    names = "alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|rho|sigma|tau|psi|nabla|ell"
    return set(re.findall(rf"\\(?:{names})(?![a-z])", formulas)) | set(
        re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", formulas)
    )


# Explained where they stand: running numbers, points of a derivation, the number e, a growth O(T^2), R^n, F_1.
LOCAL = set("aeijklnstyFGMOR")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_every_letter_of_a_lesson_stands_in_the_notation(text):
    lesson = text.read_text(encoding="utf-8")
    assert letters_in(lesson) - letters_in(text_of("notation")) - LOCAL == set()
