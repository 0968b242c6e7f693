"""What every lesson keeps to: the pair, stored outputs, the set-up cell, claims, figures, exercises, the contents."""

import re

import jupytext
import pytest
import yaml
from lessons import NOTEBOOKS, ROOT, TEXTS, code_cells, printed, read
from setup_cell import render

from rnn_helpers.exercises.chapters import exercises_of

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_text_and_notebook_are_equal_cell_by_cell(text):
    written = [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in jupytext.read(text).cells]
    stored = [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in read(text.with_suffix(".ipynb")).cells]
    assert written == stored, f"next step: make notebooks CH={text.name[:2]}"


def test_every_chapter_is_a_pair_and_stands_in_the_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = {entry["file"] for part in toc["parts"] for entry in part["chapters"]}
    assert TEXTS
    assert sorted((ROOT / "chapters").glob("*.ipynb")) == NOTEBOOKS
    assert {f"chapters/{text.stem}" for text in TEXTS} == {file for file in listed if file.startswith("chapters/")}


@each_notebook
def test_every_cell_was_run_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_the_first_code_cell_is_the_set_up_cell(notebook):
    first = code_cells(notebook)[0]
    assert first.source == render(CONFIG["repository"]["url"])
    assert first.metadata.tags == ["remove-cell"]
    assert first.outputs == []


@each_notebook
def test_at_least_ten_claims_and_each_holds(notebook):
    claims = 0
    for cell in code_cells(notebook):
        calls = len(re.findall(r"^ *claim\(", cell.source, flags=re.MULTILINE))
        if calls:
            assert printed(cell).count("✓ ") >= calls, cell.source
        claims += calls
    assert claims >= 10


@each_notebook
def test_outputs_are_clean(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            where = f"in the output of:\n{cell.source[:200]}"
            assert output.output_type in ("stream", "display_data"), f"{output.output_type} {where}"
            assert output.get("name") != "stderr", f"stderr {where}"
            assert not re.search(r" at 0x[0-9a-f]{6,}|/home/|/root/|/tmp/", str(output)), (
                f"an address or a path {where}"
            )


@each_notebook
def test_every_picture_comes_with_its_words(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            pictures = [mime for mime in output.get("data", {}) if mime.startswith("image/")]
            if pictures:
                assert pictures == ["image/svg+xml"], f"drawn without `show`:\n{cell.source[:200]}"
                assert f"<title>{output.data['text/plain'][:20]}" in output.data["image/svg+xml"].replace("&amp;", "&")
                assert "hide-input" in cell.metadata.tags, (
                    f"fold a figure's code with the tag hide-input:\n{cell.source[:200]}"
                )


@each_notebook
def test_a_notebook_is_small(notebook):
    assert notebook.stat().st_size < 1_000_000


@each_notebook
def test_cells_are_short_and_fit_the_page(notebook):
    for cell in code_cells(notebook)[1:]:
        lines = cell.source.splitlines()
        assert len(lines) <= 25, f"{len(lines)} lines:\n{cell.source[:200]}"
        assert max(map(len, lines)) <= 88, f"too wide for the page:\n{max(lines, key=len)}"


@each_notebook
def test_every_exercise_is_asked_and_unfolds(notebook):
    sources = [cell.source for cell in code_cells(notebook)]
    exercises = exercises_of(int(notebook.name[:2]))
    assert 3 <= len(exercises) <= 7
    prose = "\n".join(cell.source for cell in read(notebook).cells if cell.cell_type == "markdown")
    for exercise in exercises:
        assert f"**{exercise.number} {'★' * exercise.stars} {exercise.title}.**" in prose
        stub = [source for source in sources if f'check("{exercise.number}", {exercise.name})' in source]
        assert len(stub) == 1, f"one stub cell for {exercise.number}"
        assert f'hint("{exercise.number}")\nsolution("{exercise.number}")' in sources
    assert f"progress({int(notebook.name[:2])})" in sources


@each_notebook
def test_stubs_run_as_they_stand(notebook):
    stubs = [cell for cell in code_cells(notebook) if re.search(r"^check\(", cell.source, flags=re.MULTILINE)]
    for cell in stubs:
        assert re.fullmatch(r"Exercise \d+\.\d+ · not attempted yet\n?", printed(cell))
