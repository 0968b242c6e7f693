"""Binary trees over a row of words that ignore what the words say: leaning to the left like a sequence, or balanced."""

from collections.abc import Sequence

from rnn_helpers.trees.tree import Tree


def leaning(words: Sequence[str]) -> Tree:
    """(((1 2) 3) 4): each word joins all those before it. A network along it reads from left to right.

    Raises
    ------
    ValueError : there is no word; so in `balanced`.
    """
    return _joined(words, lambda roots, join: [join(roots[0], roots[1]), *roots[2:]])


def balanced(words: Sequence[str]) -> Tree:
    """((1 2) (3 4)): neighbours join, then pairs of neighbours, and so on; the height is log2 of the length."""

    def pairwise(roots, join):
        pairs = [join(left, right) for left, right in zip(roots[::2], roots[1::2], strict=False)]
        return pairs + roots[len(roots) - len(roots) % 2 :]

    return _joined(words, pairwise)


def _joined(words, reduce):
    """Join roots by `reduce` until one is left."""
    words, children = list(words), [()] * len(words)

    def join(left, right):
        words.append(None)
        children.append((left, right))
        return len(words) - 1

    roots = list(range(len(words)))
    while len(roots) > 1:
        roots = reduce(roots, join)
    return Tree(words, children)
