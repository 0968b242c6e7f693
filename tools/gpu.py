"""`make gpu`: what recurrence costs on a GPU; chapters 12 and 14. Needs one; takes two minutes.

Each result is a line of rnn_helpers/measured/gpu.csv, which the lessons read. What stands there of the same card is not
measured again. Everything is float32 (but for the row that says TF32) and taken forward and backward; competitors take
turns within one run, the device is waited for before a clock is read, and all of it is done three times. A computation
that is "recorded" is a CUDA graph: all its kernels, in their order, are launched by one call. With `--compile` a loop
goes through torch.compile, which is printed only.
"""

import logging
import sys
from collections.abc import Callable
from time import perf_counter
from unittest.mock import patch

import torch
from bench_scans import gradients, plain_loop
from bench_staircase import competitors, hoisted
from torch.testing import assert_close

from rnn_helpers import scans
from rnn_helpers.measured.files import begin, store
from rnn_helpers.measured.gpu import FILE, GPUMeasurement, load_gpu
from rnn_helpers.pixels import diagonal_model
from rnn_helpers.timing import interleaved_times

Runs = dict[str, Callable[[], object]]
RECORDED = ("input product hoisted", "backward by hand")


def staircase(B: int, T: int, H: int) -> Runs:
    """The stages of chapter 14; on the GPU, two of them recorded, and nn.LSTM with PyTorch's own precision."""
    runs, _ = competitors(B, T, H)
    if torch.get_default_device().type == "cpu":
        return runs
    by_graph = {f"{name} (recorded)": recorded(runs[name]) for name in RECORDED}
    return runs | by_graph | {"nn.LSTM (TF32)": tf32(runs["nn.LSTM"])}


def scan(B: int, T: int, D: int) -> Runs:
    """h_t = a_t * h_{t-1} + b_t: autograd's loop, the package's way walked step by step, and cut into chunks."""
    arguments = [torch.rand(B, T, D), torch.randn(B, T, D), torch.randn(B, D)]
    arguments = [tensor.requires_grad_() for tensor in arguments]
    of_package = gradients(lambda: scans.scan(*arguments), arguments)

    def told(wide):
        def run():
            with patch.object(scans, "WIDE_ON_GPU", wide):
                return of_package()

        return run

    runs = {"loop": gradients(lambda: plain_loop(*arguments), arguments), "by hand": told(0), "scan": told(B * D + 1)}
    assert_close(*(runs[way]() for way in ("by hand", "scan")), atol=1e-3, rtol=1e-3)
    return runs


def additions(B: int, T: int, H: int) -> Runs:
    """T sums of B times H numbers, one after the other, without gradients."""
    x, y = torch.randn(2, B, H)
    z = torch.empty_like(x)

    def run():
        for _ in range(T):
            torch.add(x, y, out=z)
        return z

    return {"one by one": run, "recorded": recorded(run)}


def products(B: int, T: int, H: int) -> Runs:
    """T recurrent products of an LSTM with H units, z + U h, one after the other, without gradients."""
    h, U, z = torch.randn(B, H), torch.randn(4 * H, H), torch.randn(B, 4 * H)
    out = torch.empty_like(z)

    def run():
        for _ in range(T):
            torch.addmm(z, h, U.T, out=out)
        return out

    return {"one by one": run}


def pixels(B: int, T: int, H: int) -> Runs:
    """An update of chapter 12's longer run: T pixels in a square, seven layers of H units."""
    side, model = round(T**0.5), diagonal_model(H, num_layers=7)
    images = torch.randint(2, (B, side, side)).float()
    return {"an update": lambda: torch.autograd.grad(model.nats(images).mean(), tuple(model.parameters()))}


