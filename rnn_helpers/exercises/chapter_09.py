"""The exercises of chapter 9, the gated recurrent unit.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor, sigmoid, tanh

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception


def _step(x: Tensor, h: Tensor, theta: tuple) -> Tensor:
    """One step of (9.6), with which answers that return parameters are tried."""
    V_r, U_r, b_r, V_u, U_u, b_u, V, U, b = theta
    r, u = sigmoid(V_r @ x + U_r @ h + b_r), sigmoid(V_u @ x + U_u @ h + b_u)
    return u * tanh(V @ x + U @ (r * h) + b) + (1 - u) * h


_LN3 = math.log(3)  # sigma(ln 3) = 3/4, tanh(ln(3) / 2) = 1/2

# 9.1


def gru_size(D, H):
    return 3 * (H * D + H * H + H)  # V, U and b for each of two gates and the candidate


def _cases_9_1(generator: Generator) -> Iterator[tuple]:
    for _ in range(4):
        yield tuple(torch.randint(2, 20, (2,), generator=generator).tolist())


parameter_count = Exercise(
    number="9.1",
    title="Count the parameters",
    stars=1,
    reference=gru_size,
    cases=[Case((1, 1), 9), Case((2, 1), 12), Case((5, 8), 336)],
    random_cases=_cases_9_1,
    misconceptions=[
        Misconception(
            lambda D, H: H * D + H * H + H,
            "This is an Elman network. A GRU has V, U and b for each of its two gates, too.",
        ),
        Misconception(
            lambda D, H: 2 * (H * D + H * H + H),
            "Only two of the three are counted: reset gate, update gate and candidate each have V, U and b of their "
            "own.",
        ),
        Misconception(
            lambda D, H: 3 * (H * D + H * H),
            "The biases are missing: H for each gate and for the candidate.",
        ),
        Misconception(
            lambda D, H: 3 * (H * D + H * H + 2 * H),
            "This is torch.nn.GRU, which has two biases everywhere. Equation (9.6) has one.",
        ),
        Misconception(
            lambda D, H: 3 * (H * D + H * H + H) + H,
            "The extra H is d, the inner bias of the form with the reset gate after the product. (9.6) has none.",
        ),
        Misconception(
            lambda D, H: 4 * (H * D + H * H + H),
            "Four blocks make an LSTM, the unit of the next chapter. A GRU has two gates and a candidate.",
        ),
        Misconception(
            lambda D, H: 3 * (H * D + D * D + H),
            "U maps a state (H) to a state, so its shape is (H, H).",
        ),
    ],
    hints=[
        "Which matrices and vectors stand in (9.6), and of what shape?",
        "Three lines of (9.6) have parameters, each a V (H, D), a U (H, H) and a b (H).",
    ],
)

# 9.2


def torch_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    r_x, z_x, n_x = (weight_ih @ x + bias_ih).chunk(3)
    r_h, z_h, n_h = (weight_hh @ h + bias_hh).chunk(3)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    candidate = torch.tanh(n_x + r * n_h)  # after the product, and over its bias, too
    return (1 - z) * candidate + z * h


def _torch_parts(x: Tensor, h: Tensor, theta: tuple) -> tuple[Tensor, ...]:
    weight_ih, weight_hh, bias_ih, bias_hh = theta
    r_x, z_x, n_x = (weight_ih @ x + bias_ih).chunk(3)
    r_h, z_h, n_h = (weight_hh @ h + bias_hh).chunk(3)
    return sigmoid(r_x + r_h), sigmoid(z_x + z_h), n_x, n_h


def _keep_is_take(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    r, z, n_x, n_h = _torch_parts(x, h, theta)
    return z * tanh(n_x + r * n_h) + (1 - z) * h


def _bias_outside(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    r, z, n_x, n_h = _torch_parts(x, h, theta)
    inner = theta[3].chunk(3)[2]
    return (1 - z) * tanh(n_x + inner + r * (n_h - inner)) + z * h


def _reset_before(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    r, z, n_x, _ = _torch_parts(x, h, theta)
    return (1 - z) * tanh(n_x + theta[1].chunk(3)[2] @ (r * h) + theta[3].chunk(3)[2]) + z * h


def _torch_without_reset(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    _, z, n_x, n_h = _torch_parts(x, h, theta)
    return (1 - z) * tanh(n_x + n_h) + z * h


def _reset_all(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    r, z, n_x, n_h = _torch_parts(x, h, theta)
    return (1 - z) * tanh(r * (n_x + n_h)) + z * h


def _the_book_s_step(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    r, u, n_x, _ = _torch_parts(x, h, theta)
    return u * tanh(n_x + theta[1].chunk(3)[2] @ (r * h) + theta[3].chunk(3)[2]) + (1 - u) * h


def _reordered(x: Tensor, h: Tensor, *theta: Tensor) -> Tensor:
    swapped = [torch.cat([part.chunk(3)[i] for i in (1, 0, 2)]) for part in theta]
    return torch_step(x, h, *swapped)


def _cases_9_2(generator: Generator) -> Iterator[tuple]:
    for D, H in [(1, 2), (2, 3), (3, 4)]:
        parameters = [draw(generator, 3 * H, D), draw(generator, 3 * H, H)]
        yield draw(generator, D), draw(generator, H), *parameters, *draw(generator, 2, 3 * H)


pytorch_step = Exercise(
    number="9.2",
    title="PyTorch's step",
    stars=2,
    reference=torch_step,
    cases=[
        # z = sigma(ln 3) = 3/4, candidate = tanh(ln(3) / 2) = 1/2: 1/8 + 3/4
        Case(
            (
                numbers(1.0),
                numbers(1.0),
                numbers([0.0], [0.0], [_LN3 / 2]),
                numbers([0.0], [_LN3], [0.0]),
                numbers(0.0, 0.0, 0.0),
                numbers(0.0, 0.0, 0.0),
            ),
            numbers(0.875),
        ),
        # r = 1/2 halves the inner bias ln 3: candidate = tanh(ln(3) / 2) = 1/2, z = 1/2
        Case(
            (
                numbers(0.0),
                numbers(0.0),
                numbers([0.0], [0.0], [0.0]),
                numbers([0.0], [0.0], [0.0]),
                numbers(0.0, 0.0, 0.0),
                numbers(0.0, 0.0, _LN3),
            ),
            numbers(0.25),
        ),
    ],
    random_cases=_cases_9_2,
    misconceptions=[
        Misconception(
            _keep_is_take,
            "You read z as our u. PyTorch's z keeps the old state where it is 1: z h + (1 - z) candidate.",
        ),
        Misconception(
            _bias_outside,
            "The inner bias stands outside of the reset gate. In the candidate the gate multiplies the whole of "
            "weight_hh h + bias_hh.",
        ),
        Misconception(
            _reset_before,
            "Your reset gate multiplies the state before the product, as (9.6) does. PyTorch multiplies after it.",
        ),
        Misconception(
            _the_book_s_step,
            "This is (9.6) as it stands. PyTorch differs in two places: its z keeps the old state, and its reset gate "
            "multiplies after the product.",
        ),
        Misconception(
            _reset_all,
            "Your reset gate multiplies the part of the input, too. Only what comes from the state is reset.",
        ),
        Misconception(
            _reordered,
            "The gates have changed places: the rows are r, then z, then the candidate.",
        ),
        Misconception(
            lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: torch_step(
                x, h, weight_ih, weight_hh, bias_ih, torch.zeros_like(bias_hh)
            ),
            "bias_hh is missing: PyTorch has two biases for each row.",
        ),
        Misconception(
            _torch_without_reset,
            "The reset gate is not in the candidate.",
        ),
    ],
    hints=[
        "It is (9.7), with z = 1 - u for the update gate.",
        "Compute `weight_ih @ x + bias_ih` and `weight_hh @ h + bias_hh`, and take each apart with `.chunk(3)`.",
        "For the gates the two parts are added up. For the candidate the second is multiplied by r first.",
    ],
)

# 9.3


def bias_to_keep(part, n):
    kept = part ** (1 / n)  # in one step: 1 - u
    return math.log((1 - kept) / kept)  # u = 1 - kept, and the logistic function undone


def _cases_9_3(generator: Generator) -> Iterator[tuple]:
    for n in (1, 5, 30, 100):
        yield torch.rand(1, generator=generator).item() * 0.8 + 0.1, n


keep_it = Exercise(
    number="9.3",
    title="Keep it",
    stars=2,
    reference=bias_to_keep,
    cases=[
        Case((0.5, 1), 0.0),
        Case((0.25, 1), math.log(3)),  # u = 3/4
        Case((0.5625, 2), -math.log(3)),  # 3/4 a step, u = 1/4
    ],
    random_cases=_cases_9_3,
    misconceptions=[
        Misconception(
            lambda part, n: -bias_to_keep(part, n),
            "This is the bias of PyTorch's z, which keeps. Our u takes, so it has the other sign: the longer it is to "
            "be kept, the lower.",
        ),
        Misconception(
            lambda part, n: math.log((1 - part) / part),
            "This leaves `part` after one step. Over n steps the factors multiply.",
        ),
        Misconception(
            lambda part, n: -math.log(n),
            "This is the rule of thumb, which leaves about 1/e. Here `part` says how much shall be left.",
        ),
        Misconception(
            lambda part, n: math.log((1 - part) / n / (1 - (1 - part) / n)),
            "You divided the loss by n. Each step takes its part of what is left, not of what was there at first: "
            "(1 - u) to the power of n.",
        ),
        Misconception(
            lambda part, n: math.log(-math.log(part) / n),
            "You took (1 - u) ** n for exp(-n u), which holds for small u. It shall be exact: the n-th root of part.",
        ),
        Misconception(
            lambda part, n: math.log(1 - part ** (1 / n)),
            "You solved exp(b_u) = u, which is nearly right for small u. The logistic function is undone by "
            "log(u / (1 - u)).",
        ),
        Misconception(
            lambda part, n: 1 - part ** (1 / n),
            "This is u itself. The bias is what the logistic function turns into u.",
        ),
        Misconception(
            lambda part, n: math.log(part ** (1 / n)),
            "A logarithm undoes an exponential. The logistic function is undone by log(u / (1 - u)).",
        ),
    ],
    hints=[
        "After one step the shortcut leaves 1 - u. After n?",
        "(1 - u) ** n = part gives u. Then sigma(b_u) = u has to be solved for b_u.",
        "The logistic function is undone by `math.log(u / (1 - u))`.",
    ],
)

# 9.4


def gru_from_elman(V, U, c):
    shut_V, shut_U = torch.zeros_like(V), torch.zeros_like(U)
    wide_open = torch.full_like(c, 40.0)  # sigma(40) is 1 to seventeen digits
    return shut_V, shut_U, wide_open, shut_V, shut_U, wide_open, V, U, c


def _states_of(answer: Callable, V: Tensor, U: Tensor, c: Tensor, x: Tensor) -> Tensor | None:
    """The states (T, H) of the GRU whose parameters the answer returns; a plain number stands for all its entries."""
    returned = answer(V, U, c)
    if returned is None:
        return None
    if not isinstance(returned, tuple | list) or len(returned) != 9:
        raise ValueError("return nine parameters: V_r, U_r, b_r, V_u, U_u, b_u, V, U, b")
    theta = [torch.as_tensor(p, dtype=torch.float64).expand_as(s) for p, s in zip(returned, (V, U, c) * 3, strict=True)]
    h, states = torch.full_like(c, 0.5), []
    for x_t in x:
        h = _step(x_t, h, tuple(theta))
        states.append(h)
    return torch.stack(states)


def _with(theta: tuple, **changed: Tensor) -> tuple:
    names = ["V_r", "U_r", "b_r", "V_u", "U_u", "b_u", "V", "U", "b"]
    return tuple(changed.get(name, value) for name, value in zip(names, theta, strict=True))


def _cases_9_4(generator: Generator) -> Iterator[tuple]:
    for D, H, T in [(1, 1, 3), (2, 3, 5), (3, 4, 8)]:
        yield draw(generator, H, D), draw(generator, H, H), draw(generator, H), draw(generator, T, D)


elman_in_disguise = Exercise(
    number="9.4",
    title="Elman in disguise",
    stars=2,
    reference=gru_from_elman,
    call=_states_of,
    cases=[
        # tanh(ln(3) / 2 + 0 * 0.5) = 1/2
        Case(
            (numbers([_LN3 / 2]), numbers([0.0]), numbers(0.0), numbers([1.0])),
            numbers([0.5]),
        ),
        # h = 1/2 is kept by U: tanh(ln(3) * 0.5) = 1/2, twice
        Case(
            (numbers([0.0]), numbers([_LN3]), numbers(0.0), numbers([1.0], [1.0])),
            numbers([0.5], [0.5]),
        ),
    ],
    random_cases=_cases_9_4,
    misconceptions=[
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_u=torch.full_like(c, -40.0)),
            "Your update gate is shut, so the state never changes. Elman's network takes the new state at every step: "
            "u = 1.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.full_like(c, -40.0)),
            "Your reset gate is shut, so the candidate never sees the old state. Elman's does: r = 1.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.zeros_like(c), b_u=torch.zeros_like(c)),
            "With all its parameters at 0 a gate is half open: sigma(0) is 1/2, not 1.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.ones_like(c), b_u=torch.ones_like(c)),
            "A bias of 1 is not a gate of 1: sigma(1) is .73. It takes a large one.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.full_like(c, 5.0), b_u=torch.full_like(c, 5.0)),
            "Nearly: sigma(5) is .993. For nine digits it takes a bias of about 30.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.full_like(c, 10.0), b_u=torch.full_like(c, 10.0)),
            "Nearly: sigma(10) is .99995. For nine digits it takes a bias of about 30.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_r=torch.zeros_like(c)),
            "Your update gate is open, your reset gate only half: the candidate sees half of the old state.",
        ),
        Misconception(
            lambda V, U, c: _with(gru_from_elman(V, U, c), b_u=torch.zeros_like(c)),
            "Your reset gate is open, your update gate only half: half of the old state stays.",
        ),
        Misconception(
            lambda V, U, c: (V, U, c) * 3,
            "You gave the gates Elman's weights, too. They shall be open whatever comes in.",
        ),
    ],
    hints=[
        "What must both gates be at every step, so that the last two lines of (9.6) become Elman's?",
        "Both gates 1: then the state is the candidate, and the candidate is Elman's unit.",
        "A gate that depends on nothing has V and U of zeros. Its bias says how far it is open; sigma(40) is as good "
        "as 1.",
    ],
)

# 9.5


def way_back(x, h, theta):
    V_r, U_r, b_r, V_u, U_u, b_u, V, U, b = theta
    r = torch.sigmoid(V_r * x + U_r * h + b_r)
    u = torch.sigmoid(V_u * x + U_u * h + b_u)
    candidate = torch.tanh(V * x + U * r * h + b)
    shortcut = 1 - u
    through_candidate = u * (1 - candidate**2) * U * (r + h * r * (1 - r) * U_r)
    through_update_gate = (candidate - h) * u * (1 - u) * U_u
    return shortcut + through_candidate + through_update_gate


def _ways(x: Tensor, h: Tensor, theta: tuple) -> dict[str, Tensor]:
    V_r, U_r, b_r, V_u, U_u, b_u, V, U, b = theta
    r, u = sigmoid(V_r * x + U_r * h + b_r), sigmoid(V_u * x + U_u * h + b_u)
    n = tanh(V * x + U * r * h + b)
    return {
        "shortcut": 1 - u,
        "candidate": u * (1 - n**2) * U * r,
        "reset": u * (1 - n**2) * U * h * r * (1 - r) * U_r,
        "update": (n - h) * u * (1 - u) * U_u,
        "update, candidate only": n * u * (1 - u) * U_u,
        "candidate, no slope": u * U * r,
        "reset, no slope": u * U * h * r * (1 - r) * U_r,
        "candidate, not taken": (1 - n**2) * U * r,
        "reset, not taken": (1 - n**2) * U * h * r * (1 - r) * U_r,
        "update, turned": (h - n) * u * (1 - u) * U_u,
        "reset, slope of tanh": u * (1 - n**2) * U * h * (1 - r**2) * U_r,
        "update, slope of tanh": (n - h) * (1 - u**2) * U_u,
        "reset, without h": u * (1 - n**2) * U * r * (1 - r) * U_r,
        "reset, without U_r": u * (1 - n**2) * U * h * r * (1 - r),
        "update, without U_u": (n - h) * u * (1 - u),
    }


def _sum_of(*names: str) -> Callable:
    def answer(x, h, theta):
        ways = _ways(x, h, theta)
        return sum(ways[name] for name in names)

    return answer


def _scalars(*values: float) -> tuple[Tensor, ...]:
    return tuple(numbers(value)[0] for value in values)


_X0, _H1, _H2 = _scalars(0.0, 1.0, 2.0)


def _cases_9_5(generator: Generator) -> Iterator[tuple]:
    for _ in range(6):
        x, h, *theta = (entry.clone() for entry in draw(generator, 11))
        yield x, h, tuple(theta)


whole_way_back = Exercise(
    number="9.5",
    title="The whole way back",
    stars=2,
    reference=way_back,
    cases=[
        # all zero: u = 1/2, and nothing but the shortcut
        Case((_X0, _H1, _scalars(*[0.0] * 9)), numbers(0.5)[0]),
        # U = 1 at h = 0: 1/2 + u (1 - 0) U r = 1/2 + 1/4
        Case((_X0, _X0, _scalars(0, 0, 0, 0, 0, 0, 0, 1, 0)), numbers(0.75)[0]),
        # U_u = 1 at h = 0, candidate 1/2: 1/2 + 1/2 * 1/4
        Case((_X0, _X0, _scalars(0, 0, 0, 0, 1, 0, 0, 0, _LN3 / 2)), numbers(0.625)[0]),
        # U_r = 1 at h = 2, r = sigma(2 - 2) = 1/2; b cancels U r h: 1/2 + 1/2 (1/2 + 2 * 1/4)
        Case((_X0, _H2, _scalars(0, 1, -2, 0, 0, 0, 0, 1, -1)), numbers(1.0)[0]),
        # U_r = ln 3 at h = 1: r = 3/4; b cancels U r h, so the slope is 1: 1/2 + 1/2 (3/4 + 3/16 ln 3)
        Case((_X0, _H1, _scalars(0, _LN3, 0, 0, 0, 0, 0, 1, -0.75)), numbers(0.875 + 3 / 32 * _LN3)[0]),
    ],
    random_cases=_cases_9_5,
    misconceptions=[
        Misconception(
            _sum_of("shortcut"),
            "This is the shortcut alone. The candidate and both gates depend on the old state, too.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate"),
            "You held the gates still. Both are computed from h as well: there are two more ways.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "update"),
            "The way through the reset gate is missing: in r * h both factors depend on h.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset"),
            "The way through the update gate is missing: u itself depends on h.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset", "update, candidate only"),
            "When u grows, the candidate gains and the old state loses: the update gate's way has the factor "
            "candidate - h.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset", "update, turned"),
            "The update gate's way has the other sign: more u means more of the candidate and less of h, so the factor "
            "is candidate - h.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset, slope of tanh", "update, slope of tanh"),
            "1 - g^2 is the slope of a tanh. A gate is a sigmoid, and its slope is g (1 - g).",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset, without U_r", "update, without U_u"),
            "The gates see U_r h and U_u h, so their ways carry U_r and U_u.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate", "reset, without h", "update"),
            "The way through the reset gate lacks a factor h: r multiplies h, so the derivative with respect to r is "
            "h.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate, no slope", "reset, no slope", "update"),
            "The slope of the tanh is missing: 1 - candidate^2.",
        ),
        Misconception(
            _sum_of("shortcut", "candidate, not taken", "reset, not taken", "update"),
            "The candidate's way leads into the new state through u: multiply by it.",
        ),
        Misconception(
            lambda x, h, theta: way_back(x, h, theta) - 1 + 2 * (1 - _ways(x, h, theta)["shortcut"]),
            "Your shortcut has the factor u. The old state gets 1 - u.",
        ),
    ],
    hints=[
        "Write h_t as a function of h, with r, u and the candidate as functions of h, and use the product rule.",
        "Four ways: the shortcut, the candidate with r held still, the reset gate, the update gate. (9.8) has them.",
        "The slope of a gate g is g (1 - g), that of the candidate 1 - candidate^2.",
    ],
)

# 9.6


def last_but_one():
    quiet, none, zeros = torch.zeros(2, 2), torch.zeros(2, 2), torch.zeros(2)
    reset = (quiet, none, zeros + 20)  # r = 1: the candidates know the states
    update = (torch.tensor([[0.0, 40.0], [0.0, 40.0]]), none, zeros - 20)  # both open at markers and nowhere else
    V = torch.tensor([[0.01, 0.0], [0.0, 0.0]])  # unit 1 takes the value, so small that the tanh does no harm
    U = torch.tensor([[0.0, 0.0], [1.0, 0.0]])  # unit 2 takes what unit 1 held until now
    W, b = torch.tensor([[0.0, 100.0]]), torch.zeros(1)
    return *reset, *update, V, U, zeros, W, b


_NAMES = ("V_r", "U_r", "b_r", "V_u", "U_u", "b_u", "V", "U", "b", "W", "read-out b")


def _said(answer: Callable, x: Tensor) -> list[float] | None:
    """What the network with the returned weights says after each step of x (T, 2)."""
    returned = answer()
    if returned is None:
        return None
    if not isinstance(returned, tuple | list) or len(returned) != 11:
        raise ValueError("return eleven: V_r, U_r, b_r, V_u, U_u, b_u, V, U, b, and W, b of the read-out")
    weights = [torch.as_tensor(value, dtype=torch.float64) for value in returned]
    H = len(weights[8].flatten())
    shapes = [(H, 2), (H, H), (H,)] * 3 + [(1, H), (1,)]
    for name, value, shape in zip(_NAMES, weights, shapes, strict=True):
        if value.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {tuple(value.shape)}")
    *theta, W, b = weights
    h, said = torch.zeros(H, dtype=torch.float64), []
    for x_t in x:
        h = _step(x_t, h, tuple(theta))
        said.append((W @ h + b).item())
    return said


def _but(**changed: Callable) -> Callable:
    """The reference's weights, some of them replaced by what `changed` makes of them."""

    def answer():
        weights = dict(zip(_NAMES, last_but_one(), strict=True))
        return tuple(changed.get(name, lambda value: value)(value) for name, value in weights.items())

    return answer


