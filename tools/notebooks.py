"""Text to executed notebook, one way: every chapters/NN_topic.md whose notebook is missing or differs, or those named.

python tools/notebooks.py          what changed in the text
python tools/notebooks.py 02 07    these chapters, changed or not (after an edit of the package)
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CHAPTERS = Path(__file__).parent.parent / "chapters"
os.environ["TQDM_DISABLE"] = "1"  # a progress bar is for the person who waits, not for a stored output
os.environ["RNN_HELPERS_PROGRESS"] = str(Path(tempfile.mkdtemp(), "progress.json"))  # nor what that person has solved


def format_code(text: Path) -> None:
    """Bring the code cells of a chapter into the format that the tests ask for (chapters/ruff.toml)."""
    ruff = [
        str(Path(sys.executable).with_name("ruff")),
        "format",
        "--quiet",
        "--stdin-filename",
        str(text.with_suffix(".py")),
    ]

    def formatted(cell: re.Match) -> str:
        code = subprocess.run([*ruff, "-"], input=cell[2], capture_output=True, text=True, check=True).stdout
        return cell[1] + code + cell[3]

    source = text.read_text(encoding="utf-8")
    result = re.sub(r"(^```python[^\n]*\n)(.*?)(^```$)", formatted, source, flags=re.DOTALL | re.MULTILINE)
    if result != source:
        text.write_text(result, encoding="utf-8")


def is_current(text: Path) -> bool:
    """True if the notebook beside `text` has the same cells, and every code cell was run."""
    notebook = text.with_suffix(".ipynb")
    if not notebook.exists():
        return False
    stored = nbformat.read(notebook, as_version=4)
    same = [(c.cell_type, c.source) for c in stored.cells] == [
        (c.cell_type, c.source) for c in jupytext.read(text).cells
    ]
    return same and all(c.execution_count for c in stored.cells if c.cell_type == "code" and c.source.strip())


def execute(text: Path) -> float:
    """Write the notebook beside `text`, run from top to bottom in the folder of the chapters; returns the seconds."""
    notebook = jupytext.read(text)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"  # the same text gives the same file
    notebook.metadata.pop("jupytext", None)
    started = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=300,
        record_timing=False,
        resources={"metadata": {"path": str(text.parent)}},
        extra_arguments=["--log-level=ERROR"],  # silences "running over TCP without encryption"
    )
    client.execute()
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, text.with_suffix(".ipynb"))
    return time.perf_counter() - started


def main(names: list[str]) -> int:
    texts = sorted(CHAPTERS.glob("[0-9][0-9]_*.md"))
    chosen = [text for text in texts if any(text.name.startswith(name) for name in names)] if names else texts
    if names and not chosen:
        print(f"No chapter begins with {' or '.join(names)}. There are: {', '.join(t.stem for t in texts)}")
        return 1
    for text in chosen:
        format_code(text)
        if not names and is_current(text):
            print(f"{text.stem}: up to date")
            continue
        print(f"{text.stem}: running ...", flush=True)
        try:
            print(f"{text.stem}: done in {execute(text):.0f} s")
        except CellExecutionError as error:
            print(f"{text.stem}: a cell failed, the notebook is left as it was.\n{error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
