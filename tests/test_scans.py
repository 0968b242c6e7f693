"""The scan against the plain loop, states and gradients, in every way that T steps can be cut; and how few it takes."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnn_helpers import scans
from rnn_helpers.scans import CHUNK, WIDE, scan

close = {"atol": 1e-10, "rtol": 1e-10}


def plain_loop(a, b, h):
    states = []
    for a_t, b_t in zip(a.unbind(1), b.unbind(1), strict=True):
        h = a_t * h + b_t
        states.append(h)
    return torch.stack(states, 1)


def draw(B, T, D, seed=0, dtype=torch.float64):
    """a within the unit circle, b, h0."""
    generator = torch.Generator().manual_seed(seed)
    a, b = (torch.randn(B, T, D, generator=generator, dtype=dtype) for _ in range(2))
    a = a / a.abs().clamp_min(1)
    h0 = torch.randn(B, D, generator=generator, dtype=dtype)
    return [tensor.requires_grad_() for tensor in (a, b, h0)]


def gradients(states, arguments, create_graph=False):
    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(states.shape, generator=generator, dtype=states.dtype)
    return torch.autograd.grad((weights * states).sum().abs(), arguments, create_graph=create_graph)


def check_against_loop(arguments):
    ours, loop = scan(*arguments), plain_loop(*arguments)
    assert_close(ours, loop, **close)
    assert_close(gradients(ours, arguments), gradients(loop, arguments), **close)


# Shorter than a chunk, one step off a multiple, a remainder at each of two levels, three levels.
LENGTHS = [1, 2, CHUNK - 1, CHUNK, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 100, CHUNK**2, CHUNK**2 + CHUNK + 1]
LENGTHS += [2 * CHUNK**2 + 3 * CHUNK + 5, CHUNK**3]


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
@pytest.mark.parametrize("T", LENGTHS)
def test_states_and_gradients_are_those_of_the_loop(T, dtype):
    check_against_loop(draw(2, T, 3, seed=T, dtype=dtype))


@settings(deadline=None, max_examples=60)
@given(B=st.integers(1, 3), T=st.integers(1, 400), D=st.integers(1, 4), seed=st.integers(0, 99))
def test_any_size(B, T, D, seed):
    check_against_loop(draw(B, T, D, seed))


def test_wide_steps_are_walked_one_by_one_and_give_the_same():
    arguments = draw(2, 3 * CHUNK, WIDE // 2)
    check_against_loop(arguments)
    assert_close(scan(*arguments)[:, :, :5], scan(*(tensor[..., :5] for tensor in arguments)), **close)


def test_without_a_state_it_starts_from_zeros():
    a, b, h0 = draw(2, 50, 3)
    assert_close(scan(a, b), scan(a, b, torch.zeros_like(h0)))


def test_the_same_factor_at_all_steps():
    a, b, h0 = draw(2, 200, 3, dtype=torch.complex128)
    factor = a[0, 0].detach().clone().requires_grad_()
    ours, loop = (way(factor.expand(2, 200, 3), b, h0) for way in (scan, plain_loop))
    assert_close(ours, loop, **close)
    assert_close(gradients(ours, [factor, b]), gradients(loop, [factor, b]), **close)


def test_a_running_sum_and_a_geometric_series():
    ones = torch.ones(1, 1000, 1, dtype=torch.float64)
    assert torch.equal(scan(ones, ones)[0, :, 0], torch.arange(1.0, 1001, dtype=torch.float64))
    assert math.isclose(scan(ones / 2, ones)[0, -1, 0].item(), 2)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
def test_gradcheck_of_first_and_second_order(dtype):
    arguments = draw(2, 2 * CHUNK + 3, 2, dtype=dtype)
    assert torch.autograd.gradcheck(scan, arguments)
    assert torch.autograd.gradgradcheck(scan, arguments)


def test_second_derivatives_are_those_of_the_loop():
    arguments = draw(1, 40, 2)
    second = []
    for way in (scan, plain_loop):
        first = gradients(way(*arguments), arguments, create_graph=True)
        second.append(torch.autograd.grad(sum((g**2).sum() for g in first), arguments))
    assert_close(*second, **close)


def test_views_and_views_of_views():
    a, b, h0 = draw(3, 2 * 70, 4)
    a, b = a.transpose(0, 1)[::2].transpose(0, 1), b.flip(1)[:, 1::2]
    assert_close(scan(a, b, h0), plain_loop(a, b, h0), **close)


def test_nothing_is_changed_in_place():
    arguments = draw(2, 100, 3)
    before = [tensor.detach().clone() for tensor in arguments]
    gradients(scan(*arguments), arguments)
    assert all(torch.equal(then, now) for then, now in zip(before, arguments, strict=True))


def steps_taken(monkeypatch, *arguments):
    walked, steps = [], scans._steps

    def counted(back, *sequences):
        walked.append(sequences[0].shape[-2])
        return steps(back, *sequences)

    with monkeypatch.context() as patched:
        patched.setattr(scans, "_steps", counted)
        scan(*(tensor.detach() for tensor in arguments))
    return sum(walked)


def test_what_is_wide_for_a_processor_is_cut_elsewhere(monkeypatch):
    T = CHUNK**2
    on_processor = [torch.empty(2, T, WIDE // 2), torch.empty(2, T, WIDE // 2), torch.empty(2, WIDE // 2)]
    elsewhere = [tensor.to("meta") for tensor in on_processor]  # shapes alone, on no device
    assert steps_taken(monkeypatch, *on_processor) == T
    assert steps_taken(monkeypatch, *elsewhere) < 4 * CHUNK
    monkeypatch.setattr(scans, "WIDE_ON_GPU", WIDE)
    assert steps_taken(monkeypatch, *elsewhere) == T


def test_the_number_of_steps_grows_like_the_logarithm_of_the_length(monkeypatch):
    def count(T):
        return steps_taken(monkeypatch, *draw(1, T, 1))

    assert count(CHUNK) == CHUNK
    # Each level walks its chunks twice; the states before C chunks then need C - 1 pairs. Of CHUNK^2 - 1 pairs a rest
    # of CHUNK - 1 fills no chunk and is walked once.
    assert count(CHUNK**2) == 2 * CHUNK + (CHUNK - 1)
    assert count(CHUNK**3) == 2 * CHUNK + 2 * CHUNK + (CHUNK - 2) + (CHUNK - 1)
    assert count(4096) < 100


# What is refused. `inspect.unwrap` takes off the tests' own check of signatures, as for a reader.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": torch.zeros(2, 3)}, r"b must have shape \(B, T, D\) with at least one step, got \(2, 3\)"),
        ({"b": torch.zeros(2, 0, 3)}, r"b must have shape \(B, T, D\) with at least one step, got \(2, 0, 3\)"),
        ({"a": torch.zeros(3)}, r"a must have shape \(2, 4, 3\), got \(3,\)"),
        ({"h0": torch.zeros(1, 3)}, r"h0 must have shape \(2, 3\), got \(1, 3\)"),
        ({"a": torch.zeros(2, 4, 3).double()}, "a is torch.float64, b is torch.float32; they must agree"),
        ({"h0": torch.zeros(2, 3, dtype=torch.complex64)}, "h0 is torch.complex64, b is torch.float32"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {"a": torch.zeros(2, 4, 3), "b": torch.zeros(2, 4, 3), **change}
    with pytest.raises(ValueError, match=f"scan: {message}"):
        inspect.unwrap(scan)(**arguments)
