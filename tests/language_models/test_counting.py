"""Markov models against counts by hand and by brute force, and the laws that every estimate must keep."""

import math
from collections import Counter, defaultdict
from itertools import product

import pytest
import torch

from rnn_helpers.language_models import MarkovModel, total

K = 4
TEXT = torch.randint(K, (400,), generator=torch.Generator().manual_seed(0)) % torch.tensor([1, 2, 3, 4]).repeat(100)
WORDS = [torch.tensor(word) for word in ([0, 1, 2, 0], [0, 2, 2, 1, 0], [0, 0], [0, 1, 2, 1, 0], [0, 3, 0])]
every_estimate = pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0, None])
every_order = pytest.mark.parametrize("m", [0, 1, 2, 3, 5])


def contexts_of(sequence, m):
    """(context, token) pairs in plain Python; K for what stands before the first token."""
    padded = [K] * m + sequence.tolist()
    return [(tuple(padded[i : i + m]), padded[i + m]) for i in range(1, len(sequence))]


def after(model, context):
    """The distribution after a context of tokens, by `step`."""
    state = None
    for token in context:
        log_probs, state = model.step(torch.tensor([token]), state)
    return log_probs[0].exp()


def additive_by_hand(sequences, m, alpha):
    counts = defaultdict(Counter)
    for sequence in sequences:
        for context, token in contexts_of(sequence, m):
            counts[context][token] += 1

    def p(context, token):
        n = counts[context]
        whole = n.total() + alpha * K
        return (n[token] + alpha) / whole if whole else 1 / K

    return p


def kneser_ney_by_hand(sequences, m):
    """The recursion as the paper has it, with sets of symbols in place of arrays."""
    pairs = [pair for sequence in sequences for pair in contexts_of(sequence, m)]
    levels = []
    for j in range(m + 1):
        plain, symbols = defaultdict(Counter), defaultdict(lambda: defaultdict(set))
        for context, token in pairs:
            short = context[m - j :]
            plain[short][token] += 1
            symbols[short][token].add(context[m - j - 1] if j < m else None)
        if j < m:
            for short in plain:
                if not (short and short[0] == K):
                    plain[short] = Counter({token: len(seen) for token, seen in symbols[short].items()})
        of_counts = Counter(n for counter in plain.values() for n in counter.values())
        n1, n2, n3, n4 = (of_counts[i] for i in (1, 2, 3, 4))
        D = [0, 0.5, 1.0, 1.5]
        if n1:
            Y = n1 / (n1 + 2 * n2)
            for i, (low, high) in enumerate([(n1, n2), (n2, n3), (n3, n4)], start=1):
                if low and high and i - (i + 1) * Y * high / low > 0:
                    D[i] = i - (i + 1) * Y * high / low
        levels.append((plain, D))

    def p(context, token):
        value = 1 / K
        for j, (plain, D) in enumerate(levels):
            counter = plain.get(context[m - j :])
            if counter:
                lost = sum(D[min(n, 3)] for n in counter.values())
                n = counter[token]
                value = (n - D[min(n, 3)] + lost * value) / counter.total()
        return value

    return p


@every_order
@every_estimate
@pytest.mark.parametrize("sequences", [[TEXT], WORDS], ids=["text", "words"])
def test_every_probability_is_that_of_a_count_by_hand(m, alpha, sequences):
    p = kneser_ney_by_hand(sequences, m) if alpha is None else additive_by_hand(sequences, m, alpha)
    model = MarkovModel(sequences, K, m, alpha)
    for held_out in [torch.tensor([0, 3, 3, 3, 2, 1, 0, 1]), *sequences[:3]]:
        expected = [p(*pair) for pair in contexts_of(held_out, m)]
        expected = -torch.tensor(expected, dtype=torch.float64).log()
        torch.testing.assert_close(model.nats(held_out), expected)


