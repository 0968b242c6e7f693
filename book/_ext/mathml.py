"""Sets the mathematics when the book is built: TeX in the text becomes MathML in the page, which browsers draw.

A formula that the converter refuses is a warning with its place, and so the end of `make book`. The TeX stays on the
formula as `alttext`. The look of it, and the font, are in `_static/mathematics.css`.
"""

import html
import re
from xml.etree import ElementTree

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

TAG = re.compile(r"\\tag\{([^{}]*)\}")
LINE_END = re.compile(r"\\cr(?![A-Za-z])")
NAMED = re.compile(r"&(?!lt;|gt;|amp;)\w+;")  # entities of HTML that XML does not know
OPENING, CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"^[,.;:!?)\]’”…]+")
# A row of one operator and of nothing else than what MathML calls space-like loses the space around the operator.
SPACE_LIKE = {"mtext", "mspace"}
SIGNS = {"+", "−", "±"}

logger = logging.getLogger(__name__)
converter = LatexToMathML(fancy_error=False)


def to_mathml(tex: str, display: bool) -> str:
    """One formula without `\\tag`, as a `<math>` element; raises LatexError."""
    written = converter.convert_with_local_state(LINE_END.sub(r"\\\\", tex), displaystyle=display)
    math = ElementTree.fromstring(NAMED.sub(lambda name: html.unescape(name[0]), written))
    math.set("alttext", " ".join(tex.split()))
    for row in math.iter():
        _keep_space(row)
        if row.get("minsize") == "1.2em":  # \big: the first larger bracket of the font has 1.187
            row.set("minsize", "1.18em")
            row.set("maxsize", "1.18em")
    return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)


def _keep_space(row: ElementTree.Element) -> None:
    """Around an operator as TeX leaves it, where MathML would not."""
    operators = [part for part in row if part.tag == "mo"]
    rest = [part for part in row if part.tag != "mo"]
    if operators and all(part.tag in SPACE_LIKE or _is_empty(part) for part in rest):
        for part in rest:
            if _is_empty(part) or (part.tag == "mtext" and len((part.text or "").strip()) > 1):
                part.tag = "mi"
    if row.tag == "mtd" and operators and row[0].text in SIGNS and "left" in row.get("style", ""):
        row[0].set("form", "infix")  # a line that goes on with a sign


def _is_empty(part: ElementTree.Element) -> bool:
    return part.tag == "mrow" and len(part) == 0


def _set(node: nodes.Element, tex: str, display: bool) -> str:
    try:
        return to_mathml(tex, display)
    except LatexError as fault:
        logger.warning("This formula can't be set (%s): %s", fault, tex, location=node, type="mathematics")
        return f"<code>{html.escape(tex)}</code>"


def inline(self: HTML5Translator, node: nodes.math) -> None:
    before, after = (html.escape(node.get(side, "")) for side in ("before", "after"))
    self.body.append(f'<span class="math">{before}{_set(node, node.astext(), display=False)}{after}</span>')
    raise nodes.SkipNode


class KeepPunctuation(SphinxPostTransform):
    """Browsers break a line between a formula and the comma after it: what belongs together is kept in one span."""

    default_priority = 900
    formats = ("html",)

    def run(self) -> None:
        for math in self.document.findall(nodes.math):
            place = math.parent.index(math)
            for side, beside, mark in (("before", place - 1, OPENING), ("after", place + 1, CLOSING)):
                text = math.parent[beside] if 0 <= beside < len(math.parent) else None
                if isinstance(text, nodes.Text) and (found := mark.search(text)):
                    math[side] = found[0]
                    math.parent[beside] = nodes.Text(mark.sub("", text))


def block(self: HTML5Translator, node: nodes.math_block) -> None:
    tex = node.astext()
    numbers = TAG.findall(tex) or ([get_node_equation_number(self, node)] if node.get("number") else [])
    number = "".join(f'<span class="eqno">({html.escape(number)})</span>' for number in numbers)
    formula = _set(node, TAG.sub("", tex).strip(), display=True)
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0") + formula + number + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
