"""The units as layers: Elman's network, GRU, LSTM, minimal GRU. How a batch passes through stands in `stack`."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from rnn_helpers.bptt import coupled_lstm, elman, gru_reset_after, gru_reset_before, lstm, min_gru
from rnn_helpers.cells import CoupledLSTMParameters, GRUParameters, LSTMParameters, MinGRUParameters
from rnn_helpers.layers.ends import Lengths
from rnn_helpers.layers.stack import Stack


class RNN(Stack):
    """Elman's network, h_t = g(V x_t + U h_{t-1} + c), where g is tanh or relu.

    Parameters are `V_l0` (H, D), `U_l0` (H, H) and `c_l0` (H), with `_reverse` behind the name for the backward
    direction; in layer k > 0 `V_lk` has H columns, 2H if bidirectional. All start uniform within 1/sqrt(H), as in
    PyTorch, drawn from the global generator.

    Parameters
    ----------
    D, H : sizes of the input and of the state.
    num_layers : how many are stacked; each reads the outputs of the one below.
    bidirectional : in each layer a second network reads from the end; the outputs stand side by side.
    dropout : the share of outputs dropped at random on the way from layer to layer, in training mode.
    input_connections : each layer above the first reads [the outputs of the one below; x], so that its V has D columns
        more, on the right.
    variational : what is dropped, is dropped at all steps alike, and the same share of the entries of h_{t-1}, on the
        way into U, too. The mask of the outputs is drawn for each sequence, that of the state, which is one of the
        columns of U, for each call of the layer (Gal and Ghahramani 2016, arXiv 1512.05287, draw both for each
        sequence).
    """

    theirs = nn.RNN

    def __init__(
        self,
        D: int,
        H: int,
        num_layers: int = 1,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        bidirectional: bool = False,
        dropout: float = 0.0,
        input_connections: bool = False,
        variational: bool = False,
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        letters = ("V", "U", "c")
        options = {"input_connections": input_connections, "variational": variational}
        super().__init__(D, H, num_layers, bidirectional, dropout, 1, letters, **options)
        self.nonlinearity = nonlinearity

    def cell_parameters(self, layer: int = 0, reverse: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """V, U, c, for `cells.elman_step(x, h, V, U, c)` (which is tanh)."""
        return tuple(self.chosen_parameters(layer, reverse))

    def run(self, x, initial, parameters, padding):
        V, U, c = parameters
        if self.nonlinearity == "relu" and padding is not None:
            # Nothing bounds these states: behind an end they could overflow, and 0 * inf would reach dL/dU. One more
            # input, 1 on padding, shuts every unit there.
            shut = V.new_full((self.H, 1), -(torch.finfo(V.dtype).max ** 0.75))
            x, V = torch.cat([x, padding.to(x.dtype)], 2), torch.cat([V, shut], 1)
        return (elman(x, *initial, V, U, c, self.nonlinearity),)

    @staticmethod
    def options_of(module):
        return {"nonlinearity": module.nonlinearity}

    def options_for_torch(self):
        return {"nonlinearity": self.nonlinearity}


class GRU(Stack):
    """The gated recurrent unit, h_t = u * candidate + (1 - u) * h_{t-1}; its equations stand in `cells.gru_step`.

    Parameters are `V_l0` (3H, D), `U_l0` (3H, H) and `b_l0` (3H), their rows stacked r, u, candidate, and with
    `reset="after"` also `d_l0` (H). The rest is as in `RNN`.

    Parameters
    ----------
    reset : where the reset gate acts: "before" the product with U, as in the book's equations, or "after" it, as in
        PyTorch (`cells.gru_step_reset_after`).
    """

    theirs = nn.GRU

    def __init__(
        self,
        D: int,
        H: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        reset: Literal["before", "after"] = "before",
        input_connections: bool = False,
        variational: bool = False,
    ):
        if reset not in ("before", "after"):
            raise ValueError(f"GRU: reset must be 'before' or 'after', got {reset!r}")
        letters = ("V", "U", "b") if reset == "before" else ("V", "U", "b", "d")
        options = {"input_connections": input_connections, "variational": variational}
        super().__init__(D, H, num_layers, bidirectional, dropout, 3, letters, **options)
        self.reset = reset

    def cell_parameters(
        self, layer: int = 0, reverse: bool = False
    ) -> GRUParameters | tuple[GRUParameters, Float[Tensor, "H"]]:
        """Views of the parameters: theta for `cells.gru_step(x, h, theta)`.

        With `reset="after"` the pair (theta, d), for `cells.gru_step_reset_after(x, h, theta, d)`.
        """
        theta = GRUParameters(*self.by_gate(layer, reverse))
        return theta if self.reset == "before" else (theta, self.parameters_at(layer, reverse)[3])

    def run(self, x, initial, parameters, padding):
        recurrence = gru_reset_before if self.reset == "before" else gru_reset_after
        return (recurrence(x, *initial, *parameters),)

    @staticmethod
    def options_of(module):
        return {"reset": "after"}

    def options_for_torch(self):
        if self.reset == "before":
            raise ValueError(
                'GRU.to_torch: with reset="before" the gate acts before the product with U, in nn.GRU after it: '
                "another function, to which in general no parameters of nn.GRU are equal"
            )
        return {}

    @staticmethod
    def from_theirs(weight_ih, weight_hh, bias_ih, bias_hh):
        gates, d = bias_hh.split([2 * weight_hh.shape[1], weight_hh.shape[1]])  # the candidate needs both its biases
        b = bias_ih + torch.cat([gates, torch.zeros_like(d)])
        return *map(_mirror_update_gate, (weight_ih, weight_hh, b)), d

    @staticmethod
    def to_theirs(V, U, b, d):
        return *map(_mirror_update_gate, (V, U, b)), torch.cat([d.new_zeros(2 * len(d)), d])


class LSTM(Stack):
    """Long short-term memory, c_t = f * c_{t-1} + i * candidate, h_t = o * tanh(c_t); see `cells.lstm_step`.

    The state is a pair (h, c). Parameters are `V_l0` (4H, D), `U_l0` (4H, H) and `b_l0` (4H), their rows stacked i, f,
    candidate, o, or if coupled (3H) f, candidate, o. The rest is as in `RNN`.

    Parameters
    ----------
    coupled : do without an input gate, i = 1 - f (`cells.coupled_lstm_step`).
    diagonal : every U is a diagonal matrix, each unit reads its own state alone; `U_l0` (4H) holds the diagonals.

    Raises
    ------
    ValueError : both of these, or a diagonal U with `variational`, which drops columns of U.
    """

    theirs = nn.LSTM
    parts = 2

    def __init__(
        self,
        D: int,
        H: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        coupled: bool = False,
        diagonal: bool = False,
        input_connections: bool = False,
        variational: bool = False,
    ):
        if diagonal and (coupled or variational):
            raise ValueError(f"LSTM: {'coupled' if coupled else 'variational'} and diagonal cannot be combined")
        gates, letters = 3 if coupled else 4, ("V", "U", "b")
        options = {"diagonal": diagonal, "input_connections": input_connections, "variational": variational}
        super().__init__(D, H, num_layers, bidirectional, dropout, gates, letters, **options)
        self.coupled, self.diagonal = coupled, diagonal

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        state: tuple[Float[Tensor, "S B H"], Float[Tensor, "S B H"]] | None = None,
        lengths: Lengths | None = None,
    ) -> tuple[Float[Tensor, "B T O"], tuple[Float[Tensor, "S B H"], Float[Tensor, "S B H"]]]:
        """As in the other units, with a pair (h, c) for state."""
        if state is not None and not (isinstance(state, tuple) and len(state) == 2):
            what = f"a tuple of {len(state)}" if isinstance(state, tuple) else f"a {type(state).__name__}"
            raise ValueError(f"LSTM: state must be a pair (h, c), got {what}")
        output, (h, c) = self.through_all(x, state, lengths)
        return output, (h, c)

    def cell_parameters(self, layer: int = 0, reverse: bool = False) -> LSTMParameters | CoupledLSTMParameters:
        """Views of the parameters: theta for `cells.lstm_step(x, h, c, theta)` or `cells.coupled_lstm_step`.

        Of a diagonal layer the U are new (H, H) matrices, through which gradients flow back to the diagonals.
        """
        theta = (CoupledLSTMParameters if self.coupled else LSTMParameters)(*self.by_gate(layer, reverse))
        if not self.diagonal:
            return theta
        return theta._replace(**{name: getattr(theta, name).diag() for name in theta._fields if name.startswith("U")})

    def run(self, x, initial, parameters, padding):
        return (coupled_lstm if self.coupled else lstm)(x, *initial, *parameters)

    def options_for_torch(self):
        if self.diagonal:
            raise ValueError(
                "LSTM.to_torch: this layer is diagonal; nn.LSTM learns all of U, and would be another function after "
                "its first step of training"
            )
        if self.coupled:
            raise ValueError(
                "LSTM.to_torch: this layer is coupled, i = 1 - f; nn.LSTM learns i and f apart, and would be another "
                "function after its first step of training"
            )
        return {}


class MinGRU(Stack):
    """The minimal GRU, h_t = u * candidate + (1 - u) * h_{t-1}, neither of which sees the state; see `min_gru_step`.

    Parameters are `V_l0` (2H, D) and `b_l0` (2H), their rows stacked u, candidate. There is no U, and no loop over the
    steps either where `rnn_helpers.scans` knows a shorter way. The rest is as in `RNN`.
    """

    def __init__(self, D: int, H: int, num_layers: int = 1, bidirectional: bool = False, dropout: float = 0.0):
        super().__init__(D, H, num_layers, bidirectional, dropout, gates=2, letters=("V", "b"))

    def cell_parameters(self, layer: int = 0, reverse: bool = False) -> MinGRUParameters:
        """Views of the parameters: theta for `cells.min_gru_step(x, h, theta)`."""
        return MinGRUParameters(*self.by_gate(layer, reverse))

    def run(self, x, initial, parameters, padding):
        return (min_gru(x, *initial, *parameters),)


def _mirror_update_gate(rows):
    """Rows for u made rows for PyTorch's z = 1 - u, or back: sigma(-a) = 1 - sigma(a)."""
    r, u, candidate = rows.chunk(3)
    return torch.cat([r, -u, candidate])
