"""A likelihood is one: it sums to one over all images, and its units are what they are called."""

import math

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.pixels import (
    PixelModel,
    RowLSTM,
    bits_per_pixel,
    diagonal_model,
    image_nats,
    masked_convolution_model,
    row_model,
)

MODELS = {"convolution": masked_convolution_model, "row": row_model, "diagonal": diagonal_model}


pytestmark = pytest.mark.usefixtures("double")


def all_images(n, m):
    numbers = torch.arange(2 ** (n * m)).unsqueeze(1)
    return (numbers >> torch.arange(n * m) & 1).view(-1, n, m).double()


def sharp(model):
    """Weights large enough that probabilities are far from a half."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(("n", "m"), [(3, 3), (2, 4), (1, 5)])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_probabilities_sum_to_one(make, n, m, num_layers):
    nats = sharp(make(4, num_layers, first_kernel=3)).nats(all_images(n, m))
    assert nats.std() > 0.1
    assert abs((-nats).exp().sum().item() - 1) < 1e-10


def test_nats_by_hand():
    logits = torch.tensor([[[0.0, math.log(3)], [-math.log(3), 0.0]]])
    x = torch.tensor([[[1.0, 1.0], [1.0, 0.0]]])
    assert_close(image_nats(logits, x), torch.tensor([math.log(2 * 4 / 3 * 4 * 2)]))


def test_grey_values_are_refused():
    with pytest.raises(ValueError, match="zeros and ones only"):
        image_nats(torch.zeros(1, 1, 2), torch.tensor([[[0.5, 1.0]]]))


def test_eighty_nats_are_more_bits_not_fewer():
    assert bits_per_pixel(80.0, 1, 1) == pytest.approx(115.4, abs=0.05)
    assert bits_per_pixel(64 * math.log(2), 8, 8) == pytest.approx(1.0)
    assert_close(bits_per_pixel(torch.tensor([28 * 28 * math.log(2)]), 28, 28), torch.tensor([1.0]))


def test_dropout_in_training_only():
    model, x = row_model(4, dropped=0.5), torch.ones(1, 3, 3)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_the_first_rows_do_not_need_the_others(make):
    model, x = make(4, 2, first_kernel=3), torch.rand(2, 5, 4).round()
    assert_close(model(x[:, :3]), model(x)[:, :3], rtol=0, atol=1e-12)


def test_spare_columns_are_taken_away():
    assert PixelModel(RowLSTM, 3, spare_columns=2)(torch.zeros(2, 3, 4)).shape == (2, 3, 4)
