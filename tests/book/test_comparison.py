"""The comparison of stored outputs can fail: nbval goes red where it must, and only there."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from lessons import ROOT

EXACT = 'print("state of", 8, "units, sum 0.1235")'
MEASURED = 'from rnn_helpers.book import approx\nprint("loss", approx(1.234, 3), "nats |", approx(12.3), "|")'
CLAIM = 'from rnn_helpers.book import claim\nclaim("Two is more than one.", 2 > 1)'

GREEN = {
    "as stored, exact": (EXACT, "state of 8 units, sum 0.1235\n"),
    "as stored, measured": (MEASURED, "loss ≈ 1.23 nats | ≈ 12 |\n"),
    "as stored, claim": (CLAIM, "✓ Two is more than one.\n"),
    "another measured number": (MEASURED, "loss ≈ 1.41 nats | ≈ 9.8 |\n"),
    "a measured number of another length": (MEASURED, "loss ≈ 1.2e-07 nats | ≈ -100 |\n"),
}
RED = {
    "one exact digit": (EXACT, "state of 8 units, sum 0.1236\n"),
    "one exact integer": (EXACT, "state of 9 units, sum 0.1235\n"),
    "a word beside a measured number": (MEASURED, "loss ≈ 1.23 bits | ≈ 12 |\n"),
    "a measured number that was not finite": (MEASURED, "loss nan nats | ≈ 12 |\n"),
    "another claim": (CLAIM, "✓ Two is more than two.\n"),
    "a claim without its output": (CLAIM, ""),
    "a false claim": (CLAIM.replace("2 > 1", "2 > 2"), "✓ Two is more than one.\n"),
}


@pytest.fixture(scope="module")
def red(tmp_path_factory):
    """The names of the cells that nbval finds changed, all run in one notebook."""
    folder = tmp_path_factory.mktemp("lesson")
    notebook = nbformat.v4.new_notebook()
    for source, stored in (GREEN | RED).values():
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)] if stored else []
        notebook.cells.append(cell)
    nbformat.write(notebook, folder / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-c"]
    command += ["/dev/null", f"--nbval-sanitize-with={ROOT / 'chapters' / 'nbval_sanitize.cfg'}"]
    command += [f"--junitxml={folder / 'report.xml'}", str(folder)]
    subprocess.run(command, capture_output=True, text=True, cwd=folder)
    cases = ElementTree.parse(folder / "report.xml").findall(".//testcase")
    assert len(cases) == len(GREEN | RED)
    return {name for name, case in zip(GREEN | RED, cases, strict=True) if case.find("failure") is not None}


@pytest.mark.parametrize("name", GREEN)
def test_green(name, red):
    assert name not in red


@pytest.mark.parametrize("name", RED)
def test_red(name, red):
    assert name in red
