"""The list of chapters at the side: the number of a lesson in a column of its own, and what it is about in short.

`10 · Store it: the LSTM` becomes `10` and `The LSTM`; the whole title stands on the page and on its card.
"""

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx

TITLE = re.compile(r"(?<=>)\s*(?P<number>\d+) · [^<:]+: (?P<first>\w)(?P<rest>[^<:]+?)\s*(?=</a>)")


def shorten(html: str) -> str:
    return TITLE.sub(
        lambda title: f'<span class="number">{title["number"]}</span> {title["first"].upper()}{title["rest"]}', html
    )


def wrap(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    whole: Callable[..., str] = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *args, **options: shorten(str(whole(*args, **options)))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", wrap, priority=900)  # after the theme has put its function there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
