"""`make bench`: one LSTM at each stage of chapter 14, from one product per gate to PyTorch's own, in one run.

All stages are the same float32 network, which is checked, and take turns within one run, forward and backward. The last
two columns are ratios: to nn.LSTM, and to the stage before. With `--compile` the stage "input product hoisted" goes
through torch.compile instead, at a small size; its first call, which compiles, is timed apart and takes up to minutes.
With `--threads` the first size is run with one thread and with two, in wall time.
"""

import sys
from time import perf_counter, process_time

import torch
from torch import nn, sigmoid, tanh
from torch.testing import assert_close

from rnn_helpers.bptt import lstm
from rnn_helpers.timing import interleaved_times

ROUNDS = {(32, 64, 128): 9, (64, 128, 256): 3, (1, 1000, 64): 3}  # for each (B, T, H); D = H


def gate_by_gate(x_t, h, c, gates):
    i, f, candidate, o = (x_t @ V.T + h @ U.T + b for V, U, b in gates)
    c = sigmoid(f) * c + sigmoid(i) * tanh(candidate)
    return sigmoid(o) * tanh(c), c


def together(z, c):
    i, f, candidate, o = z.chunk(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(candidate)
    return sigmoid(o) * tanh(c), c


def indexing(x, h, c, V, U, b):
    gates, states = list(zip(V.chunk(4), U.chunk(4), b.chunk(4), strict=True)), []
    for t in range(x.shape[1]):
        h, c = gate_by_gate(x[:, t], h, c, gates)
        states.append(h)
    return torch.stack(states, 1)


def unbind(x, h, c, V, U, b):
    gates, states = list(zip(V.chunk(4), U.chunk(4), b.chunk(4), strict=True)), []
    for x_t in x.unbind(1):
        h, c = gate_by_gate(x_t, h, c, gates)
        states.append(h)
    return torch.stack(states, 1)


def concatenated(x, h, c, V, U, b):
    states = []
    for x_t in x.unbind(1):
        h, c = together(x_t @ V.T + h @ U.T + b, c)
        states.append(h)
    return torch.stack(states, 1)


def hoisted(x, h, c, V, U, b):
    inputs, U_T, states = x @ V.T + b, U.T, []
    for z_t in inputs.unbind(1):
        h, c = together(torch.addmm(z_t, h, U_T), c)
        states.append(h)
    return torch.stack(states, 1)


def by_hand(x, h, c, V, U, b):
    return lstm(x, h, c, V, U, b)[0]


STAGES = {
    "indexing": indexing,
    "unbind": unbind,
    "gates concatenated": concatenated,
    "input product hoisted": hoisted,
    "backward by hand": by_hand,
}


def competitors(B, T, H):
    """A forward and backward pass of each stage; the inputs get their gradient, too, as they do inside a network."""
    module = nn.LSTM(H, H, batch_first=True)
    x, direct = torch.randn(B, T, H, requires_grad=True), torch.randn(B, T, H)
    h = c = torch.zeros(B, H)
    V, U, b, other = (parameter.detach().clone().requires_grad_() for parameter in module.parameters())
    b = (b + other).detach().requires_grad_()

    def run(stage):
        return lambda: torch.autograd.grad(stage(x, h, c, V, U, b), (x, V, U, b), direct)

    runs = {name: run(stage) for name, stage in STAGES.items()}
    runs["nn.LSTM"] = lambda: torch.autograd.grad(module(x)[0], (x, *module.parameters()), direct)
    expected = runs["nn.LSTM"]()[:4]
    for name, stage in STAGES.items():
        assert_close(stage(x, h, c, V, U, b), module(x)[0], atol=1e-4, rtol=1e-4)
        assert_close(runs[name](), expected, atol=2e-2, rtol=1e-3)
    return runs, lambda stage: run(stage)


def print_stages(setting, times):
    before = None
    for name, ms in times.items():
        ratio = f"{ms / before:15.2f}" if before else f"{'':15}"
        print(f"{setting!s:18}{name:24}{ms:10.2f}{ms / times['nn.LSTM']:11.2f}{ratio}", flush=True)
        before = ms


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    if "--threads" in sys.argv:
        with_threads((32, 64, 128))
        return
    print(f"\n{'(B, T, H)':18}{'':24}{'ms':>10}{'x nn.LSTM':>11}{'x stage before':>15}")
    if "--compile" in sys.argv:
        compiled((1, 64, 64))
    else:
        for setting, rounds in ROUNDS.items():
            print_stages(setting, interleaved_times(competitors(*setting)[0], repeats=rounds))


def with_threads(setting):
    runs, _ = competitors(*setting)
    for threads in (1, 2, 1, 2):
        torch.set_num_threads(threads)
        times = interleaved_times(runs, repeats=5)
        print(
            f"{setting}, {threads} thread(s): " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in times.items()),
            flush=True,
        )


def compiled(setting):
    runs, run = competitors(*setting)
    compiled_run = run(torch.compile(hoisted))
    start = perf_counter()
    compiled_run()
    print(f"{setting!s:18}first call of the compiled stage: {perf_counter() - start:.1f} s", flush=True)
    print_stages(setting, interleaved_times({**runs, "compiled": compiled_run}, repeats=15, clock=process_time))


if __name__ == "__main__":
    main()
