"""The digits as they come out: exact figures, the first images, and the division."""

import torch

from rnn_helpers.data import load_digits, load_mnist


def drawn(image):
    return ["".join(".#"[int(pixel)] for pixel in row) for row in image]


def test_figures_of_the_small_digits():
    parts = load_digits()
    assert [tuple(part.x.shape) for part in parts] == [(1297, 8, 8), (200, 8, 8), (300, 8, 8)]
    y = torch.cat([part.y for part in parts])
    assert y.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as UCI counts its test part
    assert all(part.y.bincount(minlength=10).min() > len(part.y) // 20 for part in parts)
    x = torch.cat([part.x for part in parts])
    assert x.unique().tolist() == [0, 1]
    assert int(x.sum()) == 37151
    assert len(x.unique(dim=0)) == 1750
    assert x.dtype == torch.get_default_dtype()


def test_a_small_digit_can_be_read():
    train, *_ = load_digits()
    assert (drawn(train.x[0]), int(train.y[0])) == (
        ["...#....", "...#....", "..#.....", "..#.....", "..####..", "..##.##.", "..##.##.", "...###.."],
        6,
    )


def test_figures_of_mnist():
    x, y = load_mnist()
    assert x.shape == (5000, 28, 28)
    assert y.bincount().tolist() == [500] * 10
    assert y[:1000].bincount().min() > 70  # shuffled
    assert x.unique().tolist() == [0, 1]
    assert int(x.sum()) == 520651
    assert len(x.unique(dim=0)) == 5000


def test_the_same_division_each_time():
    for one, other in zip(load_digits(), load_digits(), strict=True):
        assert torch.equal(one.x, other.x)
    assert torch.equal(load_mnist().x, load_mnist().x)
