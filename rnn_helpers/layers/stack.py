"""What the units share: the parameters of all layers and directions, and the way of a batch through them."""

import inspect
from itertools import chain
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import dropout as drop

from rnn_helpers.layers import conversion
from rnn_helpers.layers.ends import Lengths, ends_of


class Stack(nn.Module):
    """Layers upon layers of one unit, in one direction or two.

    A unit says how many tensors its state has (`parts`), how many blocks of H rows V, U and b have (`gates`), what its
    parameters are called (`letters`), how one layer runs in one direction (`run`), and, for the way to and from
    PyTorch, which module is its like, if any (`theirs`), and how that writes options and parameters.
    """

    theirs: ClassVar[type[nn.RNNBase] | None] = None
    parts: ClassVar[int] = 1

    def __init__(
        self,
        D,
        H,
        num_layers,
        bidirectional,
        dropout,
        gates,
        letters,
        diagonal=False,
        input_connections=False,
        variational=False,
    ):
        super().__init__()
        unit = type(self).__name__
        for name, size in [("D", D), ("H", H), ("num_layers", num_layers)]:
            if not isinstance(size, int) or size < 1:
                raise ValueError(f"{unit}: {name} must be a positive integer, got {size!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"{unit}: dropout must be a probability below 1, got {dropout!r}")
        if dropout and num_layers == 1 and not variational:
            raise ValueError(f"{unit}: dropout acts between layers; with num_layers = 1, {dropout} would do nothing")
        if variational and not dropout:
            raise ValueError(f"{unit}: variational says how dropout is drawn; with dropout = 0 it would do nothing")
        if input_connections and num_layers == 1:
            raise ValueError(f"{unit}: input_connections lead to the layers above the first; num_layers is 1")
        self.D, self.H, self.num_layers, self.bidirectional, self.dropout = D, H, num_layers, bidirectional, dropout
        self.directions, self.gates, self.letters = 1 + bidirectional, gates, letters
        self.input_connections, self.variational = input_connections, variational
        for layer, reverse in self.places():
            inputs = D if layer == 0 else H * self.directions + D * input_connections
            shapes = {"V": (gates * H, inputs), "U": (gates * H, H), "b": (gates * H,), "c": (H,), "d": (H,)}
            if diagonal:
                shapes["U"] = (gates * H,)
            for letter in letters:
                setattr(self, name_of(letter, layer, reverse), nn.Parameter(torch.empty(shapes[letter])))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(H**-0.5), H**-0.5)

    def places(self):
        """Layer and direction of all S states, in their order."""
        return [(layer, reverse) for layer in range(self.num_layers) for reverse in range(self.directions)]

    def parameters_at(self, layer, reverse):
        return [getattr(self, name_of(letter, layer, reverse)) for letter in self.letters]

    def by_gate(self, layer, reverse):
        """V, U (if there is one) and b of the first gate, then of the second, ...: rows of the parameters, as views."""
        stacked = self.chosen_parameters(layer, reverse)[:3]
        return chain.from_iterable(zip(*(rows.chunk(self.gates) for rows in stacked), strict=True))

    def chosen_parameters(self, layer, reverse):
        if not 0 <= layer < self.num_layers:
            raise ValueError(f"cell_parameters: layer must lie between 0 and {self.num_layers - 1}, got {layer}")
        if reverse and not self.bidirectional:
            raise ValueError("cell_parameters: reverse=True, but this layer has no backward direction")
        return self.parameters_at(layer, reverse)

    def extra_repr(self) -> str:
        _, _, *options = inspect.signature(type(self)).parameters.values()
        values = [(option.name, getattr(self, option.name), option.default) for option in options]
        changed = [f"{name}={value!r}" for name, value, default in values if value != default]
        return ", ".join([str(self.D), str(self.H), *changed])

    def forward(
        self, x: Float[Tensor, "B T D"], state: Float[Tensor, "S B H"] | None = None, lengths: Lengths | None = None
    ) -> tuple[Float[Tensor, "B T O"], Float[Tensor, "S B H"]]:
        """Outputs and final state; what they are, and what `lengths` does, stands in `rnn_helpers.layers`.

        Raises
        ------
        ValueError : a shape, a dtype or a length does not fit, or there are no sequences or steps.
        """
        output, (h,) = self.through_all(x, None if state is None else (state,), lengths)
        return output, h

    def through_all(self, x, state, lengths):
        """The outputs of the topmost layer, and the final state, one tensor (S, B, H) for each of its parts."""
        self._check(x, state)
        if state is None:
            initial = [[x.new_zeros(x.shape[0], self.H)] * self.parts] * (self.num_layers * self.directions)
        else:
            initial = list(zip(*state, strict=True))
        ends = ends_of(x, lengths, type(self).__name__)
        x, final = ends.clear(x), []
        first_input = x
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = (drop_for_all_steps if self.variational else drop)(x, self.dropout, self.training)
            if layer and self.input_connections:
                x = torch.cat([x, first_input], 2)
            outputs = []
            for reverse in range(self.directions):
                inputs = ends.turn(x) if reverse else x
                parameters = self.without_dropped_columns(self.parameters_at(layer, reverse))
                states = self.run(inputs, initial[len(final)], parameters, ends.padding)
                final.append([ends.last(part) for part in states])
                outputs.append(ends.turn(states[0]) if reverse else states[0])
            x = ends.clear(torch.cat(outputs, 2) if self.bidirectional else outputs[0])
        return x, [torch.stack(part) for part in zip(*final, strict=True)]

    def without_dropped_columns(self, parameters):
        """The parameters with columns of U dropped, if that is wanted.

        U meets nothing but states, so that a column less is an entry less of the state, at every step.
        """
        if not self.variational:
            return parameters
        V, U, *others = parameters
        return [V, drop(torch.ones_like(U[0]), self.dropout, self.training) * U, *others]

    def _check(self, x, state):
        unit, dtype = type(self).__name__, self.V_l0.dtype
        if x.dim() != 3 or x.shape[2] != self.D:
            raise ValueError(f"{unit}: x must have shape (B, T, D) with D = {self.D}, got {tuple(x.shape)}")
        if 0 in x.shape:
            raise ValueError(f"{unit}: x must hold at least one sequence and one step, its shape is {tuple(x.shape)}")
        if x.dtype != dtype:
            raise ValueError(f"{unit}: x is {x.dtype}, the parameters are {dtype}; they must agree")
        shape = self.num_layers * self.directions, x.shape[0], self.H
        for name, part in zip("hc", state or (), strict=False):
            if not isinstance(part, Tensor):
                raise ValueError(f"{unit}: {name} of state must be a tensor, got a {type(part).__name__}")
            if tuple(part.shape) != shape:
                raise ValueError(
                    f"{unit}: {name} of state must have shape (S, B, H) = {shape}, got {tuple(part.shape)}"
                )
            if part.dtype != dtype:
                raise ValueError(f"{unit}: {name} of state is {part.dtype}, x is {dtype}; they must agree")

    @classmethod
    def from_torch(cls, module: nn.Module) -> "Stack":
        """The same function, with the same dtype, device and mode; whether `module` is batch first does not matter.

        PyTorch has two biases where the equations have one; ours is their sum. Each of the two has the gradient of
        ours, so that in plain gradient descent their sum moves twice as far.

        Raises
        ------
        ValueError : the module is of another kind, has no biases, or a projection (`proj_size`); or PyTorch has no such
            unit (MinGRU).
        """
        return conversion.from_torch(cls, module)

    def to_torch(self) -> nn.RNNBase:
        """The `torch.nn` module that is the same function: batch first, our bias in its `bias_ih`, 0 in its `bias_hh`.

        Raises
        ------
        ValueError : PyTorch has no such unit (a GRU with `reset="before"`, an LSTM that is coupled or diagonal, a
            MinGRU).
        """
        return conversion.to_torch(self)

    @staticmethod
    def options_of(module):
        return {}

    def options_for_torch(self):
        return {}

    @staticmethod
    def from_theirs(weight_ih, weight_hh, bias_ih, bias_hh):
        return weight_ih, weight_hh, bias_ih + bias_hh

    @staticmethod
    def to_theirs(V, U, b):
        return V, U, b, torch.zeros_like(b)


def drop_for_all_steps(x: Float[Tensor, "B T D"], p: float, training: bool) -> Float[Tensor, "B T D"]:
    """Dropout with one mask a sequence: an entry is dropped, with probability p, at all steps or at none.

    What is kept is divided by 1 - p, as in `torch.nn.functional.dropout`. Without `training` nothing is dropped.
    Source: Gal and Ghahramani 2016, arXiv 1512.05287.
    """
    return x * drop(torch.ones_like(x[:, :1]), p, training)


def name_of(letter, layer, reverse):
    return f"{letter}_l{layer}" + "_reverse" * reverse
