"""`make bench`: a forest level by level against recursion node by node, forward and backward, one thread.

256 random binary trees of 20 to 60 leaves, H = D = 128, float32. The recursion is the equations, one product for all
gates of a node; `hoisted` has the inputs of all leaves multiplied at once beforehand, as the batch has. All three get
the same input vectors and give the same states. The time to sort the trees into levels is counted with the batch.
"""

import random

import torch
from torch import sigmoid, tanh
from torch.testing import assert_close

from rnn_helpers.timing import interleaved_times
from rnn_helpers.trees import BinaryTreeLSTM, Forest, Tree

H, TREES, ROUNDS = 128, 256, 5


def random_tree(leaves: int, draw: random.Random) -> Tree:
    """A binary tree: the leaves parted at random, and each part again."""
    children, words = [], []

    def build(n):
        below = ()
        if n > 1:
            left = draw.randint(1, n - 1)
            below = build(left), build(n - left)
        children.append(below)
        words.append(None if below else "leaf")
        return len(children) - 1

    build(leaves)
    return Tree(words, children)


def recursion(layer: BinaryTreeLSTM, trees: list[Tree], x: torch.Tensor, hoisted: bool) -> torch.Tensor:
    """The states of the roots, node by node."""
    V, U, b = layer.V, layer.U, layer.b
    inputs = iter((x @ V.T + b if hoisted else x).unbind())
    b_i, b_f, b_candidate, b_o = b.chunk(4)
    inner_b = torch.cat([b_i, b_f, b_f, b_candidate, b_o])

    def visit(tree, node):
        if not tree.children[node]:
            z = next(inputs) if hoisted else torch.addmv(b, V, next(inputs))
            i, _, candidate, o = z.chunk(4)
            c = sigmoid(i) * tanh(candidate)
            return sigmoid(o) * tanh(c), c
        (h_1, c_1), (h_2, c_2) = (visit(tree, child) for child in tree.children[node])
        i, f_1, f_2, candidate, o = torch.addmv(inner_b, U, torch.cat([h_1, h_2])).chunk(5)
        c = sigmoid(i) * tanh(candidate) + sigmoid(f_1) * c_1 + sigmoid(f_2) * c_2
        return sigmoid(o) * tanh(c), c

    return torch.stack([visit(tree, tree.root)[0] for tree in trees])


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    draw = random.Random(0)
    # `random_tree` numbers the leaves from the left, so that inputs come in the order in which the recursion asks.
    trees = [random_tree(draw.randint(20, 60), draw) for _ in range(TREES)]
    forest = Forest(trees)
    layer, x = BinaryTreeLSTM(H, H), torch.randn(len(forest.words), H)
    weight = torch.randn(TREES, H)

    def level_by_level():
        forest = Forest(trees)
        return layer(x, forest)[0][forest.roots]

    ways = {
        "level by level": level_by_level,
        "recursion, hoisted": lambda: recursion(layer, trees, x, hoisted=True),
        "recursion": lambda: recursion(layer, trees, x, hoisted=False),
    }

    def run(states):
        return lambda: torch.autograd.grad((states() * weight).sum(), (layer.V, layer.U, layer.b))

    first, *others = ways.values()
    for other in others:
        assert_close(other(), first(), atol=1e-4, rtol=1e-4)
        for ours, theirs in zip(run(first)(), run(other)(), strict=True):
            assert_close(ours, theirs, atol=1e-2, rtol=1e-3)
    times = interleaved_times({name: run(states) for name, states in ways.items()}, repeats=ROUNDS)
    print(f"\n{TREES} binary trees, {forest.N} nodes in {len(forest.levels)} levels, H = {H}")
    for name, ms in times.items():
        print(f"{name:20}{ms:9.0f} ms   x level by level {ms / times['level by level']:6.1f}")


if __name__ == "__main__":
    main()
