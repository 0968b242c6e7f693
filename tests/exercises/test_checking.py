"""The checker: what it says to whatever it is given."""

import functools
import math
import random
import sys
import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from rnn_helpers.exercises import check, running
from rnn_helpers.exercises.checking import Verdict, check_answer
from rnn_helpers.exercises.exercise import Case, Misconception


def clip(grad, threshold):
    """A right answer, not written as the reference is."""
    return grad * min(1.0, threshold / grad.norm().item())


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def first_line(verdict):
    return verdict.message.splitlines()[0]


# What check gives back


def test_a_verdict_is_true_only_for_a_right_answer():
    kinds = ["right", "wrong", "error", "too slow", "not attempted", "not checked"]
    assert [bool(Verdict(kind, "")) for kind in kinds] == [True] + [False] * 5


def test_a_verdict_shows_nothing_of_itself_in_a_notebook():
    assert Verdict("wrong", "x")._ipython_display_() is None
    assert repr(Verdict("wrong", "x")) == "<Verdict: wrong>"


def test_check_prints_its_message(chapter_97, capsys):
    verdict = check("97.1", lambda n: n)
    assert capsys.readouterr().out == verdict.message + "\n"
    assert verdict.message.splitlines() == [
        "Exercise 97.1 · not right yet",
        "  with      n = 1",
        "  returned  1",
        "  expected  2",
        "HINT unchanged",
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [("97.7", "There is no exercise 97.7"), (len, "The number comes first"), ("", "The number comes first")],
)
def test_an_unknown_number_is_told_kindly(chapter_97, capsys, number, said):
    verdict = check(number, clip)
    assert said in capsys.readouterr().out
    assert (bool(verdict), verdict.kind) == (False, "not checked")


def test_a_fault_of_ours_is_not_blamed_on_the_reader(chapter_97, capsys):
    (chapter_97 / "chapter_97.py").write_text("1 / 0")
    assert check("97.1", clip).kind == "not checked"
    out = capsys.readouterr().out
    assert "the fault is not yours" in out
    assert "ZeroDivisionError" in out


@pytest.mark.parametrize("broken", [lambda g: iter([(1, 2)]), lambda g: 1 / 0, lambda g: iter(int, 1)])
def test_broken_random_cases_are_a_fault_of_ours(make, broken):
    with pytest.raises((RuntimeError, ZeroDivisionError, TypeError)):
        check_answer(make(random_cases=broken), clip)


# Right


class Clipper(nn.Module):
    def forward(self, grad, threshold):
        return clip(grad, threshold)

    def method(self, grad, threshold):
        return clip(grad, threshold)


def in_numpy(grad, threshold):
    grad = grad.numpy()
    return grad * min(1.0, threshold / np.linalg.norm(grad))


def with_gradient(grad, threshold):
    return clip(grad.requires_grad_(), threshold)


@pytest.mark.parametrize(
    "answer",
    [
        clip,
        lambda grad, threshold: clip(grad, threshold),
        functools.partial(clip),
        functools.partial(lambda scale, g, t: scale * clip(g, t), 1.0),
        Clipper(),
        Clipper().method,
        in_numpy,
        lambda grad, threshold: clip(grad, threshold).tolist(),
        with_gradient,
        lambda *args: clip(*args),
        torch.compiler.disable(clip),
    ],
)
def test_any_right_answer_is_right(exercise, answer):
    verdict = check_answer(exercise, answer)
    assert verdict.message == "Exercise 8.1 · right ✓"
    assert verdict
    assert verdict.kind == "right"


def test_a_builtin_may_be_the_answer(make):
    def tanh(x):
        return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())

    exercise = make(
        reference=tanh,
        cases=[Case((vector(0.0),), vector(0.0))],
        random_cases=lambda generator: [(vector(0.5, -2.0),)],
        misconceptions=[Misconception(f, f.__name__) for f in (torch.sigmoid, torch.sin, torch.relu)],
    )
    assert check_answer(exercise, torch.tanh)
    assert check_answer(exercise, lambda x: np.tanh(x.numpy()))
    assert check_answer(exercise, nn.Tanh())
    assert check_answer(exercise, torch.sin).message.endswith("\nsin")


