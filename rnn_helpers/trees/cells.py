"""One node of each recursive unit: pure functions, to read beside their equations. A node without children is a leaf.

x is the input of the node (D), None if it has no word; the states h and cells c of its K children are (K, H). sigma is
the logistic function, `*` multiplies entry by entry. Whole forests, faster, are the business of `trees.layers`.
"""

import torch
from jaxtyping import Float
from torch import Tensor, sigmoid, tanh


def tree_rnn_node(
    h_1: Float[Tensor, "H"], h_2: Float[Tensor, "H"], W: Float[Tensor, "H 2*H"], b: Float[Tensor, "H"]
) -> Float[Tensor, "H"]:
    """The parent's state from its children's, p = tanh(W [h_1; h_2] + b)."""
    return tanh(W @ torch.cat([h_1, h_2]) + b)


def binary_node(
    x: Float[Tensor, "D"] | None,
    h: Float[Tensor, "K H"],
    c: Float[Tensor, "K H"],
    V: Float[Tensor, "4*H D"],
    U: Float[Tensor, "5*H 2*H"],
    b: Float[Tensor, "4*H"],
) -> tuple[Float[Tensor, "H"], Float[Tensor, "H"]]:
    """State and cell of a node with two children, K = 2, or none, K = 0.

        i = sigma(V_i x + U_i [h_1; h_2] + b_i)          o alike, the candidate with tanh
        f_k = sigma(V_f x + U_fk [h_1; h_2] + b_f)       for k = 1, 2
        c = i * candidate + f_1 * c_1 + f_2 * c_2        h = o * tanh(c)

    Source: Tai et al. 2015, arXiv 1503.00075, equations 9 to 14.
    """
    from_x = b if x is None else V @ x + b
    i, f, candidate, o = from_x.chunk(4)
    i, f_1, f_2, candidate, o = torch.cat([i, f, f, candidate, o]).add(U @ h.flatten() if len(h) else 0).chunk(5)
    cell = sigmoid(i) * tanh(candidate)
    if len(h):
        cell = cell + sigmoid(f_1) * c[0] + sigmoid(f_2) * c[1]
    return sigmoid(o) * tanh(cell), cell


def child_sum_node(
    x: Float[Tensor, "D"] | None,
    h: Float[Tensor, "K H"],
    c: Float[Tensor, "K H"],
    V: Float[Tensor, "4*H D"],
    U: Float[Tensor, "4*H H"],
    b: Float[Tensor, "4*H"],
) -> tuple[Float[Tensor, "H"], Float[Tensor, "H"]]:
    """State and cell of a node with any number K of children.

        i = sigma(V_i x + U_i sum_k h_k + b_i)           o alike, the candidate with tanh
        f_k = sigma(V_f x + U_f h_k + b_f)               for each child
        c = i * candidate + sum_k f_k * c_k              h = o * tanh(c)

    Source: Tai et al. 2015, arXiv 1503.00075, equations 2 to 8.
    """
    from_x = b if x is None else V @ x + b
    V_i, V_f, V_candidate, V_o = from_x.chunk(4)
    U_i, U_f, U_candidate, U_o = U.chunk(4)
    total = h.sum(0)
    i, o = sigmoid(V_i + U_i @ total), sigmoid(V_o + U_o @ total)
    f = sigmoid(V_f + h @ U_f.T)  # (K, H): each child's own
    cell = i * tanh(V_candidate + U_candidate @ total) + (f * c).sum(0)
    return o * tanh(cell), cell
