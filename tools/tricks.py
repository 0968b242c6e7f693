"""`make tricks`: what each trick of chapter 13 buys alone, and what is lost when it is left out. A quarter of an hour.

Each result is a line of rnn_helpers/measured/tricks.csv, which the lesson reads. What stands there is not measured
again; delete a line, or the file, to have it measured.

First each optimizer gets five trials of its rate, with a seed of their own; the rate with the best validation is taken.
All else is measured with these rates, over the seeds below.
"""

import time
from dataclasses import replace

import torch

from rnn_helpers.measured.files import begin, store
from rnn_helpers.measured.tricks import FILE, TrickMeasurement, load_tricks
from rnn_helpers.trick_comparison import OPTIMIZERS, Recipe, build, fit, load_text

TRIAL_SEED, SEEDS, MORE_SEEDS = 100, (0, 1, 2), (0, 1, 2, 3)
RATES = {
    "SGD": (1.0, 2.0, 4.0, 8.0, 16.0),
    "SGD with momentum": (0.1, 0.2, 0.4, 0.8, 1.6),
    "RMSprop": (0.001, 0.002, 0.004, 0.008, 0.016),
    "Adam": (0.002, 0.004, 0.008, 0.016, 0.032),
    "AdamW": (0.002, 0.004, 0.008, 0.016, 0.032),
}
DROPOUT = 0.2  # like the number of units, chosen in trials on the validation part
LAYERS = (1, 2, 4, 8)


def best_rates(measured):
    """The rate of each optimizer with the lowest perplexity of the validation part."""
    trials = {}
    for m in measured:
        if m.experiment == "rates":
            optimizer, rate = m.name.split(" at ")
            trials.setdefault(optimizer, []).append((m.validation, float(rate)))
    return {optimizer: min(results)[1] for optimizer, results in trials.items()}


def tricks(rates):
    """For each trick its name and what it changes in a recipe."""
    return {
        "Adam": dict(optimizer="Adam", rate=rates["Adam"]),
        "forget bias 1": dict(forget_bias=1.0),
        "orthogonal start": dict(orthogonal=True),
        "layer normalisation": dict(layer_norm=True),
        "input connections": dict(input_connections=True),
        "early stopping": dict(early_stopping=True),
        "variational dropout": dict(dropout=DROPOUT, drop="variational"),
    }


def recipes_alone(rates):
    """Plain, plain with one trick each, with the two other kinds of dropout, and with one layer."""
    plain = Recipe(rate=rates["SGD"])
    alone = {"nothing": plain} | {name: replace(plain, **change) for name, change in tricks(rates).items()}
    return alone | {
        "dropout between layers": replace(plain, dropout=DROPOUT),
        "dropout anew at each step": replace(plain, dropout=DROPOUT, drop="each step"),
        "one layer": replace(plain, num_layers=1),
    }


def recipes_without(rates):
    """All tricks; all but one each; and all with something else in place of variational dropout, Adam, two layers."""
    plain, everything = Recipe(rate=rates["SGD"]), {}
    for change in tricks(rates).values():
        everything |= change
    together = replace(plain, **everything)
    without = {"nothing": together}
    for name, change in tricks(rates).items():
        without[name] = replace(together, **{field: getattr(plain, field) for field in change})
    return without | {
        "dropout between layers": replace(together, drop="between"),
        "dropout anew at each step": replace(together, drop="each step"),
        "RMSprop": replace(together, optimizer="RMSprop", rate=rates["RMSprop"]),
        "AdamW": replace(together, optimizer="AdamW", rate=rates["AdamW"]),
        "one layer": replace(together, num_layers=1, input_connections=False),  # there is no upper one to connect
    }


def recipes_of_pairs(rates):
    """Plain with layer normalisation and one thing more that stops learning by heart."""
    normalised = recipes_alone(rates)["layer normalisation"]
    return {
        f"layer normalisation, {name}": replace(normalised, **tricks(rates)[name])
        for name in ("variational dropout", "early stopping")
    }


def recipes_of_depth(rates, K):
    """Experiment and number of layers -> recipe."""
    recipe = Recipe("Adam", rates["Adam"], dropout=DROPOUT, forget_bias=1.0, early_stopping=True)
    recipes, wanted = {}, size(recipe, K)
    for connected in (False, True):
        behind = ", input connections" * connected
        for n in LAYERS[connected:]:
            wide = replace(recipe, num_layers=n, input_connections=connected)
            recipes["depth, equal width" + behind, str(n)] = wide
            H = min(range(8, 200), key=lambda H, wide=wide: abs(size(replace(wide, H=H), K) - wanted))
            recipes["depth, equal parameters" + behind, str(n)] = replace(wide, H=H)
    deepest = recipes["depth, equal width", str(LAYERS[-1])]
    recipes["depth, equal width, no dropout", str(LAYERS[-1])] = replace(deepest, dropout=0.0)
    return recipes


def size(recipe, K):
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build(replace(recipe, forget_bias=None), K, 0).parameters())


def main() -> None:
    torch.set_num_threads(1)
    begin(FILE, TrickMeasurement)
    text = load_text()
    done = {(m.experiment, m.name, m.seed) for m in load_tricks()}

    def measure(experiment, name, recipe, seed):
        if (experiment, name, seed) in done:
            return
        start = time.process_time()
        learned, validation, test, history = fit(recipe, text, seed)
        seconds, steps = time.process_time() - start, len(history.losses)
        result = TrickMeasurement(
            experiment, name, seed, size(recipe, text.K), learned, validation, test, steps, seconds
        )
        store(FILE, result)

    for optimizer in OPTIMIZERS:
        for rate in RATES[optimizer]:
            measure("rates", f"{optimizer} at {rate}", Recipe(optimizer, rate), TRIAL_SEED)
    rates = best_rates(load_tricks())
    for seed in SEEDS:
        for optimizer, rate in rates.items():
            measure("optimizers", optimizer, Recipe(optimizer, rate), seed)
    for seed in MORE_SEEDS:
        for name, recipe in recipes_alone(rates).items():
            measure("alone", name, recipe, seed)
        for name, recipe in recipes_without(rates).items():
            measure("without", name, recipe, seed)
        for name, recipe in recipes_of_pairs(rates).items():
            measure("pairs", name, recipe, seed)
    for seed in SEEDS:
        for (experiment, layers), recipe in recipes_of_depth(rates, text.K).items():
            measure(experiment, layers, recipe, seed)


if __name__ == "__main__":
    main()
