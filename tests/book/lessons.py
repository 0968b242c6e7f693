"""The lessons as the tests read them: every chapters/NN_topic.md and the notebook beside it."""

from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent.parent
TEXTS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.md"))
NOTEBOOKS = [text.with_suffix(".ipynb") for text in TEXTS]


def read(notebook: Path) -> nbformat.NotebookNode:
    return nbformat.read(notebook, as_version=4)


def code_cells(notebook: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(notebook).cells if cell.cell_type == "code"]


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)
