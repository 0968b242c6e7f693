"""An exercise says what is wrong with its declaration."""

import jaxtyping
import pytest

from rnn_helpers.exercises.exercise import Case, Misconception


def same_hint_thrice():
    return [Misconception(lambda grad, threshold: grad, "the same") for _ in range(3)]


class Answer:
    pass


def test_a_good_one_knows_its_chapter_and_its_arguments(exercise):
    assert exercise.chapter == 8
    assert exercise.name == "clip_by_norm"
    assert exercise.argument_names(2) == ["grad", "threshold"]
    assert not exercise.wants_class


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "8"}, "number must be"),
        ({"number": "8.01"}, "number must be"),
        ({"title": " "}, "title"),
        ({"stars": 4}, "stars must be 1, 2 or 3; got 4"),
        ({"reference": lambda grad, threshold: grad}, "`def` or `class`"),
        ({"reference": Answer}, "say with `call`"),
        ({"cases": []}, "at least one Case"),
        ({"cases": [Case((1, 2, 3), 4)]}, "case 1 does not fit the signature"),
        ({"misconceptions": same_hint_thrice()[:2]}, "at least three; got 2"),
        ({"misconceptions": same_hint_thrice()}, "a hint of its own"),
        ({"misconceptions": [Misconception(lambda g, t: g, f"{i}" * i) for i in range(3)]}, "and a hint"),
        ({"hints": []}, "hints must be"),
        ({"hints": "one text"}, "hints must be"),
        ({"hints": ["fine", ""]}, "hints must be"),
        ({"time_limit": 0.0}, "time_limit must be positive"),
        ({"rtol": -1.0}, "not negative"),
    ],
)
def test_a_bad_one_is_refused_by_name(make, changes, said):
    with pytest.raises(ValueError, match=r"^exercise .*: ") as error:
        make(**changes)
    assert said in str(error.value)


@pytest.mark.parametrize("changes", [{"number": 8.1}, {"cases": [((1,), 2)]}, {"random_cases": [1, 2]}])
def test_a_field_of_the_wrong_type_is_refused(make, changes):
    # By our own check; while the tests run, shapes and types in signatures are checked, too, and come first.
    with pytest.raises((ValueError, jaxtyping.TypeCheckError)):
        make(**changes)


def test_arguments_of_a_case_are_a_tuple():
    with pytest.raises((ValueError, jaxtyping.TypeCheckError)):
        Case(3, 6)


def test_with_an_adapter_arguments_are_named_as_the_adapter_names_them(make):
    def call(answer, left, right):
        return answer()

    adapted = make(reference=Answer, call=call)
    assert adapted.wants_class
    assert adapted.argument_names(2) == ["left", "right"]


def test_arguments_without_a_name_are_counted(make):
    def total(first, *rest):
        return first + sum(rest)

    assert make(reference=total).argument_names(3) == ["first", "argument 2", "argument 3"]
