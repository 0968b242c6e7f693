"""How nbval runs the notebooks: no progress bars, pictures compared by their words, a reader's own progress untouched."""

import os
import tempfile

import pytest

os.environ["TQDM_DISABLE"] = "1"
os.environ["RNN_HELPERS_PROGRESS"] = os.path.join(
    tempfile.mkdtemp(), "progress.json"
)


def pytest_collectstart(collector: pytest.Collector) -> None:
    if hasattr(collector, "skip_compare"):  # a notebook
        # A curve may differ in a hundredth of a point between processors; its description may not.
        collector.skip_compare += ("image/svg+xml",)
