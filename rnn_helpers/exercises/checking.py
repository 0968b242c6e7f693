"""Checks an answer: runs it on the cases, finds the smallest where it fails and, if it can, says why."""

import functools
import inspect
from dataclasses import dataclass

import torch

from rnn_helpers.exercises import chapters, record
from rnn_helpers.exercises.display import say
from rnn_helpers.exercises.exercise import Exercise
from rnn_helpers.exercises.running import collect, random_state_restored
from rnn_helpers.exercises.stubs import is_stub
from rnn_helpers.exercises.trial import Trial, trials, type_and_message
from rnn_helpers.exercises.values import difference, kind_of, plain, shown, two_shown


@dataclass(frozen=True)
class Verdict:
    """What `check` found; true only for a right answer.

    `kind` is "right", "wrong", "error", "too slow" or "not attempted"; or "not checked", where there is no
    such exercise or the fault is ours.
    """

    kind: str
    message: str

    def __bool__(self) -> bool:
        return self.kind == "right"

    def __repr__(self) -> str:
        return f"<Verdict: {self.kind}>"

    def _ipython_display_(self) -> None:
        """Shows nothing: at the end of a cell the printed message is enough."""


def check(number, answer=None) -> Verdict:
    """Tries an answer to the exercise of that number, such as "2.3", and prints what came of it.

    Never raises and always returns, whatever the answer does.
    """
    try:
        exercise = chapters.find(number)
        verdict = check_answer(exercise, answer)
        record.note(exercise.number, verdict.kind)
    except chapters.NoSuchExercise as message:
        verdict = Verdict("not checked", str(message))
    except Exception as error:
        blame = "could not be checked, and the fault is not yours"
        verdict = Verdict("not checked", f"Exercise {number} · {blame}\n{_row('error', type_and_message(error))}")
    say(verdict.message)
    return verdict


def check_answer(exercise: Exercise, answer) -> Verdict:
    """The verdict on an answer: prints nothing, records nothing."""
    with random_state_restored():
        return _judged(exercise, answer)


def _judged(exercise: Exercise, answer) -> Verdict:
    unfit = _unfit(exercise, answer)
    if unfit:
        return _verdict(exercise, "wrong", [unfit])
    if is_stub(answer):
        return _verdict(exercise, "not attempted", [])
    cases = _cases(exercise)
    run = collect(lambda: trials(exercise, answer, [args for args, _ in cases]), exercise.time_limit)
    tried = run.results
    if tried and tried[0].value is Ellipsis:  # computes, but a `...` is left in it
        return _verdict(exercise, "not attempted", [])
    still = ["It still runs in the background; restart the kernel to end it."] if run.left_behind else []
    for i, (trial, (args, expected)) in enumerate(zip(tried, cases, strict=False)):
        if _is_wrong(exercise, trial, expected):
            hint = _diagnosis(exercise, cases, tried, i)
            kind, told = ("error", _told_error) if trial.failure else ("wrong", _told_wrong)
            return _verdict(exercise, kind, told(exercise, trial, args, expected) + hint + still)
    if not run.finished:
        at_work_on = cases[len(tried)][0] if len(tried) < len(cases) else ()
        lines = [*_inputs(exercise, at_work_on), "Is there a loop that never ends?"]
        return _verdict(exercise, "too slow", lines + still)
    count = sum(trial.stdout.lines + trial.stderr.lines for trial in tried)
    return _verdict(exercise, "right", [f"(Your code printed {_lines(count)}, not shown here.)"] if count else [])


def _verdict(exercise: Exercise, kind: str, lines: list[str]) -> Verdict:
    said = {
        "right": "right ✓",
        "wrong": "not right yet",
        "error": "your code stopped with an error",
        "too slow": f"no answer after {exercise.time_limit:g} s",
        "not attempted": "not attempted yet",
    }[kind]
    return Verdict(kind, "\n".join([f"Exercise {exercise.number} · {said}", *lines]))


def _unfit(exercise: Exercise, answer) -> str | None:
    """What to say of something that can't be tried at all, most often the result of a call."""
    wanted = "class" if exercise.wants_class else "function"
    if exercise.wants_class:
        fits = inspect.isclass(answer) or inspect.isroutine(answer) or isinstance(answer, functools.partial)
    else:
        fits = callable(answer) and not inspect.isclass(answer)
    if fits:
        return None
    call = f'check("{exercise.number}", {exercise.name})'
    return f"This is {kind_of(answer)}, not a {wanted}. Pass the {wanted} itself: {call}, without calling it."


