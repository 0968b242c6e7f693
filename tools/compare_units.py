"""`make units`: what units that cost less a step predict and remember, at equal size and at equal time; chapter 14.

Some ten minutes on a core. Each result is a line of rnn_helpers/measured/units.csv, which the lesson reads. What stands
there is not measured again; delete a line, or the file, to have it measured. `--rates` prints the trials in which the
rates below were chosen, on other characters and other sums.

Two comparisons on each of two tasks. "parameters": all models have as many as the one with the LSTM, and train for as
many steps. "units": all have as many hidden units, and train for as long as the LSTM, so that who takes half the time a
step gets twice the steps. The time of a step is the median of interleaved runs, in processor time on one thread,
measured first.
"""

import sys
from time import process_time

import torch

from rnn_helpers.measured import UNITS_FILE, UnitMeasurement, load_units
from rnn_helpers.timing import interleaved_times
from rnn_helpers.unit_comparison import SIZES, UNITS, WIDTHS, model_of, result_of, size_of, training_step

SEEDS = (0, 1, 2)
STEPS = {"plays": 200, "adding": 600}  # of the LSTM
TRIED = (0.01, 0.02, 0.04)
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
            results = {
                lr: result_of(task, model_of(task, unit, "parameters", 100), 100, STEPS[task], lr, validation=True)
                for lr in TRIED
            }
            best = min(results, key=results.get)
            print(
                f'    ("{task}", "{unit}"): {best},',
                {lr: round(result, 4) for lr, result in results.items()},
                flush=True,
            )


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
                    print(line, flush=True)
                    with UNITS_FILE.open("a", encoding="utf-8") as file:
                        file.write(line.as_line())


if __name__ == "__main__":
    torch.set_num_threads(1)
    try_rates() if "--rates" in sys.argv else measure_all()
