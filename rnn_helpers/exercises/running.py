"""Runs a reader's code so that the notebook goes on, whatever the code does.

It has a time limit, its output is captured, and the random generators can be put back as they were.
"""

import contextlib
import contextvars
import ctypes
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

GRACE = 1.0  # seconds that code out of time is given to come to its end


@dataclass(frozen=True)
class Run:
    """What came of `collect`: the results in time; whether these are all; whether the code still runs."""

    results: list
    finished: bool
    left_behind: bool


def collect(produce: Callable[[], Iterable], seconds: float) -> Run:
    """Iterates over `produce()` in a thread of its own and gives what it yielded within the time limit.

    In a thread, because such a time limit works everywhere: in Jupyter, on the main thread and on others, on
    every system. Code out of time is stopped by an exception thrown into it. A thread that does not see it
    (it waits in C, or catches everything) is left behind as a daemon, silenced, until it does.
    """
    worker = _Worker(produce)
    with _output_captured(worker):
        worker.start()
        try:
            _wait(worker, seconds)
        except KeyboardInterrupt:
            _stop(worker)
            raise
        results, in_time = list(worker.results), worker.ended.is_set()
        if not in_time:
            _stop(worker)
    if worker.failure is not None and in_time:
        raise worker.failure
    return Run(results, in_time, not worker.ended.is_set())


def printed_so_far() -> tuple["Printed", "Printed"]:
    """What the code in this worker has printed since the last call: standard output, standard error."""
    worker = threading.current_thread()
    taken = worker.printed["stdout"], worker.printed["stderr"]
    worker.printed = {"stdout": Printed(), "stderr": Printed()}
    return taken


class Printed:
    """The beginning of what was printed and the number of its lines: small, however much it was."""

    def __init__(self):
        self.head = ""
        self._line_ends = 0
        self._in_a_line = False

    def write(self, text: str) -> int:
        self.head += text[: 1000 - len(self.head)]
        self._line_ends += text.count("\n")
        self._in_a_line = not text.endswith("\n") if text else self._in_a_line
        return len(text)

    @property
    def lines(self) -> int:
        return self._line_ends + self._in_a_line


class StopAnswer(BaseException):
    """Thrown into code that is out of time. Not an Exception, so that `except Exception` lets it pass."""


class _Worker(threading.Thread):
    def __init__(self, produce):
        super().__init__(name="exercise", daemon=True)
        self.produce = produce
        self.results = []
        self.failure = None
        self.printed = {"stdout": Printed(), "stderr": Printed()}
        # Not is_alive(): after an interrupted join, Python before 3.13 takes a running thread for a dead one.
        self.ended = threading.Event()
        self.ending = threading.Lock()
        self.context = contextvars.copy_context()  # by it Jupyter knows to which cell an output belongs

    def run(self):
        try:
            try:
                self.context.run(self._iterate)
            except StopAnswer:
                raise
            except BaseException as error:
                self.failure = error
        except StopAnswer:
            pass
        for _ in (1, 2, 3):  # where one StopAnswer came, one more may be on its way
            try:  # noqa: SIM105 (suppress() is Python code, and could itself be hit)
                self._end()
            except StopAnswer:
                pass

    def _end(self):
        with self.ending:  # from here on no more are sent
            self.ended.set()

    def _iterate(self):
        with torch.enable_grad():
            for result in self.produce():
                self.results.append(result)


def _wait(worker: _Worker, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not worker.ended.is_set() and (left := deadline - time.monotonic()) > 0:
        worker.ended.wait(min(left, 0.1))  # in slices: on Windows nothing interrupts a long wait


def _stop(worker: _Worker) -> None:
    """Ends the worker; if it does not end soon, goes on trying in the background."""
    _throw_into(worker, seconds=GRACE)
    if not worker.ended.is_set():
        threading.Thread(target=_throw_into, args=(worker, 60), daemon=True).start()


def _throw_into(worker: _Worker, seconds: float) -> None:
    """Throws and throws: a loop that catches everything is hit, sooner or later, outside of its `try`."""
    deadline = time.monotonic() + seconds
    while not worker.ended.is_set() and time.monotonic() < deadline:
        with worker.ending:
            if not worker.ended.is_set():
                thread = ctypes.c_ulong(worker.ident)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(StopAnswer))
        worker.ended.wait(0.02)


@contextlib.contextmanager
def random_state_restored() -> Iterator[None]:
    """The global random generators are afterwards as they were."""
    of_random, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the global one is meant)
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(of_random)
        np.random.set_state(of_numpy)  # noqa: NPY002


def seed_everything() -> None:
    """The same random numbers for each call, so that answer and reference draw alike."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.default_generator.manual_seed(0)  # torch.manual_seed would also reach into a GPU


class _Router:
    """Stands in for sys.stdout or sys.stderr: keeps what workers write to themselves, passes on all else."""

    def __init__(self, name: str, stream):
        self._name = name
        self._stream = stream

    def write(self, text):
        thread = threading.current_thread()
        if isinstance(thread, _Worker):
            return thread.printed[self._name].write(text)
        return self._stream.write(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        return getattr(self._stream, name)


_lock = threading.Lock()
_capturing: set[_Worker] = set()  # running or left behind: while there is one, routers stay
_routers: list[_Router] = []  # one per stream, kept for good: see _router


@contextlib.contextmanager
def _output_captured(worker: _Worker) -> Iterator[None]:
    with _lock:
        _capturing.add(worker)
        streams = {name: _unrouted(getattr(sys, name)) for name in ("stdout", "stderr")}
        for name, stream in streams.items():
            setattr(sys, name, _router(name, stream))
    try:
        yield
    finally:
        with _lock:
            _capturing.difference_update({one for one in _capturing if one.ended.is_set()})
            for name, stream in streams.items():  # also where the answer had put something else there
                setattr(sys, name, _router(name, stream) if _capturing else stream)


def _router(name: str, stream) -> _Router:
    """The router to a stream. `print` does not hold on to sys.stdout while it writes: if a router went away
    while another thread prints, Python would crash.
    """
    for router in _routers:
        if router._name == name and router._stream is stream:
            return router
    _routers.append(_Router(name, stream))
    return _routers[-1]


def _unrouted(stream):
    return stream._stream if isinstance(stream, _Router) else stream
