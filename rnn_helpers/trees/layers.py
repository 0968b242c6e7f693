"""The recursive units as layers over a forest: level by level, gradients by hand. Their equations stand in `cells`.

x (M, D) holds an input for each node that has a word, in the order of `Forest.words`; what comes out has a row for each
of the N nodes, in the order of the trees and of their nodes. `h[forest.roots]` are the states of the roots.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from rnn_helpers.trees.forest import Forest
from rnn_helpers.trees.passes import BinaryTreeLSTMPass, ChildSumTreeLSTMPass, TreeRNNPass


class TreeRNN(nn.Module):
    """p = tanh(W [c_1; c_2] + b) at inner nodes, which have two children; a leaf's state is its input, D = H.

    Parameters are `W` (H, 2H), the left child's columns first, and `b` (H), both drawn uniform within 1/sqrt(H).
    After Socher, Lin, Ng & Manning 2011, Parsing natural scenes and natural language with recursive neural networks,
    https://icml.cc/2011/papers/125_icmlpaper.pdf.
    """

    def __init__(self, H: int):
        super().__init__()
        _check_sizes("TreeRNN", H=H)
        self.H = H
        self.W, self.b = _drawn(H, (H, 2 * H), (H,))

    def forward(self, x: Float[Tensor, "M H"], forest: Forest) -> Float[Tensor, "N H"]:
        """The states of all nodes.

        Raises
        ------
        ValueError : a shape or dtype does not fit, an inner node has not two children or has a word, a leaf has none.
        """
        _check_input("TreeRNN", x, self.H, self.W, forest)
        _check_binary("TreeRNN", forest)
        if len(x) != (forest.children_counts == 0).sum() or (forest.place_of_word >= len(x)).any():
            raise ValueError("TreeRNN: words must stand at the leaves, at each of them, and nowhere else")
        return TreeRNNPass.apply(x, self.W, self.b, forest)


class BinaryTreeLSTM(nn.Module):
    """An LSTM for nodes with two children or none: a forget gate for each, and both may enter each gate.

    Parameters are `V` (4H, D), `b` (4H), rows i, f, candidate, o, and `U` (5H, 2H), rows i, f_1, f_2, candidate, o,
    the left child's columns first; all drawn uniform within 1/sqrt(H).
    Source: Tai, Socher & Manning 2015, arXiv 1503.00075, equations 9 to 14 with N = 2.
    """

    def __init__(self, D: int, H: int):
        super().__init__()
        _check_sizes("BinaryTreeLSTM", D=D, H=H)
        self.D, self.H = D, H
        self.V, self.U, self.b = _drawn(H, (4 * H, D), (5 * H, 2 * H), (4 * H,))

    def forward(self, x: Float[Tensor, "M D"], forest: Forest) -> tuple[Float[Tensor, "N H"], Float[Tensor, "N H"]]:
        """The states and the cells of all nodes.

        Raises
        ------
        ValueError : a shape or dtype does not fit, or a node has one child, or more than two.
        """
        _check_input("BinaryTreeLSTM", x, self.D, self.V, forest)
        _check_binary("BinaryTreeLSTM", forest)
        return BinaryTreeLSTMPass.apply(x, self.V, self.U, self.b, forest)


class ChildSumTreeLSTM(nn.Module):
    """An LSTM for nodes with any number of children in no order: gates read their sum, each has its own forget gate.

    Parameters are `V` (4H, D), `U` (4H, H) and `b` (4H), rows i, f, candidate, o: those of `layers.LSTM`, which it is
    where each node has one child. All drawn uniform within 1/sqrt(H).
    Source: Tai, Socher & Manning 2015, arXiv 1503.00075, equations 2 to 8.
    """

    def __init__(self, D: int, H: int):
        super().__init__()
        _check_sizes("ChildSumTreeLSTM", D=D, H=H)
        self.D, self.H = D, H
        self.V, self.U, self.b = _drawn(H, (4 * H, D), (4 * H, H), (4 * H,))

    def forward(self, x: Float[Tensor, "M D"], forest: Forest) -> tuple[Float[Tensor, "N H"], Float[Tensor, "N H"]]:
        """The states and the cells of all nodes.

        Raises
        ------
        ValueError : a shape or dtype does not fit.
        """
        _check_input("ChildSumTreeLSTM", x, self.D, self.V, forest)
        return ChildSumTreeLSTMPass.apply(x, self.V, self.U, self.b, forest)


def _drawn(H: int, *shapes: tuple[int, ...]) -> list[nn.Parameter]:
    parameters = [nn.Parameter(Tensor(*shape)) for shape in shapes]
    for parameter in parameters:
        nn.init.uniform_(parameter, -(H**-0.5), H**-0.5)
    return parameters


def _check_sizes(unit: str, **sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{unit}: {name} must be a positive integer, got {size!r}")


def _check_input(unit: str, x: Tensor, D: int, weight: Tensor, forest: Forest) -> None:
    expected = len(forest.words), D
    if tuple(x.shape) != expected:
        raise ValueError(
            f"{unit}: x must have shape (M, D) = {expected}, a row for each word of the forest, got {tuple(x.shape)}"
        )
    if x.dtype != weight.dtype:
        raise ValueError(f"{unit}: x is {x.dtype}, the parameters are {weight.dtype}; they must agree")


def _check_binary(unit: str, forest: Forest) -> None:
    wrong = np.flatnonzero((forest.children_counts != 0) & (forest.children_counts != 2))
    if len(wrong):
        count = forest.children_counts[wrong[0]]
        raise ValueError(f"{unit}: nodes must have two children or none, node {wrong[0]} of the forest has {count}")
