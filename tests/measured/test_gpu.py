"""The measurements of `make gpu`: all there, once each, possible, and as the tool writes them. Needs no GPU."""

import math
import os
import subprocess
import sys

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.measured.gpu import FILE, GPUMeasurement, load_gpu

STAGES = ["indexing", "unbind", "gates concatenated", "input product hoisted", "backward by hand", "nn.LSTM"]
ON_GPU_ALONE = ["input product hoisted (recorded)", "backward by hand (recorded)", "nn.LSTM (TF32)"]
NAMES = {
    "staircase": STAGES + ON_GPU_ALONE,
    "scan": ["loop", "by hand", "scan"],
    "additions": ["one by one", "recorded"],
    "products": ["one by one"],
    "pixels": ["an update"],
}


@pytest.fixture
def tool(tool_of, monkeypatch):
    monkeypatch.syspath_prepend(FILE.parents[2] / "tools")  # it imports its neighbours
    return tool_of("gpu")


def test_everything_is_there_once_for_the_first_card(tool):
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(GPUMeasurement._fields)
    measured = load_gpu()
    wanted = [
        (part.__name__, "cuda", setting, name)
        for part, settings in tool.PARTS.items()
        for setting in settings
        for name in NAMES[part.__name__]
    ]
    wanted += [("staircase", "cpu", setting, name) for setting in tool.ON_ONE_CORE for name in STAGES]
    there = [(m.part, m.device, m.setting, m.name) for m in measured if m.card == measured[0].card]
    assert sorted(there) == sorted(wanted)


def test_times_are_possible():
    for m in load_gpu():
        assert 0 < m.lowest <= m.milliseconds <= m.highest < math.inf, m


def test_a_computation_on_this_machine_is_measured_and_read_as_it_was_written(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a card")
    monkeypatch.setattr(tool, "recorded", lambda run: run)
    sizes = {"staircase": (2, 3, 4), "scan": (2, 40, 3), "additions": (1, 5, 6), "products": (2, 3, 4)}
    sizes["pixels"] = (2, 25, 2)
    file = tmp_path / "gpu.csv"
    file.write_text(",".join(GPUMeasurement._fields) + "\n", encoding="utf-8")
    written = []
    with file.open("a", encoding="utf-8") as lines:
        for part in tool.PARTS:
            results = tool.measure(part, "cpu", sizes[part.__name__], rounds=1)
            names = STAGES if part is tool.staircase else NAMES[part.__name__]
            assert [m.name for m in results] == names
            assert {(m.card, m.part, m.device, m.setting) for m in results} == {
                ("a card", part.__name__, "cpu", sizes[part.__name__])
            }
            lines.writelines(m.as_line() for m in results)
            written += results
    monkeypatch.setattr("rnn_helpers.measured.gpu.FILE", file)
    assert [m.as_line() for m in load_gpu()] == [m.as_line() for m in written]


def test_without_a_gpu_it_says_so(tool):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, tool.__file__], capture_output=True, text=True, env=environment, timeout=300)
    assert (done.returncode, done.stdout) == (1, "")
    assert "finds no GPU on this machine" in done.stderr
    assert "rnn_helpers/measured/gpu.csv" in done.stderr


@pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a GPU")
def test_what_is_recorded_reads_its_arguments_anew(tool):
    x = torch.ones(3, device="cuda")
    out = torch.zeros(3, device="cuda")
    replay = tool.recorded(lambda: torch.add(x, 1, out=out))
    x.fill_(5)
    replay()
    assert_close(out.cpu(), torch.full((3,), 6.0))
