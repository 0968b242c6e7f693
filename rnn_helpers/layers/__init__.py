"""Recurrent layers over whole sequences, stacked, bidirectional, padded: `torch.nn`'s, in the letters of the book.

    layer = GRU(D, H, num_layers=2, bidirectional=True)
    output, state = layer(x, state, lengths)

x : (B, T, D), B sequences of T steps.
output : (B, T, H), the states of the topmost layer; (B, T, 2H) if bidirectional, forward half first.
state : (S, B, H), the first states of all layers on the way in (zeros if None), the last ones on the way out. S is
    num_layers, twice that if bidirectional; the order is PyTorch's, layer by layer, forward before backward.
    An LSTM has a pair of these, (h, c).
lengths : B integers from 1 to T in any order, if sequences end before T. What x holds behind an end has no effect and
    gets no gradient; output is 0 there. The last state is that at the end; the backward direction begins there.

The recurrences stand in `rnn_helpers.bptt`, single steps in `rnn_helpers.cells`.
"""

from rnn_helpers.layers.normalized import LayerNormLSTM
from rnn_helpers.layers.units import GRU, LSTM, RNN, MinGRU

__all__ = ["GRU", "LSTM", "RNN", "LayerNormLSTM", "MinGRU"]
