"""Whatever a reader's code does, we come back in time, and all is as it was."""

import _thread
import contextlib
import io
import itertools
import random
import signal
import sys
import threading
import time

import numpy as np
import pytest
import torch

from rnn_helpers.exercises import running
from rnn_helpers.exercises.running import Printed, collect, printed_so_far


def endless():
    for i in itertools.count():
        yield i
        if i == 2:
            while True:
                pass


def workers():
    return [thread for thread in threading.enumerate() if isinstance(thread, running._Worker)]


def ended(seconds=5.0):
    """Waits until no worker is left, and says whether that is so."""
    deadline = time.monotonic() + seconds
    while workers() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not workers()


@pytest.fixture
def waiting_in_c():
    """Code that no exception reaches, until the test is over."""
    release = threading.Lock()
    release.acquire()

    def produce():
        yield 1
        release.acquire()

    yield produce
    release.release()
    assert ended()


def test_results_come_in_order():
    run = collect(lambda: iter([1, 2, 3]), 5)
    assert (run.results, run.finished, run.left_behind) == ([1, 2, 3], True, False)


def test_an_endless_loop_is_stopped_and_what_came_before_is_kept():
    start = time.monotonic()
    run = collect(endless, 0.2)
    assert (run.results, run.finished, run.left_behind) == ([0, 1, 2], False, False)
    assert 0.2 <= time.monotonic() - start < 2
    assert ended(0)


def test_it_works_outside_of_the_main_thread():
    runs = []
    threads = [threading.Thread(target=lambda: runs.append(collect(endless, 0.2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.finished for run in runs] == [False] * 3
    assert not isinstance(sys.stdout, running._Router)


def test_code_that_catches_exceptions_is_stopped():
    def produce():
        while True:
            with contextlib.suppress(Exception):
                yield time.sleep(0.001)

    assert not collect(produce, 0.2).left_behind


def test_code_that_catches_everything_is_stopped_in_the_end():
    def produce():
        h = 1.0
        while True:
            try:
                h = float(h)
            except BaseException:
                h = 1.0
        yield h

    start = time.monotonic()
    assert not collect(produce, 0.1).finished
    assert time.monotonic() - start < 3
    assert ended(20)


def test_code_that_waits_in_c_is_left_behind(waiting_in_c, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.1)
    start = time.monotonic()
    run = collect(waiting_in_c, 0.1)
    assert (run.results, run.finished, run.left_behind) == ([1], False, True)
    assert time.monotonic() - start < 2


def test_what_goes_wrong_outside_of_the_answer_is_raised_here():
    def produce():
        yield 1
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        collect(produce, 5)


@pytest.fixture
def interruptible():
    """Python's own answer to an interrupt, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_comes_out_as_such_and_ends_the_code():
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        collect(endless, 20)
    assert ended(1)
    assert not isinstance(sys.stdout, running._Router)


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002


def test_random_generators_are_afterwards_as_they_were():
    with contextlib.suppress(KeyboardInterrupt), running.random_state_restored():
        expected = draw()
        running.seed_everything()
        raise KeyboardInterrupt
    assert draw() == expected


def test_each_call_draws_the_same_numbers():
    draws = []
    for _ in range(2):
        running.seed_everything()
        draws.append(draw())
    assert draws[0] == draws[1]


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_gradients_are_on_inside_and_as_they_were_outside(mode):
    with mode():
        run = collect(lambda: (torch.is_grad_enabled() for _ in range(1)), 5)
        assert not torch.is_grad_enabled()
    assert run.results == [True]


def test_output_is_kept_apart(capsys):
    def produce():
        print("one\ntwo")
        print("warning", file=sys.stderr)
        sys.stdout.writelines(["three\n", "four"])
        sys.stdout.flush()
        yield printed_so_far()
        yield printed_so_far()

    out, err = collect(produce, 5).results[0]
    assert (out.head, out.lines, err.lines) == ("one\ntwo\nthree\nfour", 4, 1)
    again = collect(produce, 5).results[1]
    assert (again[0].lines, again[1].lines) == (0, 0)
    assert capsys.readouterr() == ("", "")


def test_a_flood_of_output_is_kept_small():
    printed = Printed()
    for _ in range(10_000):
        printed.write("x" * 50 + "\n")
    assert (len(printed.head), printed.lines) == (1000, 10_000)


def test_others_print_as_before(capsys):
    def produce():
        while not printed_by_another.is_set():
            time.sleep(0.001)
        yield 1

    def other():
        print("from another thread")
        printed_by_another.set()

    printed_by_another = threading.Event()
    threading.Timer(0.1, other).start()
    collect(produce, 5)
    assert capsys.readouterr().out == "from another thread\n"


def test_code_left_behind_is_silent_and_streams_return_when_it_ends(capsys, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.05)
    stream, release = sys.stdout, threading.Lock()
    release.acquire()

    def produce():
        try:
            release.acquire()
        except BaseException:
            print("flood")
        print("flood")
        yield

    assert collect(produce, 0.1).left_behind
    print("after")
    collect(lambda: iter([1]), 5)
    release.release()
    assert ended()
    assert capsys.readouterr().out == "after\n"
    collect(lambda: iter([1]), 5)
    assert sys.stdout is stream


def test_an_answer_that_replaces_stdout_does_not_keep_it():
    def produce():
        sys.stdout = io.StringIO()
        yield 1

    stream = sys.stdout
    collect(produce, 5)
    assert sys.stdout is stream


def test_redirected_output_stays_redirected():
    def produce():
        print("kept apart")
        yield 1

    with contextlib.redirect_stdout(io.StringIO()) as redirected:
        collect(produce, 5)
        print("redirected")
    assert redirected.getvalue() == "redirected\n"
    assert not isinstance(sys.stdout, running._Router)


def test_a_printing_loop_beside_other_runs_does_not_crash_python():
    """CPython's print does not hold on to sys.stdout while it writes; a router must outlive it."""

    def produce():
        while not over.is_set():
            print("x")
        yield

    over = threading.Event()
    flood = threading.Thread(target=collect, args=(produce, 20))
    flood.start()
    for _ in range(200):
        collect(lambda: iter([1]), 5)
    over.set()
    flood.join()
    assert ended()


def test_code_that_ends_just_when_it_is_stopped_ends_cleanly(monkeypatch):
    """The exception may arrive when the code is already over: then it must not surface anywhere."""
    monkeypatch.setattr(sys, "unraisablehook", lambda hook: surfaced.append(hook.exc_value))
    monkeypatch.setattr(threading, "excepthook", lambda hook: surfaced.append(hook.exc_value))
    surfaced = []
    for i in range(150):
        seconds = 0.001 + 0.00001 * i

        def produce(seconds=seconds):
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                pass
            yield 1

        assert not collect(produce, seconds).left_behind
    assert ended()
    assert not surfaced
