"""Sampling comes with the model's probabilities; greedy with the largest at each step, the same every time."""

import math
from collections import Counter

import pytest
import torch
from decoding.models import END, Tiny, rows_of, starts, table

from rnn_helpers.decoding import exhaustive, greedy, log_prob_of, nucleus, sample, temperature, top_k, up_to_end


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def chi_square(sequences, model, changed, max_length):
    """The statistic of the sampled sequences against what `changed` makes of the model, and its critical value."""
    everything = exhaustive(changed, starts(1), END, max_length=max_length, state=model.first([0]))
    expected = {tuple(row): len(sequences.tokens) * math.exp(score) for row, score in rows_of(everything)}
    counts = Counter(tuple(s for s in row if s != -100) for row in sequences.tokens.tolist())
    assert set(counts) <= {row for row, count in expected.items() if count}
    # Where few are expected the statistic is not distributed as chi-square: those go together.
    rare = [row for row, count in expected.items() if count < 10]
    pairs = [(counts[row], count) for row, count in expected.items() if count >= 10]
    pairs.append((sum(counts[row] for row in rare), sum(expected[row] for row in rare)))
    statistic = sum((got - count) ** 2 / count for got, count in pairs if count > 0)
    # Wilson and Hilferty 1931: the cube root of chi-square / n is nearly normal with mean 1 - 2/(9n) and variance
    # 2/(9n); 3.09 standard deviations above it lies one sample in a thousand.
    n = len(pairs) - 1
    return statistic, n * (1 - 2 / (9 * n) + 3.09 * math.sqrt(2 / (9 * n))) ** 3


@pytest.mark.parametrize(
    "change", [None, lambda x: temperature(x, 0.5), lambda x: top_k(x, 2), lambda x: nucleus(x, 0.8)]
)
def test_frequencies_are_those_of_the_softmax(change):
    model = Tiny(K=3, seed=1, sharpness=1.0)

    def changed(tokens, state):
        log_probs, state = model.step(tokens, state)
        return (log_probs if change is None else change(log_probs).log_softmax(-1)), state

    B = 20_000
    sequences = sample(
        model.step, starts(B), END, max_length=3, generator=generator(), state=model.first([0] * B), change=change
    )
    statistic, critical = chi_square(sequences, model, changed, 3)
    assert statistic < critical
    if change is not None:  # the test can tell: the model itself would have been refused
        unchanged = sample(model.step, starts(B), END, max_length=3, generator=generator(), state=model.first([0] * B))
        assert torch.equal(
            log_prob_of(model.step, starts(B), sequences.tokens, model.first([0] * B)), sequences.log_probs
        )
        assert abs(unchanged.log_probs.mean() - sequences.log_probs.mean()) > 0.01


def test_the_chi_square_test_refuses_another_temperature():
    model, B = Tiny(K=3, seed=1, sharpness=1.0), 20_000
    sequences = sample(
        model.step,
        starts(B),
        END,
        max_length=3,
        generator=generator(),
        state=model.first([0] * B),
        change=lambda x: temperature(x, 0.9),
    )
    statistic, critical = chi_square(sequences, model, model.step, 3)
    assert statistic > critical


def test_sampling_is_not_greedy_and_greedy_is_not_sampling():
    model, B = Tiny(K=4, seed=0, sharpness=1.0), 200
    state = model.first([0] * B)
    drawn = sample(model.step, starts(B), END, max_length=5, generator=generator(), state=state)
    assert len({tuple(row) for row in drawn.tokens.tolist()}) > 10
    assert (
        len({tuple(row) for row in greedy(model.step, starts(B), END, max_length=5, state=state).tokens.tolist()}) == 1
    )


def test_a_seed_gives_the_same_sequences_and_the_global_generator_is_not_used():
    model, state = Tiny(K=4, seed=0), Tiny(K=4, seed=0).first(range(10))
    before = torch.random.get_rng_state()
    draws = [
        sample(model.step, starts(10), END, max_length=6, generator=generator(s), state=state).tokens.tolist()
        for s in (1, 1, 2)
    ]
    assert draws[0] == draws[1] != draws[2]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_greedy_takes_the_largest_at_each_step():
    model = Tiny(K=5, seed=3)
    tokens, log_probs = greedy(model.step, starts(6), END, max_length=7, state=model.first(range(6)))
    for b in range(6):
        last, state, total = starts(1), model.first([b]), 0.0
        for symbol in tokens[b].tolist():
            if symbol == -100:
                break
            answers, state = model.step(last, state)
            assert symbol == answers[0].argmax()
            total += answers[0, symbol].item()
            last = torch.tensor([symbol])
        assert log_probs[b].item() == pytest.approx(total)


@pytest.mark.parametrize("choose", ["greedy", "sample"])
def test_nothing_follows_an_end_and_long_ones_are_cut(choose):
    model, B = Tiny(K=3, seed=2, sharpness=1.0), 50
    options = dict(max_length=4, state=model.first(range(B)))
    if choose == "greedy":
        tokens, log_probs = greedy(model.step, starts(B), END, **options)
    else:
        tokens, log_probs = sample(model.step, starts(B), END, generator=generator(), **options)
    assert tokens.shape[1] <= 4
    for row in tokens.tolist():
        symbols = [s for s in row if s != -100]
        assert row == symbols + [-100] * (len(row) - len(symbols))
        assert END not in symbols[:-1]
        assert symbols[-1] == END or len(symbols) == 4
    assert torch.allclose(log_probs, log_prob_of(model.step, starts(B), tokens, model.first(range(B))))


def test_a_model_without_state_does():
    step = table([0.1, 0.9, 0.0], [0.2, 0.0, 0.8], [0.7, 0.3, 0.0])
    tokens, log_probs = greedy(step, starts(2), END, max_length=9)
    assert tokens.tolist() == [[1, 2, 0]] * 2
    assert log_probs.exp().tolist() == pytest.approx([0.9 * 0.8 * 0.7] * 2)


def test_up_to_the_end():
    assert up_to_end(torch.tensor([3, 1, END, -100]), END) == [3, 1]
    assert up_to_end(torch.tensor([3, 1]), END) == [3, 1]
    assert up_to_end(torch.tensor([END, -100]), END) == []


def test_what_does_not_fit_is_refused():
    step = table([0.5, 0.5], [0.5, 0.5])
    with pytest.raises(ValueError, match="max_length of at least 1, got 1 and 0"):
        greedy(step, starts(1), END, max_length=0)
    with pytest.raises(ValueError, match="at least one source"):
        sample(step, starts(0), END, max_length=3, generator=generator())
    with pytest.raises(ValueError, match="are these logits"):
        greedy(lambda tokens, state: (torch.ones(len(tokens), 2), None), starts(1), END, max_length=3)
    with pytest.raises(ValueError, match="N = 2"):
        greedy(lambda tokens, state: (torch.zeros(1, 2), None), starts(2), END, max_length=3)
