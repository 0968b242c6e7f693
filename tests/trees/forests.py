"""What random trees are made of, and each unit node by node: what the batched layers are held against."""

import torch
from hypothesis import strategies as st

from rnn_helpers.trees import Tree
from rnn_helpers.trees.cells import binary_node, child_sum_node, tree_rnn_node


@st.composite
def any_tree(draw, largest=12):
    """Heads and words: any number of children, words anywhere, nodes numbered at random.

    Not the tree itself: the type checker of the tests draws random numbers, which hypothesis does not allow meanwhile.
    """
    N = draw(st.integers(1, largest))
    parents = [0] + [draw(st.integers(1, i)) for i in range(1, N)]
    order = draw(st.permutations(range(N)))
    heads = [0] * N
    for node, parent in enumerate(parents):
        heads[order[node]] = 0 if parent == 0 else order[parent - 1] + 1
    return heads, [draw(st.sampled_from(["a", "b", None])) for _ in range(N)]


@st.composite
def binary_tree(draw, most_leaves=9, inner_words=("a", None), leaf_words=("a",)):
    """Words and children: each node two children or none, in an order that is not that of their numbers."""
    trees = list(range(draw(st.integers(1, most_leaves))))
    children, words = [() for _ in trees], [draw(st.sampled_from(leaf_words)) for _ in trees]
    while len(trees) > 1:
        left = trees.pop(draw(st.integers(0, len(trees) - 1)))
        right = trees.pop(draw(st.integers(0, len(trees) - 1)))
        trees.append(len(children))
        children.append((left, right))
        words.append(draw(st.sampled_from(inner_words)))
    return words, children


def chain(length, word="a"):
    """Each node has one child; node 0 is the leaf."""
    return Tree([word] * length, [(), *((i,) for i in range(length - 1))])


def with_own_numbers(trees, x):
    """Each tree with its inputs: a list with x (D), or None, for each node."""
    rows = iter(x)
    return [(tree, [None if word is None else next(rows) for word in tree.words]) for tree in trees]


def node_by_node(kind, parameters, trees, x):
    """States and cells of all nodes (N, H) each, by the equations alone; a tree RNN has no cells."""
    H = parameters[-1].shape[0] // (1 if kind == "TreeRNN" else 4)
    states, cells = [], []
    for tree, inputs in with_own_numbers(trees, x):
        h, c = {}, {}

        def visit(node, _, tree=tree, inputs=inputs, h=h, c=c):
            children = tree.children[node]
            if kind == "TreeRNN":
                h[node] = tree_rnn_node(*(h[k] for k in children), *parameters) if children else inputs[node]
                return
            below = [torch.stack([of[k] for k in children]) if children else x.new_zeros(0, H) for of in (h, c)]
            step = binary_node if kind == "BinaryTreeLSTM" else child_sum_node
            h[node], c[node] = step(inputs[node], *below, *parameters)

        tree.fold(visit)
        states += [h[node] for node in range(len(tree))]
        cells += [c[node] for node in range(len(tree)) if c]
    return torch.stack(states), torch.stack(cells) if cells else None
