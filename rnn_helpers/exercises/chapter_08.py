"""The exercises of chapter 8, gradient clipping.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception
from rnn_helpers.gradients import clip_by_norm

# 8.1


def clip_all(gradients, tau):
    norm = sum(gradient.square().sum() for gradient in gradients).sqrt()
    if norm <= tau:
        return [gradient.clone() for gradient in gradients]
    return [gradient * tau / norm for gradient in gradients]  # one factor for all of them


def _scaled(norm_of: Callable[[list[Tensor]], Tensor]) -> Callable:
    """What comes out when the norms of the tensors are put together in another way."""

    def answer(gradients: list[Tensor], tau: float) -> list[Tensor]:
        norm = norm_of([gradient.norm() for gradient in gradients])
        return [gradient * min(1.0, tau / norm.item()) for gradient in gradients]

    return answer


def _shorten(gradient: Tensor, tau: float) -> Tensor:
    """The lesson's function for vectors, which takes the norm over the last axis."""
    norm = gradient.norm(dim=-1, keepdim=True)
    return torch.where(norm > tau, gradient * tau / norm, gradient)


def _cases_8_1(generator: Generator) -> Iterator[tuple]:
    for shapes, tau in [([(2,), (3,)], 0.5), ([(2, 2), (2,), (1, 3)], 1.0), ([(3, 2), (4,)], 100.0)]:
        yield [draw(generator, *shape) for shape in shapes], tau


one_norm = Exercise(
    number="8.1",
    title="One norm for all",
    stars=1,
    reference=clip_all,
    cases=[
        Case(([numbers(3.0, 4.0)], 1.0), [numbers(0.6, 0.8)]),
        Case(([numbers(3.0, 4.0)], 10.0), [numbers(3.0, 4.0)]),  # short enough: as it is
        Case(([numbers(3.0), numbers([0.0, 4.0])], 2.5), [numbers(1.5), numbers([0.0, 2.0])]),  # norm 5, factor 1/2
    ],
    random_cases=_cases_8_1,
    misconceptions=[
        Misconception(
            lambda gradients, tau: [clip_all([gradient], tau)[0] for gradient in gradients],
            "Each tensor got a factor of its own. That turns the whole gradient; take one norm over all tensors, and "
            "one factor.",
        ),
        Misconception(
            _scaled(lambda norms: torch.stack(norms).sum()),
            "You added the norms of the tensors. Lengths at right angles don't add up, their squares do: the norm is "
            "the square root of the sum of all squares.",
        ),
        Misconception(
            _scaled(lambda norms: torch.stack(norms).max()),
            "You took the longest tensor's norm. The gradient is all tensors together, and longer than any of them.",
        ),
        Misconception(
            _scaled(lambda norms: torch.stack(norms).mean()),
            "You averaged the norms of the tensors. The norm of the whole is the root of the sum of all squares.",
        ),
        Misconception(
            _scaled(lambda norms: torch.stack(norms).square().sum()),
            "The square root is missing: you divided by the squared norm.",
        ),
        Misconception(
            lambda gradients, tau: [gradient.clamp(-tau, tau) for gradient in gradients],
            "This is element-wise clipping, equation (8.5), which changes the direction.",
        ),
        Misconception(
            lambda gradients, tau: [
                gradient * tau / torch.cat([g.flatten() for g in gradients]).norm() for gradient in gradients
            ],
            "You gave every gradient the length tau, also those that were shorter. Clipping only ever shortens.",
        ),
        Misconception(
            lambda gradients, tau: [
                gradient / max(1.0, torch.cat([g.flatten() for g in gradients]).norm().item()) for gradient in gradients
            ],
            "You shortened to length 1. The gradient is to be no longer than tau.",
        ),
        Misconception(
            lambda gradients, tau: [_shorten(gradient, tau) for gradient in gradients],
            "The lesson's `shorten` takes the norm over the last axis: each row of a matrix got a factor of its own. "
            "Take one norm over all entries of all tensors.",
        ),
        Misconception(
            clip_by_norm,
            "The package's `clip_by_norm` returns two things, the clipped list and the norm from before. Asked for is "
            "the list; and do try it without the package.",
        ),
    ],
    hints=[
        "Think of all tensors as one long vector. What is its norm?",
        "Add up the squares of all entries of all tensors, and take one square root.",
        "If that norm is above tau, multiply every tensor by `tau / norm`; otherwise leave them as they are.",
    ],
)

