"""What readers of chapter 4 do beside the misconceptions that stand in the exercises, and what they are told."""

import itertools

import pytest
import torch

from rnn_helpers.exercises import chapter_04
from rnn_helpers.exercises.checking import check_answer

THIRDS = torch.full((3, 3), 1 / 3)


def told(exercise, answer):
    return check_answer(exercise, answer).message


def model(first, *rows):
    return lambda: (torch.tensor(first), torch.tensor(rows))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda: (torch.tensor([0.35, 0.33, 0.33]), THIRDS), "Your first probabilities do not sum to 1"),
        (model([0.4, 0.35, 0.25], [0.4, 0.3, 0.3], [1.0, 0, 0], [1.0, 0, 0]), "Greedy fails, but by too little"),
        (model([0.4, 0.3, 0.3], [0.375, 0.325, 0.3], [1.0, 0, 0], [1.0, 0, 0]), "Greedy fails, but by too little"),  # 2
        (model([0.4, 0.3, 0.3], [0.5, 1.0, 0.0], [0.3, 0, 1.0], [0.2, 0, 0]), "The columns of your table sum to 1"),
        (model([0.4, 0.3, 0.3], [0.5, 0.4, 0.0], [0.3, 0, 1.0], [0.2, 0, 0]), "A row of then does not sum to 1"),
        (model([0.9, 0.05, 0.05], [0.5, 0.5, 0.0], [0.3, 0, 0.7], [1.0, 0, 0]), "Greedy finds the most probable"),
    ],
)
def test_models_that_do_not_fool_greedy(answer, hint):
    assert hint in told(chapter_04.fooled, answer)


def test_who_comes_short_is_told_how_far_it_went():
    answer = model([0.4, 0.3, 0.3], [0.375, 0.325, 0.3], [1.0, 0, 0], [1.0, 0, 0])
    assert "the best pair is 2 times as probable as greedy's" in told(chapter_04.fooled, answer)


def test_greedy_may_be_fooled_by_nearly_three():
    rows = THIRDS.double().clone()
    rows[1:] = torch.eye(3)[1:]
    assert check_answer(chapter_04.fooled, lambda: (torch.tensor([0.334, 0.333, 0.333]).double(), rows))


def test_listing_all_paths_is_not_enough():
    class Stopped(Exception):
        pass

    def all_paths(first, transitions, T):
        if T > 10:
            raise Stopped  # in place of 4^40 steps
        return list(
            max(
                itertools.product(range(len(first)), repeat=T),
                key=lambda path: first[path[0]] + sum(transitions[i, j] for i, j in itertools.pairwise(path)),
            )
        )

    assert "Stopped" in told(chapter_04.best_path, all_paths)
