"""The formulas as the build writes them: what becomes of TeX, and whether the font has every character."""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from lessons import ROOT
from mathml import to_mathml

CONF = "import sys; sys.path.insert(0, {!r}); extensions = ['mathml']; html_math_renderer = 'mathml'"


def test_the_tex_stays_on_the_formula() -> None:
    tex = r"\hat y_t < \tfrac12 \cr \text{a & b}".replace("&", r"\&")
    assert BeautifulSoup(to_mathml(tex, display=True), "html.parser").math["alttext"] == tex


@pytest.mark.parametrize("line_end", [r"\cr ", r"\\ "])
def test_lines_end(line_end: str) -> None:
    math = to_mathml(rf"\begin{{aligned}} a &= b {line_end} c &= d \end{{aligned}}", display=True)
    assert math.count("<mtr>") == 2


def test_operators_between_words_keep_their_space() -> None:
    """MathML takes words for space, and gives an operator in nothing but space none of its own."""
    math = BeautifulSoup(to_mathml(r"\text{work} \times \text{price}", display=True), "html.parser")
    assert [part.name for part in math.math.children] == ["mi", "mo", "mi"]


def test_a_line_that_goes_on_with_a_sign() -> None:
    lines = BeautifulSoup(to_mathml(r"\begin{aligned} a = b &+ c \cr &- d \end{aligned}", display=True), "html.parser")
    assert [sign["form"] for sign in lines("mo") if sign.text in "+−"] == ["infix", "infix"]


def test_a_formula_that_cannot_be_set_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF.format(str(ROOT / "book" / "_ext")), encoding="utf-8")
    (tmp_path / "index.rst").write_text("Title\n=====\n\nA word, :math:`x + \\nosuchcommand`.\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", str(tmp_path), str(tmp_path / "html")]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode != 0
    assert re.search(r"index\.rst:4:.*nosuchcommand.*x \+ \\nosuchcommand", built.stderr), built.stderr


def test_the_font_holds_every_character_of_the_formulas(site: Path) -> None:
    font = TTFont(BytesIO((ROOT / "book" / "_static" / "stix_two_math.woff2").read_bytes()))
    missing = {}
    for path in site.rglob("*.html"):
        for math in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")("math"):
            for character in set(math.text) - {chr(code) for code in font.getBestCmap()} - set("\n\u2061\u2062\u2063"):
                missing[character] = f"{character!r} in {path.name}: {math['alttext']}"
    assert not missing, "Next step: add them to tools/math_font.py and run it.\n" + "\n".join(missing.values())
