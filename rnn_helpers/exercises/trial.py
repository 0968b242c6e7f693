"""One call of an answer and what can be said of it afterwards: its result, its error, what it changed."""

import linecache
import os
import re
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnn_helpers.exercises.exercise import Exercise
from rnn_helpers.exercises.running import Printed, StopAnswer, printed_so_far, seed_everything
from rnn_helpers.exercises.values import copied, plain, same

_OURS = str(Path(__file__).parents[1])
_NOT_THE_READERS = (_OURS + os.sep, sysconfig.get_paths()["stdlib"] + os.sep, "<frozen")


@dataclass(frozen=True)
class Failure:
    """An exception: its type, the text for the reader, and the reader's line where there is one."""

    type_name: str
    text: str
    line_number: int | None
    line: str


@dataclass(frozen=True)
class Trial:
    """What one call came to. The value is plain (values.py): the reader's code can no longer change it."""

    value: object
    failure: Failure | None
    changed: list[int]
    stdout: Printed
    stderr: Printed


def trials(exercise: Exercise, answer, cases_args: Iterable[tuple]) -> Iterator[Trial]:
    """Calls the answer on each case, with arguments of its own. To be iterated over by `running.collect`."""
    for args in cases_args:
        own = [copied(arg) for arg in args]
        value, failure = None, None
        seed_everything()
        try:
            value = plain(exercise.call(answer, *own))
        except StopAnswer:
            raise
        except BaseException as error:  # even SystemExit: in an answer it is an error like others
            failure = _failure(error)
        changed = [i for i in range(len(args)) if not same(args[i], own[i])]
        yield Trial(value, failure, changed, *printed_so_far())


def type_and_message(error: BaseException) -> str:
    """`TypeError: what it says`: one line, without memory addresses, which are never the same."""
    lines = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error)).strip().splitlines()
    message = lines[0] if lines else ""
    message = message if len(message) <= 200 else message[:199] + "…"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _failure(error: BaseException) -> Failure:
    number, line = None, ""
    for frame, lineno in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        text = linecache.getline(name, lineno).strip()
        library = name.startswith(_NOT_THE_READERS) or "site-packages" in name or "dist-packages" in name
        if text and not library:
            number, line = lineno, text
    try:
        text = type_and_message(error)
    except Exception:  # the error is the reader's class, and its __str__ fails
        text = type(error).__name__
    return Failure(type(error).__name__, text, number, line)
