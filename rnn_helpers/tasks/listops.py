"""ListOps: expressions such as `[MAX 2 9 [MIN 4 7 ] 0 ]`, whose answer is a digit and whose brackets are a tree.

Source: Nangia & Bowman 2018, arXiv 1804.06028. As there: the operators MAX, MIN, MED and SM (the sum modulo 10), two to
five arguments, the median of an even number rounded down between the two in the middle. Otherwise here: the depth of
each expression is set, not left to a drawing that ends at depth 20, sizes are limited by the number of arguments and of
tokens, and no expression comes twice.

An expression is a `Tree`: operators at inner nodes, digits at leaves, arguments in their order.
"""

import random
from collections.abc import Collection, Sequence

import torch

from rnn_helpers.trees import Tree

OPERATORS = ("MAX", "MIN", "MED", "SM")
TOKENS = (*map(str, range(10)), *(f"[{operator}" for operator in OPERATORS), "]")
"""All tokens of an expression written in a row."""


def draw_listops(
    count: int,
    depth: int,
    generator: torch.Generator,
    arguments: tuple[int, int] = (2, 5),
    nested: float = 0.25,
    exclude: Collection[Tree] = (),
) -> list[Tree]:
    """Expressions of this depth exactly, no two alike.

    One argument of each expression of depth d, at a place drawn at random, has depth d - 1; each of the others is, with
    probability `nested`, an expression of a depth from 1 to d - 1, otherwise a digit.

    Parameters
    ----------
    count : how many.
    depth : operators from the root to the deepest, 1 or more.
    arguments : the least and the largest number of arguments.
    exclude : expressions that must not come, for instance those trained on.

    Raises
    ------
    ValueError : count, depth, arguments or nested make no sense; or after 100 drawings for each expression wanted
        there are too few different ones.
    """
    fewest, most = arguments
    if count < 1 or depth < 1:
        raise ValueError(f"draw_listops: count and depth must be at least 1, got {count} and {depth}")
    if not 1 <= fewest <= most:
        raise ValueError(f"draw_listops: arguments must be a least and a largest number from 1 on, got {arguments}")
    if not 0 <= nested <= 1:
        raise ValueError(f"draw_listops: nested must be a probability, got {nested}")
    draw = random.Random(int(torch.randint(2**62, (), generator=generator)))
    taken, expressions = {_key(tree) for tree in exclude}, []
    for _ in range(100 * count):
        tree = _draw(depth, fewest, most, nested, draw)
        key = _key(tree)
        if key not in taken:
            taken.add(key)
            expressions.append(tree)
            if len(expressions) == count:
                return expressions
    raise ValueError(
        f"draw_listops: after {100 * count} drawings {len(expressions)} different ones of depth {depth}, wanted {count}"
    )


def evaluate(expression: Tree) -> int:
    """The answer, exactly."""

    def value(node, arguments):
        word = expression.words[node]
        return apply(word, arguments) if arguments else int(word)

    return expression.fold(value)


def apply(operator: str, arguments: Sequence[int]) -> int:
    """One of `OPERATORS` on a list of digits, one or more.

    Raises
    ------
    ValueError : there is no such operator, or there are no arguments.
    """
    if operator not in OPERATORS or not arguments:
        raise ValueError(f"apply: wants one of {', '.join(OPERATORS)} and arguments, got {operator!r} and {arguments}")
    ordered = sorted(arguments)
    middle = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return {"MAX": ordered[-1], "MIN": ordered[0], "MED": middle // 2, "SM": sum(ordered) % 10}[operator]


def tokens(expression: Tree) -> list[str]:
    """The expression in a row: `[MAX`, arguments, `]`."""
    row, waiting = [], [expression.root]
    while waiting:
        node = waiting.pop()
        if node is None:
            row.append("]")
        elif expression.children[node]:
            row.append(f"[{expression.words[node]}")
            waiting.append(None)
            waiting.extend(reversed(expression.children[node]))
        else:
            row.append(expression.words[node])
    return row


def last_argument_at(expression: Tree) -> int:
    """The place in the row of tokens where the root's last argument begins; the root's own is 0.

    Raises
    ------
    ValueError : the expression is a digit and has no arguments.
    """
    if len(expression) == 1:
        raise ValueError(f"last_argument_at: {expression.words[0]} has no arguments")
    opened = last = 0
    for place, token in enumerate(tokens(expression)):
        if opened == 1 and token != "]":
            last = place
        opened += token.startswith("[") - (token == "]")
    return last


def parse(row: Sequence[str]) -> Tree:
    """The expression that stands in a row of tokens.

    Raises
    ------
    ValueError : brackets are not balanced, an operator has no arguments, or a token is unknown; the message says where.
    """
    words, children, open_nodes = [], [], []
    for place, token in enumerate(row, start=1):
        if token not in TOKENS:
            raise ValueError(f"parse: token {place} must be a digit, an operator such as [MAX, or ]; got {token!r}")
        if words and not open_nodes:
            raise ValueError(f"parse: the expression ends before token {place}, {token!r}")
        if token == "]":
            if not open_nodes or not children[open_nodes[-1]]:
                raise ValueError(f"parse: the bracket at token {place} closes no operator with arguments")
            open_nodes.pop()
            continue
        if open_nodes:
            children[open_nodes[-1]].append(len(words))
        if token.startswith("["):
            open_nodes.append(len(words))
        words.append(token.removeprefix("["))
        children.append([])
    if not words or open_nodes:
        raise ValueError(f"parse: unbalanced brackets, {len(open_nodes)} still open" if words else "parse: empty")
    return Tree(words, children)


def binarized(expression: Tree) -> Tree:
    """The expression as a binary tree, each list leaning to the left: `((([MAX 2) 9) (...))`.

    Leaves are its tokens but for `]`. So the arguments are taken in one after the other, as in the paper (which has the
    closing bracket as a leaf, too).
    """

    def leaf(word):
        words.append(word)
        children.append(())
        return len(words) - 1

    def build(node, arguments):
        word = expression.words[node]
        partial = leaf(f"[{word}" if arguments else word)
        for argument in arguments:
            words.append(None)
            children.append((partial, argument))
            partial = len(words) - 1
        return partial

    words, children = [], []
    expression.fold(build)
    return Tree(words, children)


def _draw(depth: int, fewest: int, most: int, nested: float, draw: random.Random) -> Tree:
    words, children, waiting = [None], [()], [(0, depth)]
    while waiting:
        node, d = waiting.pop()
        words[node] = draw.choice(OPERATORS)
        count = draw.randint(fewest, most)
        deepest = draw.randrange(count)
        children[node] = tuple(range(len(words), len(words) + count))
        for k, child in enumerate(children[node]):
            inner = d - 1 if k == deepest else draw.randint(1, d - 1) if d > 1 and draw.random() < nested else 0
            words.append(None if inner else str(draw.randrange(10)))
            children.append(())
            if inner:
                waiting.append((child, inner))
    return Tree(words, children)


def _key(tree: Tree) -> tuple[str, ...]:
    return tuple(tokens(tree))
