"""What an exercise is: its text, its reference solution, its cases and the known ways to get it wrong."""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class Case:
    """One call with an answer worked out by hand: `Case((2, 3), 5)`."""

    args: tuple
    expected: object

    def __post_init__(self):
        if not isinstance(self.args, tuple):
            raise ValueError(f"args must be a tuple, `(x,)` for a single argument; got {type(self.args).__name__}")


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong answer that people really give, and the hint that helps who gave it."""

    answer: Callable
    hint: str


def call_with_arguments(answer, *args):
    """How an answer is called unless the exercise says otherwise."""
    return answer(*args)


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """One exercise, whole and in one place.

    `cases` are worked out by hand; `random_cases(generator)` yields tuples of arguments, small ones first,
    drawn from the given `torch.Generator`. A reader is shown the first case that fails.
    `call(answer, *args)` is for an exercise whose answer is a class, or whose result has to be processed
    before it can be compared; the arguments of a case are then those of `call` after the first.
    `rtol` and `atol` are for float64; narrower types are compared more loosely.
    `time_limit` is in seconds, for all cases together.
    """

    number: str
    title: str
    stars: int
    reference: Callable
    cases: Sequence[Case]
    random_cases: Callable[[torch.Generator], Iterable[tuple]]
    misconceptions: Sequence[Misconception]
    hints: Sequence[str]
    call: Callable = call_with_arguments
    rtol: float = 1e-6
    atol: float = 1e-9
    time_limit: float = 5.0

    def __post_init__(self):
        fault = _fault(self)
        if fault:
            raise ValueError(f"exercise {self.number!r}: {fault}")

    @property
    def chapter(self) -> int:
        return int(self.number.split(".")[0])

    @property
    def wants_class(self) -> bool:
        return inspect.isclass(self.reference)

    @property
    def name(self) -> str:
        """What the answer is called in messages to the reader."""
        return self.reference.__name__

    def argument_names(self, count: int) -> list[str]:
        """The names under which `count` arguments are shown to the reader."""
        parameters = _signature_of_call(self).parameters.values()
        names = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL][:count]
        return names + [f"argument {i + 1}" for i in range(len(names), count)]


def _fault(exercise: Exercise) -> str | None:
    """What is wrong with a declaration, or None."""
    e = exercise
    if not (isinstance(e.number, str) and re.fullmatch(r"[1-9]\d*\.[1-9]\d*", e.number)):
        return 'number must be a string such as "2.3"'
    if not _is_text(e.title):
        return "title must be a text"
    if e.stars not in (1, 2, 3):
        return f"stars must be 1, 2 or 3; got {e.stars!r}"
    if not (inspect.isfunction(e.reference) or e.wants_class) or e.name == "<lambda>":
        return "reference must be written with `def` or `class`: its name and source are shown to the reader"
    if e.wants_class and e.call is call_with_arguments:
        return "the reference is a class: say with `call` how it is tried"
    if not e.cases or not all(isinstance(case, Case) for case in e.cases):
        return "cases must hold at least one Case worked out by hand"
    for i, case in enumerate(e.cases):
        try:
            _signature_of_call(e).bind(*case.args)
        except TypeError as error:
            return f"case {i + 1} does not fit the signature: {error}"
    if not callable(e.random_cases):
        return "random_cases must be a function of a torch.Generator"
    if len(e.misconceptions) < 3 or not all(isinstance(m, Misconception) for m in e.misconceptions):
        return f"misconceptions must hold at least three; got {len(e.misconceptions)}"
    if not all(callable(m.answer) and _is_text(m.hint) for m in e.misconceptions):
        return "each misconception needs a function (or class) and a hint"
    if len({m.hint for m in e.misconceptions}) < len(e.misconceptions):
        return "each misconception needs a hint of its own"
    if isinstance(e.hints, str) or not e.hints or not all(map(_is_text, e.hints)):
        return "hints must be a list of at least one text"
    if e.time_limit <= 0 or e.rtol < 0 or e.atol < 0:
        return "time_limit must be positive, rtol and atol not negative"
    return None


def _signature_of_call(exercise: Exercise) -> inspect.Signature:
    if exercise.call is call_with_arguments:
        return inspect.signature(exercise.reference)
    signature = inspect.signature(exercise.call)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())
