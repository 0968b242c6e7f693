"""Gives every page a description for search engines: the first words of its first paragraph without formulas."""

import html

from docutils import nodes
from sphinx.application import Sphinx

LONGEST = 155  # characters that a search engine shows


def describe(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    text = f"{context.get('title', 'Index')}: {app.config.html_title}" if doctree is None else description(doctree)
    described = f'\n    <meta name="description" content="{html.escape(text)}" />'
    context["metatags"] = context.get("metatags", "") + described


def description(doctree: nodes.document) -> str:
    """Whole words, and an ellipsis where some are left out."""
    paragraphs = [part for part in doctree.findall(nodes.paragraph) if not list(part.findall(nodes.math))]
    text = " ".join(paragraphs[0].astext().split()) if paragraphs else doctree.get("title", "")
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:–") + "…"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
