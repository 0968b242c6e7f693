"""The exercises of chapter 15, from gates to state spaces.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 15.1


def forgotten_after(a, margin):
    largest = a.abs().max().item()  # the unit and the move that keep most
    return math.ceil(math.log(margin) / math.log(largest))


def _moves_until(margin: float, kept: Tensor | float) -> int:
    return math.ceil(math.log(margin) / math.log(float(kept)))


def _cases_15_1(generator: Generator) -> Iterator[tuple]:
    for moves, H, margin in [(1, 2, 0.3), (2, 3, 0.01), (3, 5, 0.001)]:
        signs = torch.randint(2, (moves, H), generator=generator) * 2 - 1
        yield signs * (0.2 + 0.75 * torch.rand(moves, H, generator=generator, dtype=torch.float64)), margin


how_soon = Exercise(
    number="15.1",
    title="How soon forgotten",
    stars=1,
    reference=forgotten_after,
    cases=[
        Case((numbers([0.5, 0.1], [0.2, 0.3]), 0.3), 2),  # 0.5^2 = 0.25
        Case((numbers([0.5, 0.1], [0.2, 0.3]), 0.2), 3),  # 0.5^3 = 0.125
        Case((numbers([-0.9, 0.5], [0.1, 0.2]), 0.7), 4),  # 0.9^4 = 0.6561
        Case((numbers([0.9, 0.1], [0.1, 0.8]), 0.5), 7),  # 0.9^7 = 0.478
    ],
    random_cases=_cases_15_1,
    misconceptions=[
        Misconception(
            lambda a, margin: _moves_until(margin, a.clamp(min=1e-6).max()),
            "A factor of -0.9 keeps as much as one of 0.9: what counts is the absolute value.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().min()),
            "You followed the unit that forgets fastest. *No* unit may differ by more: the slowest decides.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().mean()),
            "A mean factor says how long it takes on average. Certain it is only with the largest one.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().prod(0).max()),
            "You let every move come at each step. One comes at a time, and it may always be the one that keeps most.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().mean(0).max()),
            "You took it that the moves come equally often. Whatever they are, it says: take the worst, over and over.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().max()) - 1,
            "One move too few: after so many the difference can still be above the margin. Round up, not down.",
        ),
        Misconception(
            lambda a, margin: _moves_until(margin, a.abs().max()) + 1,
            "One too many. Counted are the moves after the first, each of which multiplies the difference once.",
        ),
        Misconception(
            lambda a, margin: math.log(margin) / math.log(a.abs().max().item()),
            "That is where the curve meets the margin, between two moves. Asked is a whole number: the next one.",
        ),
    ],
    hints=[
        "By (15.4) a unit's difference is multiplied by one factor a move. Which factors make it last longest?",
        "With alpha the largest absolute value, k moves leave at most alpha**k. When is that <= margin?",
        "Logarithms are negative here: k >= log(margin) / log(alpha). Round up with math.ceil.",
    ],
)

# 15.2


def turn(k, n):
    angle = torch.tensor(2 * math.pi * k / n, dtype=torch.float64)
    return torch.polar(torch.ones_like(angle), angle), 0.0


def _pointer(answer: Callable, counts: Tensor, n: int) -> Tensor:
    """Real and imaginary parts of h_1 ... h_T from h_0 = 1, with a and b from each count alone."""
    h, states = torch.ones((), dtype=torch.complex128), []
    for k in counts.tolist():
        a, b = answer(k, n)
        h = torch.as_tensor(a).to(torch.complex128) * h + torch.as_tensor(b).to(torch.complex128)
        states.append(torch.view_as_real(h.detach().resolve_conj()))
    return torch.stack(states)


def _cases_15_2(generator: Generator) -> Iterator[tuple]:
    for T, n in [(3, 2), (5, 3), (40, 60)]:
        yield torch.randint(n, (T,), generator=generator), n


def _unit(angle: float) -> complex:
    return complex(math.cos(angle), math.sin(angle))


count_in_a_circle = Exercise(
    number="15.2",
    title="Count in a circle",
    stars=2,
    reference=turn,
    call=_pointer,
    cases=[
        Case((torch.tensor([1, 0, 1]), 2), numbers([-1.0, 0.0], [-1.0, 0.0], [1.0, 0.0])),
        Case((torch.tensor([1, 0, 2, 1]), 4), numbers([0.0, 1.0], [0.0, 1.0], [0.0, -1.0], [1.0, 0.0])),
    ],
    random_cases=_cases_15_2,
    misconceptions=[
        Misconception(
            lambda k, n: (-1.0, 0.0),
            "Your pole is -1 whatever comes: it counts steps. a has to depend on k: for k = 0 it is 1, which keeps.",
        ),
        Misconception(
            lambda k, n: (1 - 2 * k / n, 0.0),
            "For n = 2 this is right: 1 or -1. But real factors only stretch and mirror. For other n the factor has to "
            "turn: a complex number of absolute value 1.",
        ),
        Misconception(
            lambda k, n: (_unit(-2 * math.pi * k / n), 0.0),
            "You turn clockwise: the angle is +2 pi k / n.",
        ),
        Misconception(
            lambda k, n: (_unit(math.pi * k / n), 0.0),
            "Half of the angle: n steps of k = 1 have to come round once, 2 pi in all.",
        ),
        Misconception(
            lambda k, n: (_unit(2 * math.pi / n), 0.0),
            "You turn by 2 pi / n at every step, whatever k is. Turn k times as far.",
        ),
        Misconception(
            lambda k, n: (1.0, k),
            "This counts along a line, k after k: the state grows without end. Modulo n it has to come round.",
        ),
        Misconception(
            lambda k, n: (0.0, _unit(2 * math.pi * k / n)),
            "With a = 0 the state is what this step says: nothing of the steps before is left. Put the turn into a.",
        ),
        Misconception(
            lambda k, n: (0.5 if k else 1.0, 0.0),
            "A factor between 0 and 1, as in a minGRU, can only shrink what is there. It never brings it back.",
        ),
    ],
    hints=[
        "The pointer starts at 1. For n = 4, k = 1 takes it to i, to -1, to -i and back to 1: which factor does that?",
        "A factor of absolute value 1 turns by its angle. n turns by 2 pi / n make a full one.",
        "a = cos(2 pi k / n) + i sin(2 pi k / n), and b = 0.",
    ],
)

# 15.3


def places_after(moves):
    place = torch.arange(moves.shape[1])  # every cup stands at its own place
    for move in moves:
        place = move[place]  # who stands at place p goes to move[p]
    return place


def _cases_15_3(generator: Generator) -> Iterator[tuple]:
    for T, n in [(2, 3), (3, 4), (6, 5)]:
        yield (torch.stack([torch.randperm(n, generator=generator) for _ in range(T)]),)


def _from_the_last(moves: Tensor) -> Tensor:
    return places_after(moves.flip(0))


def _added(moves: Tensor) -> Tensor:
    place = torch.arange(moves.shape[1])
    return (place + (moves - place).sum(0)) % moves.shape[1]


def _matrix_of_all(moves: Tensor) -> Tensor:
    """Each move's inverse, first to last: who ends where is asked the other way round at each step."""
    place = torch.arange(moves.shape[1])
    for move in moves:
        place = move.argsort()[place]
    return place


