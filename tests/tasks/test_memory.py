"""The generated tasks: their rules row by row, and their baselines by brute force and by drawing."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from rnn_helpers.groups import alternating, cyclic
from rnn_helpers.tasks import (
    ADDING_BASELINE,
    PARITY_BASELINE,
    adding,
    copy,
    copy_baseline,
    latch,
    latch_baseline,
    parity,
    word_problem,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


EXAMPLES = {
    "latch": lambda generator: latch(5, 7, generator, K=3),
    "adding": lambda generator: adding(5, 7, generator),
    "copy": lambda generator: copy(5, 4, generator, symbols=3, length=2),
    "parity": lambda generator: parity(5, 7, generator),
}


@pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)
def test_a_batch_depends_on_its_generator_alone(draw):
    torch.manual_seed(1)
    first = draw(seeded(7))
    before = torch.random.get_rng_state()
    assert_close(first, draw(seeded(7)), rtol=0, atol=0)
    assert torch.equal(before, torch.random.get_rng_state())
    assert not torch.equal(first.x, draw(seeded(8)).x)


@pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)
def test_successive_batches_of_a_generator_differ(draw):
    generator = seeded()
    assert not torch.equal(draw(generator).x, draw(generator).x)


@pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)
def test_inputs_have_the_default_dtype_and_classes_are_integers(draw):
    default = torch.get_default_dtype()
    try:
        for dtype in (torch.float32, torch.float64):
            torch.set_default_dtype(dtype)
            x, y = draw(seeded())
            assert x.dtype == dtype
            assert y.dtype in (dtype, torch.int64)
    finally:
        torch.set_default_dtype(default)


@settings(deadline=None, max_examples=25)
@given(B=st.integers(1, 5), T=st.integers(2, 9), K=st.integers(2, 5), seed=st.integers(0, 99))
def test_latch_asks_for_the_first_symbol(B, T, K, seed):
    x, y = latch(B, T, seeded(seed), K)
    assert x.shape == (B, T, K)
    assert torch.equal(x.sum(-1), torch.ones(B, T))
    assert torch.equal(x[:, 0].argmax(-1), y)


def test_latch_symbols_are_uniform_and_tell_nothing_of_the_first():
    K, B = 3, 30_000
    x, y = latch(B, 4, seeded(), K)
    symbols = x.argmax(-1)
    for t in range(1, 4):
        together = torch.bincount(y * K + symbols[:, t], minlength=K * K) / B
        assert_close(together, torch.full((K * K,), 1 / K**2), atol=0.01, rtol=0)  # 5 standard deviations: .009


def test_latch_baseline_is_the_least_loss_of_a_constant_answer():
    for K in (2, 5):
        _, y = latch(50_000, 2, seeded(), K)
        frequencies = torch.bincount(y) / len(y)
        constant = frequencies.log().expand(len(y), K)  # the best constant answer on this very batch
        assert cross_entropy(constant, y) == pytest.approx(latch_baseline(K), abs=1e-3)


@settings(deadline=None, max_examples=25)
@given(B=st.integers(1, 5), T=st.integers(2, 9), seed=st.integers(0, 99))
def test_adding_has_one_mark_in_each_half(B, T, seed):
    x, y = adding(B, T, seeded(seed))
    assert x.shape == (B, T, 2)
    for row, total in zip(x, y, strict=True):
        first, second = row[: T // 2], row[T // 2 :]
        (i,), (j,) = (half[:, 1].nonzero().flatten().tolist() for half in (first, second))
        assert first[i, 1] == second[j, 1] == 1
        assert total == first[i, 0] + second[j, 0]
    assert x.min() >= 0
    assert x[..., 0].max() < 1


@pytest.mark.parametrize("T", [6, 7])
def test_adding_marks_every_place_of_a_half_equally_often(T):
    marks = adding(30_000, T, seeded()).x[..., 1].mean(0)
    expected = torch.tensor([1 / (T // 2)] * (T // 2) + [1 / (T - T // 2)] * (T - T // 2))
    assert_close(marks, expected, atol=0.015, rtol=0)


def test_adding_baseline_is_the_variance_of_the_sum():
    _, y = adding(400_000, 4, seeded())
    assert (y - 1).square().mean() == pytest.approx(ADDING_BASELINE, abs=0.002)  # 5 standard deviations: .0015
    assert abs(ADDING_BASELINE - 0.1767) > 0.002  # and so not the figure that some print
    for constant in (0.98, 1.02):
        assert (y - constant).square().mean() > (y - 1).square().mean()
    # the same by the integral of (a + b - 1)^2 over the unit square, at midpoints
    grid = (torch.arange(400, dtype=torch.float64) + 0.5) / 400
    assert (grid[:, None] + grid - 1).square().mean().item() == pytest.approx(ADDING_BASELINE, abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(
    B=st.integers(1, 3),
    blank=st.integers(1, 6),
    symbols=st.integers(2, 5),
    length=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_copy_row_by_row(B, blank, symbols, length, seed):
    x, y = copy(B, blank, seeded(seed), symbols, length)
    T, empty, go = blank + 2 * length, symbols, symbols + 1
    assert x.shape == (B, T, symbols + 2)
    assert torch.equal(x.sum(-1), torch.ones(B, T))
    for row, answer in zip(x.argmax(-1).tolist(), y.tolist(), strict=True):
        remembered = row[:length]
        assert max(remembered) < symbols
        assert row[length:] == [empty] * (blank - 1) + [go] + [empty] * length
        assert answer == [empty] * (blank + length) + remembered


def test_copy_as_in_the_paper():
    """Length T + 20; the sign is entry T + 10, eleventh from the end; ten classes; the first answer one step later."""
    x, y = copy(4, 100, seeded())
    assert x.shape == (4, 120, 10)
    assert torch.equal(x.argmax(-1)[:, -11], torch.full((4,), 9))
    assert torch.equal(y[:, 110:], x.argmax(-1)[:, :10])
    assert (y[:, :110] == 8).all()
    assert copy_baseline(100) == pytest.approx(10 * math.log(8) / 120)


def test_copy_baseline_is_the_loss_of_who_counts_but_does_not_remember():
    """By brute force over all contents: the best answer at each step that depends on the step alone."""
    symbols, length, blank = 3, 2, 4
    contents = torch.tensor(list(itertools.product(range(symbols), repeat=length)))
    y = torch.full((len(contents), blank + 2 * length), symbols)
    y[:, -length:] = contents
    frequencies = torch.nn.functional.one_hot(y, symbols + 1).double().mean(0)  # (T, classes)
    entropy = torch.special.entr(frequencies).sum(-1).mean()
    assert entropy.item() == pytest.approx(copy_baseline(blank, symbols, length))


def test_copy_draws_all_symbols_equally_often():
    _, y = copy(10_000, 1, seeded(), symbols=4, length=2)
    frequencies = torch.bincount(y[:, -2] * 4 + y[:, -1], minlength=16) / len(y)
    assert_close(frequencies, torch.full((16,), 1 / 16), atol=0.0125, rtol=0)


def test_parity_counts_the_ones():
    x, y = parity(6, 11, seeded())
    assert x.shape == (6, 11, 1)
    for row, answers in zip(x[..., 0].tolist(), y.tolist(), strict=True):
        assert set(row) <= {0.0, 1.0}
        assert answers == [int(sum(row[: t + 1])) % 2 for t in range(len(row))]


def test_all_bits_but_one_tell_nothing_of_the_parity():
    T = 6
    rows = list(itertools.product([0, 1], repeat=T))
    for missing in range(T):
        for known in itertools.product([0, 1], repeat=T - 1):
            fitting = [row for row in rows if row[:missing] + row[missing + 1 :] == known]
            shares = torch.bincount(torch.tensor([sum(row) % 2 for row in fitting]), minlength=2) / len(fitting)
            assert torch.special.entr(shares).sum().item() == pytest.approx(PARITY_BASELINE)


def test_parity_bits_are_fair_and_so_are_the_answers():
    x, y = parity(20_000, 5, seeded())
    assert_close(x.mean(0).flatten(), torch.full((5,), 0.5), atol=0.018, rtol=0)
    assert_close(y.float().mean(0), torch.full((5,), 0.5), atol=0.018, rtol=0)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda g: latch(2, 1, g), "latch: T must be at least 2, got 1"),
        (lambda g: latch(2, 5, g, K=1), "latch: K must be at least 2, got 1"),
        (lambda g: latch(0, 5, g), "latch: B must be at least 1, got 0"),
        (lambda g: adding(2, 1, g), "adding: T must be at least 2, got 1"),
        (lambda g: copy(2, 0, g), "copy: blank must be at least 1, got 0"),
        (lambda g: copy(2, 5, g, symbols=1), "copy: symbols must be at least 2, got 1"),
        (lambda g: copy(2, 5, g, length=0), "copy: length must be at least 1, got 0"),
        (lambda g: parity(2, 0, g), "parity: T must be at least 1, got 0"),
    ],
)
def test_sizes_that_make_no_task(draw, message):
    with pytest.raises(ValueError, match=message):
        draw(seeded())


def test_the_smallest_tasks():
    assert adding(1, 2, seeded()).x[0, :, 1].tolist() == [1, 1]
    assert parity(1, 1, seeded()).y.shape == (1, 1)
    x, y = copy(1, 1, seeded(), symbols=2, length=1)
    assert x.argmax(-1)[0].tolist() == [y[0, -1], 3, 2]


# Word problems of groups.


def test_a_word_problem_by_hand():
    """Each row against the permutations themselves, done one after the other to five things."""
    group, moves = alternating(5), [3, 17, 40]
    x, y = word_problem(6, 30, torch.Generator().manual_seed(0), group, moves)
    assert x.shape == (6, 30, 3)
    assert (x.sum(-1) == 1).all()
    for row, answers in zip(x.argmax(-1).tolist(), y.tolist(), strict=True):
        places = torch.arange(5)
        for chosen, answer in zip(row, answers, strict=True):
            places = group.elements[moves[chosen]][places]
            assert group.elements[answer].tolist() == places.tolist()


def test_the_word_problem_of_z2_is_parity():
    x, y = word_problem(4, 25, torch.Generator().manual_seed(1), cyclic(2))
    assert torch.equal(y, x.argmax(-1).cumsum(1) % 2)


def test_the_word_problem_of_a_cycle_counts():
    x, y = word_problem(4, 25, torch.Generator().manual_seed(1), cyclic(7), moves=[1, 3])
    assert torch.equal(y, torch.tensor([1, 3])[x.argmax(-1)].cumsum(1) % 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"T": 0}, "T must be at least 1, got 0"),
        ({"B": 0}, "B must be at least 1, got 0"),
        ({"moves": [0, 60]}, r"moves must be numbers from 0 to 59, one at least; got \[0, 60\]"),
        ({"moves": [-1]}, "moves must be numbers from 0 to 59"),
        ({"moves": []}, ".* one at least; got"),
    ],
)
def test_word_problems_that_are_none(change, message):
    arguments = {"B": 2, "T": 3, "generator": torch.Generator(), "group": alternating(5), **change}
    with pytest.raises(ValueError, match=f"word_problem: {message}"):
        word_problem(**arguments)
