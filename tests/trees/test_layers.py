"""Level by level is node by node, outputs and gradients; a chain is an LSTM, a leaning tree an Elman network."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from trees.forests import any_tree, binary_tree, chain, node_by_node

from rnn_helpers.bptt import elman
from rnn_helpers.layers import LSTM
from rnn_helpers.trees import BinaryTreeLSTM, ChildSumTreeLSTM, Forest, Tree, TreeRNN, leaning, parse_sexpr

D, H = 3, 4
PARAMETERS = {"TreeRNN": ("W", "b"), "BinaryTreeLSTM": ("V", "U", "b"), "ChildSumTreeLSTM": ("V", "U", "b")}


def make(kind):
    layer = {"TreeRNN": lambda: TreeRNN(H), "BinaryTreeLSTM": lambda: BinaryTreeLSTM(D, H)}.get(
        kind, lambda: ChildSumTreeLSTM(D, H)
    )()
    return layer.double()


def assert_equal_to_node_by_node(kind, trees, tolerance=1e-10):
    torch.manual_seed(0)
    layer, forest = make(kind), Forest(trees)
    x = torch.randn(len(forest.words), H if kind == "TreeRNN" else D, dtype=torch.float64, requires_grad=True)
    parameters = [getattr(layer, name) for name in PARAMETERS[kind]]
    batched = layer(x, forest)
    batched = batched if isinstance(batched, tuple) else (batched,)
    expected = [part for part in node_by_node(kind, parameters, trees, x) if part is not None]
    weights = [torch.randn_like(part) for part in expected]
    gradients = []
    for parts in (batched, expected):
        loss = sum((part * weight).sum() for part, weight in zip(parts, weights, strict=True))
        gradients.append(torch.autograd.grad(loss, [x, *parameters], allow_unused=True, materialize_grads=True))
    for name, ours, theirs in [*zip("hc", batched, expected, strict=False), *zip("xVUb", *gradients, strict=False)]:
        assert_close(ours, theirs, rtol=tolerance, atol=tolerance, msg=lambda m, name=name: f"{name}: {m}")


@settings(max_examples=40, deadline=None)
@given(st.lists(any_tree(), min_size=1, max_size=5))
def test_child_sum_is_node_by_node(trees):
    assert_equal_to_node_by_node("ChildSumTreeLSTM", [Tree.from_heads(*tree) for tree in trees])


@settings(max_examples=40, deadline=None)
@given(st.lists(binary_tree(leaf_words=("a", None)), min_size=1, max_size=5))
def test_the_binary_one_is_node_by_node(trees):
    assert_equal_to_node_by_node("BinaryTreeLSTM", [Tree(*tree) for tree in trees])


@settings(max_examples=40, deadline=None)
@given(st.lists(binary_tree(inner_words=(None,)), min_size=1, max_size=5))
def test_the_tree_rnn_is_node_by_node(trees):
    assert_equal_to_node_by_node("TreeRNN", [Tree(*tree) for tree in trees])


def test_a_single_leaf():
    for kind in PARAMETERS:
        assert_equal_to_node_by_node(kind, [Tree(["a"], [()])])


def test_a_leaning_tree_of_a_thousand_leaves_among_leaves():
    leaf = Tree(["a"], [()])
    for kind in ("TreeRNN", "BinaryTreeLSTM"):
        assert_equal_to_node_by_node(kind, [leaf, leaning("a" * 1000), leaf, leaning("a" * 2)])


def test_a_chain_of_a_thousand_among_leaves_and_a_star():
    star = Tree(["a"] * 300, [tuple(range(1, 300)), *[()] * 299])
    assert_equal_to_node_by_node("ChildSumTreeLSTM", [Tree(["a"], [()]), chain(1000), star])


def test_a_chain_of_ten_thousand_runs_forward_and_backward():
    layer, forest = ChildSumTreeLSTM(2, 2), Forest([chain(10_000)])
    h, _ = layer(torch.randn(10_000, 2), forest)
    h[forest.roots].sum().backward()
    assert layer.V.grad.isfinite().all()


def test_child_sum_on_chains_is_the_lstm():
    """With the LSTM's own parameters, V x at inner nodes included: states, cells and gradients."""
    torch.manual_seed(0)
    lstm, tree_lstm, lengths = LSTM(D, H).double(), make("ChildSumTreeLSTM"), (7, 1, 4)
    with torch.no_grad():
        for name in "VUb":
            getattr(tree_lstm, name).copy_(getattr(lstm, f"{name}_l0"))
    inputs = [torch.randn(T, D, dtype=torch.float64) for T in lengths]
    h, c = tree_lstm(torch.cat(inputs), Forest([chain(T) for T in lengths]))
    outputs, finals = zip(*(lstm(x[None]) for x in inputs), strict=True)
    expected = torch.cat([output[0] for output in outputs])
    assert_close(h, expected, rtol=0, atol=1e-12)
    roots = Forest([chain(T) for T in lengths]).roots
    assert_close(c[roots], torch.cat([c_n[0] for _, c_n in finals]), rtol=0, atol=1e-12)
    weight = torch.randn_like(h)
    ours = torch.autograd.grad((h * weight).sum(), [tree_lstm.V, tree_lstm.U, tree_lstm.b])
    theirs = torch.autograd.grad((expected * weight).sum(), [lstm.V_l0, lstm.U_l0, lstm.b_l0])
    for a, b in zip(ours, theirs, strict=True):
        assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_the_tree_rnn_on_a_leaning_tree_is_the_elman_network():
    layer, forest = make("TreeRNN"), Forest([leaning("a" * 6)])
    x = torch.randn(6, H, dtype=torch.float64)
    left, right = layer.W.chunk(2, 1)
    states = elman(x[None, 1:], x[:1], right, left, layer.b)
    assert_close(layer(x, forest)[forest.roots], states[:, -1], rtol=0, atol=1e-12)