_SWAP, _ROUND = [1, 0, 2], [1, 2, 0]

in_order = Exercise(
    number="15.3",
    title="In the right order",
    stars=1,
    reference=places_after,
    cases=[
        Case((torch.tensor([_ROUND]),), torch.tensor([1, 2, 0])),
        Case((torch.tensor([_SWAP, _ROUND]),), torch.tensor([2, 1, 0])),
        Case((torch.tensor([_ROUND, _SWAP]),), torch.tensor([0, 2, 1])),
        Case((torch.tensor([_ROUND, _ROUND, _SWAP]),), torch.tensor([2, 1, 0])),
    ],
    random_cases=_cases_15_3,
    misconceptions=[
        Misconception(
            _from_the_last,
            "You did the last move first. (place = place[move] reads the other way round.) The cup stands where the "
            "moves so far took it, and there the next move finds it: move[place].",
        ),
        Misconception(
            lambda moves: places_after(moves).argsort(),
            "You say which cup stands in each place. Asked is the inverse: in which place each cup stands.",
        ),
        Misconception(
            lambda moves: moves[-1],
            "This is the last move alone, as if all cups stood at home before it.",
        ),
        Misconception(
            _added,
            "You added the distances that each place's cup is moved. After the first move another cup stands there.",
        ),
        Misconception(
            _matrix_of_all,
            "You read the moves backwards: move[p] is where the cup in place p goes, not where the new one comes from.",
        ),
    ],
    hints=[
        "Keep for each cup where it is now. What does a move do to a cup that stands in place p?",
        "It stands in place move[p] then. For all cups at once: move[place].",
        "place = arange(n); for move in moves: place = move[place].",
    ],
)

