"""Text to notebook, one way: what counts as up to date, and that a failing cell leaves the old notebook."""

import importlib.util
import shutil

import nbformat
import pytest
from lessons import ROOT
from nbclient.exceptions import CellExecutionError

SPEC = importlib.util.spec_from_file_location("notebooks", ROOT / "tools" / "notebooks.py")
notebooks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(notebooks)

TEXT = """---
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# A lesson

```python
print( "two" )
```
"""


@pytest.fixture
def lesson(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / "ruff.toml", tmp_path / "chapters")
    text = tmp_path / "chapters" / "01_lesson.md"
    text.write_text(TEXT, encoding="utf-8")
    return text


def test_from_text_to_notebook_and_back_to_work(lesson):
    assert not notebooks.is_current(lesson)
    notebooks.format_code(lesson)
    assert 'print("two")' in lesson.read_text(encoding="utf-8")
    notebooks.execute(lesson)
    assert notebooks.is_current(lesson)
    stored = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)
    assert stored.cells[1].outputs[0].text == "two\n"
    first = lesson.with_suffix(".ipynb").read_bytes()

    notebooks.execute(lesson)
    assert lesson.with_suffix(".ipynb").read_bytes() == first  # the same text gives the same file

    lesson.write_text(lesson.read_text(encoding="utf-8").replace("two", "three"), encoding="utf-8")
    assert not notebooks.is_current(lesson)

    lesson.write_text(lesson.read_text(encoding="utf-8").replace("three", "two"), encoding="utf-8")
    stored.cells[1].execution_count = None
    nbformat.write(stored, lesson.with_suffix(".ipynb"))
    assert not notebooks.is_current(lesson)


def test_a_failing_cell_leaves_the_old_notebook(lesson):
    notebooks.execute(lesson)
    before = lesson.with_suffix(".ipynb").read_bytes()
    lesson.write_text(lesson.read_text(encoding="utf-8").replace('print( "two" )', "1 / 0"), encoding="utf-8")
    with pytest.raises(CellExecutionError):
        notebooks.execute(lesson)
    assert lesson.with_suffix(".ipynb").read_bytes() == before
