"""The exercises of chapter 6, pooled classification.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

_NAN = math.nan


def _exists(h: Tensor, lengths: Tensor) -> Tensor:
    """True (B, T, 1) at a sequence's own steps."""
    return (torch.arange(h.shape[1]) < lengths[:, None])[:, :, None]


def _at(h: Tensor, steps: Tensor) -> Tensor:
    return h[torch.arange(len(h)), steps]


def _padded(generator: Generator, lengths: list[int], T: int, H: int, filling: float) -> tuple[Tensor, Tensor]:
    h, lengths = draw(generator, len(lengths), T, H), torch.tensor(lengths)
    return torch.where(_exists(h, lengths), h, filling), lengths


# 6.1


def both_last_states(h, lengths):
    forward, backward = h.chunk(2, dim=2)
    rows = torch.arange(len(h))
    return torch.cat([forward[rows, lengths - 1], backward[:, 0]], dim=1)


def _halves(forward: Callable, backward: Callable) -> Callable:
    """An answer that reads each half at steps of its own: functions of h and lengths."""

    def answer(h: Tensor, lengths: Tensor) -> Tensor:
        ahead, back = h.chunk(2, dim=2)
        return torch.cat([_at(ahead, forward(h, lengths)), _at(back, backward(h, lengths))], dim=1)

    return answer


def _first(h: Tensor, lengths: Tensor) -> Tensor:
    return torch.zeros_like(lengths)


def _last(h: Tensor, lengths: Tensor) -> Tensor:
    return lengths - 1


def _end(h: Tensor, lengths: Tensor) -> Tensor:
    return torch.full_like(lengths, h.shape[1] - 1)


def _every_second(h: Tensor, lengths: Tensor) -> Tensor:
    return torch.cat([_at(h, lengths - 1)[:, ::2], h[:, 0, 1::2]], dim=1)


def _cases_6_1(generator: Generator) -> Iterator[tuple]:
    for lengths, T, H in [([2, 3], 3, 2), ([1, 4, 2], 5, 4), ([6, 3], 6, 6)]:
        yield _padded(generator, lengths, T, H, 0.0)


both_ends = Exercise(
    number="6.1",
    title="Both last states",
    stars=1,
    reference=both_last_states,
    cases=[
        Case((numbers([[1.0, 5.0], [2.0, 6.0], [0.0, 0.0], [9.0, 9.0]]), torch.tensor([2])), numbers([2.0, 5.0])),
        Case(
            (
                numbers(
                    [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0, 0.0, 0.0, 0.0]],
                    [[-1.0, -2.0, -3.0, -4.0], [-5.0, -6.0, -7.0, -8.0], [9.0, 9.5, 9.7, 9.8]],
                ),
                torch.tensor([2, 3]),
            ),
            numbers([5.0, 6.0, 3.0, 4.0], [9.0, 9.5, -3.0, -4.0]),
        ),
    ],
    random_cases=_cases_6_1,
    misconceptions=[
        Misconception(
            _halves(_end, _end),
            "This is the last column of the batch, `h[:, -1]`: padding for all but the longest sequence. And where it "
            "is no padding, the backward half has read one step there.",
        ),
        Misconception(
            _halves(_last, _last),
            "Both halves are taken at the sequence's end. The backward half starts there: it has read one step. It has "
            "read all of them at step 1.",
        ),
        Misconception(
            _halves(_end, _first),
            "The backward half is right. The forward half is taken at the end of the batch, not of its sequence.",
        ),
        Misconception(
            _halves(_first, _last),
            "The halves have changed places: each is taken where it begins, after reading one step.",
        ),
        Misconception(
            _halves(_first, _first),
            "Both halves are taken at step 1. The forward half has read one step there.",
        ),
        Misconception(
            lambda h, lengths: both_last_states(h, (lengths + 1).clamp(max=h.shape[1])),
            "One too far: counted from 0, the last step of a sequence of n steps has the index n - 1.",
        ),
        Misconception(
            lambda h, lengths: both_last_states(torch.cat(h.chunk(2, dim=2)[::-1], 2), lengths),
            "You took the first half of the units for the backward one. The forward half comes first.",
        ),
        Misconception(
            lambda h, lengths: sum(both_last_states(h, lengths).chunk(2, dim=1)),
            "You added the two halves up. They shall stand side by side, so that the read-out can weigh each.",
        ),
        Misconception(
            _every_second,
            "The directions do not alternate unit by unit: the first half of the units is the forward one.",
        ),
    ],
    hints=[
        "At which step has the forward half read everything? And the backward half?",
        "`h.chunk(2, dim=2)` separates them. The forward one is complete at its sequence's last step, the backward one "
        "at step 1.",
        "`h[torch.arange(len(h)), lengths - 1]` takes from each row the step of its own.",
    ],
)