def _cases_9_6(generator: Generator) -> Iterator[tuple]:
    for T, rate in [(6, 0.5), (20, 0.3), (200, 0.1)]:
        values = 2 * torch.rand(T, generator=generator, dtype=torch.float64) - 1
        marked = torch.rand(T, generator=generator, dtype=torch.float64) < rate
        marked[0] = True
        yield (torch.stack([values, marked.double()], 1),)


two_units_by_hand = Exercise(
    number="9.6",
    title="The last but one",
    stars=3,
    reference=last_but_one,
    call=_said,
    cases=[
        Case((numbers([0.5, 1.0], [-0.8, 1.0]),), [0.0, 0.5]),
        Case((numbers([0.5, 1.0], [0.9, 0.0], [-0.8, 1.0], [0.3, 0.0]),), [0.0, 0.0, 0.5, 0.5]),
        Case((numbers([1.0, 1.0], [-1.0, 1.0], [0.4, 1.0], *[[0.7, 0.0]] * 30),), [0.0, 1.0, *[-1.0] * 31]),
    ],
    random_cases=_cases_9_6,
    misconceptions=[
        Misconception(
            _but(W=lambda W: W.flip(1)),
            "This is the value marked last: the puzzle of the lesson. Asked for is the one before it.",
        ),
        Misconception(
            _but(U=lambda U: U.T),
            "Your second unit hears nothing. In U the row says who hears and the column who is heard.",
        ),
        Misconception(
            _but(b_u=lambda b_u: torch.tensor([-20.0, 20.0])),
            "Your second unit takes over at every step, so it holds the last value from one step after its marker. It "
            "must wait for the next marker.",
        ),
        Misconception(
            _but(V_u=lambda V_u: -V_u, b_u=lambda b_u: -b_u),
            "Your gates are shut at the markers and open between them: PyTorch's z, not u.",
        ),
        Misconception(
            _but(V_u=lambda V_u: V_u / 2, b_u=lambda b_u: torch.zeros(2)),
            "Without a marker your gates are half open: sigma(0) is 1/2. A bias well below 0 shuts them.",
        ),
        Misconception(
            _but(b_r=lambda b_r: torch.zeros(2)),
            "Half of it gets across: a reset gate with all its parameters at 0 is half open.",
        ),
        Misconception(
            _but(V=lambda V: 100 * V, W=lambda W: W / 100),
            "The right value, but bent by the tanh, twice. Keep the states small and let the read-out enlarge them.",
        ),
        Misconception(
            _but(V=lambda V: 10 * V, W=lambda W: W / 100),
            "The right value, but small. The read-out has to undo your scale.",
        ),
        Misconception(
            _but(V_u=lambda V_u: V_u / 10, b_u=lambda b_u: b_u / 10),
            "Your gates are too soft to hold a value for long: sigma(-2) is .12. Make their weights larger.",
        ),
    ],
    hints=[
        "One unit holds the last value, as the camera does. When must the second take over what the first holds?",
        "At the next marker. Both gates open in the same step; which state of unit 1 does the candidate of unit 2 see?",
        "The one before the step: U (r * h) has the old h. So unit 2 needs a 1 in U and an open reset gate.",
    ],
    atol=0.01,
)

EXERCISES = [parameter_count, pytorch_step, keep_it, elman_in_disguise, whole_way_back, two_units_by_hand]
