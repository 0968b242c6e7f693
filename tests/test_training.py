"""The training loop on problems whose answers are known."""

import itertools
import math

import pytest
import torch

from rnn_helpers.training import train


def a_weight(start=0.0):
    return torch.tensor([start], dtype=torch.float64, requires_grad=True)


def endless(*tensors):
    return itertools.repeat(tensors)


def distance_to_3(weight):
    return lambda: ((weight - 3) ** 2).sum()


def test_one_step_of_gradient_descent_is_what_it_should_be():
    weight = a_weight()
    history = train([weight], distance_to_3(weight), endless(), steps=1, lr=0.1, seed=0, optimizer=torch.optim.SGD)
    assert weight.item() == pytest.approx(0.6)  # 0 - 0.1 * 2 (0 - 3)
    assert history.losses == [9.0]
    assert history.gradient_norms == [6.0]


def test_clipping_limits_the_step_and_the_history_keeps_the_norm_before_it():
    weight = a_weight()
    options = dict(steps=1, lr=1.0, seed=0, clip=0.5, optimizer=torch.optim.SGD)
    history = train([weight], distance_to_3(weight), endless(), **options)
    assert weight.item() == pytest.approx(0.5, rel=1e-5)
    assert history.gradient_norms == [6.0]


def test_clipping_is_over_all_parameters_together():
    first, second = a_weight(), a_weight()
    options = dict(steps=1, lr=1.0, seed=0, clip=1.0, optimizer=torch.optim.SGD)
    train([first, second], lambda: (3 * first + 4 * second).sum(), endless(), **options)
    assert [-first.item(), -second.item()] == pytest.approx([0.6, 0.8], rel=1e-5)


def test_the_rate_decays_in_a_straight_line():
    weight, path = a_weight(), []

    def slope_of_one():
        path.append(weight.item())
        return weight.sum()

    options = dict(steps=4, lr=0.4, seed=0, optimizer=torch.optim.SGD)
    train([weight], slope_of_one, endless(), decay=True, **options)
    assert [*path, weight.item()] == pytest.approx([0, -0.4, -0.7, -0.9, -1.0])
    weight, path = a_weight(), []
    train([weight], slope_of_one, endless(), **options)
    assert path == pytest.approx([0, -0.4, -0.8, -1.2])


def test_it_learns():
    weight = a_weight()
    history = train([weight], distance_to_3(weight), endless(), steps=200, lr=0.1, seed=0)
    assert weight.item() == pytest.approx(3, abs=1e-2)
    assert history.losses[-1] < 1e-3 < history.losses[0]


def test_it_ends_with_the_batches():
    weight = a_weight()
    batches = [(torch.tensor(float(i)),) for i in range(5)]
    history = train([weight], lambda x: (weight * x).sum(), batches, steps=100, lr=0.1, seed=0)
    assert len(history.losses) == 5


def stop_early_on(*checks):
    """Trains with patience 2 on these validation losses; the history, the weight, and what it was at each check."""
    weight, values, seen = a_weight(), iter(checks), []

    def validate():
        seen.append(weight.item())
        return next(values)

    options = dict(steps=1000, lr=0.1, seed=0, validate=validate, every=10, patience=2)
    return train([weight], distance_to_3(weight), endless(), **options), weight.item(), seen


def test_early_stopping_puts_the_best_parameters_back():
    history, weight, seen = stop_early_on(5.0, 1.0, 2.0, 3.0, 0.0)
    assert history.validation_losses == [5.0, 1.0, 2.0, 3.0]
    assert history.validation_steps == [10, 20, 30, 40]
    assert len(history.losses) == 40
    assert weight == seen[1]


def test_validation_alone_neither_stops_nor_restores():
    weight = a_weight()
    options = dict(steps=30, lr=0.1, seed=0, validate=itertools.count().__next__, every=10)
    history = train([weight], distance_to_3(weight), endless(), **options)
    assert len(history.losses) == 30
    assert history.validation_losses == [0, 1, 2]
    assert weight.item() > 1.5


def test_validation_runs_without_gradients():
    weight = a_weight()

    def validate():
        assert not torch.is_grad_enabled()
        return 0.0

    train([weight], distance_to_3(weight), endless(), steps=1, lr=0.1, seed=0, validate=validate, every=1)


def test_the_seed_decides_and_the_global_generator_is_left_alone():
    def run(seed):
        weight = a_weight()
        train([weight], lambda: (weight * torch.randn(1)).sum(), endless(), steps=3, lr=0.1, seed=seed)
        return weight.item()

    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    assert run(1) == run(1) != run(2)
    assert torch.equal(torch.rand(1), expected)


def test_a_loss_that_is_not_finite_stops_with_the_step_and_keeps_the_parameters():
    weight = a_weight(1.0)
    batches = [(torch.tensor(1.0),), (torch.tensor(math.nan),)]
    with pytest.raises(FloatingPointError, match="nan at step 2"):
        train([weight], lambda x: (weight * x).sum(), batches, steps=5, lr=0.5, seed=0, optimizer=torch.optim.SGD)
    assert weight.item() == 0.5


def test_clear_refusals():
    weight = a_weight()
    with pytest.raises(ValueError, match="patience needs validate"):
        train([weight], distance_to_3(weight), endless(), steps=1, lr=0.1, seed=0, patience=1)
    with pytest.raises(ValueError, match="parameters is empty"):
        train([], distance_to_3(weight), endless(), steps=1, lr=0.1, seed=0)
    with pytest.raises(ValueError, match="batches is empty"):
        train([weight], distance_to_3(weight), [], steps=1, lr=0.1, seed=0)


def test_the_bar_is_for_persons_and_leaves_nothing(capsys, monkeypatch):
    import rnn_helpers.training as training

    monkeypatch.setattr(training, "tqdm", lambda **options: __import__("tqdm").tqdm(disable=False, **options))
    train([weight := a_weight()], distance_to_3(weight), endless(), steps=3, lr=0.1, seed=0)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "3/3" in shown.err or "0/3" in shown.err
    assert shown.err.endswith("\r")  # wiped


@pytest.mark.skipif(not torch.cuda.is_available(), reason="without a GPU there is one device alone")
def test_batches_go_to_the_device_of_the_parameters():
    weight = torch.zeros(1, requires_grad=True, device="cuda")
    seen = []
    train([weight], lambda x: seen.append(x.device) or (weight * x).sum(), [(torch.ones(1),)], steps=1, lr=0.1, seed=0)
    assert [device.type for device in seen] == ["cuda"]


def test_a_gradient_that_is_not_finite_stops_and_keeps_the_parameters():
    weight = a_weight(0.0)
    with pytest.raises(FloatingPointError, match="gradient is inf at step 1"):
        train([weight], lambda: weight.sqrt().sum(), endless(), steps=5, lr=0.5, seed=0, clip=1.0)
    assert weight.item() == 0.0


def test_a_validation_loss_that_is_no_number_is_never_the_best():
    history, weight, seen = stop_early_on(math.nan, 3.0, 2.0, 4.0, 5.0)
    assert len(history.validation_losses) == 5
    assert weight == seen[2]