def test_the_reference_may_carry_gradients(make):
    def weighted(grad, threshold):
        return nn.Parameter(grad * threshold)

    exercise = make(
        reference=weighted,
        cases=[Case((vector(1.0), 2.0), nn.Parameter(vector(2.0)))],
        random_cases=lambda generator: [(vector(3.0).requires_grad_() * 2, 1.0)],
    )
    assert check_answer(exercise, lambda g, t: g.detach() * t)


def test_what_was_printed_is_counted(exercise):
    def chatty(grad, threshold):
        print("a\nb")
        return clip(grad, threshold)

    assert check_answer(exercise, chatty).message == (
        "Exercise 8.1 · right ✓\n(Your code printed 12 lines, not shown here.)"
    )


# Not attempted


def test_a_stub_is_not_attempted(exercise):
    def stub(grad, threshold):
        """What to do."""
        ...  # your code

    def begun(grad, threshold):
        norm = ...  # your code
        return norm  # noqa: RET504

    def not_implemented(grad, threshold):
        raise NotImplementedError

    for answer in (stub, begun, not_implemented):
        verdict = check_answer(exercise, answer)
        assert verdict.message == "Exercise 8.1 · not attempted yet"
        assert verdict.kind == "not attempted"


# What is no answer at all


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (None, "None"),
        (torch.ones(2), "a tensor"),
        (3.5, "a float"),
        ("clip", "a string"),
        (Clipper, "a class"),
        (nn.Tanh, "a class"),
        (..., "`...`"),
    ],
)
def test_what_cannot_be_called_is_told_kindly(exercise, answer, what):
    message = (
        f"Exercise 8.1 · not right yet\nThis is {what}, not a function. "
        'Pass the function itself: check("8.1", clip_by_norm), without calling it.'
    )
    assert check_answer(exercise, answer).message == message


def test_an_answer_left_out_is_told_kindly(chapter_97, capsys):
    assert not check("97.1")
    assert "This is None, not a function." in capsys.readouterr().out


# Wrong


def test_the_smallest_failing_case_is_shown(exercise):
    verdict = check_answer(exercise, lambda grad, threshold: grad * threshold)
    assert verdict.kind == "wrong"
    assert verdict.message.splitlines() == [
        "Exercise 8.1 · not right yet",
        "  with      grad = tensor([3.0, 4.0])",
        "            threshold = 1.0",
        "  returned  tensor([3.0, 4.0])",
        "  expected  tensor([0.6, 0.8])",
    ]


def test_random_cases_come_after_those_worked_out_by_hand_small_ones_first(exercise):
    def wrong_from_five_on(grad, threshold):
        return clip(grad, threshold) + (len(grad) >= 5)

    message = check_answer(exercise, wrong_from_five_on).message
    assert "grad = tensor([" in message
    assert message.count(",") == 3 * 4
    long = check_answer(exercise, lambda g, t: torch.cat([clip(g, t)[:15], clip(g, t)[15:] + 1])).message
    assert "grad = tensor of shape (20,): " in long
    assert "The first difference is at [15]: " in long


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda g, t: print(end=""), "It returned None: is a `return` missing?"),
        (lambda g, t: clip(g, t) * math.nan, "There is NaN in it"),
        (lambda g, t: clip(g, t) / 0, "There is an infinity in it"),
        (lambda g, t: clip(g, t)[None], "The shape is (1, 2), but (2,) is expected."),
        (lambda g, t: clip(g, t).float(), "The values are right, but the dtype is float32 where float64 is"),
        (lambda g, t: ["clipped"], "It returned a list, but a tensor is expected."),
        (lambda g, t: (clip(g, t), 1), "It returned a tuple, but a tensor is expected."),
        (lambda g, t: (yield clip(g, t)), "It returned a generator, but a tensor is expected."),
        (lambda g, t: clip, "It returned a function, but a tensor is expected."),
        (lambda g, t: clip(g, t).to_sparse() * 2, "returned  tensor([1.2, 1.6])"),
        (lambda g, t: 1.0, "It returned a float, but a tensor is expected."),
    ],
)
def test_what_is_wrong_with_the_result_is_said(exercise, answer, said):
    verdict = check_answer(exercise, answer)
    assert first_line(verdict) == "Exercise 8.1 · not right yet"
    assert said in verdict.message
    assert "HINT" not in verdict.message


