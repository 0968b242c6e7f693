"""Loss and figures count what exists: against sums over single elements, whatever stands in the padding."""

import math

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.padding import IGNORE, pad
from rnn_helpers.tagging import Tally, tagging_loss

K = 4


def batches(seed, *lengths_of_batches):
    """Scores and targets of several padded batches, and which elements are marked."""
    generator = torch.Generator().manual_seed(seed)
    for lengths in lengths_of_batches:
        y, _ = pad([torch.randint(K, (length,), generator=generator) for length in lengths], IGNORE)
        scores = torch.randn(*y.shape, K, generator=generator, dtype=torch.float64)
        yield scores, y, torch.rand(y.shape, generator=generator) < 0.4


def elements(batch):
    """(scores, tag, marked) of each element that exists."""
    scores, y, marked = batch
    return [(scores[b, t], y[b, t], marked[b, t]) for b, t in (y != IGNORE).nonzero().tolist()]


def tally_of(parts):
    tally = Tally(K)
    for scores, y, marked in parts:
        tally.add(scores.argmax(2), y, marked)
    return tally


def test_loss_is_the_mean_over_elements_and_padding_has_no_effect_and_no_gradient():
    (batch,) = batches(0, [5, 2, 7])
    scores, y, _ = batch
    singles = [-torch.log_softmax(score, 0)[tag] for score, tag, _ in elements(batch)]
    assert_close(tagging_loss(scores, y), sum(singles) / 14)
    scores.requires_grad_()
    tagging_loss(scores, y).backward()
    assert not scores.grad[y == IGNORE].any()
    assert scores.grad[y != IGNORE].all()
    longer = torch.nn.functional.pad(scores, (0, 0, 0, 3), value=50.0)
    assert_close(tagging_loss(longer, torch.nn.functional.pad(y, (0, 3), value=IGNORE)), tagging_loss(scores, y))


def test_figures_by_token_over_unequal_batches():
    parts = list(batches(1, [9, 1, 4], [2], [3, 3, 3, 3, 8]))
    tally = tally_of(parts)
    right = [score.argmax() == tag for part in parts for score, tag, _ in elements(part)]
    of_marked = [score.argmax() == tag for part in parts for score, tag, mark in elements(part) if mark]
    assert tally.accuracy == sum(right) / 36
    assert tally.marked == len(of_marked)
    assert tally.marked_accuracy == sum(of_marked) / len(of_marked)
    mean_of_means = sum(float((s.argmax(2) == y)[y != IGNORE].double().mean()) for s, y, _ in parts) / 3
    assert not math.isclose(tally.accuracy, mean_of_means)


def test_padding_is_in_no_figure_even_where_it_happens_to_be_right():
    (scores, y, marked), *_ = batches(2, [3, 8, 1])
    predicted = scores.argmax(2).masked_fill(y == IGNORE, IGNORE)  # as viterbi gives it, "right" in the padding
    clean, other = Tally(K), Tally(K)
    clean.add(scores.argmax(2), y, marked)
    other.add(predicted, y, marked | (y == IGNORE))
    assert other.accuracy == clean.accuracy < 1
    assert (other.sequence_accuracy, other.marked_accuracy) == (clean.sequence_accuracy, clean.marked_accuracy)
    assert torch.equal(other.confusion, clean.confusion)
    assert clean.confusion.sum() == 12


def test_split_into_batches_does_not_matter():
    (scores, y, marked), *_ = batches(3, [3, 8, 1, 5])
    one = tally_of([(scores, y, marked)])
    many = tally_of([(scores[[b]], y[[b]], marked[[b]]) for b in range(4)])
    assert torch.equal(one.confusion, many.confusion)
    assert (one.whole, one.sequences, one.marked_right) == (many.whole, many.sequences, many.marked_right)


def test_by_hand():
    tally = Tally(3)
    y = torch.tensor([[0, 1, 2], [2, 2, IGNORE], [1, IGNORE, IGNORE]])
    predicted = torch.tensor([[0, 1, 1], [2, 2, 0], [1, 1, 1]])
    tally.add(predicted, y, torch.tensor([[0, 1, 1], [0, 0, 1], [1, 0, 0]]).bool())
    assert tally.confusion.tolist() == [[1, 0, 0], [0, 2, 0], [0, 1, 2]]
    assert (tally.accuracy, tally.sequence_accuracy, tally.marked_accuracy) == (5 / 6, 2 / 3, 2 / 3)
    assert tally.marked == 3


@pytest.mark.parametrize("figure", ["accuracy", "sequence_accuracy", "marked_accuracy"])
def test_no_figure_of_nothing(figure):
    with pytest.raises(ValueError, match=r"Tally: not one .*(element|sequence) has been counted"):
        getattr(Tally(2), figure)


Y = torch.tensor([[0, 1], [1, IGNORE]])


@pytest.mark.parametrize(
    ("predicted", "y", "marked", "message"),
    [
        (Y[:1], Y, None, r"predicted must have the shape of y, \(2, 2\), got \(1, 2\)"),
        (Y, Y, Y[:, :1] > 0, r"marked must have the shape of y, \(2, 2\), got \(2, 1\)"),
        (Y, torch.full((2, 2), IGNORE), None, "a sequence is nothing but padding"),
        (torch.full((2, 2), 2), Y, None, "predicted must hold tags from 0 to K - 1 = 1"),
        (Y, torch.full((2, 2), 2), None, "y must hold tags from 0 to K - 1 = 1"),
        (Y, torch.full((2, 2), -1), None, "y must hold tags from 0 to K - 1 = 1"),
    ],
)
def test_a_tally_of_what_does_not_fit(predicted, y, marked, message):
    tally = Tally(2)
    with pytest.raises(ValueError, match=message):
        Tally.add.__wrapped__(tally, predicted, y, marked) if hasattr(Tally.add, "__wrapped__") else tally.add(
            predicted, y, marked
        )
    assert not tally.confusion.any()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (torch.tensor([[0, 1]]), r"wants scores \(B, T, K\) and y \(B, T\), got \(2, 2, 4\) and \(1, 2\)"),
        (torch.full((2, 2), IGNORE), "y holds nothing but padding"),
        (torch.tensor([[0, 1], [4, IGNORE]]), r"y must hold tags from 0 to K - 1 = 3, .* got tags from 0 to 4"),
        (torch.tensor([[0, 1], [-1, IGNORE]]), r"got tags from -1 to 1"),
    ],
)
def test_a_loss_of_what_does_not_fit(y, message):
    function = getattr(tagging_loss, "__wrapped__", tagging_loss)  # past the shape checks of the tests
    with pytest.raises(ValueError, match=message):
        function(torch.zeros(2, 2, K), y)


def test_no_tags_no_tally():
    with pytest.raises(ValueError, match="K must be the number of tags"):
        Tally(0)
