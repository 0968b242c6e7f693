"""A tree: nodes with words and labels, and for each node its children in their order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

State = TypeVar("State")


@dataclass(frozen=True)
class Tree:
    """A tree whose nodes are numbered from 0, in any order.

    Nothing in here is recursive, so a tree may be as high as it likes.

    Parameters (kept as tuples)
    ----------
    words : one for each node; None at a node that has none, as the inner nodes of a constituency tree.
    children : for each node the numbers of its children, in their order; () at a leaf.
    labels : one for each node, or None where there is none; () if no node has one.

    Raises
    ------
    ValueError : this is no tree. The message names the fault: it is empty, it has a cycle, several roots, a node with
        several parents, a child that does not exist, or as many labels as there are not nodes.
    """

    words: Sequence[str | None]
    children: Sequence[Sequence[int]]
    labels: Sequence[str | None] = ()
    parents: np.ndarray = field(init=False, repr=False, compare=False)
    """The parent of each node; -1 for the root."""

    def __post_init__(self):
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "children", tuple(map(tuple, self.children)))
        object.__setattr__(self, "labels", tuple(self.labels) or (None,) * len(self.words))
        object.__setattr__(self, "parents", _parents(self))
        _check_roots_and_cycles(self)

    @classmethod
    def from_heads(
        cls, heads: Sequence[int | None], words: Sequence[str | None], labels: Sequence[str | None] = ()
    ) -> "Tree":
        """A tree from the number of each node's parent, counted from 1, and 0 for the root, as treebanks write it.

        Children stand in the order of their numbers.

        Raises
        ------
        ValueError : as for `Tree`, or a head is missing or is not the number of a node.
        """
        children = [[] for _ in heads]
        for node, head in enumerate(heads):
            if head is None or not 0 <= head <= len(heads):
                raise ValueError(f"Tree: the head of node {node + 1} must be from 0 to {len(heads)}, got {head}")
            if head:
                children[head - 1].append(node)
        return cls(words, children, labels)

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def root(self) -> int:
        return int((self.parents < 0).argmax())

    @cached_property
    def heights(self) -> np.ndarray:
        """For each node the steps down to the deepest leaf below it; 0 at a leaf."""
        heights = [0] * len(self)
        for node in reversed(self.top_down):
            for child in self.children[node]:
                heights[node] = max(heights[node], heights[child] + 1)
        return np.array(heights)

    @property
    def height(self) -> int:
        """The height of the root."""
        return int(self.heights[self.root])

    @cached_property
    def top_down(self) -> list[int]:
        """All nodes, each before its children, and these from left to right before the next sibling."""
        return _reached_from(self.root, self.children)

    @cached_property
    def ranks(self) -> np.ndarray:
        """For each node which child of its parent it is, counted from 0; 0 for the root."""
        ranks = [0] * len(self)
        for children in self.children:
            for rank, child in enumerate(children):
                ranks[child] = rank
        return np.array(ranks)

    def leaves(self) -> list[int]:
        """The nodes without children, from left to right."""
        return [node for node in self.top_down if not self.children[node]]

    def fold(self, function: Callable[[int, list[State]], State]) -> State:
        """What `function(node, values of its children)` gives at the root, when each node is asked after its children.

        It is recursion without a stack: Python's own ends after about a thousand calls.
        """
        values = {}
        for node in reversed(self.top_down):
            values[node] = function(node, [values.pop(child) for child in self.children[node]])
        return values[self.root]


def _reached_from(node: int, children: Sequence[Sequence[int]]) -> list[int]:
    reached, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        reached.append(node)
        waiting.extend(reversed(children[node]))
    return reached


def _parents(tree: Tree) -> np.ndarray:
    N = len(tree.words)
    if N == 0:
        raise ValueError("Tree: empty, it has not one node")
    for name, values in [("children", tree.children), ("labels", tree.labels)]:
        if len(values) != N:
            raise ValueError(f"Tree: {name} must have an entry for each of the {N} words, got {len(values)}")
    parents = [-1] * N
    for node, children in enumerate(tree.children):
        for child in children:
            if not 0 <= child < N:
                raise ValueError(f"Tree: node {node} has the child {child}, but the nodes are 0 to {N - 1}")
            if parents[child] >= 0:
                raise ValueError(f"Tree: node {child} has several parents, {parents[child]} and {node}")
            parents[child] = node
    return np.array(parents)


def _check_roots_and_cycles(tree: Tree) -> None:
    roots = np.flatnonzero(tree.parents < 0).tolist()
    if len(roots) > 1:
        raise ValueError(
            f"Tree: several roots, the nodes {', '.join(map(str, roots))}; one node has no parent in a tree"
        )
    reached = set(_reached_from(roots[0], tree.children)) if roots else set()
    if len(reached) < len(tree):
        start = next(node for node in range(len(tree)) if node not in reached)
        raise ValueError(f"Tree: a cycle, {' -> '.join(map(str, _cycle_above(start, tree.parents)))}")


def _cycle_above(node: int, parents: np.ndarray) -> list[int]:
    """The cycle that one comes to by going from parent to parent."""
    path = list(_upwards(node, parents))
    return path[path.index(path[-1]) :]


def _upwards(node: int, parents: np.ndarray) -> Iterator[int]:
    seen = set()
    while node not in seen:
        seen.add(node)
        yield node
        node = int(parents[node])
    yield node
