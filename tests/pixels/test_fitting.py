"""Training lowers the nats, comes out the same twice, and leaves the model as it is to be used."""

import pytest
import torch

from rnn_helpers.pixels import fit, row_model


def images():
    """A vertical bar at one of three places: ln 3 nats, once the first row is known."""
    return torch.eye(3).repeat_interleave(8, 0).unsqueeze(1).expand(24, 4, 3).contiguous()


def fitted(dropped=0.0, **options):
    torch.manual_seed(0)
    model = row_model(8, first_kernel=3, dropped=dropped)
    history = fit(model, images(), steps=60, lr=1e-2, seed=0, B=8, **options)
    return model, history


def test_nats_fall_to_what_cannot_be_known():
    model, history = fitted(weight_decay=0.0)
    nats = model.nats(images()).mean().item()
    assert 1.0986 < nats < 2.0
    assert history.losses[0] > 7
    assert not model.training


def test_the_same_seed_gives_the_same_model():
    one, other = (fitted(dropped=0.5)[0](images()) for _ in range(2))
    assert torch.equal(one, other)


def test_validation_is_without_dropout_and_training_with():
    seen = []
    torch.manual_seed(0)
    model = row_model(8, first_kernel=3, dropped=0.5)

    def validate():
        seen.append(model.training)
        return 0.0

    states = []
    model.first.register_forward_hook(lambda *_: states.append(model.training))
    history = fit(model, images(), steps=20, lr=1e-3, seed=0, B=8, validate=validate)
    assert states == [True] * 20
    assert seen == [False] * 10
    assert history.validation_steps == list(range(2, 21, 2))


def test_dropout_is_on_though_the_model_was_put_to_use_before():
    torch.manual_seed(0)
    model = row_model(8, first_kernel=3, dropped=0.5)
    model.eval()
    states = []
    model.first.register_forward_hook(lambda *_: states.append(model.training))
    fit(model, images(), steps=2, lr=1e-3, seed=0, B=8)
    assert states == [True, True]


def test_every_image_once_a_round(monkeypatch):
    rounds = []
    x = torch.arange(10.0).view(10, 1, 1).expand(10, 2, 2)
    monkeypatch.setattr("rnn_helpers.pixels.models.image_nats", lambda logits, x: logits.sum((1, 2)))

    class Watched(type(row_model(2, first_kernel=3))):
        def nats(self, x):
            rounds.append(x[:, 0, 0].tolist())
            return super().nats(x)

    model = row_model(2, first_kernel=3)
    model.__class__ = Watched
    fit(model, x, steps=4, lr=1e-3, seed=0, B=5)
    assert sorted(rounds[0] + rounds[1]) == sorted(rounds[2] + rounds[3]) == list(range(10))
    assert rounds[0] + rounds[1] != rounds[2] + rounds[3]


def test_too_few_images():
    with pytest.raises(ValueError, match="at least a batch of 64 images, got 24"):
        fit(row_model(2), images(), steps=1, lr=1e-3, seed=0)
