"""What is drawn follows the likelihood; a given top stays and what is below it follows p(rest | top)."""

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.pixels import complete, diagonal_model, masked_convolution_model, row_model, sample

MODELS = {"convolution": masked_convolution_model, "row": row_model, "diagonal": diagonal_model}
DRAWS = 20_000


def a_model(make):
    torch.manual_seed(0)
    model = make(4, 1, first_kernel=3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


def all_images():
    return (torch.arange(512).unsqueeze(1) >> torch.arange(9) & 1).view(-1, 3, 3).float()


def number_of(x):
    return (x.flatten(1).long() << torch.arange(9)).sum(1)


def assert_drawn_from(counts, p):
    """Chi-square over cells that are expected 5 times or more, the rest as one; z of its normal approximation."""
    expected = p * counts.sum()
    few = expected < 5
    counts = torch.cat([counts[~few], counts[few].sum().view(1)]).double()
    expected = torch.cat([expected[~few], expected[few].sum().view(1)]).double()
    chi_square = ((counts - expected).square() / expected.clamp(min=1e-9)).sum()
    freedom = len(counts) - 1
    z = (chi_square - freedom) / (2 * freedom) ** 0.5
    assert abs(z) < 4, z


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_samples_follow_the_likelihood(make):
    model = a_model(make)
    drawn = sample(model, DRAWS, 3, 3, torch.Generator().manual_seed(1))
    with torch.no_grad():
        p = (-model.nats(all_images())).exp()
    assert (p - 1 / 512).abs().max() > 0.002
    assert_drawn_from(number_of(drawn).bincount(minlength=512), p)


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_completions_follow_the_conditional_probability(make):
    model, top = a_model(make), torch.tensor([[1.0, 0.0, 1.0]])
    drawn = complete(model, top.expand(DRAWS, 1, 3), 3, torch.Generator().manual_seed(2))
    assert torch.equal(drawn[:, 0], top.expand(DRAWS, 3))
    images = all_images()
    fits = (images[:, 0] == top).all(1)
    with torch.no_grad():
        p = (-model.nats(images)).exp() * fits
    assert_drawn_from(number_of(drawn).bincount(minlength=512), p / p.sum())


def test_the_same_seed_draws_the_same_images():
    model = a_model(row_model)
    one, other = (sample(model, 4, 3, 5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, other)
    assert one.shape == (4, 3, 5)
    assert one.unique().tolist() == [0, 1]


def test_the_given_rows_are_not_changed():
    top = torch.ones(2, 2, 3)
    model = a_model(diagonal_model)
    assert_close(complete(model, top, 2, torch.Generator()), top)
    complete(model, top, 4, torch.Generator())
    assert torch.equal(top, torch.ones(2, 2, 3))


def test_more_rows_given_than_wanted():
    with pytest.raises(ValueError, match="n must be at least the 3 rows given, got 2"):
        complete(a_model(row_model), torch.zeros(1, 3, 3), 2, torch.Generator())
