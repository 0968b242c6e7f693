"""What the book's extensions write for its look: cards on the index page, short titles at the side, marked claims."""

import re
from pathlib import Path

import chapter_cards
import mark_claims
import pytest
import short_titles
from bs4 import BeautifulSoup
from lesson_overviews import Lesson, lessons
from lessons import NOTEBOOKS


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.stem)
def test_each_chapter_has_a_card_with_a_figure(lesson: Lesson) -> None:
    assert re.search(r"[.?]$", chapter_cards.first_words(lesson.line))
    svg = chapter_cards.sign_of(lesson)
    assert "<text" not in svg
    assert not re.search(r'id="[\w-]*text_\d', svg)
    for theme in chapter_cards.THEMES:
        assert "var(" not in chapter_cards.colored(svg, theme)
    assert len(svg) < 150_000


def test_a_figure_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(chapter_cards.SIGNS, 1, chapter_cards.Sign("No such figure"))
    with pytest.raises(ValueError, match=f"{NOTEBOOKS[0].name} has no figure .* 'No such figure'"):
        chapter_cards.sign_of(lessons()[0])


def test_the_index_page_shows_all_cards(site: Path) -> None:
    page = BeautifulSoup((site / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = [link["href"] for link in page.select(".chapter-card a")]
    assert links == [f"../chapters/{notebook.stem}.html" for notebook in NOTEBOOKS]
    last = page.select(".chapter-card")[-1]
    assert last.a.text == "15 Let the loop go: where recurrence went"
    assert last.p.text.startswith("A recurrence that is linear in its state can be computed for all steps at once,")
    assert all(image["loading"] == "lazy" and image["alt"] == "" for image in page.select(".chapter-card img"))


def test_titles_at_the_side_are_short() -> None:
    link = '<a href="x.html">10 · Store it: the LSTM</a>'
    assert short_titles.shorten(link) == '<a href="x.html"><span class="number">10</span> The LSTM</a>'
    assert short_titles.shorten('<a href="x.html">Notation</a>') == '<a href="x.html">Notation</a>'


def test_claims_are_marked_in_outputs_alone() -> None:
    output = '<div class="output stream highlight"><pre><span></span>✓ It holds.\nin ≈ 2 s\n</pre></div>'
    assert mark_claims.mark(output) == (
        '<div class="output stream highlight"><pre><span class="claim"><b>✓</b> It holds.\n</span>'
        'in <span class="measured">≈</span> 2 s\n</pre></div>'
    )
    assert mark_claims.mark("<pre>✓ It holds.\n</pre>") == "<pre>✓ It holds.\n</pre>"
