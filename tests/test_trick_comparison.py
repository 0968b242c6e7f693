"""The comparison of chapter 13: its text, what a recipe builds, how it is trained, and the list of what is measured."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.data import load_shakespeare
from rnn_helpers.layers import LSTM, LayerNormLSTM
from rnn_helpers.trick_comparison import (
    OPTIMIZERS,
    LayerNormLSTMDroppedEachStep,
    LSTMDroppedEachStep,
    Recipe,
    build,
    fit,
    load_text,
)


@pytest.fixture(scope="module")
def text():
    return load_text()


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("tricks", Path(__file__).parent.parent / "tools" / "tricks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_three_parts_lie_apart_in_sixteen_pieces_of_the_plays(text):
    symbols, piece = sorted(set(load_shakespeare())), len(load_shakespeare()) // 16

    def read(part, row):
        return "".join(symbols[number] for number in part[row])

    plays = load_shakespeare()
    assert text.K == len(symbols) == 69
    for row in (0, 15):
        whole = plays[row * piece : (row + 1) * piece]
        assert read(text.learn, row) == whole[:500]
        assert read(text.test, row) == whole[-625:]
        assert read(text.validation, row) == whole[-1250:-625]


def test_what_a_recipe_builds():
    plain = build(Recipe(), 69, 0)
    assert type(plain.layer) is LSTM
    assert (plain.layer.D, plain.layer.H, plain.layer.num_layers) == (32, 64, 2)
    assert (plain.dropout, plain.layer.dropout, plain.layer.variational) == (0, 0, False)
    between = build(Recipe(dropout=0.2), 69, 0)
    assert (between.dropout, between.layer.dropout, between.layer.variational) == (0.2, 0.2, False)
    variational = build(Recipe(dropout=0.2, drop="variational"), 69, 0)
    assert (variational.dropout, variational.layer.dropout, variational.layer.variational) == (0.2, 0.2, True)
    assert type(build(Recipe(dropout=0.2, drop="each step"), 69, 0).layer) is LSTMDroppedEachStep
    both = build(Recipe(dropout=0.2, drop="each step", layer_norm=True), 69, 0)
    assert type(both.layer) is LayerNormLSTMDroppedEachStep
    single = build(Recipe(num_layers=1, dropout=0.2), 69, 0)
    assert (single.dropout, single.layer.dropout) == (0.2, 0)
    assert build(Recipe(num_layers=1, dropout=0.2, drop="variational"), 69, 0).layer.dropout == 0.2
    assert build(Recipe(drop="variational"), 69, 0).layer.variational is False  # no dropout, so no way of dropping
    assert type(build(Recipe(layer_norm=True), 69, 0).layer) is LayerNormLSTM
    assert build(Recipe(input_connections=True), 69, 0).layer.input_connections
    assert (build(Recipe(forget_bias=1.0), 69, 0).layer.b_l1[64:128] == 1).all()
    U = build(Recipe(orthogonal=True), 69, 0).layer.U_l1[:64]
    assert_close(U @ U.T, torch.eye(64), atol=1e-5, rtol=0)
    assert not torch.allclose(plain.layer.U_l1[:64] @ plain.layer.U_l1[:64].T, torch.eye(64), atol=0.1)


def test_seeds_set_the_start():
    first, again, other = (build(Recipe(), 69, seed).layer.U_l0 for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


EACH_STEP = pytest.mark.parametrize(
    ("kind", "undropped"), [(LSTMDroppedEachStep, LSTM), (LayerNormLSTMDroppedEachStep, LayerNormLSTM)]
)


@EACH_STEP
def test_dropout_anew_at_each_step(kind, undropped):
    torch.manual_seed(0)
    layer = kind(3, 40, num_layers=2, dropout=0.5).double()
    plain = undropped(3, 40, num_layers=2).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter += 0.1 * torch.randn_like(parameter)  # gains that differ, a shift that is not 0
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(2, 5, 3).double()
    assert_close(layer.eval()(x), plain(x), atol=1e-12, rtol=1e-12)
    output, _ = layer.train()(x)
    start = [torch.zeros(2, 40).double()] * 2
    assert_close(
        kind.run(layer, x, start, layer.parameters_at(0, 0), None)[0][:, 0],
        plain.run(x, start, plain.parameters_at(0, 0), None)[0][:, 0],
    )  # no state yet
    assert not torch.allclose(output, layer(x)[0])


@EACH_STEP
def test_each_step_means_a_new_mask(kind, undropped, monkeypatch):
    masks = []

    def drop(h, p, training):
        masks.append(torch.nn.functional.dropout(torch.ones_like(h), p, training))
        return h * masks[-1]

    layer = kind(3, 40, num_layers=2, dropout=0.5)
    monkeypatch.setattr("rnn_helpers.trick_comparison.drop", drop)
    layer(torch.randn(2, 5, 3))
    assert len(masks) == 2 * 5
    assert all(not torch.equal(masks[a], masks[b]) for a in range(10) for b in range(a))


def test_training_is_the_same_twice_and_ends_after_its_steps(text):
    recipe = Recipe("Adam", 0.01, H=8, dropout=0.2, drop="variational")
    first, again = (fit(recipe, text, 3, steps=6, every=2) for _ in range(2))
    assert first == again
    assert first.history.validation_steps == [2, 4, 6]
    assert len(first.history.losses) == 6
    assert first.validation == pytest.approx(torch.tensor(first.history.validation_losses[-1]).exp().item(), rel=1e-4)


def test_early_stopping_keeps_the_best_and_stops(text):
    wild = Recipe("SGD", 30.0, H=8)  # far too fast: what it has learned is lost again
    rough, stopped = (fit(r, text, 0, steps=60, every=2) for r in (wild, replace(wild, early_stopping=True)))
    best = torch.tensor(stopped.history.validation_losses).exp().min().item()
    assert stopped.validation == pytest.approx(best, rel=1e-4)
    assert len(stopped.history.losses) < 60 == len(rough.history.losses)


def test_gradients_are_clipped_and_optimizers_are_what_their_names_say(text):
    for name, make in OPTIMIZERS.items():
        settings = make([torch.zeros(1, requires_grad=True)], lr=0.1).defaults
        assert (settings.get("momentum", 0) == 0.9) == (name == "SGD with momentum")
        assert (settings["weight_decay"] > 0) == (name == "AdamW")
    before = build(Recipe(H=8), text.K, 0)
    moved = []

    class Watch(torch.optim.SGD):
        def step(self):
            moved.append(sum(p.grad.square().sum() for g in self.param_groups for p in g["params"]).sqrt().item())
            super().step()

    OPTIMIZERS["watched"] = Watch
    try:
        fit(Recipe("watched", 8.0, H=8), text, 0, steps=12)
    finally:
        del OPTIMIZERS["watched"]
    assert max(moved) <= 1.0001
    assert before.training


def test_the_best_rate_is_that_of_the_best_validation(tool):
    results = [
        ("SGD at 1.0", 9.0),
        ("SGD at 2.0", 8.0),
        ("SGD at 4.0", 8.5),
        ("Adam at 0.1", 3.0),
        ("Adam at 0.2", 4.0),
    ]
    measured = [
        tool.TrickMeasurement("rates", name, 100, 1, 0.0, validation, 10 - validation, 300, 0.0)
        for name, validation in results
    ]
    other = tool.TrickMeasurement("alone", "Adam", 0, 1, 0.0, 1.0, 1.0, 300, 0.0)
    assert tool.best_rates([*measured, other]) == {"SGD": 2.0, "Adam": 0.1}


def test_alone_and_left_out_are_one_change_from_where_they_begin(tool):
    rates = {"SGD": 4.0, "Adam": 0.01, "RMSprop": 0.002, "AdamW": 0.008}
    alone, without = tool.recipes_alone(rates), tool.recipes_without(rates)
    plain, together = alone["nothing"], without["nothing"]
    assert plain == Recipe(rate=4.0)
    for name, change in tool.tricks(rates).items():
        differs = {field for field in vars(plain) if getattr(alone[name], field) != getattr(plain, field)}
        lost = {field for field in vars(plain) if getattr(without[name], field) != getattr(together, field)}
        assert differs == lost == set(change), name
        assert all(getattr(without[name], field) == getattr(plain, field) for field in change)
    assert without["dropout between layers"] == replace(together, drop="between")
    assert without["dropout anew at each step"] == replace(together, drop="each step")
    assert without["RMSprop"] == replace(together, optimizer="RMSprop", rate=0.002)
    assert without["AdamW"] == replace(together, optimizer="AdamW", rate=0.008)
    assert alone["one layer"] == replace(plain, num_layers=1)
    assert without["one layer"] == replace(together, num_layers=1, input_connections=False)


def test_pairs_are_layer_normalisation_and_one_trick_more(tool):
    rates = {"SGD": 4.0, "Adam": 0.01, "RMSprop": 0.002, "AdamW": 0.008}
    normalised, pairs = Recipe(rate=4.0, layer_norm=True), tool.recipes_of_pairs(rates)
    assert pairs == {
        "layer normalisation, variational dropout": replace(normalised, dropout=0.2, drop="variational"),
        "layer normalisation, early stopping": replace(normalised, early_stopping=True),
    }


def test_equal_width_and_equal_parameters_are_equal(tool):
    recipes = tool.recipes_of_depth({"Adam": 0.01}, 69)
    reference = tool.size(recipes["depth, equal width", "2"], 69)
    for (experiment, layers), recipe in recipes.items():
        assert recipe.num_layers == int(layers)
        assert recipe.input_connections == ("input" in experiment)
        if "width" in experiment:
            assert recipe.H == 64
        else:
            assert abs(tool.size(recipe, 69) / reference - 1) < 0.03