def test_a_difference_in_the_seventh_digit_is_shown(exercise):
    message = check_answer(exercise, lambda g, t: clip(g, t) + 1e-5).message
    assert "tensor([0.60001, 0.80001])" in message


def test_a_tuple_of_the_wrong_length(make):
    def pair(grad, threshold):
        return grad, threshold

    exercise = make(reference=pair, cases=[Case((1, 2), (1, 2))], random_cases=lambda generator: [])
    assert "The number of values is 1, but 2 are expected." in check_answer(exercise, lambda g, t: (g,)).message
    assert "Value 2 of 2 is not as expected." in check_answer(exercise, lambda g, t: (g, 5)).message
    assert check_answer(exercise, lambda g, t: [g, t])


def test_an_argument_changed_in_place_is_told_even_where_the_result_is_right(exercise):
    def in_place(grad, threshold):
        result = clip(grad, threshold)
        grad.zero_()
        return result

    verdict = check_answer(exercise, in_place)
    assert verdict.kind == "wrong"
    assert "Your function changed its argument `grad`; work on a copy, or build a new value." in verdict.message
    assert "returned" not in verdict.message


def test_each_call_and_each_check_has_arguments_of_its_own(exercise):
    def keeps_and_spoils(grad, threshold):
        for old in kept:
            old.zero_()
        kept.append(grad)
        return clip(grad, threshold)

    kept = []
    assert check_answer(exercise, keeps_and_spoils)
    assert check_answer(exercise, clip)
    assert len(kept) == 6


def test_a_result_changed_later_was_taken_as_it_was(exercise):
    buffer = {}

    def reuses_its_buffer(grad, threshold):
        if "result" in buffer:
            buffer["result"].zero_()
        buffer["result"] = clip(grad, threshold)
        return buffer["result"]

    assert check_answer(exercise, reuses_its_buffer)


# Diagnosis


@pytest.mark.parametrize("i", range(3))
def test_a_misconception_is_refused_with_its_own_hint_and_no_other(exercise, i):
    message = check_answer(exercise, exercise.misconceptions[i].answer).message
    assert message.splitlines()[-1] == exercise.misconceptions[i].hint
    assert message.count("HINT") == 1


def test_the_same_misconception_written_otherwise_is_known(exercise):
    def each_element(grad, threshold):
        return np.clip(grad.numpy(), -threshold, threshold)

    assert check_answer(exercise, each_element).message.endswith("HINT each element")


def test_an_answer_that_is_wrong_in_another_way_gets_no_hint(exercise):
    def each_element_and_more(grad, threshold):
        return grad.clamp(-threshold, threshold) * (1 if len(grad) < 5 else 0.5)

    assert "HINT" not in check_answer(exercise, each_element_and_more).message


def test_the_misconception_that_explains_more_is_told(make):
    def first_case_only(grad, threshold):
        return grad if float(grad.norm()) == 5 else clip(grad, threshold)

    mistakes = [
        Misconception(first_case_only, "HINT first case only"),
        Misconception(lambda grad, threshold: grad * 1, "HINT never"),
        Misconception(lambda grad, threshold: -grad, "HINT sign"),
    ]
    for declared in (mistakes, mistakes[::-1]):
        exercise = make(misconceptions=declared)
        assert check_answer(exercise, lambda grad, threshold: grad).message.endswith("HINT never")
        assert check_answer(exercise, first_case_only).message.endswith("HINT first case only")


