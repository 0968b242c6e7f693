"""Beam search against all sequences, greedy, and a plain one that never stops early; Viterbi for Markov models."""

import inspect
import itertools

import pytest
import torch
from decoding.models import END, Tiny, rows_of, starts, table
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_helpers.decoding import Sequences, beam_search, exhaustive, greedy, log_prob_of, most_probable

SEEDS = st.integers(0, 10_000)


def plain_beam(model, source, width, max_length, alpha):
    """Beam search as one would write it down: lists, one source, no early stop."""
    alive, found = [(0.0, [])], []
    for t in range(1, max_length + 1):
        candidates = []
        for score, path in alive:
            state, last = model.first([source]), starts(1)
            for symbol in path:  # from the beginning each time: no state to carry wrongly
                _, state = model.step(last, state)
                last = torch.tensor([symbol])
            log_probs = model.step(last, state)[0][0]
            candidates += [(score + log_probs[k].item(), [*path, k]) for k in range(len(log_probs))]
        best = sorted((c for c in candidates if c[0] > -torch.inf), key=lambda c: -c[0])[:width]
        ends = [c for c in best if c[1][-1] == END or t == max_length]
        found += ends
        alive = [c for c in best if c not in ends]
    return sorted(found, key=lambda c: -c[0] / len(c[1]) ** alpha)


