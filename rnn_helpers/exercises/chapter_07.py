"""The exercises of chapter 7, vanishing gradients.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 7.1


def jacobian(h_t, U):
    return (1 - h_t**2)[:, None] * U  # Diag(tanh'(z_t)) U: each row of U times the slope of its unit


def _cases_7_1(generator: Generator) -> Iterator[tuple]:
    for H in (1, 2, 2, 4):
        yield draw(generator, H).tanh(), draw(generator, H, H)


step_jacobian = Exercise(
    number="7.1",
    title="The Jacobian of a step",
    stars=1,
    reference=jacobian,
    cases=[
        Case((numbers(0.0), numbers([3.0])), numbers([3.0])),
        Case((numbers(0.5), numbers([4.0])), numbers([3.0])),
        Case(
            (numbers(0.5, 0.0), numbers([4.0, 8.0], [1.0, 2.0])),
            numbers([3.0, 6.0], [1.0, 2.0]),
        ),
    ],
    random_cases=_cases_7_1,
    misconceptions=[
        Misconception(
            lambda h_t, U: (1 - h_t**2) * U,
            "You multiplied the columns by the slopes. The slope of unit i belongs to its own z, so to row i of U: "
            "Diag(slope) stands on the left.",
        ),
        Misconception(
            lambda h_t, U: ((1 - h_t**2)[:, None] * U).T,
            "This is the transpose. Row i of a Jacobian is for what is differentiated, h_t, and column j for h_{t-1}.",
        ),
        Misconception(
            lambda h_t, U: U,
            "This is the Jacobian without the tanh, as for a network at rest. The slopes are missing.",
        ),
        Misconception(
            lambda h_t, U: (1 - torch.tanh(h_t) ** 2)[:, None] * U,
            "Your slope takes the tanh a second time. h_t is tanh(z_t) already, so the slope is 1 - h_t^2.",
        ),
        Misconception(
            lambda h_t, U: (1 - h_t)[:, None] * U,
            "The slope of the tanh is 1 - h^2; the square is missing.",
        ),
        Misconception(
            lambda h_t, U: torch.diag(1 - h_t**2) * U,
            "`*` multiplies entry by entry, so only the diagonal of U is left. Diag(...) U is a matrix product, with "
            "@.",
        ),
        Misconception(
            lambda h_t, U: (1 - h_t**2)[:, None] * U.T,
            "U is transposed here, and the slopes are not: U^T belongs to a gradient on its way back. The Jacobian of "
            "the step is Diag(slope) U.",
        ),
        Misconception(
            lambda h_t, U: (h_t * (1 - h_t))[:, None] * U,
            "h (1 - h) is the slope of the logistic sigmoid. The slope of the tanh is 1 - h^2.",
        ),
    ],
    hints=[
        "Entry (i, j) says how h_{t,i} moves with h_{t-1,j}: first through U_ij to z_i, then through the tanh.",
        "The slope of unit i is 1 - h_{t,i}^2, and it multiplies row i of U.",
        "`slope[:, None] * U` multiplies rows, `slope * U` columns.",
    ],
)

# 7.2


def carry_back(dh_T, J):
    dh = dh_T
    for J_t in reversed(J):  # from the last step to the first
        dh = J_t.T @ dh
    return dh


def _cases_7_2(generator: Generator) -> Iterator[tuple]:
    for T, H in [(1, 2), (2, 2), (3, 3), (6, 2)]:
        yield draw(generator, H), draw(generator, T, H, H)


_SHIFT, _SCALE = [[0.0, 1.0], [0.0, 0.0]], [[2.0, 0.0], [0.0, 3.0]]


def _forward_order(dh_T: Tensor, J: Tensor) -> Tensor:
    for J_t in J:
        dh_T = J_t.T @ dh_T
    return dh_T


def _not_transposed(dh_T: Tensor, J: Tensor) -> Tensor:
    for J_t in reversed(J):
        dh_T = J_t @ dh_T
    return dh_T


carry = Exercise(
    number="7.2",
    title="Carry it back",
    stars=2,
    reference=carry_back,
    cases=[
        Case((numbers(1.0, 10.0), numbers(_SCALE)), numbers(2.0, 30.0)),
        Case((numbers(1.0, 10.0), numbers(_SHIFT)), numbers(0.0, 1.0)),
        # J_2 J_1 = SHIFT SCALE = [[0, 3], [0, 0]]; a row (1, 10) times this
        Case((numbers(1.0, 10.0), numbers(_SCALE, _SHIFT)), numbers(0.0, 3.0)),
    ],
    random_cases=_cases_7_2,
    misconceptions=[
        Misconception(
            _not_transposed,
            "You multiplied with J itself, the way a change of the state goes forward. A gradient goes back: with the "
            "transpose, or as a row from the left, dh @ J.",
        ),
        Misconception(
            _forward_order,
            "You began with the first step. The gradient starts at h_T, so it meets the last Jacobian first.",
        ),
        Misconception(
            lambda dh_T, J: carry_back(dh_T, J[1:]),
            "This is the gradient at h_1. The way to h_0 leads through J_1 as well.",
        ),
        Misconception(
            lambda dh_T, J: carry_back(dh_T, J[:-1]),
            "The last Jacobian is missing: dh_T is the gradient at h_T, and J_T is the step that made it.",
        ),
        Misconception(
            lambda dh_T, J: _not_transposed(dh_T, J.flip(0)),
            "You built J_T ... J_1 and let it act on dh_T as on a column. A gradient stands on the left of this "
            "product, as a row: dh_T @ product.",
        ),
        Misconception(
            lambda dh_T, J: J.sum(0).T @ dh_T,
            "You added the Jacobians. One step after another is a product.",
        ),
        Misconception(
            lambda dh_T, J: J.prod(0).T @ dh_T,
            "`prod` multiplies entry by entry. One step after another is a product of matrices.",
        ),
        Misconception(
            lambda dh_T, J: J[0].T @ dh_T,
            "Only the first step is in it.",
        ),
    ],
    hints=[
        "For one step: dL/dh_0 = dL/dh_1 J_1, with rows; as columns, the transpose of J_1 times dL/dh_1.",
        "In which order does an error that comes from the end meet the steps?",
        "A loop over `reversed(J)` and one product in it.",
    ],
)

# 7.3


def bound(U, g, n):
    steepest = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0}[g]
    return (steepest * torch.linalg.matrix_norm(U, ord=2)) ** n


def _cases_7_3(generator: Generator) -> Iterator[tuple]:
    for H, g, n in [(2, "tanh", 3), (2, "sigmoid", 2), (3, "relu", 4), (3, "sigmoid", 5)]:
        yield draw(generator, H, H), g, n


def _bound_with(steepest: Callable, size: Callable) -> Callable:
    return lambda U, g, n: (steepest(g) * size(U)) ** n


def _sigma(U: Tensor) -> Tensor:
    return torch.linalg.matrix_norm(U, ord=2)


def _gamma(g: str) -> float:
    return 0.25 if g == "sigmoid" else 1.0


certain = Exercise(
    number="7.3",
    title="What is certain",
    stars=2,
    reference=bound,
    cases=[
        Case((numbers([2.0]), "tanh", 3), numbers(8.0)[0]),
        Case((numbers([2.0]), "sigmoid", 2), numbers(0.25)[0]),
        Case((numbers([0.0, 3.0], [0.0, 0.0]), "relu", 2), numbers(9.0)[0]),  # both eigenvalues are 0
        Case((numbers([3.0, 0.0], [0.0, 4.0]), "tanh", 0), numbers(1.0)[0]),
    ],
    random_cases=_cases_7_3,
    misconceptions=[
        Misconception(
            _bound_with(_gamma, lambda U: torch.linalg.eigvals(U).abs().max()),
            "You took the spectral radius. It is no bound: a matrix may stretch a vector by more than any of its "
            "eigenvalues. The bound needs the largest singular value.",
        ),
        Misconception(
            _bound_with(lambda g: 1.0, _sigma),
            "The steepest slope of the logistic sigmoid is 1/4, at 0, not 1.",
        ),
        Misconception(
            _bound_with(_gamma, torch.linalg.matrix_norm),
            "This is the Frobenius norm, the root of the sum of all squares. It is a bound, too, but a looser one "
            "than (7.2); `ord=2` gives the largest singular value.",
        ),
        Misconception(
            lambda U, g, n: _gamma(g) ** n * torch.linalg.matrix_norm(torch.linalg.matrix_power(U, n), ord=2),
            "This is the norm of U's power. Between two factors U stands a Diag(g') that may differ from step to step, "
            "so only the product of the norms is certain.",
        ),
        Misconception(
            _bound_with(lambda g: 0.5 if g == "sigmoid" else 1.0, _sigma),
            "At 0 the logistic sigmoid has the value 1/2. Its slope there is 1/4.",
        ),
        Misconception(
            lambda U, g, n: n * _gamma(g) * _sigma(U),
            "Step after step multiplies: the bound of one step to the power n, not n times it.",
        ),
        Misconception(
            lambda U, g, n: _gamma(g) * _sigma(U) ** n,
            "The slope is met at every step, so it, too, comes to the power n.",
        ),
        Misconception(
            _bound_with(_gamma, lambda U: U.abs().max()),
            "The largest entry is no bound: several entries can work together. Take the largest singular value.",
        ),
    ],
    hints=[
        "By how much can one step, Diag(g'(z)) U, stretch a vector at most?",
        "The largest singular value of U is `torch.linalg.matrix_norm(U, ord=2)`.",
        "The steepest slopes: 1 for tanh and relu, 1/4 for the logistic sigmoid.",
    ],
)

# 7.4


def grows_first():
    return torch.tensor([[0.8, 100.0], [0.0, 0.8]])  # both eigenvalues are .8; the corner feeds one unit to the other


def _radius_and_growth(answer: Callable, asked: str) -> bool:
    """Whether what is asked of the matrix holds: a small spectral radius, or a power that stretches by a hundred."""
    U = torch.as_tensor(answer(), dtype=torch.float64)
    if U.shape != (2, 2):
        raise ValueError(f"return a matrix of shape (2, 2), got {tuple(U.shape)}")
    if asked == _SMALL:
        return bool(torch.linalg.eigvals(U).abs().max() <= 0.8 + 1e-6)
    powers = torch.stack([torch.linalg.matrix_power(U, n) for n in range(1, 200)])
    return bool(torch.linalg.matrix_norm(powers, ord=2).max() > 100)


_SMALL, _LARGE = "spectral radius .8 or less", "some power stretches more than a hundredfold"


def _cases_7_4(generator: Generator) -> Iterator[tuple]:
    yield (_LARGE,)


non_normal = Exercise(
    number="7.4",
    title="Small radius, large growth",
    stars=2,
    reference=grows_first,
    call=_radius_and_growth,
    cases=[Case((_SMALL,), True), Case((_LARGE,), True)],
    random_cases=_cases_7_4,
    misconceptions=[
        Misconception(
            lambda: numbers([1.1, 0.0], [0.0, 0.8]),
            "The spectral radius is above .8. In a triangular matrix the eigenvalues are the diagonal entries; with "
            "both corners filled they can be far from these. One corner can be as large as you like.",
        ),
        Misconception(
            lambda: numbers([0.8, 0.0], [0.0, 0.8]),
            "The radius is small enough, but no power stretches a hundredfold. Of matrices with orthogonal "
            "eigenvectors (diagonal and symmetric ones, rotations) none can; of others the off-diagonal must be large.",
        ),
        Misconception(
            lambda: numbers([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
            "The matrix has two rows and two columns.",
        ),
    ],
    hints=[
        "For a triangular matrix the eigenvalues stand on the diagonal.",
        "With .8 on the diagonal and m in the corner, the corner of the n-th power is n m .8^(n-1). How large is that "
        "at its highest?",
    ],
)

# 7.5


def reach_of(run, x):
    x = x.detach().clone().requires_grad_()
    (dx,) = torch.autograd.grad(run(x), x)
    return dx[0].norm() / dx[-1].norm()


def _weighted_sum(x: Tensor) -> Tensor:
    """A loss whose gradient can be read off: 3 at the first input, 5 at the others."""
    return 3 * x[0, 0] + 5 * x[1:, -1].sum()


def _small_network(x: Tensor) -> Tensor:
    """A tanh network with fixed weights, and the sum of its last state as the loss."""
    D = x.shape[1]
    V = torch.linspace(-1, 1, 3 * D, dtype=x.dtype).reshape(3, D)
    U = torch.linspace(-0.9, 0.8, 9, dtype=x.dtype).reshape(3, 3)
    h = torch.zeros(3, dtype=x.dtype)
    for x_t in x:
        h = torch.tanh(V @ x_t + U @ h)
    return h.square().sum()


def _gradient_at(run: Callable, x: Tensor) -> Tensor:
    return torch.autograd.grad(run(x := x.detach().clone().requires_grad_()), x)[0]


def _cases_7_5(generator: Generator) -> Iterator[tuple]:
    for T, D in [(2, 2), (3, 1), (6, 2)]:
        yield _small_network, draw(generator, T, D)


def _ratio(of: Callable) -> Callable:
    return lambda run, x: of(_gradient_at(run, x))


reach = Exercise(
    number="7.5",
    title="Reach",
    stars=2,
    reference=reach_of,
    cases=[
        Case((_weighted_sum, numbers([1.0, 2.0], [0.0, 1.0])), numbers(0.6)[0]),
        Case((_weighted_sum, numbers([1.0, 2.0], [0.0, 1.0], [4.0, 4.0])), numbers(0.6)[0]),
    ],
    random_cases=_cases_7_5,
    misconceptions=[
        Misconception(
            _ratio(lambda dx: dx[-1].norm() / dx[0].norm()),
            "Upside down: the loss is near the last input, so that one is the measure for the first.",
        ),
        Misconception(
            _ratio(lambda dx: dx[0].norm() / dx.norm()),
            "You compared with the whole gradient. Its norm depends on how many steps there are; compare with the last "
            "input's.",
        ),
        Misconception(
            _ratio(lambda dx: dx[0].sum() / dx[-1].sum()),
            "You added the entries. They can cancel; the length of a vector is its norm.",
        ),
        Misconception(
            _ratio(lambda dx: dx[0].norm()),
            "This is how much arrives at the first input, in the units of the loss. As a part of what is at the last "
            "input it can be compared between networks.",
        ),
        Misconception(
            _ratio(lambda dx: dx[:, 0].norm() / dx[:, -1].norm()),
            "You compared columns, entries of the inputs. Time is the first axis of x.",
        ),
        Misconception(
            lambda run, x: x[0].norm() / x[-1].norm(),
            "These are the lengths of the inputs themselves. Asked for is the gradient of the loss at them.",
        ),
    ],
    hints=[
        "The lesson's `reach` does it for a batch. What changes for one sequence?",
        "Take a copy of x that asks for gradients: `x.detach().clone().requires_grad_()`.",
        "`torch.autograd.grad(run(x), x)` gives a tuple with one tensor, shaped like x.",
    ],
)

# 7.6


def factor_per_step(dh_T, J):
    dh, log = dh_T / dh_T.norm(), 0.0
    for J_t in reversed(J):
        dh = J_t.T @ dh
        log += dh.norm().log()  # by how much this step changed the length ...
        dh = dh / dh.norm()  # ... and back to length 1, so that nothing under- or overflows
    return (log / len(J)).exp()


def _cases_7_6(generator: Generator) -> Iterator[tuple]:
    for T, H, scale in [(3, 2, 1.0), (10, 3, 0.5), (2000, 2, 0.4), (2000, 2, 4.0)]:
        yield draw(generator, H), scale * draw(generator, T, H, H)


def _step_factors(dh: Tensor, J: Tensor) -> Tensor:
    factors = []
    for J_t in reversed(J):
        after = J_t.T @ dh
        factors.append(after.norm() / dh.norm())
        dh = after / after.norm()
    return torch.stack(factors)


rate = Exercise(
    number="7.6",
    title="The factor per step",
    stars=3,
    reference=factor_per_step,
    cases=[
        Case((numbers(2.0), numbers([[0.5]])), numbers(0.5)[0]),
        Case((numbers(3.0), numbers([[2.0]], [[8.0]])), numbers(4.0)[0]),  # the root of 16
        # the last step turns (1, 0) into (0, 1), and the first stretches that ninefold
        Case((numbers(1.0, 0.0), numbers([[4.0, 0.0], [0.0, 9.0]], [[0.0, 1.0], [1.0, 0.0]])), numbers(3.0)[0]),
        Case((numbers(1.0), torch.full((3000, 1, 1), 0.5, dtype=torch.float64)), numbers(0.5)[0]),
    ],
    random_cases=_cases_7_6,
    misconceptions=[
        Misconception(
            lambda dh_T, J: (carry_back(dh_T, J).norm() / dh_T.norm()) ** (1 / len(J)),
            "The formula is right, but over thousands of steps the gradient underflows to 0 or overflows. Keep its "
            "length near 1: after each step note by how much it changed, and divide it out.",
        ),
        Misconception(
            lambda dh_T, J: carry_back(dh_T, J).norm() / dh_T.norm(),
            "This is the factor of the whole way. The factor per step is its T-th root.",
        ),
        Misconception(
            lambda dh_T, J: _step_factors(dh_T, J).mean(),
            "You took the arithmetic mean of the steps' factors. Factors multiply, so their mean is the geometric "
            "one: average the logarithms.",
        ),
        Misconception(
            lambda dh_T, J: torch.linalg.matrix_norm(J, ord=2).log().mean().exp(),
            "This is the bound of each step, averaged. The gradient need not lie in the direction that a step "
            "stretches most.",
        ),
        Misconception(
            lambda dh_T, J: torch.linalg.eigvals(J).abs().amax(-1).log().mean().exp(),
            "You averaged spectral radii. They say what powers of one matrix do in the long run; here each step has "
            "its own, and follows another.",
        ),
        Misconception(
            lambda dh_T, J: factor_per_step(dh_T, J.flip(0)),
            "You began with the first step. The gradient starts at h_T, so it meets the last Jacobian first.",
        ),
        Misconception(
            lambda dh_T, J: _step_factors(dh_T, J).prod() ** (1 / len(J)),
            "You kept the gradient short, but multiplied the factors: their product under- or overflows as well. Add "
            "their logarithms.",
        ),
        Misconception(
            lambda dh_T, J: factor_per_step(dh_T, J) * dh_T.norm() ** (1 / len(J)),
            "Your first factor includes the length of dh_T itself. Bring it to length 1 before the first step.",
        ),
        Misconception(
            lambda dh_T, J: factor_per_step(dh_T, J.transpose(1, 2)),
            "You multiplied with J itself. A gradient goes back with the transpose, or as a row, dh @ J.",
        ),
        Misconception(
            lambda dh_T, J: _step_factors(dh_T, J).log().sum().exp() ** (1 / (len(J) + 1)),
            "There are T steps from h_T to h_0, so it is the T-th root.",
        ),
    ],
    hints=[
        "A product of thousands of factors leaves the range of numbers; the sum of their logarithms doesn't.",
        "Before each step bring the gradient to length 1. Its length after the step is the step's factor.",
        "The mean factor is the exponential of the mean logarithm.",
    ],
)

EXERCISES = [step_jacobian, carry, certain, non_normal, reach, rate]
