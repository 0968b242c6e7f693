"""The exercises of chapter 12, images pixel by pixel.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 12.1


def kernel_mask(height, width, kind):
    mask = torch.zeros(height, width, dtype=torch.float64)
    mask[: height // 2] = 1  # all rows above the centre
    mask[height // 2, : width // 2] = 1  # and what is left of it
    if kind == "B":
        mask[height // 2, width // 2] = 1
    return mask


def _left_part_only(height: int, width: int, kind: str) -> Tensor:
    mask = kernel_mask(height, width, kind)
    mask[:, width // 2 + 1 :] = 0
    return mask


def _rows_below_too(height: int, width: int, kind: str) -> Tensor:
    mask = kernel_mask(height, width, kind)
    mask[height // 2 + 1 :] = 1
    return mask


def _centre_row_left_out(height: int, width: int, kind: str) -> Tensor:
    mask = kernel_mask(height, width, kind)
    mask[height // 2] = 0
    return mask


def _cases_12_1(generator: Generator) -> Iterator[tuple]:
    for height, width in [(3, 3), (1, 5), (5, 1), (5, 3), (7, 7)]:
        yield from ((height, width, kind) for kind in "AB")


mask_exercise = Exercise(
    number="12.1",
    title="A mask",
    stars=1,
    reference=kernel_mask,
    cases=[
        Case((1, 3, "A"), numbers([1.0, 0.0, 0.0])),
        Case((1, 3, "B"), numbers([1.0, 1.0, 0.0])),
        Case((3, 3, "A"), numbers([1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0])),
        Case((3, 3, "B"), numbers([1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0])),
    ],
    random_cases=_cases_12_1,
    misconceptions=[
        Misconception(
            lambda height, width, kind: kernel_mask(height, width, "AB"[kind == "A"]),
            "A and B have changed places. A reads pixels, and a pixel must not see itself; B may look at the centre.",
        ),
        Misconception(
            lambda height, width, kind: kernel_mask(height, width, "A"),
            "You never let the centre in. In layer B it holds what was made of earlier pixels: it may be seen.",
        ),
        Misconception(
            lambda height, width, kind: kernel_mask(height, width, "B"),
            "You always let the centre in. With kind A it is the very pixel that is to be predicted.",
        ),
        Misconception(
            _left_part_only,
            "You cut off what lies to the right in the rows above. Those pixels come before the centre, too: a row is "
            "read to its end before the next begins.",
        ),
        Misconception(
            _rows_below_too,
            "Rows below the centre come later in raster order. Only the rows above are free.",
        ),
        Misconception(
            lambda height, width, kind: 1 - kernel_mask(height, width, kind),
            "Zeros and ones have changed places: 1 is for what may be seen.",
        ),
        Misconception(
            lambda height, width, kind: kernel_mask(width, height, kind).T,
            "You read the image column by column. Raster order goes row by row.",
        ),
        Misconception(
            lambda height, width, kind: kernel_mask(height, width, kind).flip(0, 1),
            "You turned the kernel around, as mathematicians' convolution does. PyTorch's conv2d does not turn it.",
        ),
        Misconception(
            _centre_row_left_out,
            "The centre's own row is missing: what is left of the centre has been read.",
        ),
    ],
    hints=[
        "Which entries of the kernel lie on pixels that come before the centre, row by row?",
        "All rows above height // 2; in that row the columns before width // 2, and with B also the centre.",
    ],
)

# 12.2


def skewed(x):
    n, m = x.shape
    result = x.new_zeros(n, n + m - 1)
    for i in range(n):
        result[i, i : i + m] = x[i]
    return result


def _skew_the_other_way(x: Tensor) -> Tensor:
    n = x.shape[0]
    return torch.stack([pad(row, (n - 1 - i, i)) for i, row in enumerate(x)])


def _rolled(x: Tensor) -> Tensor:
    return torch.stack([row.roll(i) for i, row in enumerate(x)])


def _one_too_wide(x: Tensor) -> Tensor:
    return pad(skewed(x), (0, 1))


def _by_columns(x: Tensor) -> Tensor:
    return skewed(x.T.contiguous()).T.contiguous()


def _twice_as_wide(x: Tensor) -> Tensor:
    n, m = x.shape
    return pad(skewed(x), (0, 2 * n - 1 - (n + m - 1))) if n > m else skewed(x)[:, : 2 * n - 1]


def _pictures(generator: Generator) -> Iterator[Tensor]:
    for n, m in [(1, 3), (3, 1), (2, 2), (3, 4), (5, 2), (4, 4)]:
        yield draw(generator, n, m)


def _cases_12_2(generator: Generator) -> Iterator[tuple]:
    yield from ((x,) for x in _pictures(generator))


skew_exercise = Exercise(
    number="12.2",
    title="Skew",
    stars=1,
    reference=skewed,
    cases=[
        Case((numbers([1.0, 2.0], [3.0, 4.0]),), numbers([1.0, 2.0, 0.0], [0.0, 3.0, 4.0])),
        Case((numbers([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),), numbers([1.0, 2.0, 3.0, 0.0], [0.0, 4.0, 5.0, 6.0])),
        Case((numbers([1.0], [2.0]),), numbers([1.0, 0.0], [0.0, 2.0])),
    ],
    random_cases=_cases_12_2,
    misconceptions=[
        Misconception(
            _skew_the_other_way,
            "You moved the upper rows to the right, so columns are the other diagonals: a pixel and its left upper "
            "neighbour. Row i moves i places.",
        ),
        Misconception(
            _rolled,
            "What leaves a row at the right comes back in at its left: rolled, not moved. The result has n + m - 1 "
            "columns, so nothing has to leave.",
        ),
        Misconception(
            _one_too_wide,
            "One column too many: the last row begins at column n - 1 and has m pixels, that is n + m - 1.",
        ),
        Misconception(
            _by_columns,
            "You moved columns down. Here rows move to the right.",
        ),
        Misconception(
            _twice_as_wide,
            "2n - 1 columns are right for a square. With n rows and m columns there are n + m - 1.",
        ),
    ],
    hints=[
        "Row 0 stays, row 1 moves one place to the right, row 2 two places. How long must the rows be?",
        "Begin with zeros (n, n + m - 1); row i of x goes to columns i to i + m - 1 of row i.",
    ],
)

# 12.3


def to_bits_per_pixel(nats, n, m):
    return nats / math.log(2) / (n * m)


def _cases_12_3(generator: Generator) -> Iterator[tuple]:
    for n, m in [(1, 2), (8, 8), (3, 5), (28, 28)]:
        yield 100 * torch.rand((), generator=generator).item(), n, m


bits_exercise = Exercise(
    number="12.3",
    title="Bits per pixel",
    stars=1,
    reference=to_bits_per_pixel,
    cases=[
        Case((math.log(2), 1, 1), 1.0),
        Case((80.0, 1, 1), 80 / math.log(2)),
        Case((80.0, 4, 5), 4 / math.log(2)),
        Case((64 * math.log(2), 8, 8), 1.0),
    ],
    random_cases=_cases_12_3,
    misconceptions=[
        Misconception(
            lambda nats, n, m: nats * math.log(2) / (n * m),
            "You multiplied by ln 2, so 80 nats come out as 55.5 bits. A bit is the smaller unit, 0.69 nats: there are "
            "more bits than nats.",
        ),
        Misconception(
            lambda nats, n, m: nats / math.log(2),
            "These are the bits of the whole image. Divide by the number of pixels.",
        ),
        Misconception(
            lambda nats, n, m: nats / (n * m),
            "These are nats per pixel. A bit is ln 2 nats.",
        ),
        Misconception(
            lambda nats, n, m: nats / math.log(2) / n,
            "You divided by the rows only. The image has n m pixels.",
        ),
        Misconception(
            lambda nats, n, m: nats / math.log(10) / (n * m),
            "With ln 10 you get decimal digits (hartleys). Two states make a bit: ln 2.",
        ),
        Misconception(
            lambda nats, n, m: math.log2(nats) / (n * m),
            "You took the logarithm of the nats. They are a logarithm already; only its base changes.",
        ),
        Misconception(
            lambda nats, n, m: nats / math.log(2) / (8 * n * m),
            "Divided by 8 these are bytes per pixel.",
        ),
    ],
    hints=[
        "An image on which every pixel is a fair coin has ln 2 nats a pixel. How many bits should that be?",
        "log2 p = ln p / ln 2; then divide by the number of pixels.",
    ],
)

# 12.4


def image_log_likelihood(logits, x):
    return torch.nn.functional.logsigmoid((2 * x - 1) * logits).sum()  # ln sigma(a) where x = 1, ln sigma(-a) where 0


def _chances(logits: Tensor, x: Tensor) -> Tensor:
    p = logits.sigmoid()
    return x * p + (1 - x) * (1 - p)


def _cases_12_4(generator: Generator) -> Iterator[tuple]:
    for n, m in [(1, 1), (2, 3), (8, 8)]:
        yield draw(generator, n, m), (torch.rand(n, m, generator=generator) < 0.5).double()
    yield 1000 * draw(generator, 3, 3), (torch.rand(3, 3, generator=generator) < 0.5).double()


_LN3 = math.log(3)  # sigmoid(ln 3) = 3/4

likelihood_exercise = Exercise(
    number="12.4",
    title="The log-likelihood of an image",
    stars=2,
    reference=image_log_likelihood,
    cases=[
        Case((numbers([_LN3]), numbers([1.0])), torch.tensor(math.log(3 / 4), dtype=torch.float64)),
        Case((numbers([_LN3]), numbers([0.0])), torch.tensor(math.log(1 / 4), dtype=torch.float64)),
        Case(
            (numbers([_LN3, 0.0], [0.0, -_LN3]), numbers([1.0, 1.0], [0.0, 1.0])),
            torch.tensor(math.log(3 / 64), dtype=torch.float64),
        ),
        Case((numbers([800.0, -800.0]), numbers([0.0, 0.0])), torch.tensor(-800.0, dtype=torch.float64)),
    ],
    random_cases=_cases_12_4,
    misconceptions=[
        Misconception(
            lambda logits, x: -image_log_likelihood(logits, x),
            "The sign: this is the loss, -ln p. A log-likelihood of an image is never above 0.",
        ),
        Misconception(
            lambda logits, x: image_log_likelihood(logits, x) / x.numel(),
            "This is the mean over the pixels. The probability of the image is a product, so its logarithm is a sum.",
        ),
        Misconception(
            lambda logits, x: torch.nn.functional.logsigmoid(logits).sum(),
            "You took the probability of a 1 at every pixel. Where the image has a 0, it is 1 minus that.",
        ),
        Misconception(
            lambda logits, x: (x * torch.nn.functional.logsigmoid(logits)).sum(),
            "Only the ones are counted. A zero that was thought unlikely costs as much.",
        ),
        Misconception(
            lambda logits, x: image_log_likelihood(logits, x) / math.log(2),
            "These are bits. A log-likelihood in nats uses the natural logarithm.",
        ),
        Misconception(
            lambda logits, x: image_log_likelihood(logits, x).exp(),
            "This is the probability itself. Of an image with hundreds of pixels it is too small to be stored.",
        ),
        Misconception(
            lambda logits, x: _chances(logits, x).log().sum(),
            "Right, until a pixel is very unlikely: sigmoid(800) is 1 in the computer, and ln(1 - 1) is minus "
            "infinity. Take the logarithm and the sigmoid in one: logsigmoid, or the loss with logits.",
        ),
        Misconception(
            lambda logits, x: _chances(logits, x).clamp(1e-8, 1).log().sum(),
            "Clamping the probability hides an infinite loss and gives a wrong finite one. Take logsigmoid.",
        ),
        Misconception(
            lambda logits, x: (x * logits + (1 - x) * (1 - logits)).sum(),
            "Logits are not probabilities. The probability of a 1 is their sigmoid.",
        ),
    ],
    hints=[
        "For each pixel the probability of what it is; then the sum of the logarithms.",
        "ln of sigma(a) where x = 1 and of 1 - sigma(a) = sigma(-a) where x = 0.",
        "`logsigmoid((2 * x - 1) * logits).sum()`, or minus the sum of binary_cross_entropy_with_logits.",
    ],
)

# 12.5


def leaks(model, x):
    x = x.clone().requires_grad_()
    n, m = x.shape
    found = torch.zeros(n, m, dtype=torch.bool)
    for i in range(n):
        for j in range(m):
            (gradient,) = torch.autograd.grad(model(x)[i, j], x, allow_unused=True)
            if gradient is not None:
                found[i, j] = gradient.flatten()[i * m + j :].any()  # the pixel itself and all after it
    return found


def _masked(kind: str) -> Callable[[Tensor], Tensor]:
    """A masked convolution 3 x 3 and a tanh; with B in place of A each pixel sees itself."""
    kernel = draw(Generator().manual_seed(1), 3, 3) * kernel_mask(3, 3, kind)
    return lambda x: torch.nn.functional.conv2d(x[None, None], kernel[None, None], padding=1)[0, 0].tanh()


def _sees_from(model: Callable, at: tuple[int, int], seen: tuple[int, int]) -> Callable[[Tensor], Tensor]:
    """The model, but for one logit, which has seen one pixel."""

    def leaky(x):
        here = torch.zeros_like(x)
        here[at] = 1.0
        return model(x) + here * torch.tanh(x[seen])

    return leaky


_causal = _masked("A")
_IMAGE_MODELS = {
    "mask A": _causal,
    "mask B": _masked("B"),
    "every pixel alone": lambda x: torch.arange(1.0, x.numel() + 1).double().view_as(x) + 0 * x,
    "minus the mean of the image": lambda x: _causal(x - x.mean()),
    "the row above, from the right": lambda x: _causal(x) + pad(x.flip(1).cumsum(1).flip(1), (0, 0, 1, 0))[:-1],
    "its own row, from the right": lambda x: _causal(x) + x.flip(1).cumsum(1).flip(1).tanh(),
    "the row below": lambda x: _causal(x) + pad(x, (0, 0, 0, 1))[1:],
    "one logit sees the left of the next row": _sees_from(_causal, (1, 2), (2, 0)),
    "one logit sees its right neighbour": _sees_from(_causal, (1, 1), (1, 2)),
    "one logit sees the last pixel": _sees_from(_causal, (0, 1), (2, 2)),
    "one logit sees itself": _sees_from(_causal, (2, 1), (2, 1)),
    "one logit sees the end of the row above": _sees_from(_causal, (1, 0), (0, 2)),
}


def _tried_on(answer, model, x):
    returned = answer(_IMAGE_MODELS[model], x)
    return returned if returned is None else torch.as_tensor(returned).bool()


def _dependence(model: Callable, x: Tensor) -> Tensor:
    """(n m, n m): whether the logit of the first pixel depends on the second one, in raster order."""
    x = x.clone().requires_grad_()
    rows = [
        torch.autograd.grad(logit, x, retain_graph=True, allow_unused=True)[0] for logit in model(x).flatten().unbind()
    ]
    return torch.stack([torch.zeros_like(x) if row is None else row for row in rows]).flatten(1) != 0


def _with(which: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """Finds logits that depend on a pixel (k, l) of which `which(i, j, k, l)` says that it may not be seen."""

    def answer(model, x):
        n, m = x.shape
        places = torch.arange(n * m)
        i, j = (places // m).unsqueeze(1), (places % m).unsqueeze(1)
        return (_dependence(model, x) & which(i, j, i.T, j.T)).any(1).view(n, m)

    return answer


def _seen_by_earlier(model: Callable, x: Tensor) -> Tensor:
    return _dependence(model, x).triu().any(0).view(x.shape)


def _everywhere(model: Callable, x: Tensor) -> Tensor:
    return leaks(model, x).any().expand(x.shape).clone()


def _cases_12_5(generator: Generator) -> Iterator[tuple]:
    for name in _IMAGE_MODELS:
        yield name, draw(generator, 4, 3)


_X = numbers([0.5, -1.0, 0.25], [1.0, 0.75, -0.5], [-0.25, 0.5, 1.0])
_NONE, _ALL = torch.zeros(3, 3, dtype=torch.bool), torch.ones(3, 3, dtype=torch.bool)
_ONE = torch.tensor([[False, False, False], [False, False, True], [False, False, False]])

leak_exercise = Exercise(
    number="12.5",
    title="Find the leak",
    stars=2,
    reference=leaks,
    call=_tried_on,
    cases=[
        Case(("mask A", _X), _NONE),
        Case(("mask B", _X), _ALL),
        Case(("one logit sees the left of the next row", _X), _ONE),
        Case(("one logit sees the end of the row above", _X), _NONE),
    ],
    random_cases=_cases_12_5,
    misconceptions=[
        Misconception(
            _with(lambda i, j, k, l: (k > i) | ((k == i) & (l > j))),
            "You forgot the pixel itself. It is what the logit is to predict; who sees it has nothing left to do.",
        ),
        Misconception(
            _with(lambda i, j, k, l: (k >= i) & (l >= j)),
            "You looked below and to the right only. In the rows below, what lies to the left comes later as well.",
        ),
        Misconception(
            _with(lambda i, j, k, l: (k < i) | ((k == i) & (l < j))),
            "You ask who sees earlier pixels. They should be seen; the pixel itself and later ones must not be.",
        ),
        Misconception(
            _with(lambda i, j, k, l: (k >= i) & ((k > i) | (l >= j)) & (k == i)),
            "You looked along the pixel's own row only. Every row below comes later, too.",
        ),
        Misconception(
            _with(lambda i, j, k, l: (l > j) | ((l == j) & (k >= i))),
            "You took the order of columns. Raster order goes row by row: the whole row above may be seen.",
        ),
        Misconception(
            _with(lambda i, j, k, l: (k > i) | ((k == i) & (l >= j)) | (l > j)),
            "You also count what lies to the right in the rows above. It comes before the pixel and may be seen.",
        ),
        Misconception(
            lambda model, x: ~leaks(model, x),
            "True and False have changed places: True is for a leak.",
        ),
        Misconception(
            _everywhere,
            "You say for the whole image what is true of one logit. Say it of each.",
        ),
        Misconception(
            lambda model, x: torch.zeros_like(x, dtype=torch.bool),
            "No leak anywhere, though one of these models has mask B in its first layer. (A gradient that is not taken "
            "with respect to x would not show it.)",
        ),
        Misconception(
            lambda model, x: _dependence(model, x).any(0).view(x.shape),
            "You took the gradient of the sum of all logits. It says which pixels are seen by somebody; whether that "
            "one may see them, only the gradient of a single logit says.",
        ),
        Misconception(
            _seen_by_earlier,
            "You marked the pixel that is seen. Mark the logit that sees it.",
        ),
    ],
    hints=[
        "In raster order pixel (i, j) has number i m + j. Which numbers must its logit not depend on?",
        "For each (i, j): torch.autograd.grad(model(x)[i, j], x)[0], flattened, from number i m + j on, must be 0.",
        "The model may not depend on x at all: allow_unused=True. (Changing one pixel at a time works as well.)",
    ],
)

# 12.6


def from_the_right(x, V, b, U):
    n, m, _ = x.shape
    zero = x.new_zeros(U.shape[1] // 2)
    h, c = {}, {}
    for i in range(n):
        for j in reversed(range(m)):
            right, above = h.get((i, j + 1), zero), h.get((i - 1, j), zero)
            i_gate, f, candidate, o = (V @ x[i, j] + b + U @ torch.cat([right, above])).chunk(4)
            c[i, j] = f.sigmoid() * c.get((i, j + 1), zero) + i_gate.sigmoid() * candidate.tanh()
            h[i, j] = o.sigmoid() * c[i, j].tanh()
    # down by a row: pixel (i, j) gets what was made at (i - 1, j), of finished rows
    return torch.stack([torch.stack([h.get((i - 1, j), zero) for j in range(m)]) for i in range(n)])


def _direction(
    side: int = 1,
    shift: int = 1,
    order: str = "ifco",
    swapped: bool = False,
    cell_from_above: bool = False,
    diagonal: bool = False,
    no_above: bool = False,
    emptied: bool = False,
) -> Callable:
    """A direction with a fault: the side that is read, rows shifted down, the order of gates, and so on"""

    def answer(x, V, b, U):
        n, m, _ = x.shape
        zero = x.new_zeros(U.shape[1] // 2)
        h, c = {}, {}
        for i in range(n):
            for j in range(m) if side < 0 else reversed(range(m)):
                beside = h.get((i, j + side), zero)
                above = zero if no_above else h.get((i - 1, j + side if diagonal else j), zero)
                read = torch.cat([above, beside] if swapped else [beside, above])
                gates = dict(zip(order, (V @ x[i, j] + b + U @ read).chunk(4), strict=True))
                before = c.get((i - 1, j) if cell_from_above else (i, j + side), zero)
                c[i, j] = gates["f"].sigmoid() * before + gates["i"].sigmoid() * gates["c"].tanh()
                h[i, j] = gates["o"].sigmoid() * c[i, j].tanh()
        states = torch.stack([torch.stack([h.get((i - shift, j), zero) for j in range(m)]) for i in range(n)])
        if emptied:
            states[-1] = 0
        return states

    return answer


def _mirrored_and_left(x: Tensor, V: Tensor, b: Tensor, U: Tensor) -> Tensor:
    return from_the_right(x, V, b, U).flip(1)


def _cases_12_6(generator: Generator) -> Iterator[tuple]:
    for n, m, D, H in [(2, 2, 1, 1), (3, 3, 1, 2), (2, 4, 2, 1), (4, 3, 2, 3), (5, 2, 3, 2)]:
        yield (
            draw(generator, n, m, D),
            draw(generator, 4 * H, D),
            draw(generator, 4 * H),
            draw(generator, 4 * H, 2 * H),
        )


# One unit whose gates are all open, as its logits are 100; the candidate is tanh of what it reads.
_OPEN = numbers([0.0], [0.0], [1.0], [0.0]), numbers(100.0, 100.0, 0.0, 100.0), torch.zeros(4, 2, dtype=torch.float64)
_TANH = [math.tanh(k * math.tanh(1)) for k in (1, 2)]

direction_exercise = Exercise(
    number="12.6",
    title="The second direction",
    stars=3,
    reference=from_the_right,
    cases=[
        Case((numbers([[1.0]]), *_OPEN), numbers([[0.0]])),
        Case((numbers([[1.0]], [[1.0]]), *_OPEN), numbers([[0.0]], [[_TANH[0]]])),
        Case(
            (numbers([[1.0], [1.0]], [[0.0], [0.0]]), *_OPEN),
            numbers([[0.0], [0.0]], [[_TANH[1]], [_TANH[0]]]),
        ),
    ],
    random_cases=_cases_12_6,
    misconceptions=[
        Misconception(
            _direction(shift=0),
            "The map is not shifted. What was made at (i, j) holds pixel (i, j) and those to its right, which come "
            "later: pixel (i, j) may have only what was made at (i - 1, j).",
        ),
        Misconception(
            _direction(shift=-1),
            "You shifted up: pixel (i, j) gets what was made in the row below, which comes later.",
        ),
        Misconception(
            _direction(shift=0, emptied=True),
            "The last row is emptied and nothing has moved. Zeros belong into the first row, and all others move down.",
        ),
        Misconception(
            _direction(side=-1),
            "This is the direction from the left. From the right, a pixel reads the state at (i, j + 1), and a row "
            "is run through from its end.",
        ),
        Misconception(
            _mirrored_and_left,
            "Right, but mirrored: you turned the image around to use the direction from the left, and did not turn the "
            "result back.",
        ),
        Misconception(
            _direction(order="icfo"),
            "The rows of V, b and U are i, f, candidate, o. You took the second block for the candidate.",
        ),
        Misconception(
            _direction(order="ifoc"),
            "The rows of V, b and U are i, f, candidate, o: the output gate is the last one, not the candidate.",
        ),
        Misconception(
            _direction(swapped=True),
            "The columns of U have changed places: the state at the side first, then the one above.",
        ),
        Misconception(
            _direction(cell_from_above=True),
            "The cell comes from the neighbour at the side; you took the one above.",
        ),
        Misconception(
            _direction(diagonal=True),
            "You read the neighbour above to the right. In a skewed map it would be the column before last; here it is "
            "the pixel just above, (i - 1, j).",
        ),
        Misconception(
            _direction(no_above=True),
            "The state above is missing: each of your rows runs by itself.",
        ),
    ],
    hints=[
        "Write the loop over pixels first: rows from the top, columns from the right, zeros where there is no pixel.",
        "z = V x + b + U [h right; h above]; c = f * c right + i * candidate; h = o * tanh(c).",
        "Then move the map down by a row: zeros in row 0, and in row i what was made in row i - 1.",
        "Without a loop over pixels: x.flip(1), the lesson's `from_the_left`, unskew, flip back, shift.",
    ],
)


EXERCISES = [
    mask_exercise,
    skew_exercise,
    bits_exercise,
    likelihood_exercise,
    leak_exercise,
    direction_exercise,
]
