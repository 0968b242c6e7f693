"""The recordings as they come out: exact figures, and a file worked by hand."""

import hashlib

import torch

from rnn_helpers.data import load_japanese_vowels
from rnn_helpers.data.japanese_vowels import _parse


def test_figures():
    train, test = load_japanese_vowels()
    assert (len(train.x), len(test.x)) == (270, 370)
    assert train.y.bincount().tolist() == [30] * 9
    assert test.y.bincount().tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(x) for x in train.x + test.x]
    assert (min(lengths), max(lengths), sum(lengths)) == (7, 29, 9961)
    assert {x.shape[1] for x in train.x + test.x} == {12}
    assert all(x.isfinite().all() and x.is_contiguous() for x in train.x + test.x)
    assert {x.dtype for x in train.x} == {torch.get_default_dtype()}


def test_the_first_frame_is_this_one():
    first = load_japanese_vowels()[0].x[0]
    assert first.shape == (20, 12)
    expected = [1.860936, -0.207383, 0.261557, -0.214562, -0.171253, -0.118167]
    torch.testing.assert_close(first[0, :6], torch.tensor(expected))
    torch.testing.assert_close(first[1, 0], torch.tensor(1.891651))


def test_no_recording_comes_twice():
    train, test = load_japanese_vowels()
    seen = {hashlib.sha256(x.numpy().tobytes()).hexdigest() for x in train.x + test.x}
    assert len(seen) == 640


def test_a_file_worked_by_hand():
    text = "#a comment: 1,2\n@classLabel true 1 2\n@data\n1,2,3:4,5,6:2\n7:8:1\n\n"
    x, y = _parse(text)
    assert [recording.tolist() for recording in x] == [[[1, 4], [2, 5], [3, 6]], [[7, 8]]]
    assert y.tolist() == [1, 0]


def test_numbers_have_the_default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        assert _parse("@data\n1:2:1").x[0].dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
