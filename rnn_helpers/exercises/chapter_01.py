"""The exercises of chapter 1, recurrent networks.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception


def _fits(weights: object, **shapes: tuple) -> dict[str, Tensor]:
    """The returned weights as float64 tensors by name; a shape is a tuple of sizes and of letters to be found out."""
    wanted = ", ".join(shapes)
    if not isinstance(weights, tuple | list) or len(weights) != len(shapes):
        got = f"{len(weights)} values" if isinstance(weights, tuple | list) else type(weights).__name__
        raise ValueError(f"return {wanted}; got {got}")
    sizes, named = {}, {}
    for (name, shape), value in zip(shapes.items(), weights, strict=True):
        tensor = torch.as_tensor(value, dtype=torch.float64)
        expected = tuple(sizes.get(letter, letter) for letter in shape)
        if len(shape) != tensor.dim():
            raise ValueError(f"{name} must have {len(shape)} axes, got shape {tuple(tensor.shape)}")
        for letter, size in zip(expected, tensor.shape, strict=True):
            if isinstance(letter, str):
                sizes[letter] = size
            elif letter != size:
                raise ValueError(f"{name} has shape {tuple(tensor.shape)}, which does not fit the others")
        named[name] = tensor
    return named


# 1.1


def next_state(x_t, h, V, U, c):
    return torch.tanh(V @ x_t + U @ h + c)


def _cases_1_1(generator: Generator) -> Iterator[tuple]:
    for D, H in [(2, 2), (2, 2), (1, 3), (4, 2)]:
        yield (
            draw(generator, D),
            draw(generator, H).tanh(),
            draw(generator, H, D),
            draw(generator, H, H),
            draw(generator, H),
        )


_TANH_1 = 0.7615941559557649

one_step = Exercise(
    number="1.1",
    title="One step",
    stars=1,
    reference=next_state,
    cases=[
        Case((numbers(0.0), numbers(0.0), numbers([1.0]), numbers([1.0]), numbers(1.0)), numbers(_TANH_1)),
        Case((numbers(1.0), numbers(0.5), numbers([2.0]), numbers([4.0]), numbers(-3.0)), numbers(_TANH_1)),
        Case(
            (
                numbers(1.0, 0.0),
                numbers(0.0, 1.0),
                numbers([0.0, 5.0], [1.0, 0.0]),
                numbers([0.0, 1.0], [5.0, 0.0]),
                numbers(0.0, 0.0),
            ),
            numbers(_TANH_1, _TANH_1),
        ),
    ],
    random_cases=_cases_1_1,
    misconceptions=[
        Misconception(
            lambda x_t, h, V, U, c: V @ x_t + U @ h + c,
            "The non-linearity is missing. Without it a state is a weighted sum of the inputs, and no more.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t + U @ h),
            "The bias c is missing.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t) + torch.tanh(U @ h) + c,
            "You took the tanh of each part. The parts are added first: the units see the input and the old state "
            "together.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t + U @ h) + c,
            "The bias stands outside of the tanh. It shifts the threshold of a unit, so it belongs inside.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(x_t @ V + U.T @ h + c),
            "You used the transposes. With vectors as in the equation it is V @ x_t; `x_t @ V.T` is the same.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V.T @ x_t + U.T @ h + c),
            "V and U are transposed. V has shape (H, D): it takes a vector of D numbers to one of H.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t + h @ U + c),
            "`h @ U` is U^T h. With vectors it is `U @ h`, or `h @ U.T`.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(U @ x_t + V @ h + c),
            "V and U are exchanged: V takes the input, U the old state.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t + c) + U @ h,
            "The old state goes into the tanh as well; the three parts are added first.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.tanh(V @ x_t + c),
            "The old state is not in it: this layer has no memory.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: torch.sigmoid(V @ x_t + U @ h + c),
            "This is the logistic sigmoid, between 0 and 1. The network's non-linearity is the tanh.",
        ),
        Misconception(
            lambda x_t, h, V, U, c: h + torch.tanh(V @ x_t + U @ h + c),
            "You added the old state. In an Elman network the new state replaces it; what is kept of the old one comes "
            "through U.",
        ),
    ],
    hints=[
        "It is equation (1.1), with one vector for x and one for h.",
        "A matrix times a vector is `V @ x_t`. Three parts are added before the tanh.",
    ],
)

# 1.2


def count_in_torch(D, H, K, T):
    rnn = H * D + H * H + H + H  # weight_ih, weight_hh, and two biases
    linear = K * H + K
    return rnn + linear  # T is not in it: the steps share all of them


def _cases_1_2(generator: Generator) -> Iterator[tuple]:
    for _ in range(5):
        yield tuple(torch.randint(2, 20, (4,), generator=generator).tolist())


how_many = Exercise(
    number="1.2",
    title="How many numbers",
    stars=1,
    reference=count_in_torch,
    cases=[Case((1, 1, 1, 1), 6), Case((2, 3, 1, 10), 25), Case((2, 3, 4, 10), 37)],
    random_cases=_cases_1_2,
    misconceptions=[
        Misconception(
            lambda D, H, K, T: H * D + H * H + H + K * H + K,
            "This is the count for equations (1.1) and (1.2). PyTorch's module has one bias more.",
        ),
        Misconception(
            lambda D, H, K, T: T * (H * D + H * H + 2 * H) + K * H + K,
            "You gave each step weights of its own. They are shared: sequences of any length use the same.",
        ),
        Misconception(
            lambda D, H, K, T: T * (H * D + H * H + 2 * H + K * H + K),
            "You counted all weights once for each step. They are shared: sequences of any length use the same.",
        ),
        Misconception(
            lambda D, H, K, T: H * D + H * H + 3 * H + K * H + K,
            "There are H numbers too many. The first state h_0 is no parameter: it is given, zeros by default.",
        ),
        Misconception(
            lambda D, H, K, T: H * D + H * H + 2 * H,
            "This is the nn.RNN alone; the read-out has weights, too.",
        ),
        Misconception(
            lambda D, H, K, T: H * D + H * H + K * H,
            "These are the matrices. The biases count as well: two in nn.RNN, one in nn.Linear.",
        ),
        Misconception(
            lambda D, H, K, T: H * D + H * H + 2 * H + K * H,
            "The bias of the read-out is missing.",
        ),
    ],
    hints=[
        "Write down the shape of each parameter: two matrices and two biases in nn.RNN, one of each in nn.Linear.",
        "Which of them changes when the sequences get longer?",
    ],
)

# 1.3


def set_and_reset():
    V = torch.tensor([[6.0, -6.0]])  # a button is stronger than ...
    U = torch.tensor([[3.0]])  # ... the state, which holds itself: tanh(3 h) has h near -1 and near 1
    c, W, b = torch.zeros(1), torch.ones(1, 1), torch.zeros(1)
    return V, U, c, W, b


def _is_set(answer: Callable, buttons: Tensor) -> list[str]:
    """What the network with the returned weights says after each step: set above 1/2, clear below -1/2."""
    p = _fits(answer(), V=("H", 2), U=("H", "H"), c=("H",), W=(1, "H"), b=(1,))
    h, said = torch.zeros(len(p["c"]), dtype=torch.float64), []
    for x_t in buttons:
        h = torch.tanh(p["V"] @ x_t + p["U"] @ h + p["c"])
        y_hat = (p["W"] @ h + p["b"]).item()
        said.append("set" if y_hat > 0.5 else "clear" if y_hat < -0.5 else "unclear")
    return said


_SET, _CLEAR, _WAIT = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
_ON, _OFF = "set", "clear"


def _with_weights(V: list, U: list, c: float = 0.0) -> Callable:
    return lambda: (*(numbers(value) for value in (V, U)), numbers(c), numbers([1.0]), numbers(0.0))


def _cases_1_3(generator: Generator) -> Iterator[tuple]:
    kinds = numbers(_SET, _CLEAR, _WAIT)
    for T in (10, 1000):
        choice = torch.randint(3, (T,), generator=generator)
        choice[0] = torch.randint(2, (1,), generator=generator)
        yield (kinds[choice],)
    for first in (_SET, _CLEAR):
        yield (numbers(first, *[_WAIT] * 999),)


flip_flop = Exercise(
    number="1.3",
    title="Set and reset",
    stars=2,
    reference=set_and_reset,
    call=_is_set,
    cases=[
        Case((numbers(_SET),), [_ON]),
        Case((numbers(_CLEAR),), [_OFF]),
        Case((numbers(_SET, _WAIT, _WAIT),), [_ON, _ON, _ON]),
        Case((numbers(_CLEAR, _WAIT, _WAIT),), [_OFF, _OFF, _OFF]),
        Case((numbers(_SET, _CLEAR, _WAIT),), [_ON, _OFF, _OFF]),
        Case((numbers(_CLEAR, _SET, _WAIT),), [_OFF, _ON, _ON]),
        Case((numbers(_SET, *[_WAIT] * 40),), [_ON] * 41),
        Case((numbers(_SET, *[_WAIT] * 5, _CLEAR),), [_ON] * 6 + [_OFF]),
    ],
    random_cases=_cases_1_3,
    misconceptions=[
        Misconception(
            _with_weights([6.0, -6.0], [0.0]),
            "Your state has no part of the state before it (U is 0), so it forgets as soon as the button is let go.",
        ),
        Misconception(
            _with_weights([6.0, -6.0], [0.9]),
            "Your memory fades: tanh(u h) meets the diagonal at 0 only, unless u is well above 1.",
        ),
        Misconception(
            _with_weights([6.0, -6.0], [3.0], -3.0),
            "The threshold of your unit is off 0, as in the lamp's network. There a value went from 0 to 1; a state "
            "goes from -1 to 1, and a bias makes one side weaker.",
        ),
        Misconception(
            _with_weights([6.0, -6.0], [-3.0]),
            "Your state turns over at every step: with a negative weight from a unit to itself, on makes off.",
        ),
        Misconception(
            _with_weights([2.0, -2.0], [3.0]),
            "The memory holds, but the buttons are too weak against it. An input must outweigh what the state says: "
            "compare the entries of V with those of U.",
        ),
        Misconception(
            _with_weights([6.0, 0.0], [3.0]),
            "The second button does nothing: its column of V is zero.",
        ),
        Misconception(
            _with_weights([-6.0, 6.0], [3.0]),
            "The buttons are exchanged: the first should set, the second clear.",
        ),
        Misconception(
            _with_weights([6.0, -6.0], [3.0], 2.8),
            "A bias pushes the state to one side, so that only one of the two values holds itself.",
        ),
    ],
    hints=[
        "One unit is enough. Which two values of h should stay as they are when no button is pressed?",
        "Look at the map from h to tanh(u h): for which u does it meet the diagonal three times?",
        "With u = 3 the state holds itself near -1 and 1. A button must push it over against that.",
    ],
)

# 1.4


def last_states(h, lengths):
    return h[torch.arange(len(h)), lengths - 1]


def _cases_1_4(generator: Generator) -> Iterator[tuple]:
    for B, T, H in [(2, 3, 1), (3, 5, 2), (4, 4, 3)]:
        lengths = torch.randint(1, T + 1, (B,), generator=generator)
        lengths[0] = T
        yield draw(generator, B, T, H), lengths


_H = numbers([[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]])

unequal_lengths = Exercise(
    number="1.4",
    title="Sequences of unequal length",
    stars=2,
    reference=last_states,
    cases=[
        Case((_H, torch.tensor([3, 3])), numbers([3.0], [6.0])),
        Case((_H, torch.tensor([3, 1])), numbers([3.0], [4.0])),
        Case((_H, torch.tensor([2, 3])), numbers([2.0], [6.0])),
    ],
    random_cases=_cases_1_4,
    misconceptions=[
        Misconception(
            lambda h, lengths: h[:, -1],
            "This is the state after step T for all. Where a sequence is shorter, it has read filling by then.",
        ),
        Misconception(
            lambda h, lengths: h[torch.arange(len(h)), lengths.clamp(max=h.shape[1] - 1)],
            "One step too late: after `length` steps the state stands at index length - 1, for h begins with h_1.",
        ),
        Misconception(
            lambda h, lengths: h[torch.arange(len(h)), lengths],
            "One step too late: after `length` steps the state stands at index length - 1, since h begins with h_1; "
            "for the longest sequence your index even lies outside.",
        ),
        Misconception(
            lambda h, lengths: h[lengths - 1],
            "The first axis of h is the batch. A single index takes sequences, not steps.",
        ),
        Misconception(
            lambda h, lengths: h[:, lengths - 1],
            "This takes each of these steps from each sequence, (B, B, H). Each sequence wants its own: index the "
            "batch axis with arange(B) at the same time.",
        ),
        Misconception(
            lambda h, lengths: h[:, lengths.min() - 1],
            "You took the end of the shortest sequence for all of them.",
        ),
        Misconception(
            lambda h, lengths: torch.stack([row[:n].mean(0) for row, n in zip(h, lengths, strict=True)]),
            "This is the mean over each sequence's own steps, a good way to pool; asked for is the last state.",
        ),
    ],
    hints=[
        "For one sequence b it is `h[b, lengths[b] - 1]`.",
        "Two index tensors of length B pick one entry for each b: `h[rows, steps]`.",
    ],
)

# 1.5


def from_torch(weight_ih, weight_hh, bias_ih, bias_hh):
    return weight_ih, weight_hh, bias_ih + bias_hh


def _cases_1_5(generator: Generator) -> Iterator[tuple]:
    for D, H in [(2, 2), (1, 2), (3, 2)]:
        yield draw(generator, H, D), draw(generator, H, H), draw(generator, H), draw(generator, H)


port = Exercise(
    number="1.5",
    title="Take it from PyTorch",
    stars=1,
    reference=from_torch,
    cases=[
        Case(
            (numbers([2.0]), numbers([3.0]), numbers(0.5), numbers(0.25)),
            (numbers([2.0]), numbers([3.0]), numbers(0.75)),
        ),
        Case(
            (
                numbers([1.0, 2.0], [3.0, 4.0]),
                numbers([5.0, 6.0], [7.0, 8.0]),
                numbers(1.0, 0.0),
                numbers(0.0, 2.0),
            ),
            (numbers([1.0, 2.0], [3.0, 4.0]), numbers([5.0, 6.0], [7.0, 8.0]), numbers(1.0, 2.0)),
        ),
    ],
    random_cases=_cases_1_5,
    misconceptions=[
        Misconception(
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (weight_ih, weight_hh, bias_ih),
            "You kept one of the two biases. Both are added before the tanh.",
        ),
        Misconception(
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (weight_ih, weight_hh, bias_hh),
            "You kept the second of the two biases only. Both are added before the tanh.",
        ),
        Misconception(
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (weight_ih, weight_hh, (bias_ih + bias_hh) / 2),
            "You took the mean of the biases. Both are added before the tanh.",
        ),
        Misconception(
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (weight_hh, weight_ih, bias_ih + bias_hh),
            "V and U are exchanged: ih means input to hidden, hh hidden to hidden.",
        ),
        Misconception(
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (weight_ih.T, weight_hh.T, bias_ih + bias_hh),
            "PyTorch keeps its matrices as the equations do, (H, D) and (H, H), so nothing has to be transposed.",
        ),
    ],
    hints=[
        "In PyTorch's names, ih stands for input to hidden, hh for hidden to hidden.",
        "Write PyTorch's equation, from its documentation, below (1.1). What stands where c stands?",
    ],
)

# 1.6


def any_machine(table):
    S, K = table.shape
    a, pairs = 10.0, S * K  # a unit for each pair (state before, symbol now), and one that is on at the start only
    leads_to = torch.eye(S)[table.flatten()].T  # (S, pairs): the state in which a pair ends
    leads_to = torch.cat([leads_to, torch.eye(S)[:, :1]], dim=1)  # the start counts as "ended in state 0"
    before = torch.eye(S).repeat_interleave(K, dim=0)  # (pairs, S): the state that a pair needs before
    # Unit (s, k) asks for both: 1 if a unit that ends in s was on, and 1 if the symbol is k. Units say -1 and 1.
    U = torch.cat([a * before @ leads_to / 2, torch.zeros(1, pairs + 1)])
    V = torch.cat([a * torch.eye(K).repeat(S, 1), torch.zeros(1, K)])
    c = torch.cat([a * (before @ leads_to.sum(1) / 2 - 1.5), torch.tensor([-a])])
    h_0 = torch.cat([-torch.ones(pairs), torch.ones(1)])
    return V, U, c, leads_to / 2, leads_to.sum(1) / 2, h_0


def _states_named(answer: Callable, table: Tensor, symbols: Tensor) -> list[int]:
    """The state that the returned network names after each symbol."""
    S, K = table.shape
    p = _fits(answer(table), V=("H", K), U=("H", "H"), c=("H",), W=(S, "H"), b=(S,), h_0=("H",))
    h, named = p["h_0"], []
    for x_t in one_hot(symbols, K).double():
        h = torch.tanh(p["V"] @ x_t + p["U"] @ h + p["c"])
        named.append(int((p["W"] @ h + p["b"]).argmax()))
    return named


def _cases_1_6(generator: Generator) -> Iterator[tuple]:
    for S, K, T in [(2, 2, 4), (3, 2, 10), (3, 3, 30), (4, 2, 300), (5, 3, 300)]:
        yield torch.randint(S, (S, K), generator=generator), torch.randint(K, (T,), generator=generator)


def _changed_machine(**changes: Callable) -> Callable:
    """The reference's weights, some of them replaced by what `changes` makes of them."""

    def answer(table):
        weights = dict(zip(("V", "U", "c", "W", "b", "h_0"), any_machine(table), strict=True))
        return tuple(changes.get(name, lambda value: value)(value) for name, value in weights.items())

    return answer


