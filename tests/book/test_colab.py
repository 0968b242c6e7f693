"""The lessons on Colab's terms: a notebook alone in an empty folder, Colab's packages, and not ours.

`make colab` runs all of it (some minutes, needs the network); the other tests leave out what is marked `colab`.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from lessons import NOTEBOOKS, ROOT, read
from nbclient import NotebookClient
from setup_cell import render

REPOSITORY = "https://github.com/your_account/recurrent-networks"
LEFT_BEHIND = shutil.ignore_patterns(".venv", ".git", "_build", "node_modules", "__pycache__", ".*_cache")
LAST_CELL = """
import json, numpy, torch, rnn_helpers
print(json.dumps([module.__file__ for module in (numpy, torch, rnn_helpers)]))
"""


def set_up(**environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the set-up cell as where no package is installed: -S leaves out site-packages, -I what the shell sets."""
    command = [sys.executable, "-I", "-S", "-c", render(REPOSITORY)]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=60)


def test_without_an_address_the_set_up_cell_says_what_to_do(monkeypatch):
    monkeypatch.delenv("RNN_HELPERS_SOURCE", raising=False)
    result = set_up()
    assert result.returncode == 1
    assert "RuntimeError: This copy of the book has no address yet." in result.stderr
    assert "RNN_HELPERS_SOURCE" in result.stderr
    assert "make publish URL=" in result.stderr


def test_when_pip_fails_the_set_up_cell_passes_on_the_reason(tmp_path):
    result = set_up(RNN_HELPERS_SOURCE=str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert f"RuntimeError: pip could not install {tmp_path}/nowhere" in result.stderr
    assert "ERROR:" in result.stderr.split("RuntimeError")[1]


def test_where_the_package_is_the_set_up_cell_does_nothing():
    result = subprocess.run([sys.executable, "-c", render(REPOSITORY)], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A virtual environment with Colab's packages and the book's version of torch."""
    folder = tmp_path_factory.mktemp("colab") / "runtime"
    venv.create(folder, with_pip=True, symlinks=True)
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    torch = next(pin for pin in pins if pin.startswith("torch=="))
    requirements = ["-r", str(Path(__file__).with_name("colab_requirements.txt")), torch]
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *requirements], check=True)
    yield folder
    shutil.rmtree(folder)  # pytest would keep the gigabytes


@pytest.fixture
def environment(runtime: Path, tmp_path: Path) -> Iterator[Path]:
    """The same again for one notebook: made of hard links, within a second."""
    folder = shutil.copytree(runtime, tmp_path / "runtime", symlinks=True, copy_function=os.link)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository to install from, as building may leave files behind."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "book", ignore=LEFT_BEHIND)


def installed(environment: Path) -> dict[str, tuple[int, int]]:
    """Each installed release, and a mark that a second installation would change."""
    records = environment.glob("lib/python*/site-packages/*.dist-info/RECORD")
    return {record.parent.name: (record.stat().st_ino, record.stat().st_mtime_ns) for record in records}


@pytest.mark.colab
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_runs_on_colab(
    notebook: Path, environment: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    python = str(environment / "bin" / "python")
    before = installed(environment)
    assert not any(name.startswith(("rnn_helpers-", "jaxtyping-")) for name in before)

    kernel = tmp_path / "jupyter" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    start = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": start, "display_name": "Colab", "language": "python"}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("RNN_HELPERS_SOURCE", str(source))
    monkeypatch.setenv("RNN_HELPERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RNN_HELPERS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # two threads that wait for each other are slower beside other work
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)

    alone = tmp_path / "content"
    alone.mkdir()
    lesson = read(shutil.copy(notebook, alone))
    lesson.cells.append(nbformat.v4.new_code_cell(LAST_CELL))
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    client = NotebookClient(lesson, kernel_name="colab", timeout=300, resources={"metadata": {"path": str(alone)}})
    client.execute()  # raises where a cell does

    assert all(cell.execution_count for cell in lesson.cells if cell.cell_type == "code")
    imported = json.loads(lesson.cells[-1].outputs[0].text)
    assert [file for file in imported if not Path(file).is_relative_to(environment)] == []
    after = installed(environment)
    replaced = [name for name, mark in before.items() if after.get(name) != mark]
    assert replaced == [], "The set-up cell replaced what Colab has"
