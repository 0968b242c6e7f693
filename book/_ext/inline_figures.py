"""Puts the SVG figures of the notebooks into the page itself, where they take its colours and can be read aloud."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class InlineFigures(SphinxPostTransform):
    """Only outputs of notebooks: a drawing that a page includes by name stays an image."""

    default_priority = 200
    formats = ("html",)

    def run(self) -> None:
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix == ".svg" and "jupyter_execute" in path.parts:
                svg = re.sub(r"^.*?(?=<svg)", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
                image.replace_self(nodes.raw("", f'<div class="book-figure">{svg}</div>', format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