@given(SEEDS, st.integers(2, 4), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_all_sequences_are_there_once_best_first_and_their_probabilities_sum_to_one(seed, K, max_length):
    model = Tiny(K, seed)
    everything = exhaustive(model.step, starts(1), END, max_length=max_length, state=model.first([0]))
    found = rows_of(everything)
    others = [k for k in range(K) if k != END]
    expected = {(*path, END) for n in range(max_length) for path in itertools.product(others, repeat=n)} | set(
        itertools.product(others, repeat=max_length)
    )
    assert {tuple(path) for path, _ in found} == expected
    assert len(found) == len(expected)
    assert everything.log_probs.exp().sum().item() == pytest.approx(1.0)
    assert (everything.log_probs.diff() <= 0).all()
    own = log_prob_of(model.step, starts(len(found)), everything.tokens[0], model.first([0] * len(found)))
    assert torch.allclose(own, everything.log_probs[0])


def test_exhaustive_is_batched():
    model = Tiny(3, seed=5)
    together = exhaustive(model.step, starts(3), END, max_length=3, state=model.first([4, 2, 9]))
    for b, source in enumerate([4, 2, 9]):
        alone = exhaustive(model.step, starts(1), END, max_length=3, state=model.first([source]))
        assert rows_of(together, b) == rows_of(alone)


@given(SEEDS, st.integers(2, 6), st.sampled_from([0.0, 1.0]))
@settings(max_examples=40, deadline=None)
def test_width_one_is_greedy(seed, K, alpha):
    model, B = Tiny(K, seed), 4
    options = dict(max_length=6, state=model.first(range(B)))
    tokens, log_probs = beam_search(model.step, starts(B), END, width=1, alpha=alpha, **options)
    expected = greedy(model.step, starts(B), END, **options)
    assert tokens[:, 0].tolist() == expected.tokens.tolist()
    assert torch.allclose(log_probs[:, 0], expected.log_probs)


@given(SEEDS, st.integers(2, 4), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_a_width_that_no_step_exceeds_is_exhaustive(seed, K, max_length):
    model = Tiny(K, seed)
    options = dict(max_length=max_length, state=model.first([1]))
    everything = rows_of(exhaustive(model.step, starts(1), END, **options))
    found = rows_of(beam_search(model.step, starts(1), END, width=len(everything), **options))
    assert [path for path, _ in found] == [path for path, _ in everything]
    assert [score for _, score in found] == pytest.approx([score for _, score in everything])


@given(
    SEEDS,
    st.integers(2, 6),
    st.integers(1, 7),
    st.integers(1, 7),
    st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    st.integers(1, 9),
)
@settings(max_examples=80, deadline=None)
def test_batched_and_stopping_early_it_finds_what_a_plain_search_finds(seed, K, width, max_length, alpha, best):
    model, sources = Tiny(K, seed, sharpness=2.0), [3, 0, 7]
    found = beam_search(
        model.step,
        starts(3),
        END,
        width=width,
        max_length=max_length,
        best=best,
        alpha=alpha,
        state=model.first(sources),
    )
    for b, source in enumerate(sources):
        expected = plain_beam(model, source, width, max_length, alpha)[:best]
        got = [(path, score) for path, score in rows_of(found, b) if score > -torch.inf]
        assert [path for path, _ in got] == [path for _, path in expected]
        assert [score for _, score in got] == pytest.approx([score for score, _ in expected])


@given(SEEDS, st.sampled_from([0.0, 0.7, 1.0]))
@settings(max_examples=40, deadline=None)
def test_scores_are_the_model_s_and_the_best_is_first(seed, alpha):
    model, width = Tiny(5, seed), 6
    found = beam_search(model.step, starts(2), END, width=width, max_length=5, alpha=alpha, state=model.first([0, 1]))
    for b in range(2):
        rows = [(path, score) for path, score in rows_of(found, b) if path]
        own = log_prob_of(model.step, starts(width), found.tokens[b], model.first([b] * width))
        assert own[: len(rows)].tolist() == pytest.approx([score for _, score in rows])
        normalised = [score / len(path) ** alpha for path, score in rows]
        assert normalised == sorted(normalised, reverse=True)
        assert len({tuple(path) for path, _ in rows}) == len(rows)


def test_it_returns_the_best_and_not_the_worst():
    step = table([0.0, 0.6, 0.4], [0.55, 0.45, 0.0], [1.0, 0.0, 0.0])
    tokens, log_probs = beam_search(step, starts(1), END, width=3, max_length=2)
    assert tokens[0].tolist() == [[2, 0], [1, 0], [1, 1]]
    assert log_probs[0].exp().tolist() == pytest.approx([0.4, 0.33, 0.27])
    assert greedy(step, starts(1), END, max_length=2).tokens.tolist() == [[1, 0]]


def test_dividing_by_the_length_rewards_the_longer():
    # "1 end" has .5 * .6 = .30 in two symbols; "2 1 1 end" .5 * .95 * .9 * .6, .26 in four.
    step = table([0.0, 0.5, 0.5], [0.6, 0.4, 0.0], [0.05, 0.95, 0.0])
    options = dict(width=9, max_length=4)
    plain, normalised = (beam_search(step, starts(1), END, alpha=a, **options) for a in (0.0, 1.0))
    assert plain.tokens[0, 0].tolist()[:3] == [1, 0, -100]
    assert len(rows_of(normalised)[0][0]) > 2
    assert normalised.log_probs[0, 0] < plain.log_probs[0, 0]


def test_finished_hypotheses_are_never_extended():
    model = Tiny(4, seed=11, sharpness=1.0)
    beam_search(model.step, starts(1), END, width=8, max_length=6, state=model.first([0]))
    assert model.calls[0] == [0]
    assert all(END not in call for call in model.calls[1:])


def test_finished_hypotheses_take_no_place_from_the_others():
    # After the first step "end" is set aside; with width 2 both 1 and 2 would be lost to it if it kept its place.
    step = table([0.4, 0.35, 0.25], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5])
    found = rows_of(beam_search(step, starts(1), END, width=2, max_length=2))
    assert [path for path, _ in found] == [[0], [1, 0]]
    wide = rows_of(beam_search(step, starts(1), END, width=3, max_length=2))
    assert [path for path, _ in wide] == [[0], [1, 0], [1, 1]]


def test_it_stops_when_nothing_better_can_come():
    model = table([0.98, 0.02], [0.5, 0.5])
    calls = []

    def step(tokens, state):
        calls.append(len(tokens))
        return model(tokens, state)

    assert rows_of(beam_search(step, starts(1), END, width=1, max_length=50))[0][0] == [0]
    assert len(calls) == 1
    calls.clear()
    beam_search(step, starts(1), END, width=2, max_length=50)
    assert len(calls) == 2  # found: "0" and "1 0" of .01; the beginning "1 1" has .01 as well, and can only fall


def test_a_wider_beam_can_find_less():
    worse = 0
    for seed in range(300):
        model = Tiny(6, seed)
        scores = [
            beam_search(model.step, starts(1), END, width=w, max_length=6, state=model.first([0])).log_probs[0, 0]
            for w in (2, 3)
        ]
        worse += int(scores[1] < scores[0] - 1e-9)
    assert worse > 0


@given(SEEDS, st.integers(2, 6), st.integers(2, 40))
@settings(max_examples=60, deadline=None)
def test_what_is_more_probable_than_one_in_width_is_the_most_probable_of_all(seed, K, width):
    """At most W beginnings of a length have 1/W or more, so a beam of W cannot lose those of a sequence that has."""
    model = Tiny(K, seed)
    options = dict(max_length=4, state=model.first([0]))
    found = beam_search(model.step, starts(1), END, width=width, best=1, **options).log_probs[0, 0].exp()
    best = exhaustive(model.step, starts(1), END, **options).log_probs[0, 0].exp()
    assert found == pytest.approx(best.item()) or max(found, best) <= 1 / width


def test_a_probability_of_zero_does_no_harm():
    model = Tiny(4, seed=2, forbidden=2)
    options = dict(max_length=3, state=model.first([0, 1]))
    everything = exhaustive(model.step, starts(2), END, **options)
    found = beam_search(model.step, starts(2), END, width=40, **options)
    assert not found.log_probs.isnan().any()
    for b in range(2):
        possible = [(path, score) for path, score in rows_of(everything, b) if score > -torch.inf]
        assert rows_of(found, b)[: len(possible)] == [(path, pytest.approx(score)) for path, score in possible]
        assert all(path == [] and score == -torch.inf for path, score in rows_of(found, b)[len(possible) :])
        assert all(2 not in path for path, _ in possible)


def test_state_may_be_a_tensor_a_tuple_or_a_list():
    model = Tiny(4, seed=6)
    named = beam_search(model.step, starts(2), END, width=3, max_length=4, state=model.first([0, 1]))
    for make in (tuple, list):

        def step(tokens, state, make=make):
            log_probs, state = model.step(tokens, type(model.first([0]))(*state))
            return log_probs, make(state)

        found = beam_search(step, starts(2), END, width=3, max_length=4, state=make(model.first([0, 1])))
        assert torch.equal(found.tokens, named.tokens)


@given(SEEDS, st.integers(2, 4), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_viterbi_finds_a_markov_model_s_most_probable_sequence(seed, K, max_length):
    generator = torch.Generator().manual_seed(seed)
    transitions = (2 * torch.randn(K, K, generator=generator, dtype=torch.float64)).log_softmax(-1)
    best = most_probable(transitions[END], transitions, END, max_length=max_length)
    everything = rows_of(
        exhaustive(lambda tokens, state: (transitions[tokens], None), starts(1), END, max_length=max_length)
    )
    assert rows_of(one(best))[0][1] == pytest.approx(everything[0][1])
    assert rows_of(one(best))[0][0] == everything[0][0]


def one(best):
    """A sequence as the only one of its source."""
    return Sequences(best.tokens[None], best.log_probs[None])


def test_viterbi_looks_further_than_greedy():
    step = table([0.0, 0.6, 0.4], [0.55, 0.45, 0.0], [1.0, 0.0, 0.0])
    log_probs = step(torch.arange(3), None)[0]
    best = most_probable(log_probs[0], log_probs, END, max_length=9)
    assert best.tokens.tolist() == [[2, 0]]
    assert best.log_probs.exp().item() == pytest.approx(0.4)


def test_what_does_not_fit_is_refused():
    step = table([0.5, 0.5], [0.5, 0.5])
    with pytest.raises(ValueError, match="got 0, 0 and 0"):
        beam_search(step, starts(1), END, width=0, max_length=3)
    with pytest.raises(ValueError, match="alpha of at least 0, got 2, 2 and -1"):
        beam_search(step, starts(1), END, width=2, max_length=3, alpha=-1)
    with pytest.raises(ValueError, match="more than 1,000,000 sequences"):
        exhaustive(table(*[[1 / 200] * 200] * 200), starts(1), END, max_length=4)
    with pytest.raises(ValueError, match=r"got \(3,\), \(2, 3\)"):
        inspect.unwrap(most_probable)(torch.zeros(3), torch.zeros(2, 3), 0, max_length=2)


def test_the_largest_list_holds_for_all_sources_together(monkeypatch):
    """K = 3, at most 3 symbols: 1 + 2 + 4 that end and 8 that are cut, for each of two sources."""
    model = Tiny(3, seed=0)
    options = dict(max_length=3, state=model.first([0, 1]))
    monkeypatch.setattr("rnn_helpers.decoding.search.LARGEST_LIST", 30)
    assert exhaustive(model.step, starts(2), END, **options).tokens.shape[:2] == (2, 15)
    monkeypatch.setattr("rnn_helpers.decoding.search.LARGEST_LIST", 29)
    with pytest.raises(ValueError, match="2 sources make more than 29 sequences"):
        exhaustive(model.step, starts(2), END, **options)
