"""Viterbi's path is the best of all paths, whatever stands in the padding."""

import inspect
from itertools import pairwise, product

import pytest
import torch

from rnn_helpers.decoding import viterbi
from rnn_helpers.padding import IGNORE


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def score_of(path, scores, transitions):
    steps = sum(scores[t, label] for t, label in enumerate(path))
    return steps + sum(transitions[i, j] for i, j in pairwise(path))


def best_of_all(scores, transitions):
    T, K = scores.shape
    return max(product(range(K), repeat=T), key=lambda path: score_of(path, scores, transitions))


@pytest.mark.parametrize(("T", "K"), [(1, 3), (2, 2), (5, 3), (4, 1), (6, 2)])
def test_it_is_the_best_of_all_paths(T, K):
    scores, transitions = draw(4, T, K), draw(K, K, seed=1)
    best, paths = viterbi(scores, transitions)
    for b in range(4):
        expected = best_of_all(scores[b], transitions)
        assert tuple(paths[b].tolist()) == expected
        assert torch.isclose(best[b], score_of(expected, scores[b], transitions))


def test_it_looks_beyond_the_best_first_label():
    scores = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    transitions = torch.tensor([[-5.0, -5.0], [0.0, 3.0]])
    best, path = viterbi(scores, transitions)
    assert (best.item(), path.tolist()) == (3.0, [[1, 1]])


def test_a_transition_goes_from_row_to_column():
    transitions = torch.tensor([[-9.0, 0.0], [-9.0, -9.0]])
    assert viterbi(torch.zeros(1, 2, 2), transitions)[1].tolist() == [[0, 1]]


@pytest.mark.parametrize("filling", [0.0, 100.0, float("nan"), float("-inf")])
def test_padding_has_no_effect(filling):
    scores, transitions = draw(12, 6, 4), 3 * draw(4, 4, seed=5)
    lengths = torch.tensor([6, 1, 3, 2] * 3)
    alone = [viterbi(scores[b : b + 1, :length], transitions) for b, length in enumerate(lengths.tolist())]
    for b, length in enumerate(lengths.tolist()):
        scores[b, length:] = filling
    best, paths = viterbi(scores, transitions, lengths)
    for b, (score, path) in enumerate(alone):
        assert torch.equal(best[b], score[0])
        assert paths[b].tolist() == path[0].tolist() + [IGNORE] * (6 - len(path[0]))


def test_what_is_forbidden_is_avoided():
    scores, transitions = draw(1, 5, 3), draw(3, 3, seed=1)
    scores[0, 2, 1] = transitions[0, 2] = float("-inf")
    path = viterbi(scores, transitions)[1][0].tolist()
    assert path == list(best_of_all(scores[0], transitions))
    assert path[2] != 1
    assert (0, 2) not in pairwise(path)


def test_a_markov_model_s_most_probable_sequence():
    first, transitions = draw(4).log_softmax(0), draw(4, 4, seed=1).log_softmax(1)
    scores = torch.zeros(1, 5, 4, dtype=torch.float64)
    scores[0, 0] = first
    best, path = viterbi(scores, transitions)
    everything = [score_of(path, scores[0], transitions) for path in product(range(4), repeat=5)]
    assert torch.isclose(torch.stack(everything).exp().sum(), torch.ones((), dtype=torch.float64))
    assert torch.isclose(best[0], torch.stack(everything).max())
    assert torch.isclose(best[0], score_of(path[0].tolist(), scores[0], transitions))


@pytest.mark.parametrize(
    ("scores", "transitions", "lengths", "message"),
    [
        (torch.zeros(1, 2, 3), torch.zeros(2, 2), None, "transitions \\(K, K\\)"),
        (torch.zeros(1, 0, 3), torch.zeros(3, 3), None, "T of at least 1"),
        (torch.zeros(1, 2, 3), torch.zeros(3, 3), torch.tensor([0]), "from 1 to T = 2"),
        (torch.zeros(1, 2, 3), torch.zeros(3, 3), torch.tensor([3]), "T = 2"),
        (torch.zeros(1, 2, 3), torch.zeros(3, 3), torch.tensor([2, 2]), "must be 1 numbers"),
    ],
)
def test_what_does_not_fit_is_refused(scores, transitions, lengths, message):
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(viterbi)(scores, transitions, lengths)
