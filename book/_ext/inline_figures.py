"""Puts the SVG figures of the notebooks into the page itself, where they take its colours and can be read aloud.

Those of a lesson's own cells without further ado; any page shows one by its first words:

    ```{lesson-figure} chapters/02_backpropagation_through_time.ipynb
    Two triangles of cells
    ```
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective


def inlined(svg: str) -> nodes.raw:
    """The figure as part of the page. Its words become a label: a title comes up under the pointer, too, and the script
    that marks the words of a search takes it for something drawn."""
    svg = re.sub(r"><title>(.*?)</title>", r' aria-label="\1">', svg[svg.index("<svg") :], count=1, flags=re.DOTALL)
    return nodes.raw("", f'<div class="book-figure" tabindex="0">{svg}</div>', format="html")


def stored_figure(notebook: Path, words: str) -> str:
    """The SVG of the first stored figure whose description begins with these words; ValueError if there is none."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
            if "image/svg+xml" in data and data["text/plain"].startswith(words):
                return data["image/svg+xml"]
    raise ValueError(f"{notebook.name} has no figure whose description begins with {words!r}")


class InlineFigures(SphinxPostTransform):
    """Only outputs of notebooks: a drawing that a page includes by name stays an image."""

    default_priority = 200
    formats = ("html",)

    def run(self) -> None:
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix == ".svg" and "jupyter_execute" in path.parts:
                image.replace_self(inlined(path.read_text(encoding="utf-8")))


class LessonFigure(SphinxDirective):
    """The stored figure of a notebook whose description begins with the words of the content."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir, self.arguments[0])
        self.env.note_dependency(str(path))
        try:
            return [inlined(stored_figure(path, " ".join(" ".join(self.content).split())))]
        except ValueError as fault:
            raise self.error(str(fault)) from None


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(InlineFigures)
    app.add_directive("lesson-figure", LessonFigure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
