"""Forward and backward passes of the recursive units, level by level: one product a level, whatever the trees.

Rows of states stand in the order of slots (see `forest`), rows of z in that of places, leaves apart from inner nodes.
The backward pass walks the levels from the roots down; since each state is read by one parent alone, its gradient
arrives in one piece. The gradients of the weights are single products over all nodes at the end. How such a pass is
derived, for a sequence: `rnn_helpers.bptt`.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.bptt._passes import once_differentiable, sigmoid_slope, tanh_slope


class TreeRNNPass(torch.autograd.Function):
    """h = x at a leaf, h = tanh(W [h_1; h_2] + b) at an inner node."""

    @staticmethod
    def forward(ctx, x, W, b, forest):
        H, slots = W.shape[0], forest.slot_of_place
        states = x.new_empty(forest.N, H)
        states.index_copy_(0, slots[forest.place_of_word], x)
        W_transposed = W.T
        for places, children in forest.levels[1:]:
            pairs = states[children].view(-1, 2 * H)
            states.index_copy_(0, slots[places], torch.addmm(b, pairs, W_transposed).tanh_())
        ctx.forest = forest
        ctx.save_for_backward(W, states)
        return states.index_select(0, forest.slot_of_node)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        (W, states), forest, H = ctx.saved_tensors, ctx.forest, grad.shape[1]
        slots = forest.slot_of_place
        dh = grad.index_select(0, forest.node_at_slot)
        dz = tanh_slope(states.index_select(0, slots[forest.leaves :]))
        for places, children in reversed(forest.levels[1:]):
            dz_level = dz[forest.among_inner(places)].mul_(dh.index_select(0, slots[places]))
            dh[children].view(-1, 2 * H).addmm_(dz_level, W)
        pairs = states[: 2 * len(dz)].view(-1, 2 * H)
        return dh.index_select(0, slots[forest.place_of_word]), dz.T @ pairs, dz.sum(0), None


class BinaryTreeLSTMPass(torch.autograd.Function):
    """Rows of U: i, f_1, f_2, candidate, o; of V and b: i, f, candidate, o, for both forget gates read the same x."""

    @staticmethod
    def forward(ctx, x, V, U, b, forest):
        H, slots = V.shape[0] // 4, forest.slot_of_place
        x_leaves, x_inner = forest.by_place(x)
        at_leaves, states, cells = _leaves_forward(x_leaves, V, b, forest)
        gates = _input_products(x_inner, _f_twice(V, H), _f_twice(b, H), forest.inner_words, forest.N - forest.leaves)
        i, f_1, f_2, candidate, o = gates.split(H, 1)
        s, U_transposed = torch.empty_like(o, memory_format=torch.contiguous_format), U.T
        for places, children in forest.levels[1:]:
            here = forest.among_inner(places)
            z = gates[here].addmm_(states[children].view(-1, 2 * H), U_transposed)
            z[:, : 3 * H].sigmoid_()
            z[:, 3 * H : 4 * H].tanh_()
            z[:, 4 * H :].sigmoid_()
            c_1, c_2 = cells[children].view(-1, 2, H).unbind(1)
            c = torch.mul(i[here], candidate[here]).addcmul_(f_1[here], c_1).addcmul_(f_2[here], c_2)
            torch.tanh(c, out=s[here])
            cells.index_copy_(0, slots[places], c)
            states.index_copy_(0, slots[places], o[here] * s[here])
        ctx.forest = forest
        ctx.set_materialize_grads(False)  # most often the loss asks for the states alone
        ctx.save_for_backward(x_leaves, x_inner, V, U, *at_leaves, gates, s, states, cells)
        return states.index_select(0, forest.slot_of_node), cells.index_select(0, forest.slot_of_node)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h, grad_c):
        x_leaves, x_inner, V, U, *at_leaves, gates, s, states, cells = ctx.saved_tensors
        forest, H = ctx.forest, V.shape[0] // 4
        slots, dh, dc = forest.slot_of_place, _by_slot(grad_h, states, forest), _by_slot(grad_c, states, forest)
        i, f_1, f_2, candidate, o = gates.split(H, 1)
        dz = torch.empty_like(gates)
        for places, children in reversed(forest.levels[1:]):
            here = forest.among_inner(places)
            z, s_here, dh_level = dz[here], s[here], dh.index_select(0, slots[places])
            dc_level = dc.index_select(0, slots[places]).addcmul_(dh_level, tanh_slope(s_here).mul_(o[here]))
            c_1, c_2 = cells[children].view(-1, 2, H).unbind(1)
            direct = torch.cat([dc_level * candidate[here], dc_level * c_1, dc_level * c_2], 1)
            torch.mul(sigmoid_slope(gates[here, : 3 * H]), direct, out=z[:, : 3 * H])
            torch.mul(tanh_slope(candidate[here]), dc_level * i[here], out=z[:, 3 * H : 4 * H])
            torch.mul(sigmoid_slope(o[here]), dh_level.mul_(s_here), out=z[:, 4 * H :])
            dc_1, dc_2 = dc[children].view(-1, 2, H).unbind(1)
            dc_1.addcmul_(f_1[here], dc_level)
            dc_2.addcmul_(f_2[here], dc_level)
            dh[children].view(-1, 2 * H).addmm_(z, U)
        needs_x = ctx.needs_input_grad[0]
        dx_leaves, dV, db = _leaves_backward(dh, dc, x_leaves, V, at_leaves, forest, needs_x)
        dx_inner, dV_inner, db_inner = _of_input_products(dz, x_inner, _f_twice(V, H), forest.inner_words, needs_x)
        for total, part in [(dV, dV_inner), (db, db_inner)]:
            total[: 2 * H] += part[: 2 * H]
            total[H:] += part[2 * H :]
        dU = dz.T @ states[: 2 * len(dz)].view(-1, 2 * H)
        dx = forest.by_word(dx_leaves, dx_inner) if needs_x else None
        return dx, dV, dU, db, None


class ChildSumTreeLSTMPass(torch.autograd.Function):
    """Rows of V, U and b: i, f, candidate, o, as in `rnn_helpers.bptt.lstm`. One f for each child: kept by slot."""

    @staticmethod
    def forward(ctx, x, V, U, b, forest):
        H, slots = V.shape[0] // 4, forest.slot_of_place
        x_leaves, x_inner = forest.by_place(x)
        at_leaves, states, cells = _leaves_forward(x_leaves, V, b, forest)
        gates = _input_products(x_inner, V, b, forest.inner_words, forest.N - forest.leaves)
        i, f_from_x, candidate, o = gates.split(H, 1)
        U_f, U_i, U_others = U[H : 2 * H].T, U[:H].T, U[2 * H :].T
        sums, s = (x.new_empty(len(gates), H) for _ in range(2))
        f = x.new_empty(len(forest.row_of_parent), H)
        for places, children in forest.levels[1:]:
            here, rows, h_children = forest.among_inner(places), forest.row_of_parent[children], states[children]
            total = sums[here].zero_().index_add_(0, rows, h_children)
            f_level = torch.index_select(f_from_x[here], 0, rows, out=f[children])
            f_level.addmm_(h_children, U_f).sigmoid_()
            z = gates[here]
            z[:, :H].addmm_(total, U_i).sigmoid_()
            z[:, 2 * H :].addmm_(total, U_others)
            z[:, 2 * H : 3 * H].tanh_()
            z[:, 3 * H :].sigmoid_()
            c = torch.mul(i[here], candidate[here]).index_add_(0, rows, f_level * cells[children])
            torch.tanh(c, out=s[here])
            cells.index_copy_(0, slots[places], c)
            states.index_copy_(0, slots[places], o[here] * s[here])
        ctx.forest = forest
        ctx.set_materialize_grads(False)  # most often the loss asks for the states alone
        ctx.save_for_backward(x_leaves, x_inner, V, U, *at_leaves, gates, f, sums, s, states, cells)
        return states.index_select(0, forest.slot_of_node), cells.index_select(0, forest.slot_of_node)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_h, grad_c):
        x_leaves, x_inner, V, U, *at_leaves, gates, f, sums, s, states, cells = ctx.saved_tensors
        forest, H = ctx.forest, V.shape[0] // 4
        slots, dh, dc = forest.slot_of_place, _by_slot(grad_h, states, forest), _by_slot(grad_c, states, forest)
        i, _, candidate, o = gates.split(H, 1)
        dz, dz_f = torch.empty_like(gates), sigmoid_slope(f)  # dz_f by slot, as f
        for places, children in reversed(forest.levels[1:]):
            here, rows = forest.among_inner(places), forest.row_of_parent[children]
            z, s_here, dh_level = dz[here], s[here], dh.index_select(0, slots[places])
            dc_level = dc.index_select(0, slots[places]).addcmul_(dh_level, tanh_slope(s_here).mul_(o[here]))
            torch.mul(sigmoid_slope(i[here]), dc_level * candidate[here], out=z[:, :H])
            torch.mul(tanh_slope(candidate[here]), dc_level * i[here], out=z[:, 2 * H : 3 * H])
            torch.mul(sigmoid_slope(o[here]), dh_level.mul_(s_here), out=z[:, 3 * H :])
            dc_above = dc_level.index_select(0, rows)
            dz_children = dz_f[children].mul_(dc_above).mul_(cells[children])
            z[:, H : 2 * H] = torch.zeros_like(dc_level).index_add_(0, rows, dz_children)
            dc[children].addcmul_(f[children], dc_above)
            d_sum = (z[:, :H] @ U[:H]).addmm_(z[:, 2 * H :], U[2 * H :])
            dh[children].add_(d_sum.index_select(0, rows)).addmm_(dz_children, U[H : 2 * H])
        needs_x = ctx.needs_input_grad[0]
        dx_leaves, dV, db = _leaves_backward(dh, dc, x_leaves, V, at_leaves, forest, needs_x)
        dx_inner, dV_inner, db_inner = _of_input_products(dz, x_inner, V, forest.inner_words, needs_x)
        dU = dz.T @ sums
        dU[H : 2 * H] = dz_f.T @ states[: len(f)]
        dx = forest.by_word(dx_leaves, dx_inner) if needs_x else None
        return dx, dV.add_(dV_inner), dU, db.add_(db_inner), None


def _leaves_forward(x, V, b, forest):
    """All leaves at once: c = i * candidate, h = o * tanh(c). No forget gate, for there is nothing to forget."""
    H = V.shape[0] // 4
    gates = _input_products(x, _without_f(V, H), _without_f(b, H), forest.leaf_words, forest.leaves)
    i, candidate, o = gates.split(H, 1)
    i.sigmoid_()
    candidate.tanh_()
    o.sigmoid_()
    c = i * candidate
    s = torch.tanh(c)
    states, cells = (x.new_empty(forest.N, H) for _ in range(2))
    slots = forest.slot_of_place[: forest.leaves]
    cells.index_copy_(0, slots, c)
    states.index_copy_(0, slots, o * s)
    return (gates, s), states, cells


def _leaves_backward(dh, dc, x, V, saved, forest, needs_x):
    """What arrived at the leaves, sent on to their inputs; the rows of f in dV and db are 0 so far."""
    (gates, s), H = saved, V.shape[0] // 4
    i, candidate, o = gates.split(H, 1)
    slots, dz = forest.slot_of_place[: forest.leaves], torch.empty_like(gates)
    dh_leaves = dh.index_select(0, slots)
    dc_leaves = dc.index_select(0, slots).addcmul_(dh_leaves, tanh_slope(s).mul_(o))
    torch.mul(sigmoid_slope(i), dc_leaves * candidate, out=dz[:, :H])
    torch.mul(tanh_slope(candidate), dc_leaves.mul_(i), out=dz[:, H : 2 * H])
    torch.mul(sigmoid_slope(o), dh_leaves.mul_(s), out=dz[:, 2 * H :])
    dx, dV_without, db_without = _of_input_products(dz, x, _without_f(V, H), forest.leaf_words, needs_x)
    dV, db = torch.zeros_like(V), V.new_zeros(4 * H)
    for total, part in [(dV, dV_without), (db, db_without)]:
        total[:H] = part[:H]
        total[2 * H :] = part[H:]
    return dx, dV, db


def _by_slot(gradient, like, forest):
    """A gradient in the order of slots, in new memory; None is 0."""
    return torch.zeros_like(like) if gradient is None else gradient.index_select(0, forest.node_at_slot)


def _without_f(stacked: Float[Tensor, "rows ..."], H: int) -> Float[Tensor, "fewer ..."]:
    return torch.cat([stacked[:H], stacked[2 * H :]])


def _f_twice(stacked: Float[Tensor, "rows ..."], H: int) -> Float[Tensor, "more ..."]:
    return torch.cat([stacked[: 2 * H], stacked[H:]])


def _input_products(x, V, b, rows, n):
    """V x + b in the `rows` of nodes that have a word, b in all others of the n."""
    if len(x) == n:
        return torch.addmm(b, x, V.T)
    products = b.repeat(n, 1)
    if len(x):
        products.index_copy_(0, rows, torch.addmm(b, x, V.T))
    return products


def _of_input_products(dz, x, V, rows, needs_x):
    """dL/dx (None where nobody asks), dL/dV and dL/db of `_input_products`."""
    dz_words = dz if len(x) == len(dz) else dz.index_select(0, rows)
    return dz_words @ V if needs_x else None, dz_words.T @ x, dz.sum(0)
