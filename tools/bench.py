"""`make bench`: forward and backward of the package's recurrences against PyTorch's, interleaved, one thread."""

import torch

from rnn_helpers.bptt import elman
from rnn_helpers.timing import interleaved_times

SETTINGS = [(32, 64, 128), (64, 128, 256), (1, 1000, 64)]


def competitors(B: int, T: int, H: int) -> dict:
    """The same float32 network three ways: loss = sum(states * weight), gradients of all parameters."""
    generator = torch.Generator().manual_seed(0)
    rnn = torch.nn.RNN(H, H, batch_first=True)
    x, weight = (torch.randn(B, T, H, generator=generator) for _ in range(2))
    h0 = torch.zeros(B, H)
    V, U, c = (p.detach().clone().requires_grad_() for p in (rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0))

    def backward(states, parameters):
        torch.autograd.grad((states * weight).sum(), parameters)

    def loop():
        h, states = h0, []
        for t in range(T):
            h = torch.tanh(x[:, t] @ V.T + h @ U.T + c)
            states.append(h)
        backward(torch.stack(states, 1), (V, U, c))

    return {
        "nn.RNN": lambda: backward(rnn(x)[0], tuple(rnn.parameters())),
        "elman": lambda: backward(elman(x, h0, V, U, c), (V, U, c)),
        "plain loop with autograd": loop,
    }


def main() -> None:
    torch.set_num_threads(1)
    print(f"{'(B, T, H)':18}{'':28}{'ms':>8}{'x nn.RNN':>10}")
    for setting in SETTINGS:
        times = interleaved_times(competitors(*setting), repeats=15)
        for name, milliseconds in times.items():
            print(f"{setting!s:18}{name:28}{milliseconds:8.2f}{milliseconds / times['nn.RNN']:10.2f}")


if __name__ == "__main__":
    main()