# 6.2


def own_mean(h, lengths):
    exists = torch.arange(h.shape[1]) < lengths[:, None]  # (B, T)
    kept = torch.where(exists[:, :, None], h, 0.0)  # not h * exists: NaN times 0 is NaN
    return kept.sum(1) / lengths[:, None]


def _cases_6_2(generator: Generator) -> Iterator[tuple]:
    for lengths, T, H, filling in [([2, 3], 3, 2, 0.0), ([1, 4, 2], 5, 3, 2.5), ([3, 1], 4, 2, _NAN)]:
        yield _padded(generator, lengths, T, H, filling)


masked_mean = Exercise(
    number="6.2",
    title="The mean of one's own",
    stars=1,
    reference=own_mean,
    cases=[
        Case((numbers([[1.0], [3.0], [7.0]]), torch.tensor([2])), numbers([2.0])),
        Case(
            (numbers([[1.0], [3.0], [5.0]], [[4.0], [0.0], [0.0]]), torch.tensor([3, 1])),
            numbers([3.0], [4.0]),
        ),
        Case((numbers([[6.0], [2.0], [_NAN]]), torch.tensor([2])), numbers([4.0])),
    ],
    random_cases=_cases_6_2,
    misconceptions=[
        Misconception(
            lambda h, lengths: h.mean(1),
            "This is the mean over all T steps of the batch, padding included.",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, 0.0).mean(1),
            "The padding is out of the sum, but you divide by T. Divide by the number of the sequence's own steps.",
        ),
        Misconception(
            lambda h, lengths: h.sum(1) / lengths[:, None],
            "You divide by the right number, but what stands in the padding is in the sum.",
        ),
        Misconception(
            lambda h, lengths: (h * _exists(h, lengths)).sum(1) / lengths[:, None],
            "Right as long as the padding holds numbers. NaN times 0 is NaN: replace what stands there (`torch.where`, "
            "`masked_fill`) in place of multiplying.",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, 0.0).sum(1),
            "A sum: it grows with the length of the sequence. Divide by the number of steps.",
        ),
        Misconception(
            lambda h, lengths: own_mean(h, (lengths - 1).clamp(min=1)),
            "The last step is missing: the steps of a sequence of n have the indices 0 to n - 1.",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, 0.0).sum(1) / lengths.sum(),
            "You divide by the steps of the whole batch. Each sequence has a number of its own.",
        ),
    ],
    hints=[
        "Two things have to leave the padding out: what is summed, and by how much the sum is divided.",
        "`torch.arange(h.shape[1]) < lengths[:, None]` is true at a sequence's own steps.",
        "Put 0 in place of the padding with `torch.where`, sum over the steps, divide by `lengths[:, None]`.",
    ],
)

# 6.3


def own_max(h, lengths):
    exists = torch.arange(h.shape[1]) < lengths[:, None]
    largest = torch.where(exists[:, :, None], h, -torch.inf).max(1).values
    return torch.where(lengths[:, None] == 0, 0.0, largest)


def _cases_6_3(generator: Generator) -> Iterator[tuple]:
    for lengths, T, H, filling in [([2, 0], 3, 2, 0.0), ([1, 4, 2], 5, 3, 3.0), ([3, 0, 1], 4, 2, _NAN)]:
        h, lengths = _padded(generator, lengths, T, H, filling)
        yield h - 1, lengths  # many units are negative at every step


