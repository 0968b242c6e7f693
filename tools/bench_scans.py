"""`make bench`: a linear recurrence by scan against the loop, and the minimal GRU that stands on it against nn.GRU.

Forward and backward, one thread, float32; all take turns within one run. The loop is autograd's, with `unbind`; the
"own loop" has the scan's hand-written backward pass and takes the steps one by one, in both directions. Beside a ratio
stands the bound that the book has set it, and whether it holds in this run.
"""

from unittest.mock import patch

import torch
from torch.testing import assert_close

from rnn_helpers import scans
from rnn_helpers.layers import MinGRU
from rnn_helpers.scans import scan
from rnn_helpers.timing import interleaved_times


def plain_loop(a, b, h):
    states = []
    for a_t, b_t in zip(a.unbind(1), b.unbind(1), strict=True):
        h = a_t * h + b_t
        states.append(h)
    return torch.stack(states, 1)


def gradients(states, arguments):
    """A run that computes the states and the gradients of a random sum of them; the gradient comes from outside."""
    direct = torch.randn(states().shape)
    return lambda: torch.autograd.grad(states(), arguments, direct)


def compare(B, T, D):
    arguments = [torch.rand(B, T, D), torch.randn(B, T, D), torch.randn(B, D)]
    arguments = [tensor.requires_grad_() for tensor in arguments]
    assert_close(scan(*arguments), plain_loop(*arguments), atol=1e-4, rtol=1e-4)
    scanned = gradients(lambda: scan(*arguments), arguments)

    def one_by_one():
        with patch.object(scans, "WIDE", 0):
            return scanned()

    plain = gradients(lambda: plain_loop(*arguments), arguments)
    return interleaved_times({"plain loop": plain, "own loop": one_by_one, "scan": scanned}, repeats=9)


def verdict(ratio: float, bound: float | None) -> str:
    return "" if bound is None else f"{bound:11.3f} {'holds' if ratio <= bound else 'MISSED'}"


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"\n{'(B, T, D)':18}{'':12}{'ms':>9}{'x plain loop':>15}{'at most':>11}")
    for B in (1, 16):
        for T in (64, 256, 1024, 4096):
            times = compare(B, T, 64)
            for name, ms in times.items():
                ratio = ms / times["plain loop"]
                bound = None if name != "scan" else 1 / 15 if (B, T) == (1, 4096) else 1.0
                print(f"{(B, T, 64)!s:18}{name:12}{ms:9.2f}{ratio:15.3f}{verdict(ratio, bound)}")
    print(f"\n{'(B, T, H)':18}{'':12}{'ms':>9}{'x nn.GRU':>15}{'at most':>11}")
    for (B, T, H), bound in {(32, 256, 128): 0.3, (1, 4096, 64): 0.03}.items():
        x, theirs, ours = torch.randn(B, T, H), torch.nn.GRU(H, H, batch_first=True), MinGRU(H, H)
        networks = {"nn.GRU": theirs, "MinGRU": ours}
        runs = {
            name: gradients(lambda net=net, x=x: net(x)[0], tuple(net.parameters())) for name, net in networks.items()
        }
        times = interleaved_times(runs, repeats=9)
        for name, ms in times.items():
            ratio = ms / times["nn.GRU"]
            said = verdict(ratio, bound if name == "MinGRU" else None)
            print(f"{(B, T, H)!s:18}{name:12}{ms:9.2f}{ratio:15.3f}{said}")


if __name__ == "__main__":
    main()
