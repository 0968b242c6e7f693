"""Marks what a reader looks for in the outputs of a lesson: claims that held (✓) and numbers that were measured (≈).

They stay text; the style sheet sets them off, and a claim of two lines hangs from its mark.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx

OUTPUT = re.compile(r'(?<=<div class="output stream )(.*?<pre>)(.*?)(?=</pre>)', re.DOTALL)
CLAIM = re.compile(r"^(?:<span></span>)?✓ (.*)\n?", re.MULTILINE)


def mark(html: str) -> str:
    return OUTPUT.sub(lambda output: output[1] + _marked(output[2]), html)


def _marked(text: str) -> str:
    """The line break of a claim stands inside of it, for it is a block."""
    text = CLAIM.sub(r'<span class="claim"><b>✓</b> \1' + "\n</span>", text)
    return text.replace("≈", '<span class="measured">≈</span>')


def mark_page(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    if "body" in context:
        context["body"] = mark(context["body"])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", mark_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