# 8.2


def turned_by(gradient, tau):
    clipped = gradient.clamp(-tau, tau)
    cosine = clipped @ gradient / (clipped.norm() * gradient.norm())
    return torch.rad2deg(torch.acos(cosine.clamp(max=1)))  # rounding may give a cosine just above 1


def _angle_to(clip: Callable[[Tensor, float], Tensor]) -> Callable:
    def answer(gradient: Tensor, tau: float) -> Tensor:
        clipped = clip(gradient, tau)
        cosine = clipped @ gradient / (clipped.norm() * gradient.norm())
        return torch.rad2deg(torch.acos(cosine.clamp(-1, 1)))

    return answer


def _cases_8_2(generator: Generator) -> Iterator[tuple]:
    for N, tau in [(2, 0.3), (3, 0.5), (5, 0.2), (20, 0.05)]:
        yield draw(generator, N), tau


turning = Exercise(
    number="8.2",
    title="How far it turns",
    stars=2,
    reference=turned_by,
    cases=[
        Case((numbers(1.0, 0.0), 0.5), numbers(0.0)[0]),  # along an axis nothing turns
        Case((numbers(math.sqrt(3), 1.0), 1.0), numbers(15.0)[0]),  # from 30 degrees to 45
        Case((numbers(-math.sqrt(3), 1.0), 1.0), numbers(15.0)[0]),
        Case((numbers(3.0, 4.0), 5.0), numbers(0.0)[0]),
    ],
    random_cases=_cases_8_2,
    atol=1e-5,  # near 0 the arc cosine loses half of the digits
    misconceptions=[
        Misconception(
            lambda gradient, tau: torch.deg2rad(turned_by(gradient, tau)),
            "This is the angle in radians. A full turn is 360 degrees, or 2 pi radians.",
        ),
        Misconception(
            lambda gradient, tau: torch.cos(torch.deg2rad(turned_by(gradient, tau))),
            "This is the cosine of the angle; the arc cosine is still to come.",
        ),
        Misconception(
            lambda gradient, tau: torch.zeros((), dtype=gradient.dtype),
            "You clipped by norm, which never turns anything. Here each entry is cut by itself.",
        ),
        Misconception(
            _angle_to(lambda gradient, tau: gradient.clamp(max=tau)),
            "You cut off the large positive entries only. A large negative one is cut at -tau.",
        ),
        Misconception(
            _angle_to(lambda gradient, tau: gradient.abs().clamp(max=tau)),
            "The signs are lost: what comes out is min(tau, |entry|) times the sign of the entry.",
        ),
        Misconception(
            _angle_to(lambda gradient, tau: tau * gradient.sign()),
            "You replaced every entry by plus or minus tau. Entries between -tau and tau stay as they are.",
        ),
        Misconception(
            lambda gradient, tau: torch.rad2deg(
                torch.acos((gradient.clamp(-tau, tau) @ gradient / gradient.norm() ** 2).clamp(-1, 1))
            ),
            "You divided by the squared norm of the gradient. The cosine wants the product of the two norms, and the "
            "clipped gradient is shorter.",
        ),
        Misconception(
            lambda gradient, tau: torch.rad2deg(torch.acos(gradient.clamp(-tau, tau) @ gradient)),
            "You took the arc cosine of the scalar product. The cosine is the scalar product divided by the norms of "
            "both vectors.",
        ),
    ],
    hints=[
        "Two steps: clip, then the angle between two vectors. Their scalar product knows it.",
        "The cosine of the angle is the scalar product divided by both norms.",
        "`torch.acos` gives radians, `torch.rad2deg` turns them into degrees. Keep the cosine at 1 or below.",
    ],
)

