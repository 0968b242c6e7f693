"""Remembers, from one session to the next, which exercises were tried and which are right."""

import json
import os
import tempfile
from pathlib import Path

import platformdirs

from rnn_helpers.exercises import chapters
from rnn_helpers.exercises.display import say

_STATE_AFTER = {"right": "right", "wrong": "tried", "error": "tried", "too slow": "tried"}
_SIGNS = {"right": "✓ right", "tried": "… tried", None: "· not attempted"}

_in_memory: dict[str, str] = {}  # what this session found: all there is where the file can't be used
_told: set[str] = set()  # troubles with the file that the reader knows of


def note(number: str, kind: str) -> None:
    """Records a verdict. What was right once stays right. Trouble with the file is not raised."""
    if kind in _STATE_AFTER:
        _in_memory.update(_merged(_in_memory, {number: _STATE_AFTER[kind]}))
        _exchange()


def progress(chapter: int | None = None) -> None:
    """Prints which exercises are right, tried or not attempted: those of one chapter, or of all."""
    try:
        numbers = chapters.chapter_numbers() if chapter is None else [chapter]
        exercises = [exercise for number in numbers for exercise in chapters.exercises_of(number)]
    except chapters.NoSuchExercise as message:
        return say(str(message))
    states, trouble = _exchange()
    rows = [(e.number, e.title, "★" * e.stars, _SIGNS[states.get(e.number)]) for e in exercises]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    lines = ["  ".join([*map(str.ljust, row[:3], widths), row[3]]) for row in rows]
    right = sum(states.get(e.number) == "right" for e in exercises)
    lines.append(f"{right} of {len(exercises)} right")
    if trouble and trouble not in _told:
        _told.add(trouble)
        lines.append(trouble)
    return say("\n".join(lines))


def _exchange() -> tuple[dict[str, str], str | None]:
    """All that the file and this session know, now written; and what is wrong with the file, if anything."""
    path = _path()
    try:
        known = _read(path)
    except (OSError, ValueError, RecursionError):
        # Left as it is: it may be worth something to the reader.
        return dict(_in_memory), f"({path} is not a readable record; this session is kept in memory only.)"
    states = _merged(known, _in_memory)
    if states != known:
        try:
            _write(path, states)
        except OSError:
            return states, f"({path} can't be written; this session is kept in memory only.)"
    return states, None


def _merged(*records: dict[str, str]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for states in records:
        merged |= {number: state for number, state in states.items() if merged.get(number) != "right"}
    return merged


def _path() -> Path:
    chosen = os.environ.get("RNN_HELPERS_PROGRESS")
    return Path(chosen) if chosen else platformdirs.user_data_path("rnn_helpers") / "progress.json"


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    known = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(known, dict) or not all(state in ("right", "tried") for state in known.values()):
        raise ValueError("not a record of progress")
    return known


def _write(path: Path, states: dict[str, str]) -> None:
    """Whole or not at all: a new file takes the place of the old one in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(states, file, indent=1, sort_keys=True)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
