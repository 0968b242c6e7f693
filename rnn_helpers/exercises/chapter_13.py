"""The exercises of chapter 13, tricks of the trade.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 13.1


def one_mask(x, p, u):
    keep = (u[:, 0] >= p).to(x.dtype) / (1 - p)  # (B, D): of the first step, for all steps
    return x * keep.unsqueeze(1)


def _masked(
    keep: Callable[[Tensor, float], Tensor], scale: Callable[[float], float] = lambda p: 1 / (1 - p)
) -> Callable:
    """Dropout that keeps where `keep(u, p)`, which broadcasts against x, and multiplies what it keeps by `scale(p)`."""

    def answer(x, p, u):
        return x * keep(u, p).to(x.dtype) * scale(p)

    return answer


def _cases_13_1(generator: Generator) -> Iterator[tuple]:
    for B, T, D, p in [(1, 2, 2, 0.5), (2, 3, 4, 0.25), (3, 2, 3, 0.4), (3, 3, 3, 0.7)]:
        yield draw(generator, B, T, D), p, torch.rand(B, T, D, generator=generator, dtype=torch.float64)


_TWO_STEPS = numbers([[1.0, 2.0], [3.0, 4.0]])
_DRAWN = numbers([[0.1, 0.9], [0.8, 0.2]])

mask = Exercise(
    number="13.1",
    title="One mask a sequence",
    stars=1,
    reference=one_mask,
    cases=[
        Case((_TWO_STEPS, 0.5, _DRAWN), numbers([[0.0, 4.0], [0.0, 8.0]])),
        Case((_TWO_STEPS, 0.0, _DRAWN), _TWO_STEPS),
        Case((_TWO_STEPS, 0.2, _DRAWN), numbers([[0.0, 2.5], [0.0, 5.0]])),
    ],
    random_cases=_cases_13_1,
    misconceptions=[
        Misconception(
            _masked(lambda u, p: u >= p),
            "You drew a new mask at each step: that is ordinary dropout. Take the numbers of the first step for all "
            "steps of the sequence.",
        ),
        Misconception(
            _masked(lambda u, p: u[:, :1] >= p, lambda p: 1.0),
            "What is kept has to be larger, by 1 / (1 - p), so that its mean stays what it was. Without that, the "
            "network would see larger numbers when it is used than when it learned.",
        ),
        Misconception(
            _masked(lambda u, p: u[:, :1] >= p, lambda p: 1 - p),
            "You multiplied by 1 - p. That belongs to the old form, where the network is thinned in training and "
            "scaled in use; here what is kept is divided by 1 - p in training.",
        ),
        Misconception(
            _masked(lambda u, p: u[:, :1] < p),
            "You kept what had to be dropped. An entry goes with probability p, so it stays where u is p or more.",
        ),
        Misconception(
            _masked(lambda u, p: u[:, :1] < p, lambda p: 1 / p),
            "You took p for the probability of keeping. In PyTorch, and here, it is that of dropping.",
        ),
        Misconception(
            _masked(lambda u, p: u[:1, :1] >= p),
            "All sequences got the mask of the first. Each sequence has its own.",
        ),
        Misconception(
            _masked(lambda u, p: u[:, :, :1] >= p),
            "You dropped whole steps: all entries of a step, or none. The mask is one for all steps, and one for each "
            "entry.",
        ),
    ],
    hints=[
        "The mask has the shape (B, 1, D): it broadcasts over the steps.",
        "`u[:, :1] >= p` says what is kept.",
        "Multiply x by that, and divide by 1 - p.",
    ],
)

# 13.2


def orthogonal_gates(normal):
    blocks = []
    for block in normal:  # (H, H), for each gate its own
        Q, R = torch.linalg.qr(block)
        blocks.append(Q * R.diagonal().sign())  # the sign of column j is that of R_jj
    return torch.cat(blocks)


def _block_by_block(of_block: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    def answer(normal):
        return torch.cat([of_block(*torch.linalg.qr(block)) for block in normal])

    return answer


def _stacked_first(normal):
    Q, R = torch.linalg.qr(normal.flatten(0, 1))
    return Q * R.diagonal().sign()


def _by_rows(normal):
    return torch.cat([block / block.norm(dim=1, keepdim=True) for block in normal])


def _same_for_all(normal):
    return orthogonal_gates(normal[:1].expand_as(normal))


def _cases_13_2(generator: Generator) -> Iterator[tuple]:
    for gates, H in [(1, 2), (2, 2), (3, 3), (4, 4), (4, 3)]:
        yield (draw(generator, gates, H, H),)


_TURN = numbers([0.0, -2.0], [3.0, 0.0])  # its columns are at right angles already, so their lengths alone are wrong

orthogonal = Exercise(
    number="13.2",
    title="Orthogonal, gate by gate",
    stars=2,
    reference=orthogonal_gates,
    cases=[
        Case((_TURN.unsqueeze(0),), numbers([0.0, -1.0], [1.0, 0.0])),
        Case((torch.stack([_TURN, -torch.eye(2, dtype=torch.float64)]),), numbers([0.0, -1], [1, 0], [-1, 0], [0, -1])),
        Case((numbers([[1.0, 1.0], [0.0, -1.0]]),), numbers([1.0, 0.0], [0.0, -1.0])),
    ],
    random_cases=_cases_13_2,
    misconceptions=[
        Misconception(
            _block_by_block(lambda Q, R: Q),
            "Q is orthogonal, but the signs of its columns come from how the decomposition was computed. Multiply "
            "column j by the sign of R's entry j, j.",
        ),
        Misconception(
            _block_by_block(lambda Q, R: Q * R.diagonal().sign().unsqueeze(1)),
            "You multiplied the rows of Q by the signs. R's diagonal entry j belongs to column j.",
        ),
        Misconception(
            _block_by_block(lambda Q, R: (Q * R.diagonal().sign()).T),
            "That is the transpose. It is orthogonal as well, but it is not Q.",
        ),
        Misconception(
            _block_by_block(lambda Q, R: Q * R.diagonal()),
            "You multiplied by R's diagonal itself, so the columns are no longer of length 1. Its sign is enough.",
        ),
        Misconception(
            _stacked_first,
            "You decomposed the stack. Its columns are orthonormal as a whole; the block of a single gate is not "
            "orthogonal then, and shrinks most vectors.",
        ),
        Misconception(
            _by_rows,
            "Your rows have length 1, but they are not at right angles to each other.",
        ),
        Misconception(
            _same_for_all,
            "All your gates have the same matrix. Each has a block of its own to be made of.",
        ),
    ],
    hints=[
        "Take one gate at a time, and `torch.cat` the results.",
        "`Q, R = torch.linalg.qr(block)`. Then the signs.",
        "`Q * R.diagonal().sign()` multiplies column j by sign j.",
    ],
)

# 13.3


def layer_norm(z, gain, shift, eps):
    mean = z.mean(-1, keepdim=True)
    variance = (z - mean).square().mean(-1, keepdim=True)  # divided by H, not by H - 1
    return gain * (z - mean) / (variance + eps).sqrt() + shift


def _normalised(
    over: tuple[int, ...] = (-1,),
    unbiased: bool = False,
    centred: bool = True,
    divisor: Callable[[Tensor, float], Tensor] = lambda variance, eps: (variance + eps).sqrt(),
    after: Callable = lambda z, gain, shift: gain * z + shift,
) -> Callable:
    def answer(z, gain, shift, eps):
        mean = z.mean(over, keepdim=True)
        variance = z.var(over, keepdim=True, unbiased=unbiased)
        return after((z - mean if centred else z) / divisor(variance, eps), gain, shift)

    return answer


def _cases_13_3(generator: Generator) -> Iterator[tuple]:
    for B, H in [(2, 2), (3, 4), (4, 3)]:
        gain, shift = draw(generator, 2, H)
        yield 2 * draw(generator, B, H) + 1, gain, shift, 0.1


_ONES, _ZEROS = numbers(1.0, 1.0), numbers(0.0, 0.0)

normalisation = Exercise(
    number="13.3",
    title="Normalise a layer",
    stars=1,
    reference=layer_norm,
    cases=[
        Case((numbers([1.0, 3.0], [10.0, 20.0]), _ONES, _ZEROS, 0.0), numbers([-1.0, 1.0], [-1.0, 1.0])),
        Case((numbers([1.0, 3.0], [0.0, 0.0]), _ONES, _ZEROS, 3.0), numbers([-0.5, 0.5], [0.0, 0.0])),
        Case(
            (numbers([1.0, 3.0], [3.0, 1.0]), numbers(2.0, 5.0), numbers(0.0, 1.0), 0.0), numbers([-2, 6.0], [2, -4.0])
        ),
    ],
    random_cases=_cases_13_3,
    misconceptions=[
        Misconception(
            _normalised(over=(0,)),
            "You normalised each unit over the batch. Here each example is normalised by itself, over its H entries.",
        ),
        Misconception(
            _normalised(over=(0, 1)),
            "You took one mean over everything. Each example has its own.",
        ),
        Misconception(
            _normalised(unbiased=True),
            "You divided the squares by H - 1, as `torch.var` does unless told otherwise. Here it is H.",
        ),
        Misconception(
            _normalised(divisor=lambda variance, eps: variance.sqrt() + eps),
            "You added eps to the standard deviation. It belongs under the root, to the variance.",
        ),
        Misconception(
            _normalised(divisor=lambda variance, eps: variance + eps),
            "You divided by the variance. Its root is what has the size of the entries.",
        ),
        Misconception(
            _normalised(centred=False),
            "You divided, but did not subtract the mean.",
        ),
        Misconception(
            _normalised(after=lambda z, gain, shift: z),
            "Gain and shift are missing: they come last, and give each unit its own size and place.",
        ),
        Misconception(
            _normalised(after=lambda z, gain, shift: gain * (z + shift)),
            "You shifted first. The gain multiplies what is normalised, and the shift is added after that.",
        ),
    ],
    hints=[
        "Mean and variance over the last axis, with `keepdim=True`.",
        "The variance is the mean of the squared distances from the mean; eps is added to it, then comes the root.",
        "gain * (z - mean) / sqrt(variance + eps) + shift",
    ],
)

# 13.4


def stop_early(losses, patience):
    best = 0
    for check in range(len(losses)):
        if losses[check] < losses[best]:
            best = check
        if check - best >= patience:
            return best, check + 1
    return best, len(losses)


def _stops(
    better: Callable[[list, int, int], bool] = lambda losses, check, best: losses[check] < losses[best],
    enough: Callable[[int, int, int], bool] = lambda check, best, patience: check - best >= patience,
    give: Callable[[list, int, int], tuple] = lambda losses, best, checks: (best, checks),
) -> Callable:
    def answer(losses, patience):
        best = 0
        for check in range(len(losses)):
            if better(losses, check, best):
                best = check
            if enough(check, best, patience):
                return give(losses, best, check + 1)
        return give(losses, best, len(losses))

    return answer


def _at_every_rise(losses, patience):
    best, worse = 0, 0
    for check in range(1, len(losses)):
        worse = worse + 1 if losses[check] >= losses[check - 1] else 0
        if losses[check] < losses[best]:
            best = check
        if worse == patience:
            return best, check + 1
    return best, len(losses)


def _counts_all_that_is_worse(losses, patience):
    best, worse = 0, 0
    for check in range(1, len(losses)):
        if losses[check] < losses[best]:
            best = check
        else:
            worse += 1
        if worse == patience:
            return best, check + 1
    return best, len(losses)


def _cases_13_4(generator: Generator) -> Iterator[tuple]:
    for checks, patience in [(3, 1), (6, 2), (8, 2), (12, 3), (12, 4), (20, 3)]:
        losses = torch.randint(3, 12, (checks,), generator=generator)
        yield [float(loss) for loss in losses], patience


stopping = Exercise(
    number="13.4",
    title="When to stop, and what to keep",
    stars=2,
    reference=stop_early,
    cases=[
        Case(([3.0, 2.0, 2.5, 2.6], 2), (1, 4)),
        Case(([3.0, 2.0, 2.5, 2.6, 1.0], 2), (1, 4)),  # what would have come is not known
        Case(([3.0, 2.0, 2.5, 1.9, 2.0, 2.1], 2), (3, 6)),
        Case(([3.0, 2.0, 2.0, 2.0, 1.0], 2), (1, 4)),  # as good is not better
        Case(([3.0, 2.0, 1.0], 2), (2, 3)),
        Case(([5.0, 6.0, 5.5, 4.0], 2), (0, 3)),  # 5.5 is less than 6, but no better than 5
    ],
    random_cases=_cases_13_4,
    misconceptions=[
        Misconception(
            lambda losses, patience: (min(range(len(losses)), key=losses.__getitem__), len(losses)),
            "You looked through all checks. Training stops before the later ones are made, so their losses are not "
            "known.",
        ),
        Misconception(
            _stops(give=lambda losses, best, checks: (checks - 1, checks)),
            "You kept the parameters with which training stopped. By then, `patience` checks have been worse: keep "
            "those of the best check.",
        ),
        Misconception(
            _stops(enough=lambda check, best, patience: check - best > patience),
            "You waited for one check too many: after `patience` checks without anything better it is over.",
        ),
        Misconception(
            _stops(enough=lambda check, best, patience: check - best >= max(patience - 1, 1)),
            "You stopped one check too soon: `patience` checks, not counting the best one, have to bring nothing "
            "better.",
        ),
        Misconception(
            _stops(better=lambda losses, check, best: losses[check] <= losses[best]),
            "You took an equal loss for a better one. On a plateau that never stops, and a tie brings nothing.",
        ),
        Misconception(
            _at_every_rise,
            "You compared each check with the one before it. What counts is whether it beats the best so far.",
        ),
        Misconception(
            _counts_all_that_is_worse,
            "You counted all checks that were no better. A new best one starts the count anew.",
        ),
        Misconception(
            _stops(give=lambda losses, best, checks: (losses[best], checks)),
            "You returned the loss. Asked is the number of the check, from which one knows the parameters to keep.",
        ),
        Misconception(
            _stops(give=lambda losses, best, checks: (best, checks - 1)),
            "The check is right. The count is one too small: checks number 0 to n are n + 1 checks.",
        ),
    ],
    hints=[
        "Walk through the checks and remember the number of the best so far.",
        "At each check, first see whether it is better; then whether `patience` checks have passed since the best.",
        "It is over when `check - best >= patience`; then check + 1 checks have been made.",
    ],
)

# 13.5


def count_parameters(D, H, num_layers, input_connections):
    first = 4 * H * (D + H + 1)
    more = D if input_connections else 0
    return first + (num_layers - 1) * 4 * H * (H + more + H + 1)


def _counted(
    first: Callable = lambda D, H: D, other: Callable = lambda D, H, on: H + D * on, biases: int = 1, gates: int = 4
) -> Callable:
    """A count with these columns of V in the first layer, and in the others."""

    def answer(D, H, num_layers, input_connections):
        columns = [first(D, H)] + [other(D, H, int(input_connections))] * (num_layers - 1)
        return sum(gates * H * (c + H + biases) for c in columns)

    return answer


def _cases_13_5(generator: Generator) -> Iterator[tuple]:
    for _ in range(6):
        D, H, num_layers = (1 + torch.randint(9, (3,), generator=generator)).tolist()
        yield D, H + 1, num_layers, bool(torch.randint(2, (1,), generator=generator))


counting = Exercise(
    number="13.5",
    title="What a connection costs",
    stars=1,
    reference=count_parameters,
    cases=[
        Case((2, 3, 1, False), 72),
        Case((2, 3, 2, False), 72 + 84),
        Case((2, 3, 2, True), 72 + 108),
        Case((2, 3, 3, True), 72 + 2 * 108),
    ],
    random_cases=_cases_13_5,
    misconceptions=[
        Misconception(
            _counted(other=lambda D, H, on: D + H * on),
            "Your upper layers read x, and the outputs below only with input connections. It is the other way round.",
        ),
        Misconception(
            _counted(other=lambda D, H, on: D if on else H),
            "With input connections an upper layer reads both, side by side: H columns for the outputs below and D for "
            "x.",
        ),
        Misconception(
            _counted(other=lambda D, H, on: H),
            "Input connections cost nothing in your count. In each layer above the first, V has D columns more.",
        ),
        Misconception(
            _counted(other=lambda D, H, on: D),
            "Your upper layers have as many columns as the first. What they read are the H outputs of the layer below.",
        ),
        Misconception(
            lambda D, H, num_layers, input_connections: (
                count_parameters(D, H, num_layers, False) + (4 * H * D * num_layers if input_connections else 0)
            ),
            "You added the connection to the first layer, too. It reads x already.",
        ),
        Misconception(
            _counted(biases=2),
            "That is PyTorch's number, with two biases a gate. Of our layers each gate has one.",
        ),
        Misconception(
            _counted(biases=0),
            "The biases are missing: H for each of the four gates of a layer (the candidate counted among them).",
        ),
        Misconception(
            _counted(gates=1),
            "That is an Elman network. An LSTM has four of each: three gates and the candidate.",
        ),
        Misconception(
            lambda D, H, num_layers, input_connections: (
                count_parameters(D, H, 1, False) + (num_layers - 1) * 4 * H * (H + 1 + (D if input_connections else 0))
            ),
            "The upper layers have recurrent matrices, too: H columns for what is below, and H more for their own "
            "state.",
        ),
    ],
    hints=[
        "A layer has 4 H rows: how many columns do V, U and the bias have?",
        "The first layer: D + H + 1 columns. The others: H, or H + D, in place of D.",
        "4 H (D + H + 1) + (num_layers - 1) 4 H (H + H + 1), and D more in the last bracket with input connections.",
    ],
)

# 13.6


def layer_norm_backward(dy, z):
    z_hat = (z - z.mean()) / z.var(unbiased=False).sqrt()
    dz = dy - dy.mean() - z_hat * (dy * z_hat).mean()  # what moves the mean, and what moves the deviation, is lost
    return dz / z.var(unbiased=False).sqrt()


def _backward(of: Callable[[Tensor, Tensor], Tensor], size: Callable[[Tensor], Tensor] | None = None) -> Callable:
    """`of(dy, z_hat)`, divided by the standard deviation or by `size(z)`."""

    def answer(dy, z):
        deviation = z.var(unbiased=False).sqrt()
        return of(dy, (z - z.mean()) / deviation) / (deviation if size is None else size(z))

    return answer


def _complete(dy: Tensor, z_hat: Tensor) -> Tensor:
    return dy - dy.mean() - z_hat * (dy * z_hat).mean()


def _cases_13_6(generator: Generator) -> Iterator[tuple]:
    for H in (3, 4, 7):
        yield draw(generator, H), 3 * draw(generator, H) + 1


backward = Exercise(
    number="13.6",
    title="Back through a normalisation",
    stars=3,
    reference=layer_norm_backward,
    cases=[
        Case((numbers(1.0, 1.0, 1.0), numbers(1.0, 2.0, 6.0)), numbers(0.0, 0.0, 0.0)),
        Case((numbers(1.0, 0.0), numbers(-1.0, 1.0)), numbers(0.0, 0.0)),  # of two entries, the signs alone are left
        Case((numbers(1.0, 0.0, 1.0, 0.0), numbers(-1.0, -1.0, 1.0, 1.0)), numbers(0.5, -0.5, 0.5, -0.5)),
        Case((numbers(1.0, 0.0, 1.0, 0.0), numbers(-2.0, -2.0, 2.0, 2.0)), numbers(0.25, -0.25, 0.25, -0.25)),
    ],
    random_cases=_cases_13_6,
    misconceptions=[
        Misconception(
            _backward(lambda dy, z_hat: dy),
            "You held mean and deviation still. They move with z: each entry of y depends on all entries of z.",
        ),
        Misconception(
            _backward(lambda dy, z_hat: dy - dy.mean()),
            "The mean moves in your derivative, the deviation does not. Stretching z changes nothing of y, so that "
            "part of the gradient has to go, too.",
        ),
        Misconception(
            _backward(lambda dy, z_hat: dy - z_hat * (dy * z_hat).mean()),
            "The deviation moves in your derivative, the mean does not. Shifting z changes nothing of y, so the "
            "gradient's entries have to sum to 0.",
        ),
        Misconception(
            _backward(lambda dy, z_hat: dy - dy.sum() - z_hat * (dy * z_hat).sum()),
            "Sums where means belong: mean and variance are divided by the number of entries, and so is how they move.",
        ),
        Misconception(
            _backward(_complete, lambda z: torch.ones(())),
            "The division is missing: y changes by 1 / (standard deviation) when z changes by 1.",
        ),
        Misconception(
            _backward(_complete, lambda z: z.var(unbiased=False)),
            "You divided by the variance. y was made by dividing by its root.",
        ),
        Misconception(
            _backward(_complete, lambda z: z.std()),
            "`z.std()` divides by H - 1. Layer normalisation divides by H, forward and so backward.",
        ),
        Misconception(
            _backward(lambda dy, z_hat: dy - dy.mean() + z_hat * (dy * z_hat).mean()),
            "The sign of the last part: where y is large and its gradient, too, a larger z would stretch the "
            "deviation, which makes y smaller.",
        ),
    ],
    hints=[
        "y does not change when all of z is shifted, or stretched around its mean. Which gradients does that rule out?",
        "Take from dy its mean, and its component along y: y (y · dy) / H. (The length of y is the root of H.)",
        "What is left is divided by the standard deviation.",
    ],
)


EXERCISES = [mask, orthogonal, normalisation, stopping, counting, backward]