# 8.3


def pick_threshold(norms, p):
    candidates = norms.sort().values
    clipped = torch.stack([(norms > tau).double().mean() for tau in candidates])  # the share, for each candidate
    return candidates[clipped <= p][0]


def _cases_8_3(generator: Generator) -> Iterator[tuple]:
    for S, p in [(5, 0.25), (8, 0.5), (10, 0.15), (20, 0.33)]:
        yield draw(generator, S).exp(), p


def _rank(norms: Tensor, position: int) -> Tensor:
    return norms.sort().values[max(0, min(position, len(norms) - 1))]


threshold = Exercise(
    number="8.3",
    title="Pick a threshold",
    stars=2,
    reference=pick_threshold,
    cases=[
        Case((numbers(2.0), 0.0), numbers(2.0)[0]),
        Case((numbers(3.0, 1.0, 2.0, 50.0), 0.25), numbers(3.0)[0]),  # above 3 there is one of four
        Case((numbers(3.0, 1.0, 2.0, 50.0), 0.3), numbers(3.0)[0]),
        Case((numbers(3.0, 1.0, 2.0, 50.0), 0.0), numbers(50.0)[0]),
        Case((numbers(1.0, 1.0, 1.0, 4.0), 0.5), numbers(1.0)[0]),
    ],
    random_cases=_cases_8_3,
    misconceptions=[
        Misconception(
            lambda norms, p: torch.quantile(norms, p),
            "This is the quantile of p, from below: most steps would be clipped. A share p is to lie above the "
            "threshold.",
        ),
        Misconception(
            lambda norms, p: torch.quantile(norms, 1 - p),
            "`torch.quantile` puts in a value between two norms, by interpolation. Asked for is one of the observed "
            "norms, the smallest that will do.",
        ),
        Misconception(
            lambda norms, p: (1 - p) * norms.max(),
            "You took a share of the largest norm. The share p counts steps, however long their gradients are.",
        ),
        Misconception(
            lambda norms, p: norms.mean(),
            "The mean does not know p, and a single huge norm pulls it up. Sort, and count.",
        ),
        Misconception(
            lambda norms, p: norms.max(),
            "With the largest norm as threshold no step is clipped. That is allowed, but a smaller one will do.",
        ),
        Misconception(
            lambda norms, p: norms[min(int((1 - p) * len(norms)), len(norms) - 1)],
            "You counted places in the order of the steps. Sort the norms first.",
        ),
        Misconception(
            lambda norms, p: _rank(norms, int((1 - p) * len(norms))),
            "One place too far where the share comes out even. A step whose norm equals the threshold is not clipped, "
            "so only those strictly above it count.",
        ),
        Misconception(
            lambda norms, p: _rank(norms, math.ceil((1 - p) * len(norms)) - 2),
            "One place too low: more than the share p lies above your threshold.",
        ),
        Misconception(
            lambda norms, p: torch.quantile(norms, 1 - p, interpolation="lower"),
            "`torch.quantile` counts the gaps between the norms, one fewer than norms, and `lower` rounds down: at "
            "times one place too low. Count the norms above the threshold instead.",
        ),
    ],
    hints=[
        "For a given threshold, which share of the steps would be clipped?",
        "`(norms > tau).double().mean()` is that share. Try the norms themselves as tau.",
        "Go through the sorted norms from below, and return the first for which the share is at most p.",
    ],
)

# 8.4


def last_move(gradients, tau, eta, mu):
    v = torch.zeros_like(gradients[0])
    for gradient in gradients:
        norm = gradient.norm()
        v = mu * v + (gradient * tau / norm if norm > tau else gradient)
    return eta * v.norm()


def _clipped(gradient: Tensor, tau: float) -> Tensor:
    norm = gradient.norm()
    return gradient * tau / norm if norm > tau else gradient


