"""The comparison of units: models of equal size or width, starts that keep, other characters for choosing a rate."""

import inspect

import pytest
import torch

from rnn_helpers import unit_comparison
from rnn_helpers.layers import RNN
from rnn_helpers.unit_comparison import (
    CHARACTERS,
    HELD_OUT,
    SIZES,
    UNITS,
    keep_from_the_start_,
    model_of,
    plays,
    result_of,
    size_of,
    training_step,
)

every_task = pytest.mark.parametrize("task", SIZES)
every_unit = pytest.mark.parametrize("unit", UNITS)


@every_task
@every_unit
def test_models_have_the_size_or_the_width_of_the_one_with_an_lstm(task, unit):
    lstm = model_of(task, "LSTM", "units", seed=0)
    assert lstm.layer.H == SIZES[task].H
    assert model_of(task, unit, "units", seed=0).layer.H == SIZES[task].H
    assert abs(size_of(model_of(task, unit, "parameters", seed=0)) / size_of(lstm) - 1) < 0.02


def test_the_width_is_the_one_whose_size_comes_nearest():
    wanted, model = size_of(model_of("adding", "LSTM", "units", 0)), model_of("adding", "Elman", "parameters", 0)
    for H in (model.layer.H - 1, model.layer.H + 1):
        other = unit_comparison.Adder(RNN(2, H))
        assert abs(size_of(other) - wanted) >= abs(size_of(model) - wanted)


@every_unit
def test_a_seed_decides_the_weights(unit):
    one, same, other = (model_of("adding", unit, "units", seed) for seed in (1, 1, 2))
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "Elman"])
def test_gates_keep_and_write_little_from_the_start(unit):
    layer = UNITS[unit](2, 5)
    b = layer.b_l0.detach().clone()
    keep_from_the_start_(layer)
    rows = {  # which blocks of five rows are set, and to what
        "LSTM": {0: -3, 1: 3},
        "diagonal LSTM": {0: -3, 1: 3},
        "coupled LSTM": {0: 3},
        "GRU": {1: -3},
        "minimal GRU": {0: -3},
        "minimal GRU, 3 layers": {0: -3},
    }[unit]
    for k, (before, after) in enumerate(zip(b.split(5), layer.b_l0.split(5), strict=True)):
        assert torch.equal(after, torch.full_like(after, rows[k])) if k in rows else torch.equal(after, before)
    if unit.endswith("3 layers"):
        assert (layer.b_l2[:5] == -3).all()


def test_nothing_is_learned_from_what_is_asked():
    rows, K = plays()
    assert rows.shape[0] == 32
    assert K == 69
    assert rows.shape[1] > CHARACTERS // 32 + 2 * HELD_OUT


def test_a_rate_is_chosen_on_other_sums_and_other_characters():
    for task in SIZES:
        results = {
            validation: result_of(task, model_of(task, "Elman", "units", 0), 0, 1, 0.01, validation)
            for validation in (False, True)
        }
        assert results[False] != results[True]


def test_adding_is_learned_and_said_so_in_squared_errors():
    before, after = (result_of("adding", model_of("adding", "GRU", "units", 0), 0, steps, 0.02) for steps in (1, 300))
    assert 0.1 < before < 3
    assert after < 0.05


@every_task
def test_a_training_step_reaches_every_parameter(task):
    model = model_of(task, "minimal GRU, 3 layers", "units", 0)
    training_step(task, model)()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())


def test_what_does_not_exist():
    for arguments, message in [
        (("chess", "GRU", "units"), "task must be one of .*'chess'"),
        (("plays", "SRU", "units"), "unit must be one of .*'SRU'"),
        (("plays", "GRU", "time"), "width must be one of .*'time'"),
    ]:
        with pytest.raises(ValueError, match=f"model_of: {message}"):
            inspect.unwrap(model_of)(*arguments, seed=0)
