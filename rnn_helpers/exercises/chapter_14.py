"""The exercises of chapter 14, spending less on each step.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 14.1


def concatenate(V_i, U_i, V_f, U_f, V_o, U_o, V, U):
    rows = [(V_i, U_i), (V_f, U_f), (V, U), (V_o, U_o)]  # the candidate comes third
    return torch.cat([torch.cat(pair, dim=1) for pair in rows], dim=0)


def _concatenated(order: str = "ifco", state_first: bool = False, pairs: int = 1, gates: int = 0) -> Callable:
    """A concatenation in another order, or along other axes."""

    def answer(V_i, U_i, V_f, U_f, V_o, U_o, V, U):
        blocks = {"i": (V_i, U_i), "f": (V_f, U_f), "o": (V_o, U_o), "c": (V, U)}
        rows = [blocks[letter][:: -1 if state_first else 1] for letter in order]
        return torch.cat([torch.cat(pair, dim=pairs) for pair in rows], dim=gates)

    return answer


def _gate_by_gate_interleaved(V_i, U_i, V_f, U_f, V_o, U_o, V, U):
    whole = concatenate(V_i, U_i, V_f, U_f, V_o, U_o, V, U)
    return whole.unflatten(0, (4, -1)).transpose(0, 1).flatten(0, 1)


def _cases_14_1(generator: Generator) -> Iterator[tuple]:
    for D, H in [(1, 1), (2, 3), (3, 2)]:
        yield tuple(draw(generator, *shape) for _ in range(4) for shape in [(H, D), (H, H)])


_EIGHT = tuple(numbers([float(k)]) for k in range(1, 9))  # D = H = 1: i 1 2, f 3 4, o 5 6, candidate 7 8

gates_in_one = Exercise(
    number="14.1",
    title="One product for four gates",
    stars=1,
    reference=concatenate,
    cases=[Case(_EIGHT, numbers([1.0, 2.0], [3.0, 4.0], [7.0, 8.0], [5.0, 6.0]))],
    random_cases=_cases_14_1,
    misconceptions=[
        Misconception(
            _concatenated("ifoc"),
            "Your blocks follow the order of the arguments: i, f, o, candidate. PyTorch's rows have the candidate "
            "before o; the shapes would not tell.",
        ),
        Misconception(
            _concatenated("iofc"),
            "Your blocks are in ONNX's order or nearly so. PyTorch's is i, f, candidate, o.",
        ),
        Misconception(
            _concatenated(state_first=True),
            "You put U before V. The vector that W multiplies has the input first, then the state: [x, h].",
        ),
        Misconception(
            _concatenated(pairs=0),
            "You put V above U. They multiply different parts of one vector [x, h], so they stand side by side, along "
            "dim=1; gates are what stands above one another. (Where D and H are equal, the shapes do not object.)",
        ),
        Misconception(
            lambda *blocks: torch.cat(
                [
                    torch.cat(blocks[0:2], 1),
                    torch.cat(blocks[2:4], 1),
                    torch.cat(blocks[6:8], 1),
                    torch.cat(blocks[4:6], 1),
                ],
                1,
            ),
            "Your gates stand side by side, in one wide matrix. Each gate is to give H numbers of its own: the gates' "
            "blocks stand above one another, along dim=0.",
        ),
        Misconception(
            lambda *blocks: concatenate(*blocks).T,
            "This is the transpose. W [x, h] with W of shape (4H, D + H) is asked for.",
        ),
        Misconception(
            _gate_by_gate_interleaved,
            "Your rows go unit by unit: i, f, candidate, o of the first unit, then of the second. PyTorch has all rows "
            "of i, then all of f, and so on.",
        ),
    ],
    hints=[
        "Two directions: V and U of a gate stand side by side, the gates above one another.",
        "W = [[V_i, U_i], [V_f, U_f], [V, U], [V_o, U_o]]: torch.cat along dim=1 for a row, then along dim=0.",
    ],
)

# 14.2


def hoisted(x, h, V, U, c):
    inputs = x @ V.T + c  # (T, H): all steps in one product
    states = []
    for z in inputs:
        h = torch.tanh(z + U @ h)
        states.append(h)
    return torch.stack(states)


_PRODUCTS = {"mm", "mv", "dot", "bmm", "addmm", "addmv", "baddbmm", "linear"}


class _Counted(TorchDispatchMode):
    """How often PyTorch is asked for one of these operations."""

    def __init__(self, names: set[str]):
        super().__init__()
        self.names, self.number = names, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.number += func._opname.removesuffix("_") in self.names
        return func(*args, **(kwargs or {}))


def _result_and_products(answer: Callable, *args: object) -> tuple[Tensor, int]:
    """What the answer returns, and how many matrix products it took beyond one a step and one for all inputs."""
    with _Counted(_PRODUCTS) as products:
        result = answer(*args)
    return result, max(0, products.number - len(args[0]) - 1)


def _cases_14_2(generator: Generator) -> Iterator[tuple]:
    for T, D, H in [(2, 1, 1), (4, 3, 2), (9, 2, 3)]:
        shapes = [(T, D), (H,), (H, D), (H, H), (H,)]
        yield tuple(draw(generator, *shape) for shape in shapes)


def _not_hoisted(x, h, V, U, c):
    states = []
    for x_t in x:
        h = torch.tanh(V @ x_t + U @ h + c)
        states.append(h)
    return torch.stack(states)


def _both_hoisted(x, h, V, U, c):
    return torch.tanh(x @ V.T + U @ h + c)


def _hoisted_with(
    before: Callable = lambda x, V, c: x @ V.T + c, step: Callable = lambda z, h, U, c: torch.tanh(z + U @ h)
) -> Callable:
    def answer(x, h, V, U, c):
        states = []
        for z in before(x, V, c):
            h = step(z, h, U, c)
            states.append(h)
        return torch.stack(states)

    return answer


def _squashed_twice(x, V, c):
    return torch.tanh(x @ V.T + c)


_ONE_UNIT = numbers(1.0), numbers([1.0]), numbers([1.0]), numbers(0.0)  # h, V, U, c
_FIRST = torch.tanh(numbers(1.0))

out_of_the_loop = Exercise(
    number="14.2",
    title="Out of the loop",
    stars=2,
    reference=hoisted,
    call=_result_and_products,
    cases=[
        Case((numbers([0.0]), *_ONE_UNIT), (_FIRST.view(1, 1), 0)),
        Case((numbers([0.0], [1.0]), *_ONE_UNIT), (torch.stack([_FIRST, torch.tanh(1 + _FIRST)]), 0)),
    ],
    random_cases=_cases_14_2,
    misconceptions=[
        Misconception(
            _not_hoisted,
            "The states are right, but there are two products a step. V x_t does not depend on the state: make it for "
            "all steps at once, before the loop.",
        ),
        Misconception(
            _both_hoisted,
            "You made U h before the loop as well, with the first state for all steps. h changes at each step: that "
            "product has to stay.",
        ),
        Misconception(
            _hoisted_with(before=_squashed_twice),
            "You took the tanh before the recurrent product was added. It comes after the sum of both.",
        ),
        Misconception(
            _hoisted_with(step=lambda z, h, U, c: torch.tanh(z + U @ h + c)),
            "The bias is added twice, before the loop and in it.",
        ),
        Misconception(
            _hoisted_with(before=lambda x, V, c: x @ V.T),
            "The bias has gone lost. It does not depend on the state, so it can be added before the loop.",
        ),
        Misconception(
            _hoisted_with(step=lambda z, h, U, c: torch.tanh(z + h @ U)),
            "Your recurrent product is h @ U, that is with U transposed: U @ h or h @ U.T is meant.",
        ),
        Misconception(
            lambda x, h, V, U, c: torch.cat([h[None], hoisted(x, h, V, U, c)]),
            "You returned h_0 as well. The result has one row a step: h_1 to h_T.",
        ),
    ],
    hints=[
        "What of tanh(V x_t + U h + c) is known before the first step?",
        "x @ V.T + c has shape (T, H): one row a step. Walk through its rows.",
        "In the loop one product is left: h = torch.tanh(z + U @ h). The checker counts products: T + 1 may be used.",
    ],
)

# 14.3


def gru_multiply_adds(B, T, D, H):
    return B * T * 3 * H * (D + H)  # two gates and the candidate: each a row of D + H numbers a unit


def _cases_14_3(generator: Generator) -> Iterator[tuple]:
    for _ in range(4):
        yield tuple(torch.randint(2, 50, (4,), generator=generator).tolist())


count = Exercise(
    number="14.3",
    title="What a GRU costs",
    stars=1,
    reference=gru_multiply_adds,
    cases=[Case((1, 1, 1, 1), 6), Case((1, 1, 2, 3), 45), Case((2, 5, 2, 3), 450)],
    random_cases=_cases_14_3,
    misconceptions=[
        Misconception(
            lambda B, T, D, H: 3 * H * (D + H),
            "That is for one step of one sequence. The weights are shared over steps and sequences; the work is not: "
            "B times T.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 3 * H * (D + H + 1),
            "You counted the biases. A bias is added and multiplied by nothing; that formula counts parameters.",
        ),
        Misconception(
            lambda B, T, D, H: 3 * H * (D + H + 1),
            "That is the number of parameters. Each weight is used once a step and sequence, and biases multiply "
            "nothing.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 4 * H * (D + H),
            "Four blocks are an LSTM's. A GRU has three: r, u and the candidate.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 2 * H * (D + H),
            "The candidate has a V and a U of its own, too: r, u and candidate make three.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * H * (D + H),
            "That is one gate's share: an Elman network. A GRU has three such blocks.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 6 * H * (D + H),
            "You counted multiplications and additions apart. A multiply-add is one of both: half as many.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 3 * H * D * H,
            "D times H times H: V and U are two products beside each other, H D and H H, and their costs add up.",
        ),
        Misconception(
            lambda B, T, D, H: B * T * 3 * H * H,
            "The input products are missing: V x_t costs H D for each gate, in the loop or out of it.",
        ),
    ],
    hints=[
        "A product of an (H, D) matrix with a vector takes H D multiply-adds. How many such products are there a step?",
        "V x_t and U h_{t-1} for each of r, u and candidate; for each step, for each sequence.",
    ],
)

# 14.4


def compose(first, second):
    A_1, B_1 = first
    A_2, B_2 = second
    return A_2 * A_1, A_2 * B_1 + B_2  # B_1 passes through the second stretch


def _cases_14_4(generator: Generator) -> Iterator[tuple]:
    for D in (1, 2, 3):
        yield tuple(tuple(draw(generator, 2, D)) for _ in range(2))


def _pair(A: float, B: float) -> tuple[Tensor, Tensor]:
    return numbers(A), numbers(B)


two_stretches = Exercise(
    number="14.4",
    title="Compose two stretches",
    stars=2,
    reference=compose,
    cases=[
        Case((_pair(2.0, 0.0), _pair(3.0, 0.0)), _pair(6.0, 0.0)),
        Case((_pair(1.0, 5.0), _pair(2.0, 3.0)), _pair(2.0, 13.0)),
        Case((_pair(0.0, 5.0), _pair(2.0, 0.0)), _pair(0.0, 10.0)),
    ],
    random_cases=_cases_14_4,
    misconceptions=[
        Misconception(
            lambda first, second: (first[0] * second[0], first[0] * second[1] + first[1]),
            "You composed them the other way round. What the first stretch left, B_1, passes through the second: "
            "A_2 B_1 + B_2. The order matters, though A_1 A_2 does not show it.",
        ),
        Misconception(
            lambda first, second: (first[0] * second[0], first[1] + second[1]),
            "You added what the two stretches leave. What the first left has to pass through the second, where it is "
            "multiplied by A_2.",
        ),
        Misconception(
            lambda first, second: (first[0] + second[0], second[0] * first[1] + second[1]),
            "The factors multiply: after both, the state before is multiplied by A_1, then by A_2.",
        ),
        Misconception(
            lambda first, second: (first[0] * second[0], second[0] * (first[1] + second[1])),
            "B_2 is what the second stretch leaves by itself; it is already at the end and is not multiplied again.",
        ),
        Misconception(
            lambda first, second: (first[0] * second[0], first[1] * second[1]),
            "You multiplied both. Put the first into the second: h -> A_2 (A_1 h + B_1) + B_2, and collect.",
        ),
        Misconception(
            lambda first, second: (first[0] * second[0], second[0] * first[0] * first[1] + second[1]),
            "B_1 is what the first stretch has left at its end: it passes through the second only, not through A_1.",
        ),
        Misconception(
            lambda first, second: compose(first, second)[::-1],
            "The values are right, their order is not: first the factor, then what is added.",
        ),
    ],
    hints=[
        "A stretch takes h to A h + B. Put the result of the first into the second.",
        "A_2 (A_1 h + B_1) + B_2: which part multiplies h, and which part is left without it?",
    ],
)

# 14.5


def scan_by_doubling(a, b):
    T, reach = len(a), 1
    while reach < T:  # a[t], b[t] is the stretch of `reach` steps that ends at t (shorter at the front)
        a_before = torch.cat([torch.ones_like(a[:reach]), a[:-reach]])
        b_before = torch.cat([torch.zeros_like(b[:reach]), b[:-reach]])
        a, b = a * a_before, a * b_before + b
        reach = 2 * reach
    return b


_ELEMENTWISE = {"mul", "add", "addcmul", "sub", "lerp"}


def _states_and_rounds(answer: Callable, a: Tensor, b: Tensor) -> tuple[Tensor, bool]:
    """What the answer returns, and whether it takes so many products and sums that it must have walked the steps."""
    with _Counted(_ELEMENTWISE) as counted:
        states = answer(a, b)
    return states, counted.number > max(64, len(a))


def _cases_14_5(generator: Generator) -> Iterator[tuple]:
    for T, D in [(2, 1), (3, 2), (4, 1), (8, 2), (11, 1), (200, 1)]:
        yield torch.sigmoid(draw(generator, T, D)), draw(generator, T, D)


def _doubling(
    compose_with: Callable = lambda a, b, a_before, b_before: (a * a_before, a * b_before + b),
    grow: Callable = lambda reach: 2 * reach,
    rounds: Callable = lambda reach, T: reach < T,
) -> Callable:
    def answer(a, b):
        T, reach = len(a), 1
        while rounds(reach, T) and reach < 2 * T:
            k = min(reach, T)
            a_before = torch.cat([torch.ones_like(a[:k]), a[: T - k]])
            b_before = torch.cat([torch.zeros_like(b[:k]), b[: T - k]])
            a, b = compose_with(a, b, a_before, b_before)
            reach = grow(reach)
        return b

    return answer


def _forgets_to_multiply_a(a, b, a_before, b_before):
    return a, a * b_before + b


def _composes_backwards(a, b, a_before, b_before):
    return a * a_before, a_before * b + b_before


def _adds_only(a, b, a_before, b_before):
    return a * a_before, b_before + b


def _a_first(a, b, a_before, b_before):
    a = a * a_before
    return a, a * b_before + b


def _rolled(a, b):
    reach = 1
    while reach < len(a):
        a, b = a * a.roll(reach, 0), a * b.roll(reach, 0) + b
        reach = 2 * reach
    return b


def _step_by_step(a, b):
    h, states = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        states.append(h)
    return torch.stack(states)


def _by_cumulated_sums(a, b):
    A = a.cumprod(0)
    return A * b.cumsum(0)


doubling = Exercise(
    number="14.5",
    title="A scan by doubling",
    stars=3,
    reference=scan_by_doubling,
    call=_states_and_rounds,
    cases=[
        Case((numbers([0.5]), numbers([3.0])), (numbers([3.0]), False)),
        Case(
            (numbers([1.0], [1.0], [1.0], [1.0]), numbers([1.0], [1.0], [1.0], [1.0])),
            (numbers([1.0], [2.0], [3.0], [4.0]), False),
        ),
        Case((numbers([0.5], [0.5], [0.5]), numbers([4.0], [0.0], [0.0])), (numbers([4.0], [2.0], [1.0]), False)),
        Case(
            (numbers([9.0], [0.5], [2.0], [0.5]), numbers([2.0], [1.0], [0.0], [1.0])),
            (numbers([2.0], [2.0], [4.0], [3.0]), False),
        ),
    ],
    random_cases=_cases_14_5,
    misconceptions=[
        Misconception(
            _step_by_step,
            "The states are right, but you walk through all steps. In each round compose all stretches at once: some "
            "three products and sums of whole tensors.",
        ),
        Misconception(
            _rolled,
            "`roll` brings the end round to the front: there the first steps are composed with the last ones. In front "
            "of the first step stands the stretch that does nothing, factor 1, sum 0.",
        ),
        Misconception(
            _doubling(_forgets_to_multiply_a),
            "Your sums are doubled and your factors are not: after a round the stretch that ends at t is twice as "
            "long, and so is the product of its factors: a = a * a_before.",
        ),
        Misconception(
            _doubling(_a_first),
            "You renewed a before you used it for b. The new b needs the old factor: a, b = a * a_before, "
            "a * b_before + b, both from old values.",
        ),
        Misconception(
            _doubling(_composes_backwards),
            "You composed in the wrong order: what was before passes through the later stretch, a * b_before + b.",
        ),
        Misconception(
            _doubling(_adds_only),
            "You added the two stretches. What came before has to pass through the later one: a * b_before + b.",
        ),
        Misconception(
            _doubling(grow=lambda reach: reach + 1),
            "You look back 1, 2, 3, ... steps. After the first round each stretch has two steps, so the next one "
            "before it ends two back, then four: the reach doubles.",
        ),
        Misconception(
            _doubling(rounds=lambda reach, T: reach == 1),
            "One round is not enough: each state has seen two inputs now. Go on until the stretches reach the front.",
        ),
        Misconception(
            _doubling(rounds=lambda reach, T: 2 * reach < T),
            "You stop a round too early: as long as `reach` is below T, the last state lacks the first inputs.",
        ),
        Misconception(
            _by_cumulated_sums,
            "A running product times a running sum treats all inputs as if they had come first. Input k shall be "
            "multiplied by the factors after k only.",
        ),
    ],
    hints=[
        "Let a[t], b[t] stand for a stretch that ends at t. At first it has one step. Compose it with the one before.",
        "The stretch before it ends `reach` steps earlier: shift a and b by `reach`. In front of the first step stands "
        "the stretch that does nothing, factor 1, sum 0.",
        "`a, b = a * a_before, a * b_before + b`, then double `reach`, as long as it is below T. b holds the states.",
    ],
)

# 14.6


def gradient_of_U(h, h_0, U, from_outside):
    dz, later = torch.empty_like(h), torch.zeros_like(h_0)
    for t in reversed(range(len(h))):
        dz[t] = (from_outside[t] + later) * (1 - h[t] ** 2)
        later = U.T @ dz[t]
    before = torch.cat([h_0[None], h[:-1]])  # h_{t-1}
    return dz.T @ before  # the sum over steps of dz_t h_{t-1}^T


def _cases_14_6(generator: Generator) -> Iterator[tuple]:
    for T, H in [(1, 2), (2, 1), (3, 2), (6, 3)]:
        h, h_0 = torch.tanh(draw(generator, T, H)), torch.tanh(draw(generator, H))
        yield h, h_0, draw(generator, H, H), draw(generator, T, H)


def _gradient_with(
    slope: Callable = lambda h_t: 1 - h_t**2,
    back: Callable = lambda U, dz_t: U.T @ dz_t,
    before: Callable = lambda h, h_0: torch.cat([h_0[None], h[:-1]]),
    together: Callable = lambda dz, before: dz.T @ before,
    outside: Callable = lambda from_outside, t: from_outside[t],
) -> Callable:
    def answer(h, h_0, U, from_outside):
        dz, later = torch.empty_like(h), torch.zeros_like(h_0)
        for t in reversed(range(len(h))):
            dz[t] = (outside(from_outside, t) + later) * slope(h[t])
            later = back(U, dz[t])
        return together(dz, before(h, h_0))

    return answer


def _sum_in_the_loop(dz, before):
    return sum(dz_t[:, None] @ h[None] for dz_t, h in zip(dz, before, strict=True))


one_product = Exercise(
    number="14.6",
    title="One product after the loop",
    stars=2,
    reference=gradient_of_U,
    call=_result_and_products,
    cases=[
        Case((numbers([0.5]), numbers(2.0), numbers([1.0]), numbers([1.0])), (numbers([1.5]), 0)),
        Case((numbers([0.0], [0.5]), numbers(2.0), numbers([3.0]), numbers([0.0], [4.0])), (numbers([18.0]), 0)),
        Case((numbers([0.0], [0.5]), numbers(2.0), numbers([3.0]), numbers([1.0], [4.0])), (numbers([20.0]), 0)),
    ],
    random_cases=_cases_14_6,
    misconceptions=[
        Misconception(
            _gradient_with(together=_sum_in_the_loop),
            "The gradient is right, but a product is made at each step for it. Keep all dz_t and multiply once, after "
            "the loop: dz.T @ the states before.",
        ),
        Misconception(
            _gradient_with(before=lambda h, h_0: h),
            "U multiplies the state before: the partner of dz_t is h_{t-1}, with h_0 at the first step, not h_t.",
        ),
        Misconception(
            _gradient_with(before=lambda h, h_0: torch.cat([torch.zeros_like(h_0)[None], h[:-1]])),
            "The first step has a state before it, too: h_0, which need not be zero.",
        ),
        Misconception(
            _gradient_with(back=lambda U, dz_t: U @ dz_t),
            "On the way back stands the transpose: what reaches h_t from the next step is U.T @ dz_{t+1}.",
        ),
        Misconception(
            _gradient_with(slope=lambda h_t: torch.ones_like(h_t)),
            "The tanh has gone lost: dz_t is the gradient at h_t times the slope 1 - h_t^2.",
        ),
        Misconception(
            _gradient_with(slope=lambda h_t: 1 - torch.tanh(h_t) ** 2),
            "h is the tanh already. Its slope is 1 - h_t^2.",
        ),
        Misconception(
            _gradient_with(back=lambda U, dz_t: torch.zeros_like(dz_t)),
            "You used what reaches each state from outside alone. A state also acts through the next one: add "
            "U.T @ dz_{t+1}.",
        ),
        Misconception(
            _gradient_with(together=lambda dz, before: before.T @ dz),
            "This is the transpose. Row i of U leads to unit i: its gradient is dz[:, i] with the states before.",
        ),
    ],
    hints=[
        "Call dz_t the gradient at V x_t + U h_{t-1} + c. From the last step to the first it is (what reaches h_t from "
        "outside, and U.T @ dz_{t+1}) times the slope of tanh.",
        "The slope of tanh is 1 - h_t^2; at the last step nothing comes from later.",
        "dL/dU is the sum over t of dz_t h_{t-1}^T. With all dz_t in one (T, H) tensor that is dz.T @ before.",
    ],
)


EXERCISES = [gates_in_one, out_of_the_loop, count, two_stretches, doubling, one_product]