def _cases(exercise: Exercise) -> list[tuple[tuple, object]]:
    """Arguments and expected results: those worked out by hand, then random ones, small to large."""

    def produce():
        yield from ((case.args, plain(case.expected)) for case in exercise.cases)
        random_args = [tuple(args) for args in exercise.random_cases(torch.Generator().manual_seed(0))]
        for args, trial in zip(random_args, trials(exercise, exercise.reference, random_args), strict=True):
            if trial.failure:
                raise RuntimeError(f"the reference fails on a random case: {trial.failure.text}")
            yield args, trial.value

    run = collect(produce, exercise.time_limit)
    if not run.finished:
        raise RuntimeError("the reference takes too long")
    return run.results


def _is_wrong(exercise: Exercise, trial: Trial, expected) -> bool:
    return bool(trial.failure or trial.changed) or _difference(exercise, trial.value, expected) is not None


def _difference(exercise: Exercise, got, expected) -> str | None:
    return difference(got, expected, exercise.rtol, exercise.atol)


def _diagnosis(exercise: Exercise, cases, tried: list[Trial], failing: int) -> list[str]:
    """The hint of the misconception that does as the answer does wherever it differs from the reference.

    If there are several, of that which explains most; none, if the case that is shown is not explained.
    """
    args = [args for args, _ in cases[: len(tried)]]
    mistakes = exercise.misconceptions
    run = collect(lambda: (list(trials(exercise, m.answer, args)) for m in mistakes), exercise.time_limit)
    explained, hint = 0, []
    for misconception, mistaken in zip(mistakes, run.results, strict=False):
        wrong = [i for i, trial in enumerate(mistaken) if _is_wrong(exercise, trial, cases[i][1])]
        alike = all(_alike(exercise, tried[i], mistaken[i]) for i in wrong)
        if failing in wrong and alike and len(wrong) > explained:
            explained, hint = len(wrong), [misconception.hint]
    return hint


def _alike(exercise: Exercise, a: Trial, b: Trial) -> bool:
    if a.failure or b.failure:
        return bool(a.failure and b.failure) and a.failure.text == b.failure.text
    return a.changed == b.changed and _difference(exercise, a.value, b.value) is None


def _told_wrong(exercise: Exercise, trial: Trial, args: tuple, expected) -> list[str]:
    lines, found = _inputs(exercise, args), _difference(exercise, trial.value, expected)
    if found is not None:
        # Where a sentence says what is different, four digits do; else as many as it takes to see it.
        both = (shown(trial.value), shown(expected)) if found else two_shown(trial.value, expected)
        lines += [_row("returned", both[0]), _row("expected", both[1])]
    lines += _printed(trial)
    lines += [found] if found else []
    names = exercise.argument_names(len(args))
    for i in trial.changed:
        lines.append(f"Your function changed its argument `{names[i]}`; work on a copy, or build a new value.")
    return lines


def _told_error(exercise: Exercise, trial: Trial, args: tuple, expected) -> list[str]:
    lines, failure = _inputs(exercise, args), trial.failure
    if failure.line:
        lines.append(_row(f"line {failure.line_number}", failure.line))
    lines += [_row("error", failure.text), *_printed(trial)]
    if failure.type_name == "TypeError" and not failure.line and not exercise.wants_class:
        lines.append(f"It is called as {exercise.name}({', '.join(exercise.argument_names(len(args)))}).")
    return lines


def _inputs(exercise: Exercise, args: tuple) -> list[str]:
    named = [f"{name} = {shown(arg)}" for name, arg in zip(exercise.argument_names(len(args)), args, strict=True)]
    return [_row("with" if i == 0 else "", text) for i, text in enumerate(named)]


def _printed(trial: Trial) -> list[str]:
    """The first lines that the code printed on this case: prints are how people look for an error."""
    out, err = trial.stdout, trial.stderr
    head = [line[:100] for line in out.head.splitlines()[:3]]
    lines = [_row("printed" if i == 0 else "", line) for i, line in enumerate(head)]
    if out.lines > len(head):
        lines.append(_row("", f"(and {_lines(out.lines - len(head))} more)"))
    if err.lines:  # warnings, mostly; they name files that are called differently each time
        lines.append(_row("", f"({_lines(err.lines)} on standard error, not shown here)"))
    return lines


def _row(label: str, text: str) -> str:
    return f"  {label:<10}{text}".rstrip()


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"
