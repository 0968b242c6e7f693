"""The linear chain against sums over all rows of tags."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnn_helpers.decoding import viterbi
from rnn_helpers.padding import IGNORE
from rnn_helpers.tagging import crf_loss, log_partition, path_score, tagging_loss

close = {"atol": 1e-10, "rtol": 1e-10}


def chain(seed, B, T, K):
    generator = torch.Generator().manual_seed(seed)
    return (
        2 * torch.randn(B, T, K, generator=generator, dtype=torch.float64),
        2 * torch.randn(K, K, generator=generator, dtype=torch.float64),
    )


def all_rows(scores, transitions):
    """Every row of tags of one sequence (T, K), and its score."""
    T, K = scores.shape
    rows = list(itertools.product(range(K), repeat=T))
    values = [
        sum(scores[t, row[t]] for t in range(T)) + sum(transitions[row[t - 1], row[t]] for t in range(1, T))
        for row in rows
    ]
    return rows, torch.stack(values)


@settings(deadline=None, max_examples=30)
@given(
    lengths=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    longer=st.integers(0, 2),
    K=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_log_partition_scores_and_best_row_equal_brute_force(lengths, longer, K, seed):
    scores, transitions = chain(seed, len(lengths), max(lengths) + longer, K)
    ends = torch.tensor(lengths)
    ours, (best, paths) = log_partition(scores, transitions, ends), viterbi(scores, transitions, ends)
    for b, length in enumerate(lengths):
        rows, values = all_rows(scores[b, :length], transitions)
        assert_close(ours[b], values.logsumexp(0), **close)
        assert_close(best[b], values.max(), **close)
        assert tuple(paths[b, :length].tolist()) == rows[values.argmax()]
        y = torch.full((len(rows), scores.shape[1]), IGNORE)
        y[:, :length] = torch.tensor(rows)
        assert_close(path_score(scores[[b]].expand(len(rows), -1, -1), transitions, y), values, **close)


def test_the_gradient_of_the_log_partition_is_the_marginals():
    scores, transitions = chain(0, 2, 4, 3)
    scores.requires_grad_()
    transitions.requires_grad_()
    lengths = torch.tensor([4, 2])
    of_scores, of_transitions = torch.autograd.grad(
        log_partition(scores, transitions, lengths).sum(), (scores, transitions)
    )
    marginals, pairs = torch.zeros_like(scores), torch.zeros_like(transitions)
    for b, length in enumerate(lengths.tolist()):
        rows, values = all_rows(scores[b, :length].detach(), transitions.detach())
        for row, p in zip(rows, values.softmax(0), strict=True):
            for t, tag in enumerate(row):
                marginals[b, t, tag] += p
                if t:
                    pairs[row[t - 1], tag] += p
    assert_close(of_scores, marginals.detach(), **close)
    assert_close(of_transitions, pairs.detach(), **close)


def test_gradients_agree_with_differences():
    scores, transitions = chain(1, 2, 3, 2)
    y = torch.tensor([[0, 1, 1], [1, IGNORE, IGNORE]])
    assert torch.autograd.gradcheck(
        lambda s, a: crf_loss(s, a, y), (scores.requires_grad_(), transitions.requires_grad_())
    )


@pytest.mark.parametrize("padding", [0.0, 1e300, float("inf"), float("nan")])
def test_what_stands_in_the_padding_has_no_effect(padding):
    scores, transitions = chain(2, 3, 5, 3)
    y = torch.tensor([[0, 1, 2, 1, 0], [2, 2, IGNORE, IGNORE, IGNORE], [1, 0, 2, IGNORE, IGNORE]])
    transitions.requires_grad_()
    results = []
    for value in (7.0, padding):
        filled = scores.masked_fill((y == IGNORE)[:, :, None], value).requires_grad_()
        loss = crf_loss(filled, transitions, y)
        results.append([loss, *torch.autograd.grad(loss, (filled, transitions))])
    assert_close(results[0], results[1], **close)
    assert not results[1][1][y == IGNORE].any()
    alone = sum(crf_loss(scores[[b], :n], transitions, y[[b], :n]) * n for b, n in enumerate([5, 2, 3])) / 10
    assert_close(results[1][0], alone, **close)


def test_without_transitions_tags_are_independent():
    scores, transitions = chain(3, 2, 4, 3)
    y = torch.tensor([[0, 1, 2, 1], [2, 2, IGNORE, IGNORE]])
    assert_close(crf_loss(scores, 0 * transitions, y), tagging_loss(scores, y), **close)


def test_probabilities_of_all_rows_add_up_to_one():
    scores, transitions = chain(4, 1, 4, 3)
    y = torch.tensor(list(itertools.product(range(3), repeat=4)))
    scores = scores.expand(81, -1, -1)
    log_p = path_score(scores, transitions, y) - log_partition(scores, transitions)
    assert_close(log_p.exp().sum(), torch.tensor(1.0).double(), **close)


def test_large_scores_do_not_overflow():
    scores, transitions = chain(5, 1, 6, 3)
    shifted = log_partition(scores + 1000, transitions) - 6000
    assert_close(shifted, log_partition(scores, transitions), atol=1e-8, rtol=0)


S, A = torch.zeros(2, 3, 4), torch.zeros(4, 4)
Y = torch.zeros(2, 3, dtype=torch.long)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (log_partition, (S, A[:3]), r"log_partition: wants scores \(B, T, K\) .* got \(2, 3, 4\) and \(3, 4\)"),
        (log_partition, (S[:, :0], A), r"with T of at least 1"),
        (log_partition, (S, A, torch.tensor([1, 2, 3])), r"lengths must be 2 numbers from 1 to T = 3, got \[1, 2, 3\]"),
        (log_partition, (S, A, torch.tensor([0, 2])), r"lengths must be 2 numbers from 1 to T = 3, got \[0, 2\]"),
        (log_partition, (S, A, torch.tensor([4, 2])), r"lengths must lie between 0 and T = 3, got \[4, 2\]"),
        (path_score, (S, A[:3], Y), r"path_score: wants scores"),
        (path_score, (S, A, Y[:1]), r"path_score: wants scores \(B, T, K\) and y \(B, T\)"),
        (path_score, (S, A, Y + 4), r"path_score: y must hold tags from 0 to K - 1 = 3"),
        (crf_loss, (S, A, torch.tensor([[0, IGNORE, 0], [0, 0, 0]])), r"crf_loss: padding .* must stand behind"),
    ],
)
def test_what_does_not_fit(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(function, "__wrapped__", function)(*arguments)  # past the shape checks of the tests
