"""Finds exercises: those of chapter 2 are the list `EXERCISES` in `rnn_helpers/exercises/chapter_02.py`."""

import importlib
import pkgutil
import re

import rnn_helpers.exercises
from rnn_helpers.exercises.exercise import Exercise


class NoSuchExercise(Exception):
    """The message is for the reader: it says which exercises there are."""


def chapter_numbers() -> list[int]:
    names = (module.name for module in pkgutil.iter_modules(rnn_helpers.exercises.__path__))
    return sorted(int(found[1]) for name in names if (found := re.fullmatch(r"chapter_(\d\d)", name)))


def exercises_of(chapter: int) -> list[Exercise]:
    """The exercises of one chapter, in the order in which they are declared."""
    if chapter not in chapter_numbers():
        raise NoSuchExercise(f"Chapter {chapter} has no exercises; {_which_chapters()}.")
    exercises = importlib.import_module(f"rnn_helpers.exercises.chapter_{chapter:02d}").EXERCISES
    numbers = [exercise.number for exercise in exercises]
    if len(set(numbers)) < len(numbers) or any(exercise.chapter != chapter for exercise in exercises):
        raise ValueError(f"exercises of chapter {chapter} must have numbers {chapter}.…, each once; got {numbers}")
    return exercises


def find(number) -> Exercise:
    """The exercise of that number, or NoSuchExercise."""
    text = number.strip() if isinstance(number, str) else str(number) if isinstance(number, float) else ""
    parts = re.fullmatch(r"(\d{1,2})\.\d{1,3}", text, re.ASCII)
    if not parts:
        raise NoSuchExercise('The number comes first, as a text such as "2.3": check("2.3", answer).')
    exercises = exercises_of(int(parts[1]))
    for exercise in exercises:
        if exercise.number == text:
            return exercise
    numbers = ", ".join(exercise.number for exercise in exercises) or "none yet"
    raise NoSuchExercise(f"There is no exercise {text}; chapter {int(parts[1])} has {numbers}.")


def _which_chapters() -> str:
    numbers = chapter_numbers()
    if not numbers:
        return "no chapter has any yet"
    return f"these chapters have: {', '.join(map(str, numbers))}"