def test_to_change_another_argument_is_another_mistake(make):
    def add(a, b):
        return a + b

    exercise = make(
        reference=add,
        cases=[Case((vector(1.0), vector(2.0)), vector(3.0))],
        random_cases=lambda generator: [],
        misconceptions=[
            Misconception(lambda a, b: a.add_(b).clone(), "HINT first"),
            Misconception(lambda a, b: a - b, "HINT minus"),
            Misconception(lambda a, b: a, "HINT forgotten"),
        ],
    )
    assert check_answer(exercise, lambda a, b: a.add_(b) * 1).message.endswith("HINT first")
    assert "HINT" not in check_answer(exercise, lambda a, b: b.add_(a) * 1).message


def test_a_misconception_may_be_an_error(make):
    def fails(grad, threshold):
        return grad @ torch.ones(3, 3, dtype=torch.float64)

    others = [Misconception(lambda g, t: g, "HINT a"), Misconception(lambda g, t: -g, "HINT b")]
    exercise = make(misconceptions=[*others, Misconception(fails, "HINT shapes")])
    verdict = check_answer(exercise, lambda grad, threshold: torch.matmul(grad, torch.eye(3).double()))
    assert verdict.kind == "error"
    assert verdict.message.endswith("HINT shapes")
    for other in (lambda grad, threshold: grad.reshape(7, 9), lambda grad, threshold: 1 // 0):
        assert "shapes" not in check_answer(exercise, other).message


def test_a_slow_misconception_does_not_hold_up_the_verdict(make):
    def endless(grad, threshold):
        while True:
            pass

    others = [Misconception(lambda g, t: -g, "HINT a"), Misconception(lambda g, t: 2 * g, "HINT b")]
    exercise = make(misconceptions=[*others, Misconception(endless, "HINT endless")], time_limit=0.3)
    assert check_answer(exercise, lambda g, t: -g).message.endswith("HINT a")


# Errors


def helper(grad):
    return grad @ torch.ones(3, 3, dtype=torch.float64)  # the line


def test_an_error_shows_the_readers_own_line(exercise):
    line = helper.__code__.co_firstlineno + 1
    verdict = check_answer(exercise, lambda grad, threshold: helper(grad))
    assert verdict.kind == "error"
    assert verdict.message.splitlines() == [
        "Exercise 8.1 · your code stopped with an error",
        "  with      grad = tensor([3.0, 4.0])",
        "            threshold = 1.0",
        f"  {f'line {line}':<10}return grad @ torch.ones(3, 3, dtype=torch.float64)  # the line",
        "  error     RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 3x3)",
    ]


def test_an_error_inside_of_a_library_shows_the_line_that_called_it(exercise):
    def through_a_library(grad, threshold):
        return nn.functional.layer_norm(grad, (7,))  # from here

    assert "# from here" in check_answer(exercise, through_a_library).message


def raising(error):
    def answer(grad, threshold):
        raise error

    return answer


class Strange(Exception):
    def __str__(self):
        raise ValueError("even this fails")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (ValueError(), "error     ValueError"),
        (KeyError("h"), "KeyError: 'h'"),
        (TypeError("<object at 0x7f0123456789> is bad"), "TypeError: <object> is bad"),
        (RuntimeError("x" * 1000), "RuntimeError: " + "x" * 199 + "…"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (StopIteration(1), "StopIteration: 1"),
        (AssertionError("no"), "AssertionError: no"),
        (Strange(), "error     Strange"),
        (ExceptionGroup("many", [ValueError("a")]), "ExceptionGroup: many (1 sub-exception)"),
    ],
)
def test_whatever_is_raised_is_an_error(exercise, error, said):
    verdict = check_answer(exercise, raising(error))
    assert first_line(verdict) == "Exercise 8.1 · your code stopped with an error"
    assert said in verdict.message
    assert "second" not in verdict.message
    assert "Traceback" not in verdict.message