def _velocity(gradients: Tensor, update: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    v = torch.zeros_like(gradients[0])
    for gradient in gradients:
        v = update(v, gradient)
    return v


def _cases_8_4(generator: Generator) -> Iterator[tuple]:
    for S, N in [(2, 2), (3, 2), (5, 4), (10, 3)]:
        yield 2 * draw(generator, S, N), 1.5, 0.1, 0.9


momentum = Exercise(
    number="8.4",
    title="Momentum",
    stars=2,
    reference=last_move,
    cases=[
        Case((numbers([3.0, 4.0]), 1.0, 0.5, 0.9), numbers(0.5)[0]),  # one step: eta tau
        Case((numbers([0.3, 0.4]), 1.0, 2.0, 0.9), numbers(1.0)[0]),  # short enough
        Case((numbers([2.0], [2.0], [2.0]), 1.0, 1.0, 0.5), numbers(1.75)[0]),  # 1 + 1/2 + 1/4
        Case((numbers([4.0], [4.0], [1.0]), 2.0, 1.0, 0.5), numbers(2.5)[0]),  # 1 + (2 + 2/2) / 2
        Case((numbers([5.0], [-5.0]), 1.0, 1.0, 0.5), numbers(0.5)[0]),
    ],
    random_cases=_cases_8_4,
    misconceptions=[
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta * _clipped(_velocity(gradients, lambda v, gradient: mu * v + gradient), tau).norm()
            ),
            "You clipped the velocity at the end. Each gradient is clipped before it enters the velocity, and the "
            "velocity may well be longer than tau.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta * _velocity(gradients, lambda v, gradient: _clipped(mu * v + gradient, tau)).norm()
            ),
            "You clipped the velocity at every step. Only the gradient is clipped; the velocity may grow beyond tau.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta * _velocity(gradients, lambda v, gradient: mu * v + (1 - mu) * _clipped(gradient, tau)).norm()
            ),
            "You weighted the new gradient by 1 - mu, as Adam's running mean does. Here it enters with weight 1.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: eta * _velocity(gradients, lambda v, gradient: mu * v + gradient).norm(),
            "Nothing was clipped: these are the raw gradients.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: _velocity(
                gradients, lambda v, gradient: mu * v + _clipped(gradient, tau)
            ).norm(),
            "This is the length of the velocity. The move is eta times that.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: eta * tau / (1 - mu),
            "This is the bound, reached only when all gradients are long, agree, and never end. Follow the velocity "
            "step by step.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: eta * _clipped(gradients[-1], tau).norm(),
            "This is the last step of descent without momentum: the velocity of the steps before is missing.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta
                * _velocity(
                    gradients, lambda v, gradient: mu * v + torch.nan_to_num(gradient * tau / gradient.norm())
                ).norm()
            ),
            "You gave every gradient the length tau. One that is shorter stays as it is.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta * _velocity(gradients, lambda v, gradient: mu * v + gradient.clamp(-tau, tau)).norm()
            ),
            "You clipped element by element, equation (8.5). Here each gradient is clipped by its norm.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta * _velocity(gradients, lambda v, gradient: mu * v + eta * _clipped(gradient, tau)).norm()
            ),
            "eta comes in twice: the velocity is made of gradients alone, and the move is eta times that.",
        ),
        Misconception(
            lambda gradients, tau, eta, mu: (
                eta
                * sum(
                    _velocity(gradients[: n + 1], lambda v, gradient: mu * v + _clipped(gradient, tau))
                    for n in range(len(gradients))
                ).norm()
            ),
            "This is how far all moves lead together. Asked for is the last one.",
        ),
    ],
    hints=[
        "Carry one vector from step to step.",
        "At each step: clip the gradient to get g, then `v = mu * v + g`.",
        "The last move is eta times the velocity after the last gradient; return its norm.",
    ],
)

# 8.5


def safe_step(theta, gradient, eta, tau):
    if not gradient.isfinite().all():
        return theta.clone()
    largest = gradient.abs().max()
    if largest == 0:
        return theta.clone()
    scaled = gradient / largest  # in units of the largest entry no square can overflow
    norm = scaled.norm() * largest
    if norm > tau:
        return theta - eta * tau * scaled / scaled.norm()
    return theta - eta * gradient


