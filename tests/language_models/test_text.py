"""Rows and windows go on where they stopped; sequences get L + 1 targets, and padding none."""

from itertools import islice

import pytest
import torch

from rnn_helpers.language_models import next_tokens, rows_of, windows, with_end
from rnn_helpers.padding import IGNORE


def test_rows_are_unbroken_pieces():
    assert rows_of(torch.arange(11), 3).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_windows_go_on_where_the_last_one_stopped_and_every_token_is_once_a_target():
    rows = rows_of(torch.arange(22), 2)
    round_of = list(islice(windows(rows, 4), 3))
    assert [begins.item() for _, _, begins in round_of] == [True, False, False]
    assert torch.cat([x for x, _, _ in round_of], 1).tolist() == rows[:, :-1].tolist()
    assert torch.cat([y for _, y, _ in round_of], 1).tolist() == rows[:, 1:].tolist()
    assert [x.shape for x, _, _ in round_of] == [(2, 4), (2, 4), (2, 2)]


def test_after_a_round_the_rows_begin_again():
    rows = rows_of(torch.arange(18), 2)
    first, _, again = islice(windows(rows, 4), 3)
    assert all(map(torch.equal, first, again))


def test_an_end_symbol_in_front_and_behind():
    assert with_end(torch.tensor([4, 5]), 0).tolist() == [0, 4, 5, 0]


def test_a_sequence_of_L_tokens_has_L_plus_one_targets():
    sequences = [
        with_end(torch.tensor([4, 5]), 0),
        with_end(torch.tensor([6]), 0),
        with_end(torch.tensor([]).long(), 0),
    ]
    x, y, lengths = next_tokens(sequences)
    assert x.tolist() == [[0, 4, 5], [0, 6, 0], [0, 0, 0]]
    assert y.tolist() == [[4, 5, 0], [6, 0, IGNORE], [0, IGNORE, IGNORE]]
    assert lengths.tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rows_of(torch.arange(5), 3), "B = 3 and 5 tokens"),
        (lambda: rows_of(torch.arange(5), 0), "B of at least 1"),
        (lambda: windows(torch.zeros(2, 1, dtype=torch.long), 3), r"rows \(2, 1\)"),
        (lambda: windows(torch.zeros(2, 9, dtype=torch.long), 0), "w = 0"),
        (lambda: next_tokens([]), "at least one"),
        (lambda: next_tokens([torch.tensor([1])]), "two tokens or more"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
