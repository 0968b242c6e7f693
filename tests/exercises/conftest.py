"""A sample exercise, and a chapter 97 that the package finds as it finds its own."""

import sys
import textwrap

import pytest
import torch

import rnn_helpers.exercises
from rnn_helpers.exercises import record
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A reader who begins: no file yet, and nothing in memory."""
    path = tmp_path / "nested" / "progress.json"
    monkeypatch.setenv("RNN_HELPERS_PROGRESS", str(path))
    monkeypatch.setattr(record, "_in_memory", {})
    monkeypatch.setattr(record, "_told", set())
    return path


def numbers(*values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype)


def clip_by_norm(grad, threshold):
    """Shortens a gradient that is longer than the threshold."""
    norm = grad.norm()
    return grad * (threshold / norm) if norm > threshold else grad.clone()


def clip_in_place(grad, threshold):
    grad.copy_(clip_by_norm(grad, threshold))
    return grad.clone()


def random_clips(generator):
    for size in (1, 2, 5, 20):
        yield 3 * torch.randn(size, generator=generator, dtype=torch.float64), 1.0


@pytest.fixture
def make():
    """Makes the sample exercise, with some fields replaced."""

    def make(**changes):
        fields = {
            "number": "8.1",
            "title": "Clip by norm",
            "stars": 2,
            "reference": clip_by_norm,
            "cases": [
                Case((numbers(3.0, 4.0), 1.0), numbers(0.6, 0.8)),
                Case((numbers(0.3, 0.4), 1.0), numbers(0.3, 0.4)),
            ],
            "random_cases": random_clips,
            "misconceptions": [
                Misconception(lambda grad, threshold: grad.clamp(-threshold, threshold), "HINT each element"),
                Misconception(lambda grad, threshold: grad * threshold / grad.norm(), "HINT always"),
                Misconception(clip_in_place, "HINT in place"),
            ],
            "hints": ["How long is it?", "Compare `grad.norm()` with $\\theta$.", "Shorten <all> alike."],
            "time_limit": 2.0,
        }
        return Exercise(**(fields | changes))

    return make


@pytest.fixture
def exercise(make):
    return make()


CHAPTER = '''
    """A chapter for tests."""

    from rnn_helpers.exercises.exercise import Case, Exercise, Misconception


    def double(n):
        """Twice n."""
        return 2 * n  # < 3 & more


    def exercise(number, title, stars, time_limit):
        return Exercise(
            number=number,
            title=title,
            stars=stars,
            reference=double,
            cases=[Case((0,), 0), Case((1,), 2), Case((3,), 6)],
            random_cases=lambda generator: [(10,)],
            misconceptions=[
                Misconception(lambda n: n, "HINT unchanged"),
                Misconception(lambda n: n**2, "HINT square"),
                Misconception(lambda n: n + 1, "HINT plus one"),
            ],
            hints=["What is `n + n`?", "It is $2n$, and 1 < 2.", "Multiply."],
            time_limit=time_limit,
        )


    EXERCISES = [exercise("97.1", "Double", 1, 0.5), exercise("97.2", "Double again, slowly", 3, 60)]
'''


@pytest.fixture
def chapter_97(tmp_path, monkeypatch):
    """The folder of a chapter 97 with two exercises, found by the package while the test runs."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "chapter_97.py").write_text(textwrap.dedent(CHAPTER), encoding="utf-8")
    monkeypatch.setattr(rnn_helpers.exercises, "__path__", [*rnn_helpers.exercises.__path__, str(folder)])
    yield folder
    sys.modules.pop("rnn_helpers.exercises.chapter_97", None)
    vars(rnn_helpers.exercises).pop("chapter_97", None)