masked_max = Exercise(
    number="6.3",
    title="The largest of one's own",
    stars=2,
    reference=own_max,
    cases=[
        Case((numbers([[-1.0], [-3.0]]), torch.tensor([2])), numbers([-1.0])),
        Case((numbers([[1.0], [3.0], [7.0]]), torch.tensor([2])), numbers([3.0])),
        Case((numbers([[-1.0], [-3.0], [0.0]]), torch.tensor([2])), numbers([-1.0])),
        Case((numbers([[1.0], [2.0]], [[5.0], [6.0]]), torch.tensor([2, 0])), numbers([2.0], [0.0])),
        Case((numbers([[-2.0, 4.0], [-1.0, -5.0], [_NAN, _NAN]]), torch.tensor([2])), numbers([-1.0, 4.0])),
    ],
    random_cases=_cases_6_3,
    misconceptions=[
        Misconception(
            lambda h, lengths: h.max(1).values,
            "This is the largest over all T steps, padding included.",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, 0.0).max(1).values,
            "With 0 in the padding, 0 wins over every unit that is negative at all steps. What loses to everything?",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, -torch.inf).max(1).values,
            "Right for all sequences that have steps. Of none the largest is minus infinity, and no read-out survives "
            "that: give zeros there.",
        ),
        Misconception(
            lambda h, lengths: torch.where(_exists(h, lengths), h, -1e9).max(1).values,
            "Right for all sequences that have steps. For one without, your stand-in for minus infinity comes out: "
            "give zeros there.",
        ),
        Misconception(
            lambda h, lengths: own_max(h, lengths).clamp(min=0),
            "The largest of negative numbers is negative. Only sequences without steps get zeros.",
        ),
        Misconception(
            lambda h, lengths: (h * _exists(h, lengths)).max(1).values,
            "Multiplied by the mask the padding is 0, and 0 wins over negative units. (And NaN stays NaN.)",
        ),
        Misconception(
            lambda h, lengths: own_max(h.abs(), lengths),
            "The largest is asked for, with its sign, not the largest in size.",
        ),
        Misconception(
            lambda h, lengths: own_mean(h, lengths.clamp(min=1)) * (lengths > 0)[:, None],
            "This is the mean.",
        ),
        Misconception(
            lambda h, lengths: torch.stack([row[:n].max(0).values for row, n in zip(h, lengths, strict=True)]),
            "Right, sequence by sequence, for all that have steps. A slice of none has no largest: give zeros where "
            "the length is 0.",
        ),
    ],
    hints=[
        "What must stand in the padding so that it never wins?",
        "Minus infinity. And then: what comes out for a sequence without steps?",
        "`torch.where(exists, h, -torch.inf).max(1).values`, and zeros where `lengths` is 0.",
    ],
)

# 6.4


def attend(h, lengths, q):
    exists = torch.arange(h.shape[1]) < lengths[:, None]
    scores = torch.where(exists, h @ q, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * h).sum(1)


def _weighted(weights_of: Callable) -> Callable:
    """An answer with other weights (B, T): a function of the scores (B, T) and the mask (B, T)."""

    def answer(h: Tensor, lengths: Tensor, q: Tensor) -> Tensor:
        weights = weights_of(h @ q, _exists(h, lengths)[:, :, 0])
        return (weights[:, :, None] * h).sum(1)

    return answer


def _by_unit(h: Tensor, lengths: Tensor, q: Tensor) -> Tensor:
    return (torch.where(_exists(h, lengths), h * q, -torch.inf).softmax(1) * h).sum(1)


def _hardest(scores: Tensor, exists: Tensor) -> Tensor:
    chosen = torch.where(exists, scores, -torch.inf).argmax(1)
    return torch.nn.functional.one_hot(chosen, scores.shape[1]).to(scores.dtype)


def _cases_6_4(generator: Generator) -> Iterator[tuple]:
    for lengths, T, H in [([2, 3], 3, 2), ([1, 4, 2], 5, 3), ([3, 1], 4, 4)]:
        yield *_padded(generator, lengths, T, H, 2.0), draw(generator, H)


_LN3 = math.log(3)

