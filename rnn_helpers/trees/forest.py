"""Many trees as one batch: their nodes level by level, each state written where its parent will look for it.

All nodes of height 1 can be computed at once, whatever tree they belong to, then all of height 2, and so on: as many
steps as the highest tree has levels. Two orders of the nodes make each step a product of contiguous rows:

places : by height, so that a level is a slice;
slots : by the place of the parent, so that the children of a level are a slice, too, those of one node side by side.

A level reads the slice of its children and writes to the slots of its own nodes. Roots have the last slots.
"""

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.trees.tree import Tree


class Level(NamedTuple):
    """Nodes of one height: the slice of places that are theirs, and the slice of slots that their children have."""

    places: slice
    children: slice


class Forest:
    """The structure of a batch of trees. Their N nodes are numbered through, the first tree's first.

    Attributes
    ----------
    words : the words of the M nodes that have one, in the order of the nodes. The layers want an input for each.
    roots : the numbers of the B roots.
    levels : the levels from the leaves up.

    The others are for the passes: `slot_of_node` (N) is the slot that each node has, and so on.
    """

    def __init__(self, trees: Sequence[Tree]):
        if not trees:
            raise ValueError("Forest: trees is empty, it holds not one tree")
        sizes = np.array([len(tree) for tree in trees])
        first = np.concatenate([[0], sizes.cumsum()[:-1]])
        N = int(sizes.sum())
        self.N, self.B = N, len(trees)
        self.words = [word for tree in trees for word in tree.words if word is not None]
        self.roots = torch.from_numpy(first + [tree.root for tree in trees])

        heights = np.concatenate([tree.heights for tree in trees])
        ranks = np.concatenate([tree.ranks for tree in trees])
        parents = np.concatenate([np.where(t.parents < 0, N, t.parents + f) for t, f in zip(trees, first, strict=True)])
        node_at_place = heights.argsort(kind="stable")
        place_of = np.empty(N + 1, dtype=np.int64)
        place_of[node_at_place] = np.arange(N)
        place_of[N] = N  # where the roots' parent would be: behind all others
        node_at_slot = np.lexsort([ranks, place_of[parents]])
        slot_of = np.empty(N, dtype=np.int64)
        slot_of[node_at_slot] = np.arange(N)

        counts = np.bincount(place_of[parents], minlength=N + 1)[:N]  # children, by place
        ends = np.cumsum(np.bincount(heights))
        children_ends = counts.cumsum()[ends - 1]
        starts, children_starts = [0, *ends[:-1].tolist()], [0, *children_ends[:-1].tolist()]
        self.levels = [
            Level(slice(a, b), slice(c, d))
            for a, b, c, d in zip(starts, ends.tolist(), children_starts, children_ends.tolist(), strict=True)
        ]
        self.children_counts = counts[place_of[:N]]  # by node
        self.node_at_place = torch.from_numpy(node_at_place)
        self.node_at_slot = torch.from_numpy(node_at_slot)
        self.slot_of_node = torch.from_numpy(slot_of)
        self.slot_of_place = torch.from_numpy(slot_of[node_at_place])
        self.leaves = int(ends[0])  # their places come first
        worded = np.array([word is not None for tree in trees for word in tree.words])
        place_of_word = place_of[:N][worded]
        self.place_of_word = torch.from_numpy(place_of_word)
        self.word_by_place = torch.from_numpy(place_of_word.argsort())
        leaf_words, inner_words = (np.sort(part) for part in _split(place_of_word, place_of_word < self.leaves))
        self.leaf_words = torch.from_numpy(leaf_words)
        self.inner_words = torch.from_numpy(inner_words - self.leaves)
        # For each child, by slot: its parent's place, from the first place of that level on.
        level_start = np.repeat(starts, np.diff([0, *ends]))
        parent_places = place_of[parents[node_at_slot]][: counts.sum()]
        self.row_of_parent = torch.from_numpy(parent_places - level_start[parent_places])

    def among_inner(self, places: slice) -> slice:
        """A slice of places, counted from the first inner node."""
        return slice(places.start - self.leaves, places.stop - self.leaves)

    def by_place(self, x: Float[Tensor, "M D"]) -> tuple[Float[Tensor, "leaves D"], Float[Tensor, "inner D"]]:
        """The inputs of the leaves and of the inner nodes, each in the order of their places."""
        return x.index_select(0, self.word_by_place).split([len(self.leaf_words), len(self.inner_words)])

    def by_word(self, leaves: Float[Tensor, "leaves D"], inner: Float[Tensor, "inner D"]) -> Float[Tensor, "M D"]:
        """`by_place` undone."""
        x = leaves.new_empty(len(self.words), leaves.shape[1])
        return x.index_copy_(0, self.word_by_place, torch.cat([leaves, inner]))

    def to(self, device: torch.device | str) -> "Forest":
        """The same forest with its tensors on a device."""
        moved = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                setattr(moved, name, value.to(device))
        return moved

    def __repr__(self) -> str:
        return f"Forest of {self.B} trees, {self.N} nodes in {len(self.levels)} levels"


def _split(values: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[chosen], values[~chosen]