def _by_norm(gradient: Tensor, tau: float) -> Tensor:
    return gradient * tau / gradient.square().sum().sqrt()


def _careless(theta: Tensor, gradient: Tensor, eta: float, tau: float) -> Tensor:
    """Clipped by the norm as it comes, whatever the entries are."""
    norm = gradient.square().sum().sqrt()
    return theta - eta * (_by_norm(gradient, tau) if norm > tau else gradient)


def _cases_8_5(generator: Generator) -> Iterator[tuple]:
    for N, tau, size in [(2, 1.0, 5.0), (3, 1.0, 0.1), (4, 0.5, 1e200), (3, 2.0, 1e160)]:
        yield draw(generator, N), size * draw(generator, N), 0.1, tau


_PLACE = numbers(1.0, 2.0)

never_breaks = Exercise(
    number="8.5",
    title="A step that never breaks",
    stars=3,
    reference=safe_step,
    cases=[
        Case((_PLACE, numbers(0.0, 0.5), 1.0, 1.0), numbers(1.0, 1.5)),
        Case((_PLACE, numbers(30.0, 40.0), 1.0, 1.0), numbers(0.4, 1.2)),
        Case((_PLACE, numbers(0.0, 0.0), 1.0, 1.0), _PLACE),
        Case((_PLACE, numbers(math.nan, 1.0), 1.0, 1.0), _PLACE),
        Case((_PLACE, numbers(math.inf, 1.0), 1.0, 1.0), _PLACE),
        Case((_PLACE, numbers(1.0, -math.inf), 1.0, 1.0), _PLACE),
        Case((_PLACE, numbers(3e200, 4e200), 1.0, 1.0), numbers(0.4, 1.2)),
    ],
    random_cases=_cases_8_5,
    misconceptions=[
        Misconception(
            _careless,
            "A broken gradient went into the step: where a norm is NaN or infinite, no factor helps. Look whether all "
            "entries are finite before anything else.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: (
                _careless(theta, gradient, eta, tau) if gradient.square().sum().isfinite() else theta.clone()
            ),
            "You left out the step where the norm is infinite. But the squares of large finite entries overflow, and "
            "that gradient was to be used: test the entries, and take the norm in units of the largest one.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: (
                theta.clone() if gradient.isnan().any() else _careless(theta, gradient, eta, tau)
            ),
            "You looked for NaN only. An infinite entry makes the factor 0, and infinity times 0 is NaN.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: safe_step(theta, torch.nan_to_num(gradient), eta, tau),
            "`nan_to_num` turns an infinite entry into the largest finite number and a NaN into 0, and the step is "
            "taken. A broken gradient is to be left out altogether.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: safe_step(
                theta, torch.where(gradient.isfinite(), gradient, 0.0), eta, tau
            ),
            "You left out the broken entries and stepped along the others. The whole step is to be left out.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: theta - eta * gradient.clamp(-tau, tau),
            "This is element-wise clipping, which turns the gradient, and lets infinite entries through as ordinary "
            "ones.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: (
                theta - eta * tau * (gradient / gradient.abs().max()) / (gradient / gradient.abs().max()).norm()
                if gradient.isfinite().all()
                else theta.clone()
            ),
            "You divided by the norm even where nothing has to be shortened. A short gradient stays as it is, and a "
            "gradient of zeros would give 0 / 0.",
        ),
        Misconception(
            lambda theta, gradient, eta, tau: 2 * theta - safe_step(theta, gradient, eta, tau),
            "This goes uphill: the step is against the gradient.",
        ),
    ],
    hints=[
        "Three kinds of gradient: broken, short, long. Test in this order.",
        "`gradient.isfinite().all()` finds the broken ones.",
        "For the norm, divide by the largest absolute entry first (if it is not 0), and multiply back after.",
    ],
)

EXERCISES = [one_norm, turning, threshold, momentum, never_breaks]
