"""Recursive networks: trees and their readers, forests level by level, and three units that compose along them.

    forest = Forest([dependency_tree(sentence) for sentence in sentences])
    h, c = ChildSumTreeLSTM(D, H)(embed(vocabulary.encode(forest.words)), forest)
    h[forest.roots]                                    # (B, H)

Single nodes stand in `trees.cells`.
"""

from rnn_helpers.trees.forest import Forest
from rnn_helpers.trees.layers import BinaryTreeLSTM, ChildSumTreeLSTM, TreeRNN
from rnn_helpers.trees.reading import dependency_tree, parse_sexpr, read_sexprs
from rnn_helpers.trees.shapes import balanced, leaning
from rnn_helpers.trees.tree import Tree

__all__ = [
    "BinaryTreeLSTM",
    "ChildSumTreeLSTM",
    "Forest",
    "Tree",
    "TreeRNN",
    "balanced",
    "dependency_tree",
    "leaning",
    "parse_sexpr",
    "read_sexprs",
]
