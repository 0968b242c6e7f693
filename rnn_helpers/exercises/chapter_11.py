"""The exercises of chapter 11, recursive networks.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 11.1


def compose(tree, W, b):
    if isinstance(tree, torch.Tensor):  # a leaf is its own state
        return tree
    left, right = (compose(child, W, b) for child in tree)
    return torch.tanh(W @ torch.cat([left, right]) + b)


def _composing(parent: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """The recursion with another rule for the parent."""

    def compose(tree, W, b):
        if isinstance(tree, torch.Tensor):
            return tree
        left, right = (compose(child, W, b) for child in tree)
        return parent(left, right, W, b)

    return compose


def _leaves_squashed(tree, W, b):
    if isinstance(tree, torch.Tensor):
        return torch.tanh(tree)
    left, right = (_leaves_squashed(child, W, b) for child in tree)
    return torch.tanh(W @ torch.cat([left, right]) + b)


def _leaves_in_a_row(tree):
    return [tree] if isinstance(tree, torch.Tensor) else [leaf for child in tree for leaf in _leaves_in_a_row(child)]


def _read_from_the_left(tree, W, b):
    state, *others = _leaves_in_a_row(tree)
    for leaf in others:
        state = torch.tanh(W @ torch.cat([state, leaf]) + b)
    return state


def _apart(left: Tensor, right: Tensor, W: Tensor, b: Tensor) -> Tensor:
    W_1, W_2 = W.chunk(2, 1)
    return torch.tanh(W_1 @ left + b) + torch.tanh(W_2 @ right + b)


def _cases_11_1(generator: Generator) -> Iterator[tuple]:
    for H in (1, 2, 3):
        a, b, c, d = draw(generator, 4, H)
        W, bias = draw(generator, H, 2 * H), draw(generator, H)
        for tree in ((a, b), (a, (b, c)), ((a, b), (c, d)), (((a, b), c), d)):
            yield tree, W, bias


_LEFT_LESS_RIGHT = numbers([1.0, -1.0])


compose_exercise = Exercise(
    number="11.1",
    title="Compose",
    stars=1,
    reference=compose,
    cases=[
        Case((numbers(2.0), _LEFT_LESS_RIGHT, numbers(0.0)), numbers(2.0)),
        Case(((numbers(2.0), numbers(0.5)), _LEFT_LESS_RIGHT, numbers(0.0)), numbers(math.tanh(1.5))),
        Case(
            ((numbers(1.0), (numbers(2.0), numbers(0.5))), _LEFT_LESS_RIGHT, numbers(0.5)),
            numbers(math.tanh(1.5 - math.tanh(2.0))),
        ),
    ],
    random_cases=_cases_11_1,
    misconceptions=[
        Misconception(
            _composing(lambda left, right, W, b: W @ torch.cat([left, right]) + b),
            "The tanh is missing. Without it the whole tree would be one linear map of its leaves.",
        ),
        Misconception(
            _composing(lambda left, right, W, b: torch.tanh(W @ torch.cat([right, left]) + b)),
            "Left and right are exchanged: the first H columns of W belong to the left child.",
        ),
        Misconception(
            _composing(lambda left, right, W, b: torch.tanh(W @ torch.cat([left, right]))),
            "The bias is missing.",
        ),
        Misconception(
            _composing(_apart),
            "You squashed each child's part for itself and added the results. The two parts are added first, with the "
            "bias once, and squashed together.",
        ),
        Misconception(
            _read_from_the_left,
            "You took in one leaf after the other, from left to right. That is the tree that leans to the left; here "
            "the brackets say which two belong together.",
        ),
        Misconception(
            _leaves_squashed,
            "You squashed the leaves as well. A leaf's state is its vector, as it is.",
        ),
        Misconception(
            _composing(lambda left, right, W, b: torch.tanh(W @ torch.cat([left + right, left + right]) / 2 + b)),
            "You merged the children before the product, so W cannot tell left from right. Put them one behind the "
            "other: a vector of 2H entries.",
        ),
    ],
    hints=[
        "A tree is a leaf, or it is a pair of trees. What is the state of each?",
        "For a pair: first compose its left, then its right half, by the same function. Then apply (11.1).",
        "`isinstance(tree, torch.Tensor)` tells a leaf; `torch.cat([left, right])` is the vector that W multiplies.",
    ],
)

# 11.2


def answer(expression):
    if isinstance(expression, int):
        return expression
    operator, *arguments = expression
    values = sorted(answer(argument) for argument in arguments)
    if operator == "MAX":
        return values[-1]
    if operator == "MIN":
        return values[0]
    if operator == "SM":
        return sum(values) % 10
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) // 2  # MED


def _evaluating(**rules: Callable) -> Callable:
    """The recursion with other rules for some operators; a rule gets the arguments in their order."""
    right = {
        "MAX": max,
        "MIN": min,
        "SM": lambda v: sum(v) % 10,
        "MED": lambda v: (sorted(v)[(len(v) - 1) // 2] + sorted(v)[len(v) // 2]) // 2,
    }

    def evaluate(expression):
        if isinstance(expression, int):
            return expression
        operator, *arguments = expression
        return (right | rules)[operator]([evaluate(argument) for argument in arguments])

    return evaluate


def _digits(expression):
    return [expression] if isinstance(expression, int) else [d for part in expression[1:] for d in _digits(part)]


def _flattened(expression):
    return expression if isinstance(expression, int) else _evaluating()([expression[0], *_digits(expression)])


def _nested_passed_over(expression):
    if isinstance(expression, int):
        return expression
    digits = [argument for argument in expression[1:] if isinstance(argument, int)]
    return _evaluating()([expression[0], *(digits or [0])])


def _expression(generator: Generator, depth: int) -> list | int:
    def integer(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=generator))

    if depth == 0:
        return integer(0, 9)
    operator = ("MAX", "MIN", "MED", "SM")[integer(0, 3)]
    return [operator, *(_expression(generator, max(0, depth - integer(1, 3))) for _ in range(integer(2, 5)))]


def _cases_11_2(generator: Generator) -> Iterator[tuple]:
    for depth in (1, 1, 1, 2, 2, 2, 3, 3, 4, 4):
        for _ in range(3):
            yield (_expression(generator, depth),)


listops_exercise = Exercise(
    number="11.2",
    title="Evaluate a ListOps tree",
    stars=1,
    reference=answer,
    cases=[
        Case((7,), 7),
        Case((["MAX", 2, 9, 4],), 9),
        Case((["MIN", 8, 3, 5],), 3),
        Case((["SM", 9, 9, 9],), 7),
        Case((["MED", 1, 9, 5],), 5),
        Case((["MED", 1, 4],), 2),
        Case((["MED", 9, 2, 4, 1],), 3),
        Case((["MIN", 8, ["MAX", 2, 9], 9],), 8),
        Case((["SM", ["SM", 5, 6], ["MED", 7, 0, 1]],), 2),
    ],
    random_cases=_cases_11_2,
    misconceptions=[
        Misconception(
            _evaluating(MED=lambda v: sorted(v)[len(v) // 2]),
            "Of an even number of arguments you took the upper one in the middle. The median is halfway between the "
            "two, rounded down.",
        ),
        Misconception(
            _evaluating(MED=lambda v: sorted(v)[(len(v) - 1) // 2]),
            "Of an even number of arguments you took the lower one in the middle. The median is halfway between the "
            "two, rounded down.",
        ),
        Misconception(
            _evaluating(MED=lambda v: (sorted(v)[(len(v) - 1) // 2] + sorted(v)[len(v) // 2]) / 2),
            "Your median need not be a digit: 2.5 is rounded down to 2, and the answer is an int.",
        ),
        Misconception(
            _evaluating(MED=lambda v: round((sorted(v)[(len(v) - 1) // 2] + sorted(v)[len(v) // 2]) / 2)),
            "You rounded the median to the nearest digit, which turns 7.5 into 8. It is rounded down, to 7.",
        ),
        Misconception(
            _evaluating(MED=lambda v: (v[(len(v) - 1) // 2] + v[len(v) // 2]) // 2),
            "You took the middle of the arguments as they stand. Sort them first.",
        ),
        Misconception(
            _evaluating(MED=lambda v: sum(v) // len(v)),
            "That is the mean. The median asks for the middle of the sorted arguments.",
        ),
        Misconception(
            _evaluating(SM=sum),
            "SM is the sum modulo 10: of 27 the digit 7.",
        ),
        Misconception(
            _flattened,
            "You gave all digits in the expression to the outermost operator. An inner expression counts as one "
            "argument, its own answer.",
        ),
        Misconception(
            _nested_passed_over,
            "You passed over the arguments that are expressions themselves. Each has an answer, which is an argument.",
        ),
        Misconception(
            _evaluating(MAX=min, MIN=max),
            "MAX and MIN are exchanged.",
        ),
    ],
    hints=[
        "An expression is a digit, or an operator with arguments, each of which is an expression.",
        "First evaluate all arguments, by the same function. Then apply the operator to a list of digits.",
        "`operator, *arguments = expression`. With the values sorted, MED is (values[(n - 1) // 2] + values[n // 2]) "
        "// 2, for odd n and for even.",
    ],
)

# 11.3


def level_order(children):
    heights = {}

    def height(node):
        if node not in heights:
            heights[node] = 1 + max((height(child) for child in children[node]), default=-1)
        return heights[node]

    levels = [[] for _ in range(1 + max(map(height, range(len(children)))))]
    for node in range(len(children)):
        levels[height(node)].append(node)
    return levels


def _levels_by(value: Callable[[list, int], int]) -> Callable:
    def level_order(children):
        numbers = [value(children, node) for node in range(len(children))]
        return [[n for n, v in enumerate(numbers) if v == level] for level in sorted(set(numbers))]

    return level_order


def _height(children: list, node: int, choose: Callable = max) -> int:
    return 1 + choose((_height(children, child, choose) for child in children[node]), default=-1)


def _depth(children: list, node: int) -> int:
    above = [parent for parent, below in enumerate(children) if node in below]
    return 1 + _depth(children, above[0]) if above else 0


def _size(children: list, node: int) -> int:
    return 1 + sum(_size(children, child) for child in children[node])


def _one_by_one(children: list) -> list:
    return [[node] for level in level_order(children) for node in level]


def _children_have_higher_numbers(children: list) -> list:
    heights = [0] * len(children)
    for node in reversed(range(len(children))):
        heights[node] = 1 + max((heights[child] for child in children[node]), default=-1)
    return [[n for n, height in enumerate(heights) if height == level] for level in sorted(set(heights))]


def _cases_11_3(generator: Generator) -> Iterator[tuple]:
    for N in (2, 4, 6, 9, 12, 12, 15):
        children = [[] for _ in range(N)]
        names = torch.randperm(N, generator=generator).tolist()
        for node in range(1, N):
            children[names[int(torch.randint(node, (), generator=generator))]].append(names[node])
        yield (children,)


level_exercise = Exercise(
    number="11.3",
    title="Level order",
    stars=2,
    reference=level_order,
    cases=[
        Case(([[]],), [[0]]),
        Case(([[1, 2], [], []],), [[1, 2], [0]]),
        Case(([[1, 4], [2, 3], [], [], []],), [[2, 3, 4], [1], [0]]),
        Case(([[], [0], [1]],), [[0], [1], [2]]),
        Case(([[1, 2], [], [3], [4], []],), [[1, 4], [3], [2], [0]]),
    ],
    random_cases=_cases_11_3,
    misconceptions=[
        Misconception(
            _levels_by(_depth),
            "You sorted by the distance from the root. That begins with the root, whose children are not known yet.",
        ),
        Misconception(
            _levels_by(lambda children, node: -_depth(children, node)),
            "You sorted by the distance from the root, the deepest first. No child comes too late, but leaves are put "
            "off that could be in the first level: the level of a node is its height above its deepest leaf.",
        ),
        Misconception(
            _levels_by(lambda children, node: _height(children, node, min)),
            "You measured the way to the nearest leaf. A node has to wait for its highest child: 1 more than the "
            "largest height below it.",
        ),
        Misconception(
            lambda children: level_order(children)[::-1],
            "The levels are right, but you begin with the root. Return them from the leaves up.",
        ),
        Misconception(
            _one_by_one,
            "Each of your levels holds one node. Nodes of equal height don't depend on each other and share a level.",
        ),
        Misconception(
            _levels_by(_size),
            "You sorted by the number of nodes in the subtree. A wide subtree is not a high one: children of a level "
            "below can all be computed at once.",
        ),
        Misconception(
            _children_have_higher_numbers,
            "You went through the nodes once, from the last to the first, as if children always had higher numbers. "
            "Nodes may be numbered in any order: ask for a child's height when you need it.",
        ),
        Misconception(
            lambda children: [level[::-1] for level in level_order(children)],
            "The levels are right; within a level return the nodes in the order of their numbers.",
        ),
        Misconception(
            lambda children: [[], *level_order(children)],
            "Your levels count from 1, so that the first is empty. A leaf has height 0.",
        ),
    ],
    hints=[
        "When can a node be computed? When all its children are. So its level is one above the highest of theirs.",
        "height(node) is 0 at a leaf, otherwise 1 plus the largest height of a child.",
        "Compute the heights of all nodes, then collect the nodes of height 0, of height 1, and so on, in their order.",
    ],
)

# 11.4


def two_forget_gates(z, c_1, c_2):
    i, f_1, f_2, candidate, o = z.chunk(5)
    c = torch.sigmoid(i) * torch.tanh(candidate) + torch.sigmoid(f_1) * c_1 + torch.sigmoid(f_2) * c_2
    return torch.sigmoid(o) * torch.tanh(c), c


def _gated(cell: Callable, order: str = "i12go", show: Callable = torch.tanh) -> Callable:
    """The reference with another cell (of squashed gates and candidate), order of blocks or way out."""

    def answer(z, c_1, c_2):
        block = dict(zip(order, z.chunk(5), strict=True))
        i, f_1, f_2, o = (torch.sigmoid(block[k]) for k in "i12o")
        c = cell(i, f_1, f_2, torch.tanh(block["g"]), c_1, c_2)
        return o * show(c), c

    return answer


def _plain_cell(i, f_1, f_2, g, c_1, c_2):
    return i * g + f_1 * c_1 + f_2 * c_2


def _gates_share(z, c_1, c_2):
    i, f_1, f_2, candidate, o = z.chunk(5)
    share = torch.softmax(torch.stack([f_1, f_2]), 0)
    c = torch.sigmoid(i) * torch.tanh(candidate) + share[0] * c_1 + share[1] * c_2
    return torch.sigmoid(o) * torch.tanh(c), c


def _not_squashed_gates(z, c_1, c_2):
    i, f_1, f_2, candidate, o = z.chunk(5)
    c = i * torch.tanh(candidate) + f_1 * c_1 + f_2 * c_2
    return o * torch.tanh(c), c


def _cases_11_4(generator: Generator) -> Iterator[tuple]:
    for H in (1, 1, 2, 3):
        yield draw(generator, 5 * H), draw(generator, H), draw(generator, H)


_SURE = 40.0  # the sigmoid rounds to 1
_LN3 = math.log(3)  # sigmoid(ln 3) = 3/4

gates_exercise = Exercise(
    number="11.4",
    title="Two forget gates",
    stars=2,
    reference=two_forget_gates,
    cases=[
        Case(
            (numbers(-_SURE, _SURE, -_SURE, 0.0, _SURE), numbers(2.0), numbers(5.0)),
            (numbers(math.tanh(2.0)), numbers(2.0)),
        ),
        Case(
            (numbers(-_SURE, 0.0, _LN3, 0.0, 0.0), numbers(2.0), numbers(4.0)),
            (numbers(0.5 * math.tanh(4.0)), numbers(4.0)),
        ),
        Case(
            (numbers(_LN3, _LN3, 0.0, _LN3, -_LN3), numbers(1.0), numbers(1.0)),
            (numbers(0.25 * math.tanh(0.75 * 0.8 + 1.25)), numbers(0.75 * 0.8 + 1.25)),
        ),
    ],
    random_cases=_cases_11_4,
    misconceptions=[
        Misconception(
            _gated(lambda i, f_1, f_2, g, c_1, c_2: i * g + f_1 * (c_1 + c_2)),
            "One gate for both children: they can only be kept or dropped together. The right child has its own.",
        ),
        Misconception(
            _gated(lambda i, f_1, f_2, g, c_1, c_2: i * g + f_2 * c_1 + f_1 * c_2),
            "The forget gates are exchanged: the first belongs to the left child.",
        ),
        Misconception(
            _gated(lambda i, f_1, f_2, g, c_1, c_2: i * g + f_1 * c_1 + (1 - f_1) * c_2),
            "You kept of the right child what you dropped of the left. The two gates are free of each other: both may "
            "be open, or both closed.",
        ),
        Misconception(
            _gated(lambda i, f_1, f_2, g, c_1, c_2: i * g + (f_1 * c_1 + f_2 * c_2) / 2),
            "You took the mean of what the children's cells keep. It is their sum.",
        ),
        Misconception(
            _gated(lambda i, f_1, f_2, g, c_1, c_2: i * g + (1 - f_1) * c_1 + (1 - f_2) * c_2),
            "A forget gate of 1 keeps: its name says the contrary.",
        ),
        Misconception(
            _gated(_plain_cell, "i12og"),
            "You read the blocks as i, f_1, f_2, o, candidate. Here, as in PyTorch, the candidate comes before o.",
        ),
        Misconception(
            _gated(_plain_cell, show=lambda c: c),
            "On its way out the cell passes the tanh: h = o * tanh(c).",
        ),
        Misconception(
            _gates_share,
            "Your forget gates share out 1 between the children, by a softmax. Each is a sigmoid of its own: both may "
            "be open, or both closed.",
        ),
        Misconception(
            _not_squashed_gates,
            "z is what goes into the sigmoids. Gates lie between 0 and 1.",
        ),
        Misconception(
            lambda z, c_1, c_2: two_forget_gates(z, c_1, c_2)[::-1],
            "Both are right, in the wrong order: return the state first, then the cell.",
        ),
    ],
    hints=[
        "`z.chunk(5)` cuts z into i, f_1, f_2, candidate, o. Which of them pass a sigmoid, which a tanh?",
        "The new cell has three summands: what is written, what is kept of the left, what is kept of the right.",
        "c = sigmoid(i) tanh(candidate) + sigmoid(f_1) c_1 + sigmoid(f_2) c_2, and h = sigmoid(o) tanh(c).",
    ],
)

# 11.5


def child_sum_by_hand(x, h, c, V, U, b):
    V_i, V_f, V_candidate, V_o = (V @ x + b).chunk(4)
    U_i, U_f, U_candidate, U_o = U.chunk(4)
    total = h.sum(0)  # of no rows it is 0
    f = torch.sigmoid(V_f + h @ U_f.T)  # a row for each child
    cell = torch.sigmoid(V_i + U_i @ total) * torch.tanh(V_candidate + U_candidate @ total) + (f * c).sum(0)
    return torch.sigmoid(V_o + U_o @ total) * torch.tanh(cell), cell


def _summing(
    forget: Callable = lambda from_x, from_h, h, U_f: from_x + from_h,
    keep: Callable = lambda f, c: (f * c).sum(0),
    total: Callable = lambda h: h.sum(0),
    see: Callable = lambda x, h: x,
    order: str = "ifgo",
    through: Callable = lambda h, U_f: h @ U_f.T,
) -> Callable:
    """The reference, taken to pieces that can be exchanged."""

    def answer(x, h, c, V, U, b):
        v = dict(zip(order, (V @ see(x, h) + b).chunk(4), strict=True))
        u = dict(zip(order, U.chunk(4), strict=True))
        s = total(h)
        f = torch.sigmoid(forget(v["f"], through(h, u["f"]), h, u["f"]))
        cell = torch.sigmoid(v["i"] + u["i"] @ s) * torch.tanh(v["g"] + u["g"] @ s) + keep(f, c)
        return torch.sigmoid(v["o"] + u["o"] @ s) * torch.tanh(cell), cell

    return answer


def _leaf_is_nothing(x, h, c, V, U, b):
    return child_sum_by_hand(x, h, c, V, U, b) if len(h) else (0 * b[: len(b) // 4], 0 * b[: len(b) // 4])


def _leaf_has_a_child_of_zeros_kept(x, h, c, V, U, b):
    return child_sum_by_hand(x, h[:1], c[:1], V, U, b)


def _cases_11_5(generator: Generator) -> Iterator[tuple]:
    for K, D, H in [(0, 2, 2), (1, 2, 2), (2, 1, 1), (3, 2, 3), (4, 3, 2)]:
        sizes = [(D,), (K, H), (K, H), (4 * H, D), (4 * H, H), (4 * H,)]
        yield tuple(draw(generator, *size) for size in sizes)


_NONE = torch.zeros(0, 1).double()
_NO_V, _NO_U = torch.zeros(4, 1).double(), torch.zeros(4, 1).double()
_WRITE_ALL = numbers(_SURE, 0.0, _LN3, _SURE)  # write 4/5, keep half, show all


child_sum_exercise = Exercise(
    number="11.5",
    title="Any number of children",
    stars=3,
    reference=child_sum_by_hand,
    cases=[
        Case((numbers(1.0), _NONE, _NONE, _NO_V, _NO_U, _WRITE_ALL), (numbers(math.tanh(0.8)), numbers(0.8))),
        Case(
            (numbers(1.0), numbers([0.0]), numbers([2.0]), _NO_V, _NO_U, _WRITE_ALL),
            (numbers(math.tanh(1.8)), numbers(1.8)),
        ),
        Case(
            (numbers(1.0), numbers([0.0], [0.0]), numbers([2.0], [4.0]), _NO_V, _NO_U, _WRITE_ALL),
            (numbers(math.tanh(3.8)), numbers(3.8)),
        ),
        Case(  # the first child's gate opens, the second's closes
            (
                numbers(0.0),
                numbers([1.0], [-1.0]),
                numbers([2.0], [4.0]),
                _NO_V,
                numbers([0.0], [_SURE], [0.0], [0.0]),
                _WRITE_ALL,
            ),
            (numbers(math.tanh(2.8)), numbers(2.8)),
        ),
        Case(  # the word at the node closes both
            (
                numbers(1.0),
                numbers([0.0], [0.0]),
                numbers([2.0], [4.0]),
                numbers([0.0], [-_SURE], [0.0], [0.0]),
                _NO_U,
                _WRITE_ALL,
            ),
            (numbers(math.tanh(0.8)), numbers(0.8)),
        ),
    ],
    random_cases=_cases_11_5,
    misconceptions=[
        Misconception(
            _summing(forget=lambda from_x, from_h, h, U_f: from_h),
            "Your forget gates don't see the word at the node: V_f x + b_f is missing in them.",
        ),
        Misconception(
            _summing(forget=lambda from_x, from_h, h, U_f: from_x + U_f @ h.sum(0) + 0 * from_h),
            "Your forget gates read the sum of the children, so they are all alike. Each reads its own child alone.",
        ),
        Misconception(
            _summing(see=lambda x, h: 0 * x if len(h) else x),
            "You used the word at leaves only. At an inner node x enters all gates, too.",
        ),
        Misconception(
            _summing(total=lambda h: h.mean(0) if len(h) else h.sum(0)),
            "The gates read the sum of the children's states; yours read the mean.",
        ),
        Misconception(
            _summing(keep=lambda f, c: (f * c).mean(0) if len(f) else c.sum(0)),
            "What is kept of the children's cells is added; you took the mean.",
        ),
        Misconception(
            _summing(through=lambda h, U_f: h @ U_f),
            "In the forget gates U_f is applied the wrong way round. With a child in each row of h it is `h @ U_f.T`; "
            "the shapes fit without `.T`, too, as U_f is square.",
        ),
        Misconception(
            _leaf_is_nothing,
            "A leaf came out as 0. Without children the sums are empty, but the node still writes: c = i * candidate.",
        ),
        Misconception(
            _leaf_has_a_child_of_zeros_kept,
            "You took in the first child only.",
        ),
        Misconception(
            _summing(order="ifog"),
            "You read the blocks as i, f, o, candidate. In PyTorch's rows, and here, the candidate comes before o.",
        ),
        Misconception(
            _summing(keep=lambda f, c: f.sum(0) * c.sum(0)),
            "You summed gates and cells apart and multiplied the sums: then each gate acts on every child. Multiply "
            "child by child, then add.",
        ),
    ],
    hints=[
        "Three gates read h.sum(0), as an LSTM reads h. The fourth is made anew for each child.",
        "`h @ U_f.T` has a row for each child; V_f x + b_f is added to each row. The sum over no rows is 0 by itself.",
        "c = i * candidate + (f * c).sum(0), with f = sigmoid(V_f x + b_f + h @ U_f.T) of shape (K, H).",
    ],
)


EXERCISES = [compose_exercise, listops_exercise, level_exercise, gates_exercise, child_sum_exercise]
