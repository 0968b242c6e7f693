"""What the book cites: each work has one entry, which says where to find it, and is named as the entry has it."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from lessons import ROOT, TEXTS
from pybtex.database import Entry, parse_file, parse_string

PAGES = [*TEXTS, *sorted((ROOT / "book").glob("*.md"))]
MODULES = sorted((ROOT / "rnn_helpers").rglob("*.py"))

# An identifier as pages link to it and as docstrings write it.
ARXIV = r"(?:arxiv\.org/abs/|arXiv )((?:math-ph/)?\d[\d.]*\d)"
DOI = r"(?:doi\.org/|doi )(10\.\d+/\S+?)(?=[.,;:]?(?:\s|$)|\)[\s.,;:)]|[\])]*$)"
ADDRESS = r"https://(?!doi\.org|arxiv\.org)[^\s)\]]+?(?=[.,;:]?(?:[\s)\]]|$))"
# "Elman", "Gers and others", "Tai, Socher and Manning", "Cho et al.": the first name is of the first author.
WORD = r"[A-ZÀ-Ž][\w'’-]+"
NAME = rf"(?:(?:van den|de) )?{WORD}"
NAMES = rf"({NAME})((?:, {NAME})*(?:,? (?:and|&) (?:others|{NAME})| et al\.)?)"


def identifiers(entry: Entry) -> set[str]:
    fields = entry.fields
    names = [fields.get("doi"), fields.get("url"), fields.get("isbn")]
    names.append(fields.get("eprint") if fields.get("archiveprefix") == "arXiv" else None)
    return {name.lower() for name in names if name}


def cited(text: str) -> set[str]:
    """The arXiv numbers, DOIs and other addresses of a text."""
    found = {m[1] for pattern in (ARXIV, DOI) for m in re.finditer(pattern, unquote(text))}
    return {name.lower() for name in found} | {m[0].lower() for m in re.finditer(ADDRESS, text)}


def plain(name: str) -> str:
    """Without accents, braces and the dotless i: "Küchler" and K\\"uchler are one name."""
    name = name.replace("ı", "i").replace("ø", "o").replace("Ł", "L")
    return "".join(c for c in unicodedata.normalize("NFKD", name) if c.isalpha() or c == "-").lower()


def surnames(entry: Entry) -> list[str]:
    people = entry.persons["author"]
    return [plain("".join(map(str, person.rich_prelast_names + person.rich_last_names))) for person in people]


def faults(text: str, entries: dict[str, Entry]) -> list[str]:
    """What a page or docstring says of a work, and the entry does not: its authors, its year, or that there is one."""
    by_identifier = {name: entry for entry in entries.values() for name in identifiers(entry)}
    found = []
    for name in cited(text):
        if name not in by_identifier and not name.startswith("https://"):
            found.append(f"{name} has no entry")
    flat = re.sub(r"\s+", " ", text)
    for mention in re.finditer(rf"\b{NAMES} ((?:18|19|20)\d\d)\b", flat):
        first, rest, year = mention.groups()
        others = [plain(name) for name in re.findall(NAME, rest)]
        named = [
            entry
            for entry in entries.values()
            if entry.fields["year"] == year
            and surnames(entry)[0] == plain(first)
            and set(others) <= set(surnames(entry))
        ]
        behind = re.match(r"\]\((\S+)\)|,? \(?((?:arXiv|doi) \S+)", flat[mention.end() :])
        identified = [by_identifier[n] for n in cited(behind[0]) if n in by_identifier] if behind else named
        if (rest or behind) and not [entry for entry in identified if entry in named]:
            found.append(f"no entry is {mention[0]!r}" + (f", {behind[1] or behind[2]}" if behind else ""))
    return found


@pytest.fixture(scope="session")
def entries() -> dict[str, Entry]:
    return parse_file(str(ROOT / "book" / "references.bib")).entries


def test_each_entry_says_where_the_work_is(entries):
    assert [key for key, entry in entries.items() if not identifiers(entry)] == []


def test_no_work_has_two_entries(entries):
    names = sorted(name for entry in entries.values() for name in identifiers(entry))
    assert [name for name, following in pairwise(names) if name == following] == []


def test_each_entry_is_cited(entries):
    everywhere = set().union(*(cited(path.read_text(encoding="utf-8")) for path in [*PAGES, *MODULES]))
    assert [key for key, entry in entries.items() if not identifiers(entry) & everywhere] == []


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_each_mention_is_as_its_entry_has_it(path: Path, entries):
    assert faults(path.read_text(encoding="utf-8"), entries) == []


GERS = parse_string(
    """@article{gers2000, author = {Gers, Felix A. and Schmidhuber, J\\"urgen and Cummins, Fred}, year = {2000},
       title = {Learning to forget}, doi = {10.1162/089976600300015015}, eprint = {0000.00001}, archiveprefix = {arXiv}}
       @article{oord2016, author = {van den Oord, A{\\"a}ron and Kavukcuoglu, Koray}, year = {2016}, title = {P},
       url = {https://example.org/p}}""",
    "bibtex",
).entries


@pytest.mark.parametrize(
    "text",
    [
        "[Gers, Schmidhuber and Cummins 2000](https://doi.org/10.1162/089976600300015015): the gate.",
        "[Gers and others 2000](https://arxiv.org/abs/0000.00001), and *later* (in the 1990s, or in May 2001).",
        "Sources: Gers et al. 2000,\n    doi 10.1162/089976600300015015.",
        "(Gers, Schmidhuber & Cummins 2000.) See [the docs](https://docs.example.org/2014).",
        "After van den Oord and Kavukcuoglu 2016, and [van den Oord and others 2016](https://example.org/p).",
    ],
)
def test_what_is_right_is_not_reported(text):
    assert faults(text, GERS) == []


@pytest.mark.parametrize(
    "text",
    [
        "[Gers, Schmidhuber and Cummins 1999](https://doi.org/10.1162/089976600300015015)",  # the year
        "[Gers and Hochreiter 2000](https://doi.org/10.1162/089976600300015015)",  # an author
        "[Schmidhuber and others 2000](https://doi.org/10.1162/089976600300015015)",  # the first author
        "[Gers and others 2000](https://example.org/p)",  # another work's address
        "[the gate](https://doi.org/10.1162/089976600300015016)",  # a DOI without an entry
        "Source: Gers et al. 2000, arXiv 0000.00002.",
        "*backpropagation through structure* (Goller and Küchler 1996)",  # a work without an entry
    ],
)
def test_what_is_wrong_is_reported(text):
    assert faults(text, GERS) != []