def _either(table: Tensor) -> tuple[Tensor, ...]:
    V, U, c, W, b, h_0 = any_machine(table)
    return V, U, torch.cat([c[:-1] + 10, c[-1:]]), W, b, h_0  # a threshold of 1/2 in place of 3/2


def _state_before(table: Tensor) -> tuple[Tensor, ...]:
    S, K = table.shape
    V, U, c, _, _, h_0 = any_machine(table)
    before = torch.cat([torch.eye(S).repeat_interleave(K, dim=0).T, torch.eye(S)[:, :1]], dim=1)
    return V, U, c, before, before.sum(1), h_0


def _borrowed_start(table: Tensor) -> tuple[Tensor, ...]:
    V, U, c, W, b, _ = any_machine(table)
    V, U, c, W = V[:-1], U[:-1, :-1], c[:-1] - U[:-1, -1], W[:, :-1]
    h_0 = -torch.ones(len(c))
    ends_in_0 = (table.flatten() == 0).nonzero()
    if len(ends_in_0):
        h_0[ends_in_0[0]] = 1
    return V, U, c, W, b, h_0


def _one_unit_a_state(table: Tensor) -> tuple[Tensor, ...]:
    """Each state listens to the symbols and states that can lead to it, whatever they come with."""
    S = len(table)
    leads = torch.eye(S)[table]  # (state before, symbol, state after)
    U, V = leads.mean(1).T, leads.mean(0).T
    h_0 = 2 * torch.eye(S)[0] - 1
    return 10 * V, 5 * U, -5 * torch.ones(S), torch.eye(S), torch.zeros(S), h_0


