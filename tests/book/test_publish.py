"""`make publish` writes the address everywhere, at once and whole, and the set-up cells stay the template's."""

import shutil
import subprocess
import sys

import pytest
from lessons import ROOT, code_cells
from setup_cell import render

URL = "https://github.com/a-reader/her.own-book"


@pytest.fixture
def copy(tmp_path):
    """A checkout of its own, of the files that git knows or would add."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listing.stdout.splitlines():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def publish(folder, url):
    done = subprocess.run([sys.executable, "tools/publish.py", url], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_address_is_written_everywhere(copy):
    assert publish(copy, URL + ".git/")[0] == 0
    assert f"url: {URL}\n" in (copy / "_config.yml").read_text(encoding="utf-8")
    for notebook in (copy / "chapters").glob("*.ipynb"):
        assert code_cells(notebook)[0].source == render(URL)
    left = [
        path.relative_to(copy)
        for path in copy.rglob("*")
        if path.suffix in {".md", ".ipynb", ".yml", ".cff"} and "your_account/" in path.read_text(encoding="utf-8")
    ]
    assert left == []


def test_it_can_be_changed_again(copy):
    publish(copy, URL)
    assert publish(copy, "https://github.com/b/c")[0] == 0
    assert not any("her.own-book" in path.read_text(encoding="utf-8") for path in (copy / "chapters").glob("*.md"))


@pytest.mark.parametrize(
    "url", ["", "https://github.com/your_account/book", "https://gitlab.com/a/b", "a/b", URL + "/tree/main"]
)
def test_what_is_no_address_changes_nothing(copy, url):
    before = (copy / "_config.yml").read_text(encoding="utf-8")
    status, message = publish(copy, url)
    assert status == 1
    assert "make publish URL=https://github.com/account/name" in message
    assert (copy / "_config.yml").read_text(encoding="utf-8") == before
