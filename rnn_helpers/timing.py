"""Fair timings on a noisy machine: competitors take turns within one run, and the median counts."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def interleaved_times(runs: Mapping[str, Callable[[], object]], repeats: int = 15) -> dict[str, float]:
    """Median wall time of each run in milliseconds; every round calls each once, after one round to warm up."""
    if repeats < 1:
        raise ValueError(f"interleaved_times: repeats must be at least 1, got {repeats}")
    times = {name: [] for name in runs}
    for _ in range(repeats + 1):
        for name, run in runs.items():
            start = perf_counter()
            run()
            times[name].append(1000 * (perf_counter() - start))
    return {name: median(measured[1:]) for name, measured in times.items()}
