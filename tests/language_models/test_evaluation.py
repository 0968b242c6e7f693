"""Totals by token: right for unequal batches and for padding; what a mean of means would say is something else."""

import math

import pytest
import torch
from torch.nn.functional import log_softmax

from rnn_helpers.language_models import NLL, mean_nats, token_nats, total
from rnn_helpers.padding import IGNORE

GENERATOR = torch.Generator().manual_seed(0)
LOGITS = torch.randn(3, 5, 7, generator=GENERATOR, dtype=torch.float64)
TARGETS = torch.randint(7, (3, 5), generator=GENERATOR)
TARGETS[1, 2:] = IGNORE


def by_hand(logits, targets):
    log_probs = log_softmax(logits, -1)
    return [
        -log_probs[b, t, targets[b, t]].item()
        for b in range(targets.shape[0])
        for t in range(targets.shape[1])
        if targets[b, t] != IGNORE
    ]


def test_nats_stand_token_by_token_and_their_mean_leaves_padding_out():
    values = by_hand(LOGITS, TARGETS)
    assert len(values) == 12
    assert token_nats(LOGITS, TARGETS)[TARGETS != IGNORE].tolist() == pytest.approx(values)
    assert mean_nats(LOGITS, TARGETS).item() == pytest.approx(sum(values) / 12)


def test_padding_has_no_nats_of_its_own():
    changed = LOGITS.clone()
    changed[1, 2:] = 1e6
    nats = token_nats(changed, TARGETS)
    assert nats[1, 2:].tolist() == [0, 0, 0]
    assert torch.equal(nats, token_nats(LOGITS, TARGETS))
    assert mean_nats(changed, TARGETS) == mean_nats(LOGITS, TARGETS)


def test_unequal_batches_add_up_to_the_whole():
    nats = token_nats(LOGITS, TARGETS)[0]
    parts = [total(nats[a:b]) for a, b in [(0, 1), (1, 4), (4, 5)]]
    whole, summed = total(nats), sum(parts, NLL())
    assert summed.tokens == whole.tokens
    assert math.isclose(summed.perplexity, whole.perplexity)
    of_batches = sum(part.perplexity for part in parts) / 3
    assert not math.isclose(of_batches, whole.perplexity, rel_tol=1e-2)


def test_a_uniform_model_is_as_uncertain_as_its_vocabulary_is_large():
    result = total(token_nats(torch.zeros(4, 8), torch.arange(4)))
    assert math.isclose(result.perplexity, 8, rel_tol=1e-6)
    assert math.isclose(result.bits_per_token, 3, rel_tol=1e-6)
    assert math.isclose(result.nats_per_token, math.log(8), rel_tol=1e-6)


def test_the_total_of_single_nats():
    assert total(torch.tensor([[1.0, 2.0], [3.0, 4.0]])) == NLL(10.0, 4)


def test_what_was_thought_impossible_has_infinite_perplexity():
    assert total(torch.tensor([math.inf, 1.0])).perplexity == math.inf
    assert NLL(1e6, 1).perplexity == math.inf


def test_no_tokens_have_no_mean():
    with pytest.raises(ValueError, match="there are no tokens"):
        _ = NLL().perplexity