PARTS = {  # what is compared, and how many rounds for each (B, T, H)
    staircase: {(1, 256, 64): 7, (32, 64, 128): 7, (1024, 64, 1024): 5},
    scan: {(B, T, 64): 5 for B in (1, 64, 1024) for T in (64, 512, 4096) if B * T <= 524_288}
    | {(B, 64, 64): 5 for B in (16_384, 65_536)},
    additions: {(1, 1000, n): 5 for n in (64, 4_096, 262_144, 1_048_576, 16_777_216)},
    products: {(B, 100, H): 5 for H in (256, 1024) for B in (1, 32, 256, 1024, 4096, 16_384)},
    pixels: {(128, 28 * 28, 16): 3},
}
ON_ONE_CORE = ((1, 256, 64), (32, 64, 128))  # what of the staircase is run on the processor, too


def recorded(run: Callable[[], object]) -> Callable[[], object]:
    """The same as a CUDA graph, checked to give what `run` gives."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):  # libraries set themselves up, which cannot be recorded
            run()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = run()
    graph.replay()
    assert_close(result, run(), atol=1e-4, rtol=1e-4)
    return graph.replay


def tf32(run: Callable[[], object]) -> Callable[[], object]:
    """With products of numbers that are rounded to ten bits, as cuDNN takes them unless it is told otherwise."""

    def with_tf32():
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=True):
            return run()

    return with_tf32


def waited() -> float:
    """The time when the GPU has done all that it was asked for, in seconds."""
    torch.cuda.synchronize()
    return perf_counter()


def measure(part: Callable[..., Runs], device: str, setting: tuple[int, int, int], rounds: int) -> list[GPUMeasurement]:
    torch.manual_seed(0)
    with torch.device(device):  # only what is drawn here: in such a context each operation costs more
        runs = part(*setting)
    clock = waited if device == "cuda" else perf_counter
    repetitions = [interleaved_times(runs, rounds, clock) for _ in range(3)]
    results = []
    for name in runs:
        lowest, middle, highest = sorted(times[name] for times in repetitions)
        machine = torch.cuda.get_device_name(), torch.__version__
        results.append(GPUMeasurement(*machine, part.__name__, device, *setting, name, middle, lowest, highest))
    return results


def compiled(B: int, T: int, H: int) -> None:
    """The stage "input product hoisted" compiled and recorded: what the first call takes, and the others."""
    logging.getLogger("torch._inductor").setLevel(logging.ERROR)  # it warns of each product in the loop
    with torch.device("cuda"):
        runs, run = competitors(B, T, H)
    compiled_run = run(torch.compile(hoisted, mode="reduce-overhead"))
    start = waited()
    compiled_run()
    print(f"{(B, T, H)!s:20}first call of the compiled stage: {waited() - start:.1f} s", flush=True)
    for name, ms in interleaved_times({**runs, "compiled": compiled_run}, 15, waited).items():
        print(f"{(B, T, H)!s:20}{name:33}{ms:11.3f}", flush=True)


def main() -> None:
    if not torch.cuda.is_available():
        sys.exit(
            f"PyTorch {torch.__version__} finds no GPU on this machine. Run this where there is one, with a PyTorch "
            "built for it (https://pytorch.org/get-started/locally); what the book measured stands in "
            f"{FILE.relative_to(FILE.parents[2])}"
        )
    torch.set_num_threads(1)
    torch.backends.cudnn.allow_tf32 = False
    card = torch.cuda.get_device_name()
    print(f"{card}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}")
    if "--compile" in sys.argv:
        compiled(1, 64, 64)
        return
    begin(FILE, GPUMeasurement)
    print(f"{'part':11}{'on':6}{'(B, T, H)':20}{'':33}{'ms':>11}")
    done = {(m.part, m.device, m.setting) for m in load_gpu() if m.card == card}
    for part, settings in PARTS.items():
        for setting, rounds in settings.items():
            for device in ("cuda", "cpu") if part is staircase and setting in ON_ONE_CORE else ("cuda",):
                if (part.__name__, device, setting) not in done:
                    for result in measure(part, device, setting, rounds):
                        store(FILE, result)


if __name__ == "__main__":
    main()
