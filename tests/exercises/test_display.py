"""Hints and solutions come folded, as HTML for a page and as text for a terminal."""

import re
from html.parser import HTMLParser

import pytest

from rnn_helpers.exercises import display, hint, solution
from rnn_helpers.exercises.display import source_of


@pytest.fixture
def shown(monkeypatch):
    """What is displayed in a notebook."""
    bundles = []
    monkeypatch.setattr(display, "get_ipython", lambda: "a notebook")
    monkeypatch.setattr(display, "display", lambda bundle, raw: bundles.append((bundle, raw)))
    return bundles


class Nesting(HTMLParser):
    """The summaries, each with the number of <details> it stands in; fails on a tag that does not close."""

    def __init__(self, text):
        super().__init__()
        self.open, self.summaries = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "summary":
            self.summaries.append((data, self.open.count("details")))


def test_each_hint_is_folded_inside_the_one_before(chapter_97, shown):
    assert hint("97.1") is None
    [(bundle, raw)] = shown
    assert raw
    assert Nesting(bundle["text/html"]).summaries == [("Hint 1 of 3", 1), ("Hint 2 of 3", 2), ("Hint 3 of 3", 3)]
    assert " open" not in bundle["text/html"]
    assert bundle["text/plain"] == "Hint 1 of 3: What is `n + n`?\nThe next ones unfold in a notebook."


def test_a_hint_keeps_code_and_mathematics_and_escapes_the_rest(chapter_97, shown):
    hint("97.1")
    text = shown[0][0]["text/html"]
    assert "<code>n + n</code>" in text
    assert "$2n$" in text
    assert "1 &lt; 2" in text


def test_the_solution_is_the_source_of_the_reference(chapter_97, shown):
    assert solution(" 97.1") is None
    bundle = shown[0][0]
    assert Nesting(bundle["text/html"]).summaries == [("Solution 97.1", 1)]
    assert re.search(r"<pre><code[^>]*>def double\(n\):", bundle["text/html"])
    assert "return 2 * n  # &lt; 3 &amp; more</code></pre>" in bundle["text/html"]
    assert bundle["text/plain"].startswith("Solution 97.1\n\ndef double(n):\n")
    assert "# < 3 & more" in bundle["text/plain"]


@pytest.mark.parametrize("show", [hint, solution])
def test_twice_the_same(chapter_97, shown, show):
    show("97.1"), show("97.1")
    assert shown[0] == shown[1]


def test_in_a_terminal_there_is_text(chapter_97, capsys):
    hint("97.1")
    assert capsys.readouterr().out.startswith("Hint 1 of 3: What is `n + n`?\n")
    solution("97.1")
    assert "return 2 * n  # < 3 & more" in capsys.readouterr().out


@pytest.mark.parametrize("show", [hint, solution])
def test_an_unknown_number_is_told_kindly(chapter_97, capsys, show):
    show("97.5")
    assert capsys.readouterr().out == "There is no exercise 97.5; chapter 97 has 97.1, 97.2.\n"


def decorate(*texts):
    return lambda function: function


@decorate(
    "def of more",
    "than one line",
)
@decorate()
def decorated(x):
    return x


def test_decorators_are_left_out():
    def inner(x):
        return x  # indented

    assert source_of(decorated) == "def decorated(x):\n    return x"
    assert source_of(inner) == "def inner(x):\n    return x  # indented"


def test_a_terminal_that_does_not_know_a_character(monkeypatch, capsys):
    import io
    import sys

    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    display.say("right ✓")
    narrow.flush()
    assert narrow.buffer.getvalue().split() == [b"right", b"?"]
