"""An LSTM that normalises what goes into its gates, and what comes out of its cell."""

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from rnn_helpers.cells import LSTMParameters
from rnn_helpers.layers.stack import name_of
from rnn_helpers.layers.units import LSTM


class LayerNormLSTM(LSTM):
    """The LSTM with layer normalisation, LN(z) = (z - mean of z's entries) / (their standard deviation).

        z_t = g_V * LN(V x_t) + g_U * LN(U h_{t-1}) + b, cut into i, f, candidate, o
        c_t = f * c_{t-1} + i * candidate            h_t = o * tanh(g_c * LN(c_t) + s_c)

    The mean is over the 4H entries of a product, over the H of a cell. Beside the parameters of `LSTM` there are the
    gains `g_V_l0` and `g_U_l0` (4H) and `g_c_l0` (H), which start at 1, and the shift `s_c_l0` (H), which starts at 0.
    Only the LSTM has it: no lesson needs it for the other units.
    Its steps run one after the other in Python, with a backward pass by autograd: slower than `LSTM`.
    Source: Ba, Kiros and Hinton 2016, arXiv 1607.06450.

    Parameters
    ----------
    D, H, num_layers, bidirectional, dropout, input_connections, variational : as in `LSTM`.
    """

    theirs = None

    def __init__(
        self,
        D: int,
        H: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        input_connections: bool = False,
        variational: bool = False,
    ):
        options = {"input_connections": input_connections, "variational": variational}
        super().__init__(D, H, num_layers, bidirectional, dropout, **options)
        own = {"g_V": torch.ones(4 * H), "g_U": torch.ones(4 * H), "g_c": torch.ones(H), "s_c": torch.zeros(H)}
        self.letters += tuple(own)
        for layer, reverse in self.places():
            for letter, start in own.items():
                setattr(self, name_of(letter, layer, reverse), nn.Parameter(start.clone()))

    def cell_parameters(
        self, layer: int = 0, reverse: bool = False
    ) -> tuple[LSTMParameters, tuple[Tensor, Tensor, Tensor, Tensor]]:
        """Views of what an LSTM has, as `LSTM.cell_parameters`; and g_V, g_U, g_c, s_c."""
        return super().cell_parameters(layer, reverse), tuple(self.parameters_at(layer, reverse)[3:])

    def run(self, x, initial, parameters, padding):
        V, U, b, g_V, g_U, g_c, s_c = parameters
        h, c = initial
        states, cells = [], []
        for from_input in _normalized(x @ V.T, g_V, b).unbind(1):
            i, f, candidate, o = (from_input + _normalized(h @ U.T, g_U)).chunk(4, -1)
            c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
            h = o.sigmoid() * _normalized(c, g_c, s_c).tanh()
            states.append(h)
            cells.append(c)
        return torch.stack(states, 1), torch.stack(cells, 1)


def _normalized(z: Tensor, gain: Tensor, shift: Tensor | None = None) -> Tensor:
    return layer_norm(z, gain.shape, gain, shift)