def test_an_endless_recursion_is_an_error(exercise):
    def again(grad, threshold):
        return again(grad, threshold)

    def again_through_c(grad, threshold):
        return max([grad], key=lambda g: again_through_c(g, threshold))

    for answer in (again, again_through_c):
        verdict = check_answer(exercise, answer)
        assert verdict.kind == "error"
        assert "RecursionError: maximum recursion depth exceeded" in verdict.message


def test_a_list_that_holds_itself_is_no_trouble(exercise):
    def strange(grad, threshold):
        items = []
        items.append(items)
        return items

    assert not check_answer(exercise, strange)


def test_with_the_wrong_number_of_arguments_the_call_is_shown(exercise):
    verdict = check_answer(exercise, lambda grad: grad)
    assert verdict.kind == "error"
    assert verdict.message.endswith("\nIt is called as clip_by_norm(grad, threshold).")


class Hostile:
    """Fails at whatever is asked of it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise RuntimeError("eq")

    def __repr__(self):
        raise RuntimeError("repr")

    def __len__(self):
        raise RuntimeError("len")

    __hash__ = None


def test_a_result_that_fails_at_everything_is_only_a_wrong_result(exercise):
    verdict = check_answer(exercise, lambda grad, threshold: Hostile())
    assert verdict.kind == "wrong"
    assert "It returned a Hostile, but a tensor is expected." in verdict.message


# Prints


def test_prints_of_the_failing_case_are_shown_a_few_lines_of_them(exercise):
    def chatty(grad, threshold):
        for i in range(1000):
            print(f"{i} of {len(grad)}")
        print("careful", file=sys.stderr)
        return grad

    lines = check_answer(exercise, chatty).message.splitlines()
    assert lines[-5:] == [
        "  printed   0 of 2",
        "            1 of 2",
        "            2 of 2",
        "            (and 997 lines more)",
        "            (1 line on standard error, not shown here)",
    ]


def test_nothing_that_the_answer_prints_gets_out(exercise, capsys):
    def chatty(grad, threshold):
        print("out"), print("err", file=sys.stderr)
        return grad

    check_answer(exercise, chatty)
    assert capsys.readouterr() == ("", "")


# Time


def endless(grad, threshold):
    while True:
        pass


def test_an_answer_that_never_ends(make):
    start = time.monotonic()
    verdict = check_answer(make(time_limit=0.3), endless)
    assert time.monotonic() - start < 2
    assert verdict.kind == "too slow"
    assert verdict.message.splitlines() == [
        "Exercise 8.1 · no answer after 0.3 s",
        "  with      grad = tensor([3.0, 4.0])",
        "            threshold = 1.0",
        "Is there a loop that never ends?",
    ]


def test_the_case_on_which_it_never_ends_is_shown(make):
    def endless_if_short(grad, threshold):
        return endless(grad, threshold) if len(grad) == 1 else clip(grad, threshold)

    message = check_answer(make(time_limit=0.3), endless_if_short).message
    assert message.startswith("Exercise 8.1 · no answer after 0.3 s\n  with      grad = tensor([")
    assert message.count(",") == 0


def test_what_failed_before_is_told_rather_than_the_time(make):
    def wrong_then_endless(grad, threshold):
        return endless(grad, threshold) if len(grad) == 1 else -grad

    assert check_answer(make(time_limit=0.3), wrong_then_endless).kind == "wrong"


def test_an_answer_that_swallows_the_stop_is_still_too_slow(make):
    def swallows(grad, threshold):
        try:
            endless(grad, threshold)
        except BaseException:
            return

    assert check_answer(make(time_limit=0.2), swallows).kind == "too slow"


def test_an_answer_that_waits_in_c(make, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.1)
    release = threading.Lock()
    release.acquire()
    verdict = check_answer(make(time_limit=0.2), lambda g, t: release.acquire())
    release.release()
    assert verdict.kind == "too slow"
    assert verdict.message.endswith("It still runs in the background; restart the kernel to end it.")


def test_a_result_that_takes_for_ever_to_look_at(make):
    class Slow(list):
        def __iter__(self):
            while True:
                pass

    assert check_answer(make(time_limit=0.2), lambda g, t: Slow()).kind == "too slow"


# All is as it was


def test_random_numbers_and_gradient_mode_are_as_they_were(exercise):
    def draws(grad, threshold):
        torch.manual_seed(1), np.random.seed(1), random.seed(1)  # noqa: NPY002
        torch.set_grad_enabled(False)
        return clip(grad, threshold)

    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    random.seed(2), np.random.seed(2), torch.manual_seed(2)  # noqa: NPY002
    expected = draw()
    random.seed(2), np.random.seed(2), torch.manual_seed(2)  # noqa: NPY002
    assert check_answer(exercise, draws)
    assert draw() == expected
    assert torch.is_grad_enabled()


def test_gradients_can_be_asked_for_under_no_grad(make):
    def slope(grad, threshold):
        x = grad.clone().requires_grad_()
        (x**2).sum().backward()
        return x.grad

    exercise = make(reference=slope, cases=[Case((vector(1.0, 2.0), 1.0), vector(2.0, 4.0))])
    with torch.inference_mode():
        assert check_answer(exercise, slope)
    with torch.no_grad():
        assert check_answer(exercise, slope)


def test_an_answer_that_draws_as_the_reference_does_is_right(make):
    def noisy(grad, threshold):
        return grad + threshold * torch.randn(grad.shape, dtype=grad.dtype)

    exercise = make(reference=noisy, cases=[Case((vector(1.0), 0.0), vector(1.0))])
    assert check_answer(exercise, lambda g, t: torch.randn(g.shape, dtype=g.dtype) * t + g)
    assert not check_answer(exercise, lambda g, t: torch.rand(g.shape, dtype=g.dtype) * t + g)


# Classes as answers


class Counter:
    def __init__(self, start):
        self.total = start

    def step(self, x):
        self.total = self.total + x
        return self.total


class CounterOfCalls(Counter):
    def step(self, x):
        self.total = self.total + 1
        return self.total


class CounterOfNothing(Counter):
    def step(self, x):
        return self.total


class CounterBackwards(Counter):
    def step(self, x):
        self.total = self.total - x
        return self.total


class CounterStub:
    def __init__(self, start): ...

    def step(self, x): ...


def run_counter(answer, start, inputs):
    counter = answer(start)
    return [counter.step(x) for x in inputs]


@pytest.fixture
def class_exercise(make):
    return make(
        reference=Counter,
        call=run_counter,
        cases=[Case((1, [1]), [2]), Case((0, [2, 3]), [2, 5])],
        random_cases=lambda generator: [(5, torch.randint(9, (4,), generator=generator).tolist())],
        misconceptions=[
            Misconception(CounterOfCalls, "HINT counts calls"),
            Misconception(CounterOfNothing, "HINT adds nothing"),
            Misconception(CounterBackwards, "HINT backwards"),
        ],
    )


def test_a_class_may_be_asked_for(class_exercise):
    assert check_answer(class_exercise, Counter)
    assert check_answer(class_exercise, lambda start: Counter(start))
    assert check_answer(class_exercise, CounterStub).kind == "not attempted"
    for misconception in class_exercise.misconceptions:
        assert check_answer(class_exercise, misconception.answer).message.endswith(misconception.hint)
    assert check_answer(class_exercise, CounterOfCalls).message.splitlines()[1:3] == [
        "  with      start = 0",
        "            inputs = [2, 3]",
    ]


def test_a_class_without_the_method_is_an_error(class_exercise):
    class Incomplete:
        def __init__(self, start):
            self.start = start

    message = check_answer(class_exercise, Incomplete).message
    assert "AttributeError: 'Incomplete' object has no attribute 'step'" in message


@pytest.mark.parametrize("answer", [Counter(1), nn.Tanh(), None])
def test_an_object_is_not_the_class(class_exercise, answer):
    message = check_answer(class_exercise, answer).message
    assert 'not a class. Pass the class itself: check("8.1", Counter), without calling it.' in message