# 15.4


def look_back(query, memory, valid):
    scores = memory @ query / math.sqrt(len(query))
    weights = scores.masked_fill(~valid, -math.inf).softmax(0)
    return weights @ memory, weights


def _scores(query: Tensor, memory: Tensor) -> Tensor:
    return memory @ query / math.sqrt(len(query))


def _with_weights(weights: Callable) -> Callable:
    def answer(query, memory, valid):
        w = weights(query, memory, valid)
        return w @ memory, w

    return answer


def _cases_15_4(generator: Generator) -> Iterator[tuple]:
    for T, H in [(2, 1), (4, 3), (6, 2)]:
        valid = torch.arange(T) < T - 1
        yield draw(generator, H), draw(generator, T, H), valid


_ALL = torch.tensor([True, True])
_ROWS = numbers([1.0, 0.0], [0.0, 1.0])

attention = Exercise(
    number="15.4",
    title="Look back",
    stars=2,
    reference=look_back,
    cases=[
        Case((numbers(0.0, 0.0), _ROWS, _ALL), (numbers(0.5, 0.5), numbers(0.5, 0.5))),
        Case((numbers(0.0, 0.0), _ROWS, torch.tensor([True, False])), (numbers(1.0, 0.0), numbers(1.0, 0.0))),
        Case(
            (numbers(math.sqrt(2) * math.log(3), 0.0), _ROWS, _ALL), (numbers(0.75, 0.25), numbers(0.75, 0.25))
        ),  # scores ln 3 and 0
    ],
    random_cases=_cases_15_4,
    misconceptions=[
        Misconception(
            _with_weights(lambda q, m, v: _scores(q, m).softmax(0)),
            "Padding is looked at like any letter. Its scores must be -inf before the softmax.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: (_scores(q, m) * v).softmax(0)),
            "A score of 0 is no weight of 0: exp(0) is 1. Masked scores must be -inf.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: _scores(q, m).softmax(0) * v),
            "You masked after the softmax: the weights that are left sum to less than 1. Mask the scores before it.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: (m @ q).masked_fill(~v, -math.inf).softmax(0)),
            "The scores are not divided by sqrt(H), with which they keep their size as H grows.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: (m @ q / len(q)).masked_fill(~v, -math.inf).softmax(0)),
            "You divided the scores by H. It is the root of H: a sum of H independent products grows like that.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: v / v.sum() + 0 * _scores(q, m)),
            "This is the plain mean over the valid rows. The weights have to say how well each row fits the query.",
        ),
        Misconception(
            lambda q, m, v: ((look_back(q, m, v)[1] @ m) / v.sum(), look_back(q, m, v)[1]),
            "The weights sum to 1, so their sum is the mean already: don't divide by the number of rows again.",
        ),
        Misconception(
            _with_weights(
                lambda q, m, v: torch.nn.functional.one_hot(
                    _scores(q, m).masked_fill(~v, -math.inf).argmax(), len(m)
                ).double()
            ),
            "You looked at the best row alone. That is a hard choice, through which no gradient comes; the softmax is "
            "a soft one.",
        ),
        Misconception(
            _with_weights(lambda q, m, v: _scores(q, m).masked_fill(~v, 0.0)),
            "These are scores, not weights: they may be negative and do not sum to 1. The softmax is missing.",
        ),
        Misconception(
            lambda q, m, v: look_back(q, m, v)[::-1],
            "The values are right, their order is not: first the context, then the weights.",
        ),
    ],
    hints=[
        "One score a row: memory @ query, divided by sqrt(H). Then make weights of them that sum to 1.",
        "`scores.masked_fill(~valid, -math.inf).softmax(0)`: what is not valid gets exp(-inf) = 0.",
        "The context is the weighted mean of the rows: weights @ memory.",
    ],
)

