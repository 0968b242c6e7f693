"""Every exercise of the book keeps what an exercise promises; a new one is found and tested by itself."""

import inspect

import pytest
import torch

from rnn_helpers.exercises import chapters
from rnn_helpers.exercises.checking import check_answer
from rnn_helpers.exercises.display import source_of
from rnn_helpers.exercises.running import collect
from rnn_helpers.exercises.trial import trials
from rnn_helpers.exercises.values import difference, plain

EXERCISES = [exercise for chapter in chapters.chapter_numbers() for exercise in chapters.exercises_of(chapter)]
MISTAKES = [(e, i) for e in EXERCISES for i in range(len(e.misconceptions))]

each = pytest.mark.parametrize("exercise", EXERCISES, ids=[e.number for e in EXERCISES])
each_mistake = pytest.mark.parametrize(
    ("exercise", "i"), MISTAKES, ids=[f"{e.number}-mistake-{i + 1}" for e, i in MISTAKES]
)


def arguments(exercise):
    random_cases = [tuple(args) for args in exercise.random_cases(torch.Generator().manual_seed(0))]
    return [case.args for case in exercise.cases] + random_cases


@each
def test_the_reference_is_right(exercise):
    verdict = check_answer(exercise, exercise.reference)
    assert verdict, verdict.message
    assert verdict.message == f"Exercise {exercise.number} · right ✓"


@each
def test_the_reference_agrees_with_what_was_worked_out_by_hand_and_changes_no_argument(exercise):
    run = collect(lambda: trials(exercise, exercise.reference, arguments(exercise)), 20)
    for case, trial in zip(exercise.cases, run.results, strict=False):
        assert difference(trial.value, plain(case.expected), exercise.rtol, exercise.atol) is None
    assert not any(trial.changed for trial in run.results)


@each_mistake
def test_a_misconception_is_refused_with_its_own_hint(exercise, i):
    own, others = exercise.misconceptions[i], exercise.misconceptions[:i] + exercise.misconceptions[i + 1 :]
    verdict = check_answer(exercise, own.answer)
    assert verdict.kind in ("wrong", "error"), verdict.message
    assert own.hint in verdict.message
    assert not [other.hint for other in others if other.hint in verdict.message]


@each
def test_there_are_three_misconceptions_and_random_cases(exercise):
    assert len(exercise.misconceptions) >= 3
    assert len(arguments(exercise)) > len(exercise.cases)


@each
def test_the_stub_is_not_attempted(exercise):
    verdict = check_answer(exercise, stub_of(exercise.reference))
    assert verdict.message == f"Exercise {exercise.number} · not attempted yet"


def stub_of(reference):
    """What a lesson's cell holds: the reference's signature, and nothing to it."""
    if inspect.isclass(reference):
        methods = {n: stub_of(m) for n, m in vars(reference).items() if inspect.isfunction(m)}
        return type(reference.__name__, reference.__bases__, methods)
    parameters = ", ".join(inspect.signature(reference).parameters)
    scope = {}
    exec(f"def {reference.__name__}({parameters}):\n    ...  # your code", scope)
    return scope[reference.__name__]


@each
def test_the_solution_can_be_shown(exercise):
    assert source_of(exercise.reference).startswith(("def ", "class "))


@each
def test_verdicts_are_the_same_each_time(exercise):
    mistake = exercise.misconceptions[0].answer
    assert check_answer(exercise, mistake).message == check_answer(exercise, mistake).message


@each
def test_hints_are_without_tex(exercise):
    """They are HTML, in which neither the book nor Colab typesets formulas; code and plain letters do."""
    texts = [*exercise.hints, *(misconception.hint for misconception in exercise.misconceptions)]
    assert not [text for text in texts if "$" in text or "\\" in text]
