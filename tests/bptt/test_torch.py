"""The hand-written recurrences against PyTorch's modules: the same outputs and the same gradients."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from rnn_helpers.bptt import elman, gru_reset_after, lstm


def as_rnn(nonlinearity):
    def run(x, state, weight_ih, weight_hh, bias_ih, bias_hh):
        h = elman(x, state[0][0], weight_ih, weight_hh, bias_ih + bias_hh, nonlinearity)
        return h, h[:, -1]

    return run


def as_gru(x, state, weight_ih, weight_hh, bias_ih, bias_hh):
    """PyTorch's z is 1 - u: the rows for u are those for z with the other sign."""
    H = weight_hh.shape[1]
    sign = torch.ones(3 * H, dtype=x.dtype)
    sign[H : 2 * H] = -1
    inside = torch.cat([bias_hh[: 2 * H], torch.zeros(H, dtype=x.dtype)])  # the candidate's stands with r, as d
    V, U, b = sign[:, None] * weight_ih, sign[:, None] * weight_hh, sign * (bias_ih + inside)
    h = gru_reset_after(x, state[0][0], V, U, b, bias_hh[2 * H :])
    return h, h[:, -1]


def as_lstm(x, state, weight_ih, weight_hh, bias_ih, bias_hh):
    (h0,), (c0,) = state
    h, c = lstm(x, h0, c0, weight_ih, weight_hh, bias_ih + bias_hh)
    return h, h[:, -1], c[:, -1]


PAIRS = {
    "RNN tanh": (lambda D, H: nn.RNN(D, H, batch_first=True), as_rnn("tanh"), 1),
    "RNN relu": (lambda D, H: nn.RNN(D, H, nonlinearity="relu", batch_first=True), as_rnn("relu"), 1),
    "GRU": (lambda D, H: nn.GRU(D, H, batch_first=True), as_gru, 1),
    "LSTM": (lambda D, H: nn.LSTM(D, H, batch_first=True), as_lstm, 2),
}


@pytest.mark.parametrize("shape", [(2, 7, 3, 5), (1, 1, 1, 1), (4, 20, 6, 8)])
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_outputs_last_states_and_all_gradients(pair, shape):
    make, ours, parts = pair
    B, T, D, H = shape
    generator = torch.Generator().manual_seed(0)

    def draw(*size):
        return torch.randn(size, generator=generator, dtype=torch.float64).requires_grad_()

    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = make(D, H).double()
    x, state = draw(B, T, D), [draw(1, B, H) for _ in range(parts)]
    output, last = module(x, tuple(state) if parts == 2 else state[0])
    theirs = (output, *(part[0] for part in (last if parts == 2 else (last,))))
    parameters = tuple(module.parameters())
    mine = ours(x, state, *parameters)
    assert_close(mine, theirs, atol=1e-10, rtol=1e-10)
    weights = [draw(*out.shape).detach() for out in theirs]
    wanted = [x, *state, *parameters]
    assert_close(
        torch.autograd.grad(mine, wanted, weights), torch.autograd.grad(theirs, wanted, weights), atol=1e-10, rtol=1e-10
    )