def test_the_order_of_children_matters_to_the_binary_units_and_not_to_child_sum():
    one, other = (Tree(["a", "b", word], [(), (), pair]) for word, pair in [(None, (0, 1)), (None, (1, 0))])
    x = torch.randn(2, H, dtype=torch.float64)
    for kind, alike in [("TreeRNN", False), ("BinaryTreeLSTM", False), ("ChildSumTreeLSTM", True)]:
        layer, inputs = make(kind), x if kind == "TreeRNN" else x[:, :D]
        roots = [layer(inputs, Forest([tree])) for tree in (one, other)]
        roots = [(root[0] if isinstance(root, tuple) else root)[2] for root in roots]
        assert torch.allclose(*roots) is alike, kind


def test_a_word_at_an_inner_node_counts_and_moves_the_forget_gates():
    """What drops V x at inner nodes, or V_f x alone, fails here."""
    tree = Tree(["a", "b", "c"], [(), (), (0, 1)])
    for kind in ("BinaryTreeLSTM", "ChildSumTreeLSTM"):
        layer = make(kind)
        with torch.no_grad():
            layer.V.view(4, H, D)[[0, 2, 3]] = 0  # f alone reads x
        layer.b.data.view(4, H)[2] = 1.0  # so that there is a cell to forget
        x = torch.randn(3, D, dtype=torch.float64)
        other = torch.cat([x[:2], -x[2:]])
        h, moved = layer(x, Forest([tree]))[0], layer(other, Forest([tree]))[0]
        assert_close(h[:2], moved[:2])
        assert (h[2] - moved[2]).abs().min() > 1e-6, kind


def test_gradients_can_be_had_for_some_arguments_only():
    layer, forest = make("ChildSumTreeLSTM"), Forest([chain(3)])
    layer.requires_grad_(False)
    x = torch.randn(3, D, dtype=torch.float64, requires_grad=True)
    layer(x, forest)[0].sum().backward()
    assert x.grad.abs().sum() > 0


def test_second_derivatives_are_refused():
    layer, forest = make("BinaryTreeLSTM"), Forest([leaning("a" * 3)])
    h, _ = layer(torch.randn(3, D, dtype=torch.float64), forest)
    with pytest.raises(RuntimeError, match="second derivatives"):
        torch.autograd.grad(h.sum(), layer.U, create_graph=True)


@pytest.mark.parametrize(
    ("make_layer", "tree", "shape", "message"),
    [
        (lambda: TreeRNN(4), "(0 a)", (1, 3), r"TreeRNN: x must have shape \(M, D\) = \(1, 4\), .* got \(1, 3\)"),
        (lambda: BinaryTreeLSTM(3, 4), "(0 (1 a) (2 b))", (3, 3), r"x must have shape \(M, D\) = \(2, 3\)"),
        (lambda: BinaryTreeLSTM(3, 4), "(0 (1 a))", (1, 3), "two children or none, node 0 of the forest has 1"),
        (lambda: TreeRNN(3), "(0 (1 a) (2 b) (1 c))", (3, 3), "two children or none, node 0 of the forest has 3"),
    ],
)
def test_what_does_not_fit(make_layer, tree, shape, message):
    with pytest.raises(ValueError, match=message):
        make_layer()(torch.zeros(*shape), Forest([parse_sexpr(tree)]))


def test_other_faults():
    with pytest.raises(ValueError, match=r"x is torch\.float64, the parameters are torch\.float32"):
        ChildSumTreeLSTM(2, 2)(torch.zeros(1, 2).double(), Forest([chain(1)]))
    for words in (["a", "b", "c"], [None, "b", "c"], ["a", None, None]):
        tree = Tree(words, [(), (), (0, 1)])
        with pytest.raises(ValueError, match="words must stand at the leaves"):
            TreeRNN(2)(torch.zeros(3 - words.count(None), 2), Forest([tree]))
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="H must be a positive integer"):
            ChildSumTreeLSTM(2, wrong)
