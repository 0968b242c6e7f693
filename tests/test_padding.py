"""Padding: what is filled, what the mask says of it, and batches that hold every sequence once."""

from itertools import islice

import pytest
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.padding import IGNORE, batches_by_length, mask_of, pad


def test_short_sequences_are_filled_at_their_ends():
    x, lengths = pad([torch.tensor([1, 2, 3]), torch.tensor([4])], value=9)
    assert x.tolist() == [[1, 2, 3], [4, 9, 9]]
    assert lengths.tolist() == [3, 1]


def test_further_axes_stay():
    x, lengths = pad([torch.ones(2, 3), torch.ones(4, 3)])
    assert x.shape == (2, 4, 3)
    assert x.sum((1, 2)).tolist() == [6, 12]
    assert lengths.tolist() == [2, 4]


@pytest.mark.parametrize("sequences", [[], [torch.tensor([1]), torch.empty(0)]])
def test_nothing_to_pad_is_refused(sequences):
    with pytest.raises(ValueError, match="pad: sequences must hold one or more, none of them empty"):
        pad(sequences)


def test_the_mask_is_true_within_the_lengths():
    assert mask_of(torch.tensor([3, 0, 1]), 3).tolist() == [[True] * 3, [False] * 3, [True, False, False]]


@pytest.mark.parametrize("lengths", [[4], [-1]])
def test_lengths_beyond_the_batch_are_refused(lengths):
    with pytest.raises(ValueError, match="between 0 and T = 3"):
        mask_of(torch.tensor(lengths), 3)


def test_a_loss_passes_over_ignored_targets():
    logits, targets = torch.randn(5, 3), torch.tensor([0, 1, 2, IGNORE, IGNORE])
    assert torch.equal(cross_entropy(logits, targets), cross_entropy(logits[:3], targets[:3]))


def test_each_epoch_has_every_sequence_once_and_little_padding():
    lengths = torch.randint(1, 50, (103,), generator=torch.Generator().manual_seed(0)).tolist()
    batches = list(islice(batches_by_length(lengths, 10, torch.Generator().manual_seed(1)), 22))
    for epoch in (batches[:11], batches[11:]):
        assert sorted(i for batch in epoch for i in batch) == list(range(103))
        assert sorted(map(len, epoch)) == [3] + [10] * 10
    widest = [max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches]
    assert max(widest) < 15  # of 49
    assert batches[:11] != batches[11:]
    firsts = [lengths[batch[0]] for batch in batches[:11]]
    assert firsts not in (sorted(firsts), sorted(firsts, reverse=True))


def test_batches_are_the_generators():
    draws = [list(islice(batches_by_length([3] * 20, 4, torch.Generator().manual_seed(2)), 5)) for _ in range(2)]
    assert draws[0] == draws[1]


@pytest.mark.parametrize(("lengths", "B"), [([], 1), ([3], 0)])
def test_batches_of_nothing_are_refused(lengths, B):
    with pytest.raises(ValueError, match="B of at least 1 and sequences"):
        batches_by_length(lengths, B, torch.Generator())