def _zeros_and_ones(table: Tensor) -> tuple[Tensor, ...]:
    V, U, c, W, b, h_0 = any_machine(table)
    return V, 2 * U, torch.cat([torch.full_like(c[:-1], -15.0), c[-1:]]), W, torch.zeros_like(b), h_0


_LAMP = torch.tensor([[0, 1], [1, 0]])
_NO_RETURN = torch.tensor([[1, 2], [2, 1], [1, 2]])  # nothing leads back to state 0
_FORWARD = torch.tensor([[1, 0], [2, 1], [0, 2]])  # symbol 0 goes on in a circle of three, symbol 1 stays

machine = Exercise(
    number="1.6",
    title="Any machine",
    stars=3,
    reference=any_machine,
    call=_states_named,
    cases=[
        Case((_LAMP, torch.tensor([1])), [1]),
        Case((_LAMP, torch.tensor([0, 1, 1, 0, 1])), [0, 1, 0, 0, 1]),
        Case((_FORWARD, torch.tensor([0, 0, 1, 0, 0])), [1, 2, 2, 0, 1]),
        Case((_NO_RETURN, torch.tensor([1, 0, 1, 1])), [2, 1, 1, 1]),
    ],
    random_cases=_cases_1_6,
    misconceptions=[
        Misconception(
            _either,
            "Your units answer to either of the two things they should ask for. A unit for (state, symbol) needs both: "
            "its threshold lies between 1 and 2.",
        ),
        Misconception(
            _state_before,
            "Your output names the state before the last symbol. A unit for (state, symbol) stands for the state that "
            "the table gives for this pair.",
        ),
        Misconception(
            _changed_machine(h_0=lambda h_0: -torch.ones_like(h_0)),
            "At the first step your network is in no state at all. Something must say that it begins in state 0.",
        ),
        Misconception(
            _borrowed_start,
            "Your start borrows a unit of a pair that ends in state 0. A machine may have none.",
        ),
        Misconception(
            _one_unit_a_state,
            "A unit for each state is not enough: whether the machine goes from s to s' depends on the symbol as well, "
            "and 'this state and this symbol' needs a unit of its own.",
        ),
        Misconception(
            _zeros_and_ones,
            "You took the units for 0 and 1. They say -1 and 1, so that a unit that is off counts against the others: "
            "use (1 + h) / 2, and put the halves into c and b.",
        ),
        Misconception(
            _changed_machine(h_0=lambda h_0: torch.zeros_like(h_0)),
            "h_0 = 0 puts every unit halfway between off and on. Something must say that the machine is in state 0.",
        ),
        Misconception(
            _changed_machine(V=lambda V: 0.15 * V, U=lambda U: 0.15 * U, c=lambda c: 0.15 * c),
            "Your machine is right at first and then loses itself: the weights are too small for its states to hold. "
            "Multiply V, U and c by a larger number.",
        ),
        Misconception(
            _changed_machine(c=lambda c: torch.cat([c[:-1], torch.zeros(1)])),
            "The unit that marks the start stays half on afterwards, so the network thinks it begins again.",
        ),
    ],
    hints=[
        "A unit for each state is not enough: like the lamp, a step needs 'this state AND this symbol'. Take a unit "
        "for each pair.",
        "A pair (s, k) ends in state table[s, k]. So 'the machine was in s' means that some pair that ends in s was "
        "on: a row of U.",
        "The first step has no pair before it. One more unit, on in h_0 and off ever after, can stand for the start.",
        "Units say -1 and 1, a threshold wants 0 and 1: (1 + h) / 2. The halves go into c and b.",
    ],
)

EXERCISES = [one_step, how_many, flip_flop, unequal_lengths, port, machine]
