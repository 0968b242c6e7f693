"""Exercises are found by their number, and a reader who errs in the number is told which there are."""

import pytest

from rnn_helpers.exercises import chapters
from rnn_helpers.exercises.chapters import NoSuchExercise


def test_a_new_file_is_a_new_chapter(chapter_97):
    assert 97 in chapters.chapter_numbers()
    assert [exercise.number for exercise in chapters.exercises_of(97)] == ["97.1", "97.2"]


@pytest.mark.parametrize("number", ["97.1", " 97.1 ", 97.1])
def test_find(chapter_97, number):
    assert chapters.find(number).title == "Double"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("97.9", r"There is no exercise 97\.9; chapter 97 has 97\.1, 97\.2\."),
        ("99.1", r"Chapter 99 has no exercises; these chapters have: .*97\."),
        ("nonsense", "The number comes first"),
        ("97", "The number comes first"),
        ("1234567890.1", "The number comes first"),
        (97, "The number comes first"),
        (None, "The number comes first"),
        (len, "The number comes first"),
    ],
)
def test_no_such_exercise(chapter_97, number, said):
    with pytest.raises(NoSuchExercise, match=said):
        chapters.find(number)


@pytest.mark.parametrize("numbers", [("97.1", "97.1"), ("97.1", "98.2")])
def test_numbers_belong_to_the_chapter_and_are_given_once(chapter_97, numbers):
    file = chapter_97 / "chapter_97.py"
    text = file.read_text(encoding="utf-8").replace("97.2", numbers[1])
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"chapter 97 must have numbers 97\.…, each once"):
        chapters.exercises_of(97)
