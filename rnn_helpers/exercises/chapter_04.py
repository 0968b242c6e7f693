"""The exercises of chapter 4, decoding.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 4.1


def tempered(p, tau):
    powers = p ** (1 / tau)  # softmax(log p / tau), without the detour
    return powers / powers.sum()


def _cases_4_1(generator: Generator) -> Iterator[tuple]:
    for K, tau in [(2, 0.7), (3, 1.6), (5, 0.3)]:
        yield draw(generator, K).softmax(0), tau


temper = Exercise(
    number="4.1",
    title="Temperature",
    stars=1,
    reference=tempered,
    cases=[
        Case((numbers(0.8, 0.2), 1.0), numbers(0.8, 0.2)),
        Case((numbers(0.8, 0.2), 0.5), numbers(16 / 17, 1 / 17)),  # .64 : .04
        Case((numbers(0.8, 0.2), 2.0), numbers(2 / 3, 1 / 3)),  # the roots are 2 : 1
        Case((numbers(0.9, 0.1, 0.0), 2.0), numbers(0.75, 0.25, 0.0)),
    ],
    random_cases=_cases_4_1,
    misconceptions=[
        Misconception(
            lambda p, tau: tempered(p, 1 / tau),
            "The wrong way round: a temperature above 1 flattens, one below 1 sharpens. The logits are divided by tau.",
        ),
        Misconception(
            lambda p, tau: p / tau / (p / tau).sum(),
            "You divided the probabilities, and making them sum to 1 undid it. Divide their logarithms.",
        ),
        Misconception(
            lambda p, tau: (p / tau).softmax(0),
            "The softmax wants logits. p holds probabilities; their logarithms are logits.",
        ),
        Misconception(
            lambda p, tau: p ** (1 / tau),
            "These do not sum to 1 yet.",
        ),
        Misconception(
            lambda p, tau: p.log() / tau,
            "These are the new logits. Asked for are probabilities: a softmax is missing.",
        ),
        Misconception(
            lambda p, tau: torch.nn.functional.one_hot(p.argmax(), len(p)).to(p.dtype),
            "This is greedy, the limit for tau towards 0.",
        ),
    ],
    hints=[
        "Take logarithms, divide, and go back by a softmax.",
        "exp(log(p) / tau) is a power of p. Which one? Then divide by the sum.",
    ],
)

# 4.2


def keep_nucleus(p, mass):
    order = p.argsort(descending=True)
    before = p[order].cumsum(0) - p[order]  # what the more probable ones have together
    kept = order[before < mass]
    q = torch.zeros_like(p)
    q[kept] = p[kept]
    return q / q.sum()


def _keeps(chosen: Callable[[Tensor, float], Tensor], rescale: bool = True) -> Callable:
    """An answer that keeps where `chosen(p, mass)` is true."""

    def answer(p, mass):
        q = p.where(chosen(p, mass), 0.0)
        return q / q.sum() if rescale and q.sum() > 0 else q

    return answer


def _in_nucleus(p: Tensor, mass: float) -> Tensor:
    return keep_nucleus(p, mass) > 0


def _without_the_last(p: Tensor, mass: float) -> Tensor:
    order = p.argsort(descending=True)
    return torch.zeros_like(p, dtype=torch.bool).scatter(0, order, p[order].cumsum(0) <= mass)


def _sum_below(p, mass):
    order = p.argsort(descending=True)
    q = torch.zeros_like(p).scatter(0, order, p[order].where(p[order].cumsum(0) < mass, 0.0))
    return q / q.sum()


def _sum_up_to(p, mass):
    order = p.argsort(descending=True)
    q = torch.zeros_like(p).scatter(0, order, p[order].where(p[order].cumsum(0) <= mass, 0.0))
    return q / q.sum()


def _one_more(p: Tensor, mass: float) -> Tensor:
    order = p.argsort(descending=True)
    before = p[order].cumsum(0) - p[order]
    inside = before < mass
    inside = torch.cat([inside[:1], inside[:-1]]) | inside
    return torch.zeros_like(p, dtype=torch.bool).scatter(0, order, inside)


def _least_first(p: Tensor, mass: float) -> Tensor:
    order = p.argsort()
    return torch.zeros_like(p, dtype=torch.bool).scatter(0, order, p[order].cumsum(0) - p[order] < mass)


def _as_they_stand(p: Tensor, mass: float) -> Tensor:
    return p.cumsum(0) - p < mass


def _places_not_put_back(p: Tensor, mass: float) -> Tensor:
    q = p.sort(descending=True).values
    q = q.where(q.cumsum(0) - q < mass, 0.0)
    return q / q.sum()


def _cases_4_2(generator: Generator) -> Iterator[tuple]:
    for K, mass in [(3, 0.6), (6, 0.8), (8, 0.95)]:
        yield (2 * draw(generator, K)).softmax(0), mass


nucleus_by_hand = Exercise(
    number="4.2",
    title="The nucleus",
    stars=2,
    reference=keep_nucleus,
    cases=[
        Case((numbers(0.25, 0.625, 0.125), 0.5), numbers(0.0, 1.0, 0.0)),
        Case((numbers(0.25, 0.625, 0.125), 0.75), numbers(2 / 7, 5 / 7, 0.0)),
        Case((numbers(0.25, 0.625, 0.125), 0.875), numbers(2 / 7, 5 / 7, 0.0)),  # reached exactly
        Case((numbers(0.125, 0.25, 0.5, 0.125), 0.2), numbers(0.0, 0.0, 1.0, 0.0)),
        Case((numbers(0.0625, 0.1875, 0.25, 0.5), 0.9), numbers(0.0, 3 / 15, 4 / 15, 8 / 15)),
    ],
    random_cases=_cases_4_2,
    misconceptions=[
        Misconception(
            _keeps(_in_nucleus, rescale=False),
            "The right ones are left. Now they have to sum to 1 again.",
        ),
        Misconception(
            _keeps(_without_the_last),
            "The one with which the sum reaches the mass belongs to the nucleus; without it the sum is too small.",
        ),
        Misconception(
            _sum_below,
            "`cumsum < mass` drops the one with which the sum reaches the mass. Where the first alone reaches it "
            "nothing is left, and 0 / 0 is NaN.",
        ),
        Misconception(
            _sum_up_to,
            "`cumsum <= mass` drops the one with which the sum passes the mass. Where the first alone does, nothing is "
            "left, and 0 / 0 is NaN.",
        ),
        Misconception(
            _keeps(_one_more),
            "There is one too many: stop with the one that reaches the mass.",
        ),
        Misconception(
            _keeps(lambda p, mass: p >= mass),
            "You asked each probability alone to reach the mass. They reach it together, the largest first.",
        ),
        Misconception(
            _keeps(lambda p, mass: p >= 1 - mass),
            "You dropped those below 1 - mass. Which are dropped depends on what the larger ones have together.",
        ),
        Misconception(
            _keeps(_least_first),
            "You began with the least probable ones. Sort in descending order.",
        ),
        Misconception(
            _keeps(_as_they_stand),
            "You summed in the order in which they stand. The most probable come first.",
        ),
        Misconception(
            _places_not_put_back,
            "Your probabilities are sorted. Each must stand in its old place: symbol k is number k.",
        ),
    ],
    hints=[
        "Sort in descending order and sum up. Which is the last that is still needed?",
        "One is needed if those before it have not reached the mass yet: cumsum minus itself < mass.",
        "`order = p.argsort(descending=True)` says where each comes from: `q[order[...]] = ...` puts it back.",
    ],
)

# 4.3


def beam_step(log_prob, log_probs, width):
    scores = log_prob[:, None] + log_probs  # (W, K): each beginning, extended by each symbol
    best = scores.flatten().topk(width)
    K = log_probs.shape[1]
    return best.values, best.indices // K, best.indices % K


def _beam_step_from(scores: Callable[[Tensor, Tensor], Tensor], largest: bool = True) -> Callable:
    def answer(log_prob, log_probs, width):
        best = scores(log_prob, log_probs).flatten().topk(width, largest=largest)
        K = log_probs.shape[1]
        return best.values, best.indices // K, best.indices % K

    return answer


def _each_its_best(log_prob, log_probs, width):
    values, symbols = (log_prob[:, None] + log_probs).max(1)
    order = values.argsort(descending=True)[:width]
    return values[order], order, symbols[order]


def _only_the_best_parent(log_prob, log_probs, width):
    parent = log_prob.argmax()
    best = (log_prob[parent] + log_probs[parent]).topk(min(width, log_probs.shape[1]))
    return best.values, parent.expand(len(best.values)).clone(), best.indices


def _by_width(log_prob, log_probs, width):
    best = (log_prob[:, None] + log_probs).flatten().topk(width)
    return best.values, best.indices // len(log_prob), best.indices % len(log_prob)


def _place_in_its_list(log_prob, log_probs, width):
    each = min(width, log_probs.shape[1])
    values, _ = log_probs.topk(each)  # the symbols, which are forgotten
    best = (log_prob[:, None] + values).flatten().topk(width)
    return best.values, best.indices // each, best.indices % each


def _as_probabilities(log_prob, log_probs, width):
    values, parent, symbol = beam_step(log_prob, log_probs, width)
    return values.exp(), parent, symbol


def _exchanged(log_prob, log_probs, width):
    values, parent, symbol = beam_step(log_prob, log_probs, width)
    return values, symbol, parent


def _worst_first(log_prob, log_probs, width):
    return tuple(part.flip(0) for part in beam_step(log_prob, log_probs, width))


def _cases_4_3(generator: Generator) -> Iterator[tuple]:
    for W, K, width in [(2, 3, 2), (3, 5, 3), (4, 3, 4)]:
        log_prob = (3 * torch.rand(W, generator=generator, dtype=torch.float64)).neg().sort(descending=True).values
        yield log_prob, draw(generator, W, K).log_softmax(1), width


one_beam_step = Exercise(
    number="4.3",
    title="One step of a beam",
    stars=2,
    reference=beam_step,
    cases=[
        # one beginning: its best two symbols
        Case(
            (numbers(-1.0), numbers([-2.0, -0.5, -1.0]), 2),
            (numbers(-1.5, -2.0), torch.tensor([0, 0]), torch.tensor([1, 2])),
        ),
        # both survivors come from the second beginning
        Case(
            (numbers(-1.0, -1.25), numbers([-2.0, -3.0, -1.5], [-0.5, -4.0, -1.0]), 2),
            (numbers(-1.75, -2.25), torch.tensor([1, 1]), torch.tensor([0, 2])),
        ),
        # one from each, the worse beginning's first
        Case(
            (numbers(-0.5, -1.0), numbers([-2.0, -1.25, -3.0], [-3.0, -5.0, -0.25]), 2),
            (numbers(-1.25, -1.75), torch.tensor([1, 0]), torch.tensor([2, 1])),
        ),
    ],
    random_cases=_cases_4_3,
    misconceptions=[
        Misconception(
            _beam_step_from(lambda log_prob, log_probs: log_probs.clone()),
            "You ranked by the last symbol alone. A sequence's log-probability is the sum over all its symbols, the "
            "beginning's included.",
        ),
        Misconception(
            _each_its_best,
            "You kept the best continuation of each beginning: that is greedy, several times over. All continuations "
            "compete with each other.",
        ),
        Misconception(
            _only_the_best_parent,
            "You extended the best beginning only. The others are kept because they may overtake it.",
        ),
        Misconception(
            _beam_step_from(lambda log_prob, log_probs: log_prob[:, None] + log_probs, largest=False),
            "These are the worst. Log-probabilities are negative: the best is the largest, the one nearest to 0.",
        ),
        Misconception(
            _worst_first,
            "The right ones, but the best must stand first.",
        ),
        Misconception(
            _by_width,
            "Flattened rows are K long: the beginning is index // K and the symbol index % K, with K the number of "
            "symbols, not of beginnings.",
        ),
        Misconception(
            _place_in_its_list,
            "Your symbol is a place in the list of the best that follow a beginning. Look up which symbol stands "
            "there.",
        ),
        Misconception(
            _as_probabilities,
            "You returned probabilities. Asked for are their logarithms.",
        ),
        Misconception(
            _exchanged,
            "Beginning and symbol are exchanged: index // K is the row.",
        ),
        Misconception(
            _beam_step_from(lambda log_prob, log_probs: log_prob[:, None] * log_probs),
            "You multiplied log-probabilities. Probabilities multiply, their logarithms add up.",
        ),
    ],
    hints=[
        "Make a table (W, K) of what each beginning has with each symbol behind it, and look for its largest entries.",
        "`log_prob[:, None] + log_probs` is the table; `.flatten().topk(width)` finds them.",
        "Number i of the flattened table stands in row i // K and column i % K.",
    ],
)

# 4.4


def best_by_length(log_prob, lengths, alpha):
    return (log_prob / lengths**alpha).argmax()


def _cases_4_4(generator: Generator) -> Iterator[tuple]:
    for N, alpha in [(3, 0.7), (5, 1.0), (8, 0.5), (8, 1.0)]:
        lengths = torch.randint(1, 12, (N,), generator=generator)
        yield -(1 + lengths * torch.rand(N, generator=generator, dtype=torch.float64)), lengths, alpha


by_length = Exercise(
    number="4.4",
    title="The best by length",
    stars=2,
    reference=best_by_length,
    cases=[
        Case((numbers(-4.0, -3.0), torch.tensor([2, 1]), 0.0), torch.tensor(1)),
        Case((numbers(-4.0, -3.0), torch.tensor([2, 1]), 1.0), torch.tensor(0)),  # -2 against -3
        Case((numbers(-2.0, -6.0), torch.tensor([1, 4]), 0.5), torch.tensor(0)),  # -2 against -3
        Case((numbers(-3.0, -4.0, -9.0), torch.tensor([1, 4, 9]), 0.5), torch.tensor(1)),  # -3, -2, -3
        Case((numbers(-2.0, -3.0, -8.0), torch.tensor([1, 4, 8]), 1.0), torch.tensor(1)),  # -2, -.75, -1
        Case((numbers(-3.0, -6.0, -5.0), torch.tensor([2, 6, 3]), 1.0), torch.tensor(1)),  # -1.5, -1, -5/3
    ],
    random_cases=_cases_4_4,
    misconceptions=[
        Misconception(
            lambda log_prob, lengths, alpha: log_prob.argmax(),
            "The length has no say in yours; that is alpha = 0.",
        ),
        Misconception(
            lambda log_prob, lengths, alpha: (log_prob * lengths**alpha).argmax(),
            "You multiplied, which punishes length: a negative number times something large is more negative.",
        ),
        Misconception(
            lambda log_prob, lengths, alpha: (log_prob / lengths**alpha).argmin(),
            "This is the worst. The scores are negative; the best is the largest.",
        ),
        Misconception(
            lambda log_prob, lengths, alpha: (log_prob.exp() / lengths**alpha).argmax(),
            "You divided probabilities. Those are positive, so dividing them punishes length; it is log P that is "
            "divided.",
        ),
        Misconception(
            lambda log_prob, lengths, alpha: (log_prob / lengths).argmax(),
            "Yours divides by the length itself, or by a multiple of it. alpha is an exponent: length**alpha.",
        ),
        Misconception(
            lambda log_prob, lengths, alpha: lengths.argmax(),
            "This is the longest. Long ones are favoured, and still have to be probable.",
        ),
    ],
    hints=[
        "Compute log P / length^alpha for each. They are all negative; which one is best?",
        "`(log_prob / lengths**alpha).argmax()`, and think about why argmax.",
    ],
)

# 4.5


def fool_greedy():
    first = torch.tensor([0.4, 0.3, 0.3])  # greedy begins with symbol 0 ...
    then = torch.tensor([[1.0, 1.0, 1.0], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]) / 3  # ... which leads nowhere certain
    # .3 against .4 / 3. With .34, .33, .33 one comes nearer to 3, which is out of reach: greedy has first[0] / 3 at
    # least, and a pair with another symbol in front less than first[0].
    return first, then


def _facts(answer: Callable, ratio: float) -> dict[str, object] | None:
    """What a returned model of two steps does: whether it is one, and whether greedy falls behind as far as asked.

    Coarse on purpose, so that all who make the same mistake get its hint; how far one came is printed.
    """
    returned = answer()
    if returned is None:
        return None
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise ValueError("return two tensors: first (3) and then (3, 3)")
    first, then = (torch.as_tensor(part, dtype=torch.float64) for part in returned)
    for name, part, shape in [("first", first, (3,)), ("then", then, (3, 3))]:
        if tuple(part.shape) != shape:
            raise ValueError(f"{name} must have shape {shape}, got {tuple(part.shape)}")
    wanted = _right(ratio)
    facts: dict[str, object] = {
        "none is negative": min(first.min(), then.min()).item() >= 0,
        "first sums to 1": abs(first.sum().item() - 1) < 1e-6,
        "the rows of then sum to 1": ((then.sum(1) - 1).abs() < 1e-6).all().item(),
    }
    if not facts["the rows of then sum to 1"] and ((then.sum(0) - 1).abs() < 1e-6).all():
        facts["the rows of then sum to 1"] = "no, its columns do"
    if facts != {name: wanted[name] for name in facts}:  # no model: what it does is not asked
        return wanted | facts
    ranked = first.sort(descending=True).values
    greedy = (ranked[0] * then[first.argmax()].max()).item()
    reached = (first[:, None] * then).max().item() / greedy
    enough = reached >= ratio - 1e-9
    if not enough:
        print(f"the best pair is {reached:.3g} times as probable as greedy's")
    knows, times = list(wanted)[3:]
    return facts | {
        knows: (ranked[0] - ranked[1]).item() > 1e-6,
        times: enough or ("no, only more probable" if reached > 1 + 1e-9 else "no, greedy's is the best"),
    }


def _right(ratio: float) -> dict[str, object]:
    return {
        "none is negative": True,
        "first sums to 1": True,
        "the rows of then sum to 1": True,
        "greedy knows what to take first": True,
        f"the best is {ratio} times as probable as greedy's": True,
    }


def _model(first: list[float], then: list[list[float]]) -> Callable:
    return lambda: (numbers(*first), numbers(*then))


_UNIFORM = [1 / 3, 1 / 3, 1 / 3]


def _cases_4_5(generator: Generator) -> Iterator[tuple]:
    yield (2.2,)  # an answer takes no arguments: there is nothing to draw


fooled = Exercise(
    number="4.5",
    title="Fool greedy",
    stars=3,
    reference=fool_greedy,
    call=_facts,
    cases=[Case((2.2,), _right(2.2))],
    random_cases=_cases_4_5,
    misconceptions=[
        Misconception(
            _model([0.6, 0.2, 0.2], [[0.8, 0.1, 0.1], _UNIFORM, _UNIFORM]),
            "Greedy finds the most probable sequence of your model. Its first symbol must not be too probable, and no "
            "second one after it.",
        ),
        Misconception(
            _model([0.5, 0.4, 0.1], [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], _UNIFORM]),
            "Greedy fails, but by too little. After its first symbol all three can be equally probable, after another "
            "one can be certain, and the first symbols can be nearly alike.",
        ),
        Misconception(
            _model([1 / 3, 1 / 3, 1 / 3], [_UNIFORM, [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
            "Your first symbols are equally probable, so greedy has no best one. Give one of them a little more.",
        ),
        Misconception(
            _model([0.4, 0.3, 0.3], [[1 / 3, 1.0, 0.0], [1 / 3, 0.0, 1.0], [1 / 3, 0.0, 0.0]]),
            "The columns of your table sum to 1. Row i has the probabilities of what comes after symbol i, so rows do.",
        ),
        Misconception(
            _model([0.4, 0.3, 0.3], [[0.33, 0.33, 0.33], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
            "A row of then does not sum to 1. (A third is 1 / 3; .33 is not enough.)",
        ),
        Misconception(
            _model([0.4, 0.35, 0.35], [_UNIFORM, [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
            "Your first probabilities do not sum to 1.",
        ),
    ],
    hints=[
        "The best sequence begins with a less probable symbol. What has to come after it, and what after the other?",
        "After the best first symbol no second one should be probable: a third each. After another, one is certain.",
        "Then it is first[0] / 3 against first[1]. Make first[0] only a little larger than first[1].",
    ],
)

# 4.6


def most_probable_path(first, transitions, T):
    best, came_from = first, []  # best[k]: log P of the best sequence so far that ends in k
    for _ in range(T - 1):
        best, previous = (best[:, None] + transitions).max(0)
        came_from.append(previous)
    path = [best.argmax().item()]
    for previous in reversed(came_from):
        path.append(previous[path[-1]].item())
    return path[::-1]


def _greedy_path(first, transitions, T):
    path = [first.argmax().item()]
    while len(path) < T:
        path.append(transitions[path[-1]].argmax().item())
    return path


def _best_ends(first, transitions, T):
    best, path = first, [first.argmax().item()]
    for _ in range(T - 1):
        best = (best[:, None] + transitions).max(0).values
        path.append(best.argmax().item())
    return path


def _sums_over_paths(first, transitions, T):
    total, path = first, [first.argmax().item()]
    for _ in range(T - 1):
        total = (total[:, None] + transitions).logsumexp(0)
        path.append(total.argmax().item())
    return path


def _followed(start: Callable, finish: Callable) -> Callable:
    """Back-pointers that are followed from the first to the last."""

    def answer(first, transitions, T):
        best, came_from = first, []
        for _ in range(T - 1):
            best, previous = (best[:, None] + transitions).max(0)
            came_from.append(previous)
        path = [start(first, best).argmax().item()]
        for previous in came_from:
            path.append(previous[path[-1]].item())
        return finish(path)

    return answer


def _cases_4_6(generator: Generator) -> Iterator[tuple]:
    for K, T in [(2, 3), (3, 4), (4, 6), (5, 5), (4, 6), (4, 5), (4, 40)]:  # 4^40 is too much for who lists all
        yield (2 * draw(generator, K)).log_softmax(0), (2 * draw(generator, K, K)).log_softmax(1), T


best_path = Exercise(
    number="4.6",
    title="The best path",
    stars=3,
    reference=most_probable_path,
    cases=[
        Case((numbers(0.6, 0.4).log(), numbers([0.5, 0.5], [0.1, 0.9]).log(), 1), [0]),
        # .6 * .5 against .4 * .9
        Case((numbers(0.6, 0.4).log(), numbers([0.5, 0.5], [0.1, 0.9]).log(), 2), [1, 1]),
        # .45 * .9 * .4 = .162 for 0 1 0 or 0 1 1 would be .243; .55 * .6 * .6 = .198 for 1 0 ... is behind
        Case((numbers(0.45, 0.55).log(), numbers([0.1, 0.9], [0.6, 0.4]).log(), 2), [0, 1]),
        Case((numbers(0.45, 0.55).log(), numbers([0.1, 0.9], [0.6, 0.4]).log(), 3), [1, 0, 1]),
    ],
    random_cases=_cases_4_6,
    misconceptions=[
        Misconception(
            _greedy_path,
            "This is greedy: the best symbol after the one chosen last. Keep the best path to each symbol until the "
            "end.",
        ),
        Misconception(
            _best_ends,
            "At each step you wrote down where the best path so far ends. These need not lie on one path: remember for "
            "each symbol which one it was reached from, and walk back from the end.",
        ),
        Misconception(
            _sums_over_paths,
            "You added up the probabilities of all paths to a symbol. The best single path takes the maximum.",
        ),
        Misconception(
            lambda first, transitions, T: most_probable_path(first, transitions.T, T),
            "transitions[i, j] goes from i to j: row before, column after. Yours reads them the other way round.",
        ),
        Misconception(
            lambda first, transitions, T: most_probable_path(first, transitions, T)[::-1],
            "This is the path from its end to its beginning.",
        ),
        Misconception(
            lambda first, transitions, T: most_probable_path(torch.zeros_like(first), transitions, T),
            "The probabilities of the first symbol are missing.",
        ),
        Misconception(
            _followed(lambda first, best: best, lambda path: path[::-1]),
            "You began at the end, but followed what you remembered from the first step on. The last comes first: "
            "reversed(...).",
        ),
        Misconception(
            _followed(lambda first, best: first, lambda path: path),
            "What you remembered says where a symbol was reached *from*. It can only be followed backwards, from the "
            "best last symbol.",
        ),
    ],
    hints=[
        "best[k], the log P of the best path so far that ends in k, is all that the next step needs. Why?",
        "The next one: over all i, the largest of best[i] + transitions[i, k]. Remember which i it was.",
        "At the end begin with the best k, and follow what you remembered, step by step, back to the first symbol.",
        "No answer in time? One case has T = 40: there is no listing all K^T sequences.",
    ],
)

EXERCISES = [temper, nucleus_by_hand, one_beam_step, by_length, fooled, best_path]
