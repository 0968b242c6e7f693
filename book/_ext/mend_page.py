"""Mends what the theme and its extensions put into every page although the book has no use for it.

- sphinx-thebe, which Jupyter Book always loads, declares its constants twice on a page: an error in the console.
- The theme complains in the console when a first visitor has not yet chosen between light and dark.
- A list of references whose entries are no list items confuses screen readers.
- A table that scrolls could not be scrolled from the keyboard.
- What folds was read aloud as "Toggle hidden content", whatever it says.
"""

from docutils import nodes
from sphinx.application import Sphinx


def mend(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    context["default_mode"] = "auto"
    scripts = context.get("script_files", [])
    scripts[:] = [
        script for script in scripts if "thebe" not in f"{script} {getattr(script, 'attributes', '')}".lower()
    ]
    if "body" in context:
        body = context["body"].replace('<div role="list" class="citation-list">', '<div class="citation-list">')
        body = body.replace(' role="doc-biblioentry"', "").replace(' aria-label="Toggle hidden content"', "")
        table = '<div class="pst-scrollable-table-container"'
        context["body"] = body.replace(f"{table}>", f'{table} tabindex="0">')


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", mend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
