"""`make bench`: forward and backward of the package's layers against PyTorch's and against a plain loop, one thread.

The three are the same float32 network and take turns within one run: look at the ratios, and at those of several runs.
The plain loop leaves the gradients to autograd and has one product per gate, as the equations are written.
"""

import torch
from torch import sigmoid, tanh
from torch.testing import assert_close

from rnn_helpers.layers import GRU, LSTM, RNN
from rnn_helpers.timing import interleaved_times

ROUNDS = {(32, 64, 128): 15, (64, 128, 256): 7, (1, 1000, 64): 9}  # for each (B, T, H); D = H


def rnn_step(x, h, V, U, c):
    return (tanh(x @ V.T + h @ U.T + c),)


def gru_step(x, h, p, d):
    r = sigmoid(x @ p.V_r.T + h @ p.U_r.T + p.b_r)
    u = sigmoid(x @ p.V_u.T + h @ p.U_u.T + p.b_u)
    candidate = tanh(x @ p.V.T + p.b + r * (h @ p.U.T + d))
    return (u * candidate + (1 - u) * h,)


def lstm_step(x, h, c, p):
    i = sigmoid(x @ p.V_i.T + h @ p.U_i.T + p.b_i)
    f = sigmoid(x @ p.V_f.T + h @ p.U_f.T + p.b_f)
    o = sigmoid(x @ p.V_o.T + h @ p.U_o.T + p.b_o)
    c = f * c + i * tanh(x @ p.V.T + h @ p.U.T + p.b)
    return o * tanh(c), c


UNITS = {
    "RNN": (torch.nn.RNN, RNN, rnn_step),
    "GRU": (torch.nn.GRU, GRU, gru_step),
    "LSTM": (torch.nn.LSTM, LSTM, lstm_step),
}


def competitors(unit, B, T, H):
    """Three ways to the states and to the gradients of all parameters."""
    theirs, ours, step = UNITS[unit]
    module = theirs(H, H, batch_first=True)
    layer = ours.from_torch(module)
    x, weight = torch.randn(B, T, H), torch.randn(B, T, H)

    def plain_loop():
        state, parameters, outputs = [torch.zeros(B, H)], layer.cell_parameters(), []
        if unit == "LSTM":
            state, parameters = 2 * state, [parameters]
        for t in range(T):
            state = step(x[:, t], *state, *parameters)
            outputs.append(state[0])
        return torch.stack(outputs, 1)

    def run(states, network):
        return lambda: torch.autograd.grad((states() * weight).sum(), tuple(network.parameters()))

    ways = {
        f"nn.{unit}": (lambda: module(x)[0], module),
        unit: (lambda: layer(x)[0], layer),
        "plain loop": (plain_loop, layer),
    }
    for states, _ in ways.values():
        assert_close(states(), module(x)[0], atol=1e-4, rtol=1e-4)
    return {name: run(*way) for name, way in ways.items()}


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"{'(B, T, H)':18}{'':12}{'ms':>9}{'x nn.*':>9}{'x plain loop':>15}")
    for unit in UNITS:
        for setting, rounds in ROUNDS.items():
            times = interleaved_times(competitors(unit, *setting), repeats=rounds)
            theirs, _, plain = times.values()
            for name, ms in times.items():
                print(f"{setting!s:18}{name:12}{ms:9.2f}{ms / theirs:9.2f}{ms / plain:15.2f}")


if __name__ == "__main__":
    main()