attention = Exercise(
    number="6.4",
    title="Attention pooling",
    stars=2,
    reference=attend,
    cases=[
        # a query of 0: the mean of the two own steps
        Case(
            (numbers([[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]), torch.tensor([2]), numbers(0.0, 0.0)), numbers([2.0, 3.0])
        ),
        # scores 0 and ln 3: weights 1/4 and 3/4
        Case(
            (numbers([[0.0, 4.0], [_LN3, 8.0], [0.0, 0.0]]), torch.tensor([2]), numbers(1.0, 0.0)),
            numbers([0.75 * _LN3, 7.0]),
        ),
    ],
    random_cases=_cases_6_4,
    misconceptions=[
        Misconception(
            _weighted(lambda s, exists: s.softmax(1)),
            "The padding takes part: its scores are in the softmax, its states in the sum.",
        ),
        Misconception(
            _weighted(lambda s, exists: s.softmax(1) * exists),
            "The padding's weights are removed after the softmax, so those that are left do not sum to 1. Take it out "
            "before, with a score of minus infinity.",
        ),
        Misconception(
            _weighted(lambda s, exists: torch.where(exists, s, 0.0).softmax(1)),
            "A score of 0 is not a weight of 0: exp(0) is 1. The score that gives weight 0 is minus infinity.",
        ),
        Misconception(
            _weighted(lambda s, exists: torch.where(exists, s, -torch.inf).softmax(0).nan_to_num()),
            "Your softmax runs over the sequences of the batch. The weights of the steps of one sequence sum to 1.",
        ),
        Misconception(
            _by_unit,
            "Each unit has weights of its own here. A step has one score, q times h_t summed over the units, and one "
            "weight.",
        ),
        Misconception(
            _weighted(lambda s, exists: torch.sigmoid(s) * exists),
            "A sigmoid looks at each step by itself. Softmax lets the steps compete: their weights sum to 1.",
        ),
        Misconception(
            _weighted(lambda s, exists: s * exists),
            "The scores themselves are no weights: they may be negative, and do not sum to 1.",
        ),
        Misconception(
            _weighted(_hardest),
            "You took the step with the highest score alone. Softmax mixes, and lets a gradient through.",
        ),
        Misconception(
            lambda h, lengths, q: attend(h, lengths, q / math.sqrt(len(q))),
            "You divided the scores by the root of H, as transformers do. Not here.",
        ),
        Misconception(
            _weighted(lambda s, exists: s.exp() * exists),
            "The exponentials are right, and the padding is out. Divide them by their sum over the sequence, or the "
            "weights do not sum to 1.",
        ),
        Misconception(
            lambda h, lengths, q: attend(h, lengths, q) / h.shape[1],
            "The weights sum to 1 already: with a mean over the steps you divide by T once more. Take the sum.",
        ),
    ],
    hints=[
        "Three lines: a score for each step, weights from the scores, a weighted sum of the states.",
        "The scores are `h @ q`, of shape (B, T). Softmax over the steps turns them into weights.",
        "Before the softmax put minus infinity in place of the padding's scores.",
    ],
)

# 6.5


def ever_a_seven(pooling, T):
    V = torch.zeros(1, 10)
    V[0, 7] = 40.0  # a 7 lifts the unit to 1, whatever it was
    if pooling == "last":  # the one state that is read must remember: two places that hold
        U, c = torch.tensor([[10.0]]), torch.tensor([-5.0])
    else:  # all states are read: 1 at a 7 and -1 elsewhere will do
        U, c = torch.tensor([[0.0]]), torch.tensor([-20.0])
    # A single 7 in t steps lifts the mean from -1 to -1 + 2/t, and t is at most T.
    b = torch.tensor([1 - 1 / T if pooling == "mean" else 0.0])
    return V, U, c, torch.ones(1, 1), b


_NOISE = 0.01
_SHAPES = {"V": ("H", 10), "U": ("H", "H"), "c": ("H",), "W": (1, "H"), "b": (1,)}


def _says_yes(answer: Callable, pooling: str, T: int, digits: Tensor) -> bool | None:
    """Whether the network with the returned weights, pooled so, has a positive output for these digits."""
    returned = answer(pooling, T)
    if returned is None:
        return None
    if not isinstance(returned, tuple | list) or len(returned) != 5:
        raise ValueError("return five: V, U, c, W, b")
    weights = dict(zip(_SHAPES, (torch.as_tensor(value, dtype=torch.float64) for value in returned), strict=True))
    H = weights["c"].numel()
    for name, shape in _SHAPES.items():
        wanted = tuple(H if size == "H" else size for size in shape)
        if weights[name].shape != wanted:
            raise ValueError(f"{name} must have shape {wanted}, got {tuple(weights[name].shape)}")
    h, states = torch.zeros(H, dtype=torch.float64), []
    for t, digit in enumerate(digits.tolist()):
        # A little noise: without it a unit that is exactly 0 until a 7 comes would pass, however fast it fades.
        h = torch.tanh(weights["V"][:, digit] + weights["U"] @ h + weights["c"]) + _NOISE * (-1) ** t
        states.append(h)
    states = torch.stack(states)
    pooled = {"last": states[-1], "mean": states.mean(0), "max": states.max(0).values}[pooling]
    return bool((weights["W"] @ pooled + weights["b"]).item() > 0)


def _but(**changes: Callable) -> Callable:
    """The reference's weights, some of them replaced by a function of pooling, T and the old value."""

    def answer(pooling, T):
        weights = dict(zip(_SHAPES, ever_a_seven(pooling, T), strict=True))
        return tuple(changes[n](pooling, T, w) if n in changes else w for n, w in weights.items())

    return answer


def _with_seven_at(T: int, *places: int) -> Tensor:
    digits = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]).repeat(T // 12 + 1)[:T].clone()
    digits[list(places)] = 7
    return digits


def _cases_6_5(generator: Generator) -> Iterator[tuple]:
    for pooling in ("max", "last", "mean"):
        for T, t in [(10, 10), (100, 100), (100, 40)]:
            place = int(torch.randint(t, (1,), generator=generator))
            for places in [(), (0,), (t - 1,), (place,), (0, t - 1)]:
                yield pooling, T, _with_seven_at(t, *places)


by_hand = Exercise(
    number="6.5",
    title="Ever a 7",
    stars=3,
    reference=ever_a_seven,
    call=_says_yes,
    cases=[
        Case(("max", 4, torch.tensor([1, 7, 2, 6])), True),
        Case(("max", 4, torch.tensor([1, 6, 2, 6])), False),
        Case(("last", 4, torch.tensor([1, 6, 2, 7])), True),
        Case(("last", 4, torch.tensor([1, 6, 7, 2])), True),
        Case(("last", 4, torch.tensor([1, 7, 2, 6])), True),
        Case(("last", 4, torch.tensor([1, 6, 2, 6])), False),
        Case(("mean", 4, torch.tensor([7, 1, 2, 6])), True),
        Case(("mean", 4, torch.tensor([1, 2, 6, 7])), True),
        Case(("mean", 4, torch.tensor([1, 6, 2, 6])), False),
    ],
    random_cases=_cases_6_5,
    misconceptions=[
        Misconception(
            _but(
                U=lambda pooling, T, U: torch.zeros(1, 1),
                c=lambda pooling, T, c: torch.tensor([-20.0]),
            ),
            "For 'last' your state knows the last digit only. A 7 must leave a trace that holds, whatever digits come "
            "after it: two places that hold (chapter 1).",
        ),
        Misconception(
            _but(b=lambda pooling, T, b: torch.zeros(1)),
            "For 'mean' your threshold asks for sevens at half of the steps. A single one in T steps lifts the mean "
            "from -1 to -1 + 2/T only.",
        ),
        Misconception(
            _but(
                U=lambda pooling, T, U: torch.tensor([[10.0]]),
                c=lambda pooling, T, c: torch.tensor([-5.0]),
                b=lambda pooling, T, b: torch.zeros(1),
            ),
            "Your unit remembers a 7, and with 'mean' a 7 in the first half is found, as most states come after it. A "
            "late one is heard too briefly: the threshold must lie just above -1.",
        ),
        Misconception(
            _but(U=lambda pooling, T, U: U / 20, c=lambda pooling, T, c: c / 20 if pooling == "last" else c),
            "For 'last' your unit forgets: with U = 1/2 there is only one place that holds. It takes a U well above 1.",
        ),
        Misconception(
            _but(V=lambda pooling, T, V: V.roll(-1, 1)),
            "Your unit listens for a 6: digits begin with 0, so 7 has the index 7.",
        ),
        Misconception(
            _but(W=lambda pooling, T, W: -W, b=lambda pooling, T, b: -b),
            "It is the other way round: the output shall be positive when there was a 7.",
        ),
        Misconception(
            _but(V=lambda pooling, T, V: V / 8, U=lambda pooling, T, U: U),
            "A 7 does not get through: its weight has to overcome c, and for 'last' U as well, which pulls a unit at "
            "-1 further down.",
        ),
        Misconception(
            lambda pooling, T: (torch.eye(10)[7:8], torch.full((1, 1), 0.5), torch.zeros(1), torch.ones(1, 1), [0.0]),
            "Your unit is exactly 0 until a 7 comes, and fades towards 0 after it. Then any noise decides: each state "
            "here is off by 0.01. Let 'never' and 'ever' be two places that hold, far from the threshold.",
        ),
        Misconception(
            _but(
                V=lambda pooling, T, V: V / 20 if pooling == "last" else V,
                U=lambda pooling, T, U: torch.tensor([[2.0]]) if pooling == "last" else U,
                c=lambda pooling, T, c: torch.tensor([-1.0]) if pooling == "last" else c,
            ),
            "For 'last' your 7 is heard at the first step only. Later the unit lies near -1, and there U and c pull it "
            "down with a force of U + |c|: the weight of a 7 has to be larger.",
        ),
    ],
    hints=[
        "Begin with 'max': one unit that is 1 at a 7 and -1 elsewhere needs no memory at all.",
        "'last' needs a unit that stays at 1 after a 7: the lamp of chapter 1, which is never switched off.",
        "'mean' can use the unit of 'max'. Among t steps a single 7 lifts the mean from -1 to -1 + 2/t; which "
        "threshold is right for every t up to T?",
    ],
)

# 6.6


def share_right(batches):
    right = sum((scores.argmax(1) == y).sum().item() for scores, y in batches)
    return right / sum(len(y) for _, y in batches)


def _accuracies(batches: list) -> list[float]:
    return [(scores.argmax(1) == y).double().mean().item() for scores, y in batches]


def _cases_6_6(generator: Generator) -> Iterator[tuple]:
    for sizes, K in [([4, 1], 2), ([8, 8, 3], 3), ([5], 4)]:
        batches = []
        for B in sizes:
            scores, y = draw(generator, B, K), torch.randint(K, (B,), generator=generator)
            scores[torch.arange(B), y] += 1
            batches.append((scores, y))
        yield (batches,)


_LEANS_TO_0 = [[1.0, 0.0]]

metric = Exercise(
    number="6.6",
    title="Unequal batches",
    stars=1,
    reference=share_right,
    cases=[
        Case(([(numbers(*_LEANS_TO_0), torch.tensor([0]))],), 1.0),
        Case(
            ([(numbers(*_LEANS_TO_0 * 3), torch.tensor([0, 0, 0])), (numbers(*_LEANS_TO_0), torch.tensor([1]))],),
            0.75,
        ),
    ],
    random_cases=_cases_6_6,
    misconceptions=[
        Misconception(
            lambda batches: sum(_accuracies(batches)) / len(batches),
            "The mean of the batches' accuracies: a sequence in a small batch counts for more than one in a large one. "
            "Count over all batches, and divide once.",
        ),
        Misconception(
            lambda batches: _accuracies(batches)[-1],
            "This is the accuracy of the last batch.",
        ),
        Misconception(
            lambda batches: sum((scores.argmax(1) == y).sum().item() for scores, y in batches) / len(batches),
            "You divide by the number of batches. Divide by that of the sequences.",
        ),
        Misconception(
            lambda batches: sum((scores.argmax(1) == y).sum().item() for scores, y in batches),
            "This is how many are right. The share is asked for.",
        ),
        Misconception(
            lambda batches: share_right([(-scores, y) for scores, y in batches]),
            "You took the smallest score for the answer.",
        ),
        Misconception(
            lambda batches: (
                sum(scores.softmax(1).gather(1, y[:, None]).sum().item() for scores, y in batches)
                / sum(len(y) for _, y in batches)
            ),
            "This is the mean probability of the right class. A sequence is right or wrong: compare the class with the "
            "largest score.",
        ),
        Misconception(
            lambda batches: sum(_accuracies(batches)) / max(1, len(batches) - 1),
            "Accuracies do not add up over batches. Count what is right and what there is, and divide at the end.",
        ),
    ],
    hints=[
        "What should a sequence in a batch of one count, beside one in a batch of three?",
        "Count what is right, and count how many there are, over all batches. Divide once, at the end.",
    ],
)

EXERCISES = [both_ends, masked_mean, masked_max, attention, by_hand, metric]
