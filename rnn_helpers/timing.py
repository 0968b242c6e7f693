"""Fair timings on a noisy machine: competitors take turns within one run, and the median counts."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def interleaved_times(
    runs: Mapping[str, Callable[[], object]], repeats: int = 15, clock: Callable[[], float] = perf_counter
) -> dict[str, float]:
    """Median time of each run in milliseconds; every round calls each once, after one round to warm up.

    `clock` gives seconds: wall time, unless it is `time.process_time`, which leaves out what other programs take, and
    with one thread is the better judge on a busy machine.
    """
    if repeats < 1:
        raise ValueError(f"interleaved_times: repeats must be at least 1, got {repeats}")
    times = {name: [] for name in runs}
    for _ in range(repeats + 1):
        for name, run in runs.items():
            start = clock()
            run()
            times[name].append(1000 * (clock() - start))
    return {name: median(measured[1:]) for name, measured in times.items()}
