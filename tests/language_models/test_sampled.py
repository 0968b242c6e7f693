"""The sampled softmax against the whole one: never too small in the mean of its sum, nearer with more samples."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.language_models import sampled_softmax_loss

K, H, N = 50, 6, 4
GENERATOR = torch.Generator().manual_seed(0)
h = torch.randn(N, H, generator=GENERATOR, dtype=torch.float64) / 2
W = torch.randn(K, H, generator=GENERATOR, dtype=torch.float64).requires_grad_()
b = torch.randn(K, generator=GENERATOR, dtype=torch.float64).requires_grad_()
TARGETS = torch.tensor([0, 3, 3, 49])
SKEWED = 1 / torch.arange(1, K + 1, dtype=torch.float64)
SKEWED /= SKEWED.sum()


def gradient(loss):
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss, (W, b))])


def sampled(samples, seed, proposal=SKEWED):
    return sampled_softmax_loss(h, W, b, TARGETS, proposal, samples, torch.Generator().manual_seed(seed))


def mean_gradient(samples, runs):
    return torch.stack([gradient(sampled(samples, seed)) for seed in range(runs)]).mean(0)


def whole():
    return cross_entropy(h @ W.T + b, TARGETS)


def test_with_very_many_samples_it_is_the_whole_softmax():
    assert abs(sampled(1_000_000, 0) - whole()) < 1e-2
    assert (gradient(sampled(1_000_000, 0)) - gradient(whole())).norm() < 0.02 * gradient(whole()).norm()


def test_the_mean_gradient_comes_nearer_with_more_samples():
    exact = gradient(whole())
    bias = [(mean_gradient(samples, 2000) - exact).norm() / exact.norm() for samples in (2, 20, 200)]
    assert bias[0] > bias[1] > 3 * bias[2]
    assert bias[2] < 0.12


def test_the_estimated_sum_is_right_in_the_mean_and_the_target_s_part_exact():
    scores = (h @ W.T + b).detach()
    own = scores.gather(1, TARGETS[:, None])[:, 0]
    one = h[:1], W.detach(), b.detach(), TARGETS[:1]
    losses = torch.stack(
        [sampled_softmax_loss(*one, SKEWED, 5, torch.Generator().manual_seed(seed)) for seed in range(4_000)]
    )
    assert losses.min() >= 0
    estimate = (losses + own[0]).exp().mean()
    torch.testing.assert_close(estimate, scores[0].exp().sum(), rtol=0.1, atol=0)


def test_it_is_the_generator_s():
    assert torch.equal(sampled(10, 1), sampled(10, 1))
    assert not torch.equal(sampled(10, 1), sampled(10, 2))


@pytest.mark.parametrize("proposal", [SKEWED * 2, SKEWED - 0.02, SKEWED * torch.nan])
def test_what_is_no_distribution_is_refused(proposal):
    with pytest.raises(ValueError, match="must hold probabilities"):
        sampled(5, 0, proposal)


def test_no_samples_are_refused():
    with pytest.raises(ValueError, match="samples must be at least 1, got 0"):
        sampled(0, 0)
