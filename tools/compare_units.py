"""`make units`: what units that cost less a step predict and remember, at equal size and at equal time; chapter 14.

Some fifteen minutes on a core. Each result is a line of rnn_helpers/measured/units.csv, which the lesson reads. What
stands there is not measured again; delete a line, or the file, to have it measured. `--rates` prints the trials in
which the rates below were chosen, on other characters and other sums.

Two comparisons on each of two tasks. "parameters": all models have as many as the one with the LSTM, and train for as
many steps. "units": all have as many hidden units, and train for as long as the LSTM, so that who takes half the time a
step gets twice the steps. And three units of equal size go once through the plays, "one pass". The time of a step is
the median of interleaved runs, in processor time on one thread, measured first.
"""

import sys
from time import process_time

import torch

from rnn_helpers.measured.files import begin, store
from rnn_helpers.measured.units import FILE, UnitMeasurement, load_units
from rnn_helpers.timing import interleaved_times
from rnn_helpers.unit_comparison import SIZES, UNITS, WIDTHS, model_of, result_of, size_of, training_step

SEEDS = (0, 1, 2)
STEPS = {"plays": 200, "adding": 600}  # of the LSTM
ONE_PASS, IN_ONE_PASS = 1000, ("LSTM", "GRU", "minimal GRU")  # steps; 1,024 characters each
TRIED = (0.01, 0.02, 0.04)  # and on to the half or the double, as long as the best is the smallest or largest
RATES = {
    ("plays", "LSTM"): 0.02,
    ("plays", "coupled LSTM"): 0.02,
    ("plays", "diagonal LSTM"): 0.04,
    ("plays", "GRU"): 0.02,
    ("plays", "Elman"): 0.01,
    ("plays", "minimal GRU"): 0.04,
    ("plays", "minimal GRU, 3 layers"): 0.02,
    ("adding", "LSTM"): 0.02,
    ("adding", "coupled LSTM"): 0.02,
    ("adding", "diagonal LSTM"): 0.02,
    ("adding", "GRU"): 0.04,
    ("adding", "Elman"): 0.04,
    ("adding", "minimal GRU"): 0.04,
    ("adding", "minimal GRU, 3 layers"): 0.02,
}


def try_rates() -> None:
    for task in SIZES:
        for unit in UNITS:
            results = {lr: result_after(task, unit, lr) for lr in TRIED}
            while (best := min(results, key=results.get)) in (min(results), max(results)):
                lr = best / 2 if best == min(results) else 2 * best
                results[lr] = result_after(task, unit, lr)
            print(
                f'    ("{task}", "{unit}"): {best},',
                {lr: round(result, 4) for lr, result in results.items()},
                flush=True,
            )


def result_after(task: str, unit: str, lr: float) -> float:
    model = model_of(task, unit, "parameters", 100)
    return result_of(task, model, 100, STEPS[task], lr, validation=True)


def measure_one_pass() -> None:
    measured = load_units()
    done = {(m.unit, m.seed) for m in measured if m.width == "one pass"}
    for unit in IN_ONE_PASS:
        (short, *_) = (m for m in measured if (m.task, m.width, m.unit) == ("plays", "parameters", unit))
        for seed in SEEDS:
            if (unit, seed) not in done:
                model = model_of("plays", unit, "parameters", seed)
                result = result_of("plays", model, seed, ONE_PASS, RATES["plays", unit])
                store(FILE, short._replace(width="one pass", seed=seed, steps=ONE_PASS, result=result))


def measure_all() -> None:
    done = {(m.task, m.width, m.unit, m.seed) for m in load_units()}
    for task in SIZES:
        for width in WIDTHS:
            if done >= {(task, width, unit, seed) for unit in UNITS for seed in SEEDS}:
                continue
            runs = {unit: training_step(task, model_of(task, unit, width, seed=0)) for unit in UNITS}
            times = interleaved_times(runs, repeats=21, clock=process_time)
            for unit in UNITS:
                steps = STEPS[task] if width == "parameters" else round(STEPS[task] * times["LSTM"] / times[unit])
                for seed in SEEDS:
                    if (task, width, unit, seed) in done:
                        continue
                    model = model_of(task, unit, width, seed)
                    result = result_of(task, model, seed, steps, RATES[task, unit])
                    line = UnitMeasurement(
                        task, width, unit, seed, model.layer.H, size_of(model), steps, times[unit], result
                    )
                    store(FILE, line)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if "--rates" in sys.argv:
        try_rates()
    else:
        begin(FILE, UnitMeasurement)
        measure_all()
        measure_one_pass()
