"""The references of chapter 6 beside independent witnesses: the package's poolings and its accuracy."""

import pytest
import torch

from rnn_helpers.exercises.chapter_06 import attend, both_last_states, own_max, own_mean, share_right
from rnn_helpers.padding import pad
from rnn_helpers.pooling import AttentionPooling, accuracy, pool_ends, pool_max, pool_mean


@pytest.fixture
def batch():
    draw = torch.Generator().manual_seed(0)
    return pad([torch.randn(n, 4, generator=draw, dtype=torch.float64) for n in (3, 1, 5)], value=7.0)


@pytest.mark.parametrize(
    ("reference", "pool"), [(both_last_states, pool_ends), (own_mean, pool_mean), (own_max, pool_max)]
)
def test_they_pool_as_the_package_does(batch, reference, pool):
    torch.testing.assert_close(reference(*batch), pool(*batch))


def test_attention_is_the_package_s(batch):
    pooling = AttentionPooling(4).double()
    with torch.no_grad():
        pooling.q.copy_(torch.tensor([1.0, -2.0, 0.5, 3.0]))
    torch.testing.assert_close(attend(*batch, pooling.q), pooling(*batch))


def test_the_share_is_the_package_s_accuracy():
    draw = torch.Generator().manual_seed(1)
    batches = [(torch.randn(B, 3, generator=draw), torch.randint(3, (B,), generator=draw)) for B in (8, 8, 3)]
    assert share_right(batches) == accuracy(lambda scores: scores, batches)