# 15.5


def kernel_of(poles, V, W, T):
    kernels = []
    for k in range(T):
        kernels.append((W @ (poles**k * V)).real)  # only at the very end is the imaginary part dropped
    return torch.stack(kernels)


def _kernels_from_parts(answer: Callable, poles: Tensor, V: Tensor, W: Tensor, T: int) -> Tensor:
    """The answer for complex vectors given as rows of real and imaginary parts."""
    return answer(*(torch.complex(*part) for part in (poles, V, W)), T)


def _cases_15_5(generator: Generator) -> Iterator[tuple]:
    for H, T in [(1, 3), (2, 5), (4, 4)]:
        poles = draw(generator, 2, H)
        yield poles / (1.2 * poles.norm(dim=0)), draw(generator, 2, H), draw(generator, 2, H), T


def _kernel_with(term: Callable) -> Callable:
    return lambda poles, V, W, T: torch.stack([term(poles, V, W, k, T) for k in range(T)])


kernel = Exercise(
    number="15.5",
    title="The filter of a linear recurrence",
    stars=3,
    reference=kernel_of,
    call=_kernels_from_parts,
    cases=[
        Case(
            (numbers([0.5], [0.0]), numbers([2.0], [0.0]), numbers([3.0], [0.0]), 3),
            numbers(6.0, 3.0, 1.5),
        ),
        Case(
            (numbers([0.0], [0.5]), numbers([1.0], [0.0]), numbers([1.0], [0.0]), 3),
            numbers(1.0, 0.0, -0.25),
        ),
        Case(
            (numbers([0.0], [0.5]), numbers([0.0], [1.0]), numbers([1.0], [0.0]), 2),
            numbers(0.0, -0.5),
        ),
    ],
    random_cases=_cases_15_5,
    misconceptions=[
        Misconception(
            _kernel_with(lambda p, V, W, k, T: (W @ (p ** (k + 1) * V)).real),
            "Your kernel begins with the first power. At k = 0 the input has just come in; no pole has acted on it.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: (W @ (p ** (T - 1 - k) * V)).real),
            "Your kernel runs backwards in time: entry k belongs to an input that came k steps ago.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: W.real @ ((p**k).real * V.real)),
            "You took the real part of every factor. Two imaginary parts multiply to a real number: take the real part "
            "once, at the end.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: (W @ (p.abs() ** k * V)).real),
            "You took the poles' absolute values: they fade and do not turn.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: (W @ (p**k * V)).abs()),
            "You took the absolute value of the sum. The output is its real part, which has a sign.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: (W.conj() @ (p**k * V)).real),
            "W is conjugated in yours (as in an inner product, `torch.vdot`). The read-out is Re(W h), as it stands.",
        ),
        Misconception(
            _kernel_with(lambda p, V, W, k, T: sum((W @ (p**j * V)).real for j in range(k + 1))),
            "You added up the powers: that is the answer to an input that stays on. Asked is what a single one leaves "
            "behind.",
        ),
    ],
    hints=[
        "Let x be 1 at step 1 and 0 afterwards. What is h_1? And h_2, h_3?",
        "h_1 = V, and each later step multiplies by the poles: k steps later the state is poles**k * V.",
        "Entry k is (W @ (poles**k * V)).real, for k = 0 ... T - 1.",
    ],
)


EXERCISES = [how_soon, count_in_a_circle, in_order, attention, kernel]