@every_order
@every_estimate
def test_probabilities_sum_to_one_after_every_context_seen_or_not(m, alpha):
    model = MarkovModel(TEXT[:30], K, m, alpha)
    for length in (1, 2, 3):
        for context in product(range(K), repeat=length):
            p = after(model, context)
            assert math.isclose(p.sum(), 1, abs_tol=1e-12), context
            assert alpha == 0 or p.min() > 0


@every_order
@every_estimate
def test_steps_and_whole_texts_agree(m, alpha):
    model = MarkovModel(WORDS, K, m, alpha)
    rows = torch.randint(K, (3, 12), generator=torch.Generator().manual_seed(1))
    state, by_step = None, []
    for t in range(11):
        log_probs, state = model.step(rows[:, t], state)
        assert state.shape == (3, m)
        by_step.append(-log_probs.gather(1, rows[:, t + 1 :][:, :1])[:, 0])
    torch.testing.assert_close(model.nats(rows), torch.stack(by_step, 1))
    torch.testing.assert_close(model.nats(rows[1]), model.nats(rows)[1])


def test_hypotheses_can_be_reordered():
    model = MarkovModel(TEXT, K, 3)
    _, state = model.step(torch.tensor([1, 2, 3]))
    swapped, _ = model.step(torch.tensor([0, 0, 0]), state[[2, 0, 1]])
    straight, _ = model.step(torch.tensor([0, 0, 0]), state)
    assert torch.equal(swapped, straight[[2, 0, 1]])


def test_additive_smoothing_goes_over_into_the_maximum_likelihood_estimate():
    held_out = TEXT[:50]
    mle = MarkovModel(TEXT, K, 2, alpha=0).nats(held_out)
    assert (MarkovModel(TEXT, K, 2, alpha=1e-9).nats(held_out) - mle).abs().max() < 1e-6
    assert total(mle).nats < total(MarkovModel(TEXT, K, 2, alpha=0.5).nats(held_out)).nats


def test_the_maximum_likelihood_estimate_of_a_bigram_model():
    p = after(MarkovModel(torch.tensor([0, 1, 0, 1, 0, 2, 0, 1]), K, 1, alpha=0), [0])
    torch.testing.assert_close(p, torch.tensor([0, 0.75, 0.25, 0], dtype=torch.float64))


def test_what_follows_in_one_sequence_says_nothing_of_the_next():
    apart = MarkovModel([torch.tensor([0, 1]), torch.tensor([2, 3])], K, 1, alpha=0)
    assert after(apart, [1]).tolist() == [0.25] * 4
    assert after(apart, [2]).tolist() == [0, 0, 0, 1]


def test_kneser_ney_prefers_what_follows_many_different_symbols():
    """Token 3 comes most often, but after 2 only; token 1 comes after three different ones."""
    text = torch.tensor([2, 3] * 6 + [0, 1, 1, 2, 1])
    p = after(MarkovModel([text], 5, 1), [4])
    assert p[1] > p[3]


@pytest.mark.parametrize(("m", "expected"), [(1, [1, 1, 1, 0]), (2, [2, 2, 2, 0]), (3, [3, 3, 2, 0])])
def test_how_much_of_a_context_was_seen(m, expected):
    model = MarkovModel(torch.tensor([0, 1, 2, 3]), K, m, alpha=1)
    assert model.seen(torch.tensor([0, 1, 2, 3, 3])).tolist() == [min(m, 3)] * 3 + [0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TEXT, K, -1), "m must be at least 0, got -1"),
        ((TEXT, K, 1, -0.1), "alpha must be a number of at least 0"),
        ((TEXT, K, 1, float("nan")), "alpha must be a number of at least 0"),
        ((TEXT, 3, 1), "tokens must lie between 0 and 2, got 0 to 3"),
        (([torch.tensor([1])], K, 1), "at least one of two tokens"),
        (([], K, 1), "at least one of two tokens"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MarkovModel(*arguments)


def test_what_its_methods_refuse():
    model = MarkovModel(TEXT, K, 1)
    with pytest.raises(ValueError, match="got -1 to 0"):
        model.step(torch.tensor([0, -1]))
    with pytest.raises(ValueError, match="two or more"):
        model.nats(torch.tensor([0]))
