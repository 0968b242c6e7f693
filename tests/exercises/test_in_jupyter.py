"""The checker in a real Jupyter kernel: cells go on working, whatever an answer does."""

import os
import queue
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[2]


class Notebook:
    """Cells run one after the other in a kernel of their own."""

    def __init__(self, folder):
        env = os.environ | {"RNN_HELPERS_PROGRESS": str(folder / "progress.json"), "OMP_NUM_THREADS": "1"}
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(ROOT), env=env)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code, timeout=20, interrupt_after=None):
        """The outputs of a cell, as (type, content), and the status of its reply."""
        sent = self.client.execute(code)
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            self.manager.interrupt_kernel()
        outputs, deadline = [], time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                pytest.fail("the kernel does not come back")
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind not in ("status", "execute_input"):
                outputs.append((kind, content))

    def text(self, code, **options):
        """What a cell prints, where it does nothing else."""
        outputs = self.run(code, **options)
        assert {kind for kind, _ in outputs} <= {"stream"}, outputs
        return "".join(content["text"] for _, content in outputs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reader")


@pytest.fixture(scope="module")
def kernel(folder):
    kernel = Notebook(folder)
    yield kernel
    kernel.close()


@pytest.fixture
def notebook(kernel, chapter_97):
    kernel.run(
        "import sys, time, rnn_helpers.exercises\n"
        "from rnn_helpers.exercises import check, hint, progress, solution\n"
        "sys.modules.pop('rnn_helpers.exercises.chapter_97', None)\n"
        "vars(rnn_helpers.exercises).pop('chapter_97', None)\n"
        f"rnn_helpers.exercises.__path__[1:] = [{str(chapter_97)!r}]"
    )
    return kernel


def works(notebook):
    return notebook.text("print(6 * 7)") == "42\n"


def test_a_cell_ends_in_check_and_shows_its_message_only(notebook):
    code = "def double(n):\n    return 2 * n\n\ncheck('97.1', double)"
    assert notebook.text(code) == "Exercise 97.1 · right ✓\n"
    assert notebook.text("def double(n):\n    ...\ncheck('97.1', double)") == "Exercise 97.1 · not attempted yet\n"


def test_an_endless_answer_is_stopped_and_the_next_cell_works(notebook):
    text = notebook.text("def spin(n):\n    while True: pass\ncheck('97.1', spin)")
    assert text.startswith("Exercise 97.1 · no answer after 0.5 s\n  with      n = 0\n")
    assert works(notebook)


def test_the_line_of_the_cell_is_shown(notebook):
    text = notebook.text("def fails(n):\n    m = n + 1\n    return m + 'a'  # here\ncheck('97.1', fails)")
    assert "  line 3    return m + 'a'  # here\n" in text
    assert "TypeError: unsupported operand" in text
    assert "Traceback" not in text
    assert "ipython" not in text


def test_an_answer_that_waits_for_ever_is_left_behind_silenced(notebook):
    code = (
        "import threading\nrelease = threading.Lock(); release.acquire()\n"
        "def waits(n):\n    try:\n        with release: pass\n    except BaseException:\n        print('late')\n"
        "check('97.1', waits)"
    )
    assert "It still runs in the background" in notebook.text(code)
    assert works(notebook)
    assert notebook.text("release.release(); time.sleep(0.3)") == ""
    assert notebook.text("check('97.1', lambda n: 2 * n)") == "Exercise 97.1 · right ✓\n"
    assert notebook.text("print(type(sys.stdout).__name__, type(sys.stderr).__name__)") == "OutStream OutStream\n"


def test_time_sleep_for_ever(notebook):
    assert "no answer after 0.5 s" in notebook.text("check('97.1', lambda n: time.sleep(10**6))")
    assert works(notebook)


def test_a_flood_of_prints_is_held_back(notebook):
    text = notebook.text("def floods(n):\n    while True: print('x' * 100)\ncheck('97.1', floods)")
    assert text.startswith("Exercise 97.1 · no answer after 0.5 s")
    assert "xxx" not in text
    assert works(notebook)


def test_exit_in_an_answer_does_not_end_the_kernel(notebook):
    assert "error     SystemExit" in notebook.text("check('97.1', lambda n: sys.exit())")
    assert works(notebook)


def test_the_interrupt_button_is_an_ordinary_interrupt(notebook):
    code = "def slow(n):\n    while True: time.sleep(0.01)\ncheck('97.2', slow)"
    outputs = notebook.run(code, interrupt_after=0.5)
    assert [content["ename"] for kind, content in outputs if kind == "error"] == ["KeyboardInterrupt"]
    assert not [content for kind, content in outputs if kind == "stream" and "97.2" in content["text"]]
    assert works(notebook)


def test_it_works_in_a_thread_of_the_reader(notebook):
    code = (
        "import threading\n"
        "def spin(n):\n    while True: pass\n"
        "verdicts = []\n"
        "t = threading.Thread(target=lambda: verdicts.append(check('97.1', spin))); t.start(); t.join()\n"
        "print(verdicts)"
    )
    assert notebook.text(code).endswith("[<Verdict: too slow>]\n")


def test_hint_and_solution_are_displayed_folded(notebook):
    for code, summary in [("hint('97.1')", "Hint 1 of 3"), ("solution('97.1')", "Solution 97.1")]:
        [(kind, content)] = notebook.run(code)
        assert kind == "display_data"
        assert set(content["data"]) == {"text/html", "text/plain"}
        assert content["data"]["text/html"].startswith(f"<details><summary>{summary}</summary>")


def test_progress_is_in_the_file_of_the_reader(notebook, folder):
    notebook.run("check('97.2', lambda n: 2 * n)")
    assert "97.2  Double again, slowly  ★★★  ✓ right" in notebook.text("progress(97)")
    assert (folder / "progress.json").exists()
