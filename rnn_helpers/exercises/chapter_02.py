"""The exercises of chapter 2, backpropagation through time.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 2.1


def dL_dW(h, dy):
    return dy.T @ h  # the sum over t of the outer products dy_t h_t^T


def _cases_2_1(generator: Generator) -> Iterator[tuple]:
    for T, H, K in [(1, 2, 2), (2, 3, 2), (5, 4, 3)]:
        yield draw(generator, T, H), draw(generator, T, K)


read_out = Exercise(
    number="2.1",
    title="The read-out",
    stars=1,
    reference=dL_dW,
    cases=[
        Case((numbers([3.0]), numbers([2.0])), numbers([6.0])),
        Case((numbers([1.0, 2.0]), numbers([3.0, 5.0])), numbers([3.0, 6.0], [5.0, 10.0])),
        Case((numbers([1.0], [10.0]), numbers([2.0], [3.0])), numbers([32.0])),
    ],
    random_cases=_cases_2_1,
    misconceptions=[
        Misconception(
            lambda h, dy: h.T @ dy,
            "This is the transpose. W maps a state (H) to outputs (K), so W and its gradient have shape (K, H).",
        ),
        Misconception(
            lambda h, dy: dy.T @ h / len(h),
            "You averaged over time. The loss is a sum over the steps, so the gradient is a sum, too.",
        ),
        Misconception(
            lambda h, dy: torch.outer(dy[-1], h[-1]),
            "Only the last step is in it. W is used at every step, and each use adds its part.",
        ),
        Misconception(
            lambda h, dy: torch.outer(dy.sum(0), h.sum(0)),
            "You added up over time first and multiplied then. Each dy belongs to the state of its own step: multiply, "
            "then add.",
        ),
        Misconception(
            lambda h, dy: dy.T @ h[1:],
            "You left out the first row of h. In the lesson's `backward` that row is h_0; here h begins with h_1.",
        ),
    ],
    hints=[
        "Write down one step first: how does L_t change when the entry W_ij moves a little?",
        "For one step it is the outer product of `dy[t]` (K) and `h[t]` (H). Then add over the steps.",
        "A sum over t of outer products is one matrix product.",
    ],
)

# 2.2


def step_back(dh_direct, dz_next, U, h_t):
    dh = dh_direct + U.T @ dz_next  # what h_t did to its own output, and to the next step
    return (1 - h_t**2) * dh  # tanh'(z_t), written with h_t = tanh(z_t)


def _cases_2_2(generator: Generator) -> Iterator[tuple]:
    for H in (2, 2, 5):
        U, h_t = draw(generator, H, H), torch.tanh(draw(generator, H))
        yield draw(generator, H), draw(generator, H), U, h_t


one_step = Exercise(
    number="2.2",
    title="One step back",
    stars=2,
    reference=step_back,
    cases=[
        Case(
            (numbers(1.0, 1.0), numbers(1.0, 0.0), numbers([0.0, 2.0], [0.0, 0.0]), numbers(0.5, 0.0)),
            numbers(0.75, 3.0),
        ),
    ],
    random_cases=_cases_2_2,
    misconceptions=[
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t**2) * (dh_direct + U @ dz_next),
            "You went back with U, the way the state came. Errors travel against the arrows: the weight from unit j to "
            "unit i carries the error of i back to j, which is the transpose.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - torch.tanh(h_t) ** 2) * (dh_direct + U.T @ dz_next),
            "Your slope takes the tanh a second time. h_t is tanh(z_t) already, so tanh'(z_t) is 1 - h_t^2.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t**2) * (U.T @ dz_next),
            "The state's own output is missing: h_t is to blame for it as well as for the next step.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t**2) * dh_direct,
            "Nothing comes back from the next step: dz_next is not in it.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: dh_direct + U.T @ dz_next,
            "This is dL/dh_t. One factor is missing on the way to z_t: the slope of the tanh.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t**2) * dh_direct + U.T @ dz_next,
            "Only the direct part went through the tanh. All that reaches h_t has to pass it on the way to z_t.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: dh_direct + (1 - h_t**2) * (U.T @ dz_next),
            "Only the part from the next step went through the tanh. All that reaches h_t has to pass it on the way "
            "to z_t.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t**2) * (dh_direct + U * dz_next),
            "U * dz_next multiplies entry by entry and gives a matrix. Each unit gets errors from all units of the "
            "next step: a product of a matrix and a vector, with @.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: h_t * (1 - h_t) * (dh_direct + U.T @ dz_next),
            "h (1 - h) is the slope of the logistic sigmoid. The slope of the tanh is 1 - h^2.",
        ),
        Misconception(
            lambda dh_direct, dz_next, U, h_t: (1 - h_t) * (dh_direct + U.T @ dz_next),
            "The slope of the tanh is 1 - h^2; the square is missing.",
        ),
    ],
    hints=[
        "Two arrows leave h_t: to its output and to z_{t+1}. What comes back along each?",
        "What comes back from z_{t+1} is `U.T @ dz_next`.",
        "From h_t to z_t there is the slope of the tanh, `1 - h_t**2`, entry by entry.",
    ],
)

# 2.3


def total_derivative(u, x):
    h = dh_du = torch.zeros_like(u)
    for x_t in x:
        h_before, h = h, torch.tanh(u * h + x_t)
        dh_du = (1 - h**2) * (h_before + u * dh_du)  # the use of u now, and all its uses before
    return dh_du


def _states(u: Tensor, x: Tensor) -> list[Tensor]:
    h = [torch.zeros_like(u)]
    for x_t in x:
        h.append(torch.tanh(u * h[-1] + x_t))
    return h


def _with_slope_of_before(u: Tensor, x: Tensor) -> Tensor:
    h, dh_du = _states(u, x), torch.zeros_like(u)
    for h_before in h[:-1]:
        dh_du = (1 - h_before**2) * (h_before + u * dh_du)
    return dh_du


def _derivative(u: Tensor, x: Tensor, carry: Callable, now: Callable, start: float = 0.0) -> Tensor:
    h, dh_du = torch.zeros_like(u), torch.full_like(u, start)
    for x_t in x:
        h_before, h = h, torch.tanh(u * h + x_t)
        slope = 1 - h**2
        dh_du = now(slope, h_before, h) + carry(slope, u, dh_du)
    return dh_du


_H1, _H2, _H3 = math.tanh(1), math.tanh(math.tanh(1)), math.tanh(math.tanh(math.tanh(1)))
_H3_OF_U_1 = (1 - _H3**2) * (_H2 + (1 - _H2**2) * _H1)  # u = 1, x = (1, 0, 0): two uses of u that matter


def _cases_2_3(generator: Generator) -> Iterator[tuple]:
    for T in (2, 3, 4, 8):
        yield draw(generator, 1)[0], draw(generator, T)


missing_sum = Exercise(
    number="2.3",
    title="The missing sum",
    stars=2,
    reference=total_derivative,
    cases=[
        Case((numbers(0.5)[0], numbers(0.3)), numbers(0.0)[0]),  # h_1 = tanh(x_1) does not know u
        Case((numbers(0.0)[0], numbers(1.0, 0.0)), numbers(math.tanh(1))[0]),  # at u = 0: h_2' = h_1
        Case((numbers(0.0)[0], numbers(1.0, 0.0, 0.0)), numbers(0.0)[0]),  # the way to h_3 leads through u
        Case((numbers(1.0)[0], numbers(1.0, 0.0, 0.0)), numbers(_H3_OF_U_1)[0]),
    ],
    random_cases=_cases_2_3,
    misconceptions=[
        Misconception(
            lambda u, x: _derivative(u, x, lambda slope, u, before: 0, lambda slope, h_before, h: slope * h_before),
            "This is the immediate derivative: it holds h_{T-1} still. But h_{T-1} was made with u, too.",
        ),
        Misconception(
            lambda u, x: _derivative(
                u, x, lambda slope, u, before: u * before, lambda slope, h_before, h: slope * h_before
            ),
            "The part from earlier steps did not pass the tanh: at each step it is multiplied by u and by the slope.",
        ),
        Misconception(
            lambda u, x: _derivative(
                u, x, lambda slope, u, before: before, lambda slope, h_before, h: slope * h_before
            ),
            "You added the immediate derivatives of all steps as they are. An earlier one has to travel to h_T first: "
            "through u and the slope of each step on its way.",
        ),
        Misconception(
            lambda u, x: _derivative(
                u, x, lambda slope, u, before: slope * before, lambda slope, h_before, h: slope * h_before
            ),
            "On its way to the next step, a change of the state is also multiplied by u.",
        ),
        Misconception(
            lambda u, x: _derivative(
                u, x, lambda slope, u, before: slope * u * before, lambda slope, h_before, h: slope * h
            ),
            "You used h_t where u is multiplied with h_{t-1}: keep the state from before the step.",
        ),
        Misconception(
            lambda u, x: _states(u, x)[-2],
            "h_{T-1} is what the puzzle's formula gave: the immediate derivative, of a unit without tanh. The slope of "
            "the tanh is missing, and all uses of u before the last.",
        ),
        Misconception(
            lambda u, x: _derivative(u, x, lambda slope, u, before: u * before, lambda slope, h_before, h: h_before),
            "The slope of the tanh is missing: everything that reaches h_t passes it, at every step.",
        ),
        Misconception(
            _with_slope_of_before,
            "Your slope is 1 - h_{t-1}^2. The step that makes h_t has the slope 1 - h_t^2.",
        ),
        Misconception(
            lambda u, x: _derivative(
                u,
                x,
                lambda slope, u, before: slope * u * before,
                lambda slope, h_before, h: slope * h_before,
                start=1.0,
            ),
            "Your derivative starts at 1. h_0 is 0 whatever u is, so its derivative is 0.",
        ),
    ],
    hints=[
        "Differentiate h_t = tanh(u h_{t-1} + x_t) with respect to u, and let h_{t-1} depend on u.",
        "With a dash for the derivative: h_t' = (1 - h_t^2) (h_{t-1} + u h_{t-1}'), a recursion beside the network.",
        "Start with h_0 = 0 and h_0' = 0, and keep the old state while you compute the new one.",
    ],
)

# 2.4


def numerical_gradient(f, theta, eps):
    gradient = torch.zeros_like(theta)
    for i in range(len(theta)):
        step = torch.zeros_like(theta)
        step[i] = eps
        gradient[i] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return gradient


def _product(theta: Tensor) -> Tensor:
    """A function with a different slope in every direction."""
    return (theta * torch.arange(1, len(theta) + 1, dtype=theta.dtype)).sin().prod() + (theta**3).sum()


def _square(theta: Tensor) -> Tensor:
    return (theta**2).sum()


def _cubes(theta: Tensor) -> Tensor:
    return (theta**3).sum()


def _cases_2_4(generator: Generator) -> Iterator[tuple]:
    for N in (1, 2, 4):
        yield _product, draw(generator, N), 0.01


def _with_step(theta: Tensor, i: int, eps: float) -> Tensor:
    step = torch.zeros_like(theta)
    step[i] = eps
    return step


gradient_check = Exercise(
    number="2.4",
    title="Trust no gradient",
    stars=2,
    reference=numerical_gradient,
    cases=[
        Case((_square, numbers(3.0), 0.5), numbers(6.0)),
        Case((_cubes, numbers(1.0), 0.5), numbers(3.25)),  # (1.5^3 - 0.5^3) / 1
        Case((_square, numbers(1.0, 2.0), 0.5), numbers(2.0, 4.0)),
    ],
    random_cases=_cases_2_4,
    misconceptions=[
        Misconception(
            lambda f, theta, eps: torch.stack(
                [(f(theta + _with_step(theta, i, eps)) - f(theta)) / eps for i in range(len(theta))]
            ),
            "This is the forward difference, from theta to theta + eps. It errs by eps; the central one, from "
            "theta - eps to theta + eps, by eps squared.",
        ),
        Misconception(
            lambda f, theta, eps: 2 * numerical_gradient(f, theta, eps),
            "Twice too large: from theta - eps to theta + eps the distance is 2 eps.",
        ),
        Misconception(
            lambda f, theta, eps: torch.full_like(theta, ((f(theta + eps) - f(theta - eps)) / (2 * eps)).item()),
            "All entries moved at once. For the derivative with respect to one entry, move that one alone.",
        ),
        Misconception(
            lambda f, theta, eps: numerical_gradient(f, theta, eps / 2),
            "You stepped by eps / 2 to either side. That is a fine derivative, but of another step size: go eps to "
            "either side and divide by 2 eps.",
        ),
        Misconception(
            lambda f, theta, eps: torch.stack(
                [(f(theta) - f(theta - _with_step(theta, i, eps))) / eps for i in range(len(theta))]
            ),
            "This is the backward difference, from theta - eps to theta. Go to both sides, which errs by only "
            "eps squared.",
        ),
        Misconception(
            lambda f, theta, eps: numerical_gradient(f, theta, eps) * eps**2,
            "`/ 2 * eps` divides by 2 and then multiplies by eps. Write `/ (2 * eps)`.",
        ),
        Misconception(
            lambda f, theta, eps: torch.zeros_like(theta),
            "Both values of f are the same. If you wrote `up = down = theta`, these are two names of one tensor: "
            "clone it.",
        ),
        Misconception(
            lambda f, theta, eps: torch.func.grad(f)(theta),
            "This is the exact derivative. Asked for are the differences, which are off by eps squared: they are the "
            "check, so they must not rest on autograd.",
        ),
    ],
    hints=[
        "One entry of the gradient needs two calls of `f`.",
        "Make a vector of zeros with `eps` at place `i`; add it, and subtract it.",
        "Divide by the distance between the two points, `2 * eps`. Don't write into `theta` itself.",
    ],
)

# 2.5


def truncated_gradient(u, x, w):
    h = dh_du = gradient = torch.zeros_like(u)
    for t, x_t in enumerate(x):
        if t % w == 0:
            dh_du = torch.zeros_like(u)  # a new window: the value of h stays, its history is forgotten
        dh_du = h + u * dh_du
        h = u * h + x_t
        gradient = gradient + dh_du
    return gradient


def _last_loss(u: Tensor, x: Tensor, w: int) -> Tensor:
    """The part of the gradient that comes from the loss of the last step."""
    return truncated_gradient(u, x, w) - truncated_gradient(u, x[:-1], w)


def _zero_at_borders(u: Tensor, x: Tensor, w: int) -> Tensor:
    h = dh_du = gradient = torch.zeros_like(u)
    for t, x_t in enumerate(x):
        dh_du = torch.zeros_like(u) if t % w == 0 else h + u * dh_du
        h = u * h + x_t
        gradient = gradient + dh_du
    return gradient


def _sliding(u: Tensor, x: Tensor, w: int) -> Tensor:
    states = [torch.zeros_like(u)]
    for x_t in x:
        states.append(u * states[-1] + x_t)
    return sum(
        (u**back * states[t - back] for t in range(len(x)) for back in range(min(w, t + 1))),
        torch.zeros_like(u),
    )


def _cases_2_5(generator: Generator) -> Iterator[tuple]:
    for T, w in [(3, 2), (4, 2), (4, 3), (7, 3), (6, 1), (4, 6)]:
        yield draw(generator, 1)[0], draw(generator, T), w


truncation = Exercise(
    number="2.5",
    title="Truncate",
    stars=3,
    reference=truncated_gradient,
    cases=[
        Case((numbers(2.0)[0], numbers(1.0, 0.0), 2), numbers(1.0)[0]),  # h = 1, u: dL/du = 1
        # h = 1, u, u^2: in full 1 + 2u = 5; in windows of 2 the third step sees only its own use of u: 1 + h_2 = 3
        Case((numbers(2.0)[0], numbers(1.0, 0.0, 0.0), 2), numbers(3.0)[0]),
    ],
    random_cases=_cases_2_5,
    misconceptions=[
        Misconception(
            lambda u, x, w: truncated_gradient(u, x, len(x)),
            "This is the full gradient: nothing is cut. At the start of each window the derivative of the state is 0.",
        ),
        Misconception(
            lambda u, x, w: sum(truncated_gradient(u, window, w) for window in x.split(w)),
            "You started each window from the state 0. Truncation forgets how the state came about, not its value.",
        ),
        Misconception(
            lambda u, x, w: truncated_gradient(u, x, 1),
            "You cut before every step: the immediate derivative. Within a window the error goes all the way back.",
        ),
        Misconception(
            _sliding,
            "Each step looked back over exactly w steps. That is another truncation, and a dearer one; with windows, a "
            "step sees back to the start of its own window only.",
        ),
        Misconception(
            lambda u, x, w: sum(_last_loss(u, x[:end], w) for end in [*range(w, len(x), w), len(x)]),
            "Only the last loss of each window is in it. The loss is a sum over all steps.",
        ),
        Misconception(
            _zero_at_borders,
            "At the first step of a window your derivative is 0. But that step still uses u once: only what came "
            "before is forgotten, so there the derivative is h_{t-1}.",
        ),
        Misconception(
            _last_loss,
            "Only the last loss of all is in it. The loss is a sum over all steps.",
        ),
        Misconception(
            lambda u, x, w: truncated_gradient(u, x[: len(x) // w * w], w),
            "You left out the last window, which is shorter than the others.",
        ),
    ],
    hints=[
        "Carry two numbers from step to step: the state, and its derivative with respect to u.",
        "Without windows, and with a dash for the derivative: h_t' = h_{t-1} + u h_{t-1}'. Add it up over all t.",
        "At the start of each window, before its first step, one of the two numbers is set to 0. Which?",
    ],
)

EXERCISES = [read_out, one_step, missing_sum, gradient_check, truncation]
