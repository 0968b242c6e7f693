"""The exercises of chapter 10, the LSTM.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor, nn

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 10.1


def stacked_step(x, h, c, V, U, b):
    i, f, candidate, o = (V @ x + U @ h + b).chunk(4)  # four blocks of H rows
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidate)
    return torch.sigmoid(o) * torch.tanh(c), c


def _step_with(
    parts: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]], order: str = "ifgo"
) -> Callable:
    """A step that reads its blocks in this order and makes of (i, f, candidate, o, c), not yet squashed, h and c."""

    def step(x, h, c, V, U, b):
        blocks = dict(zip(order, (V @ x + U @ h + b).chunk(4), strict=True))
        return parts(*(blocks[letter] for letter in "ifgo"), c)

    return step


def _parts(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _not_squashed(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c, c


def _old_cell_shown(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    return o.sigmoid() * c.tanh(), f.sigmoid() * c + i.sigmoid() * g.tanh()


def _coupled(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f.sigmoid() * c + (1 - f.sigmoid()) * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _candidate_by_sigmoid(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()
    return o.sigmoid() * c.tanh(), c


def _candidate_not_squashed(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f.sigmoid() * c + i.sigmoid() * g
    return o.sigmoid() * c.tanh(), c


def _gates_not_squashed(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = f * c + i * g.tanh()
    return o * c.tanh(), c


def _forget_literally(i: Tensor, f: Tensor, g: Tensor, o: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    c = (1 - f.sigmoid()) * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _cases_10_1(generator: Generator) -> Iterator[tuple]:
    for D, H in [(1, 1), (2, 3), (3, 2)]:
        sizes = [(D,), (H,), (H,), (4 * H, D), (4 * H, H), (4 * H,)]
        yield tuple(draw(generator, *size) for size in sizes)


_NO_INPUT = (numbers(0.0), numbers(0.0), numbers(2.0), torch.zeros(4, 1).double(), torch.zeros(4, 1).double())
_LN3 = math.log(3)  # sigmoid(ln 3) = 3/4, tanh(ln 3) = 4/5
_OPEN_STEP = 0.75 * 2 + 0.5 * 0.8  # keep 3/4 of 2, write half of 4/5


step = Exercise(
    number="10.1",
    title="A step",
    stars=1,
    reference=stacked_step,
    cases=[
        Case((*_NO_INPUT, torch.zeros(4).double()), (numbers(0.5 * math.tanh(1)), numbers(1.0))),
        Case(
            (*_NO_INPUT, numbers(0.0, _LN3, _LN3, -_LN3)),
            (numbers(0.25 * math.tanh(_OPEN_STEP)), numbers(_OPEN_STEP)),
        ),
    ],
    random_cases=_cases_10_1,
    misconceptions=[
        Misconception(
            _step_with(_parts, "ifog"),
            "You read the blocks as i, f, o, candidate. In PyTorch's rows, and here, the candidate comes before o.",
        ),
        Misconception(
            _step_with(_parts, "figo"),
            "Input and forget gate are exchanged: the rows of i come first, then those of f, which keeps the cell.",
        ),
        Misconception(
            _step_with(_not_squashed),
            "Your state shows the cell as it is. On its way out the cell passes the tanh: h = o * tanh(c).",
        ),
        Misconception(
            _step_with(_old_cell_shown),
            "Your state shows the old cell. First the cell is renewed, then it is shown.",
        ),
        Misconception(
            _step_with(_coupled),
            "You wrote 1 - f where the input gate belongs. That is the form with coupled gates; here i has rows of its "
            "own.",
        ),
        Misconception(
            _step_with(_candidate_by_sigmoid),
            "You took the sigmoid of all four blocks. Three are gates; the candidate goes through tanh, or a cell "
            "could never be lowered.",
        ),
        Misconception(
            _step_with(_candidate_not_squashed),
            "You wrote the candidate's rows to the cell as they are. They pass a tanh first: candidate = tanh(...).",
        ),
        Misconception(
            _step_with(_gates_not_squashed),
            "Your gates are not between 0 and 1: the rows of i, f and o pass a sigmoid before they multiply anything.",
        ),
        Misconception(
            _step_with(_forget_literally),
            "You kept 1 - f. The forget gate is named after the contrary of what it does: f = 1 keeps everything.",
        ),
        Misconception(
            lambda x, h, c, V, U, b: stacked_step(x, h, c, V, U, b)[::-1],
            "The values are right, their order is not: first the state, then the cell.",
        ),
    ],
    hints=[
        "One product for all four: V @ x + U @ h + b has 4H entries. Cut it into four.",
        "`i, f, candidate, o = (...).chunk(4)`; sigmoid for three of them, tanh for the candidate.",
        "The new cell is f * c + i * candidate; the new state is o * tanh(new cell).",
    ],
)

# 10.2


def store_by_hand():
    V = torch.zeros(4, 3, dtype=torch.float64)
    V[0, 1] = 20.0  # write when the sign is "store"
    V[1, 1] = -20.0  # and clear what was there
    V[2, 0] = 1.0  # the candidate is the value
    V[3, 2] = 20.0  # show when the sign is "ask"
    b = torch.tensor([-10.0, 10.0, 0.0, -10.0], dtype=torch.float64)  # otherwise write nothing, keep, show nothing
    return V, b


def _what_it_says(answer: Callable, x: Tensor) -> Tensor:
    """The states of one unit with the answer's weights, as signs: +1, -1, or 0 for less than a tenth."""
    V, b = answer()
    V, b = torch.as_tensor(V).double().detach(), torch.as_tensor(b).double().detach()
    if V.shape != (4, 3) or b.shape != (4,):
        raise ValueError(f"V must have shape (4, 3) and b shape (4), got {tuple(V.shape)} and {tuple(b.shape)}")
    h = c = x.new_zeros(1)
    nothing, said = x.new_zeros(4, 1), []
    for x_t in x:
        h, c = stacked_step(x_t, h, c, V, nothing, b)
        said.append(h)
    h = torch.cat(said)
    return torch.where(h.abs() > 0.1, h.sign(), 0.0)


def _stream(*symbols: str) -> Tensor:
    """Values and signs from "+", "-", each with "!" for store or "?" for ask."""
    return numbers(*([1.0 if s[0] == "+" else -1.0, float("!" in s), float("?" in s)] for s in symbols))


def _cases_10_2(generator: Generator) -> Iterator[tuple]:
    for T in (6, 12, 40):
        value = 2.0 * torch.randint(2, (T,), generator=generator) - 1
        chance = torch.rand(T, generator=generator)
        store, ask = chance < 0.2, chance > 0.6
        store[0] = True
        yield (torch.stack([value, store.double(), ask.double()], 1).double(),)


def _by_hand_with(change: Callable[[Tensor, Tensor], None]) -> Callable:
    """The reference's weights with a change."""

    def answer():
        V, b = store_by_hand()
        change(V, b)
        return V, b

    return answer


def _never_clears(V: Tensor, b: Tensor) -> None:
    V[1] = 0


def _named_literally(V: Tensor, b: Tensor) -> None:
    V[1], b[1] = -V[1].clone(), -b[1].clone()


def _always_writes(V: Tensor, b: Tensor) -> None:
    V[0], b[0] = 0, 10.0


def _always_shows(V: Tensor, b: Tensor) -> None:
    V[3], b[3] = 0, 10.0


def _candidate_last(V: Tensor, b: Tensor) -> None:
    V[[2, 3]], b[[2, 3]] = V[[3, 2]].clone(), b[[3, 2]].clone()


def _candidate_last_and_steep(V: Tensor, b: Tensor) -> None:
    _candidate_last(V, b)
    V[3, 0] = 20.0


def _no_biases(V: Tensor, b: Tensor) -> None:
    b.zero_()


def _keeps_with_weak_bias(V: Tensor, b: Tensor) -> None:
    b[1] = 3.0


def _signs_exchanged(V: Tensor, b: Tensor) -> None:
    V[[0, 3]] = V[[3, 0]].clone()


_STORED_FAR_AGO = ["+!"] + ["-", "+"] * 100 + ["-?"]

by_hand = Exercise(
    number="10.2",
    title="Store by hand",
    stars=2,
    reference=store_by_hand,
    call=_what_it_says,
    cases=[
        Case((_stream("+!", "-?"),), numbers(0.0, 1.0)),
        Case((_stream("-!", "+", "-?"),), numbers(0.0, 0.0, -1.0)),
        Case((_stream("+!", "-!", "+?"),), numbers(0.0, 0.0, -1.0)),
        Case((_stream("+!", "-!?"),), numbers(0.0, -1.0)),  # both signs at once: show what is new
        Case((_stream("+!", "+!", "-!", "+?"),), numbers(0.0, 0.0, 0.0, -1.0)),
        Case((_stream(*_STORED_FAR_AGO),), numbers(*[0.0] * 201, 1.0)),
    ],
    random_cases=_cases_10_2,
    misconceptions=[
        Misconception(
            _by_hand_with(_never_clears),
            "Your forget gate stays open when something new is stored: the new value is added to the old one. After "
            "+1 and -1 the cell holds 0. Close it at the sign `store`.",
        ),
        Misconception(
            _by_hand_with(_named_literally),
            "Your forget gate is open at `store` and closed otherwise. f = 1 keeps: it has to be open all the time and "
            "to close for that one step.",
        ),
        Misconception(
            _by_hand_with(_always_writes),
            "Your input gate is always open: values without a sign are written, too. Close it by a negative bias, and "
            "let `store` open it.",
        ),
        Misconception(
            _by_hand_with(_always_shows),
            "Your unit shows its cell all the time. The output gate has to be closed unless it is asked.",
        ),
        Misconception(
            _by_hand_with(_candidate_last),
            "Your rows are i, f, o, candidate. The candidate is the third row, the output gate the fourth.",
        ),
        Misconception(
            _by_hand_with(_candidate_last_and_steep),
            "Your third row listens to `ask` and your fourth to the value: that is the order i, f, o, candidate. Here, "
            "as in PyTorch, the candidate comes before o.",
        ),
        Misconception(
            _by_hand_with(_no_biases),
            "Without biases a gate that sees no sign is half open. Each gate needs a bias for the case without a sign: "
            "negative for i and o, positive for f.",
        ),
        Misconception(
            _by_hand_with(_keeps_with_weak_bias),
            "It works, but not for 200 steps: a forget gate at sigmoid(3) = 0.95 leaves 0.95 to the 200 of the value. "
            "Make its bias larger, and the weight of `store` larger still.",
        ),
        Misconception(
            _by_hand_with(_signs_exchanged),
            "Your input gate opens at `ask` and your output gate at `store`. The second entry of x is `store`, the "
            "third is `ask`.",
        ),
    ],
    hints=[
        "Take one row at a time: what shall this gate be without a sign, and which sign shall change that?",
        "A gate is nearly closed at -10 and nearly open at +10. A bias of -10 and a weight of 20 on a sign give both.",
        "i: bias -10, +20 on `store`. f: bias +10, -20 on `store`. Candidate: 1 on the value. o: bias -10, +20 on "
        "`ask`.",
    ],
)

# 10.3


def set_forget_bias(lstm, value):
    H = lstm.hidden_size
    with torch.no_grad():
        for layer in range(lstm.num_layers):
            getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value  # the rows of f are the second quarter
            getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0.0  # the two are added: one of them is enough
    return lstm


def _effective_biases(answer: Callable, H: int, num_layers: int, value: float) -> list[Tensor]:
    """The sums of the two biases of each layer, (4H), after the answer has set one. Before, they are .25 and .5."""
    lstm = nn.LSTM(1, H, num_layers).double()
    with torch.no_grad():
        for name, parameter in lstm.named_parameters():
            if "bias" in name:
                parameter.fill_(0.25 if "_ih_" in name else 0.5)
    returned = answer(lstm, value)
    if isinstance(returned, nn.LSTM):
        lstm = returned
    layers = range(num_layers)
    return [(getattr(lstm, f"bias_ih_l{k}") + getattr(lstm, f"bias_hh_l{k}")).detach() for k in layers]


def _cases_10_3(generator: Generator) -> Iterator[tuple]:
    for H, num_layers in [(2, 1), (3, 2), (2, 3)]:
        yield H, num_layers, 1 + 4 * torch.rand(1, generator=generator).item()


def _sets(
    ih: float | None, hh: float | None, first: float = 1, last: float = 2, only_first_layer: bool = False
) -> Callable:
    """A way of setting biases: `ih` and `hh` times the value, None for leaving it alone, in quarters first to last."""

    def answer(lstm, value):
        H = lstm.hidden_size
        rows = slice(int(first * H), int(last * H))
        with torch.no_grad():
            for layer in range(1 if only_first_layer else lstm.num_layers):
                for name, share in [("bias_ih", ih), ("bias_hh", hh)]:
                    if share is not None:
                        getattr(lstm, f"{name}_l{layer}")[rows] = share * value
        return lstm

    return answer


def _zeroes_all_of_the_other(lstm, value):
    set_forget_bias(lstm, value)
    with torch.no_grad():
        for layer in range(lstm.num_layers):
            getattr(lstm, f"bias_hh_l{layer}").zero_()
    return lstm


right_rows = Exercise(
    number="10.3",
    title="The right rows",
    stars=2,
    reference=set_forget_bias,
    call=_effective_biases,
    cases=[
        Case((1, 1, 3.0), [numbers(0.75, 3.0, 0.75, 0.75)]),
        Case((2, 1, 1.0), [numbers(0.75, 0.75, 1.0, 1.0, 0.75, 0.75, 0.75, 0.75)]),
        Case((1, 2, 3.0), [numbers(0.75, 3.0, 0.75, 0.75), numbers(0.75, 3.0, 0.75, 0.75)]),
    ],
    random_cases=_cases_10_3,
    misconceptions=[
        Misconception(
            _sets(1, 1),
            "The forget gate now has twice the value: PyTorch adds bias_ih and bias_hh, and you set both.",
        ),
        Misconception(
            _sets(1, None),
            "You set bias_ih and left bias_hh as it was. The two are added, so what was there before is still in the "
            "sum.",
        ),
        Misconception(
            _sets(1, 0, 0, 1),
            "These are the rows of the input gate. PyTorch's order is i, f, candidate, o: f is the second quarter.",
        ),
        Misconception(
            _sets(1, 0, 2, 3),
            "These are the rows of the candidate. PyTorch's order is i, f, candidate, o: f is the second quarter.",
        ),
        Misconception(
            _sets(1, 0, 0, 4),
            "You set the whole vector: all three gates and the candidate got the value. Only the second quarter is "
            "the forget gate's.",
        ),
        Misconception(
            _sets(1, 0, only_first_layer=True),
            "Only the first layer is set. The biases of the next one are called bias_ih_l1 and bias_hh_l1.",
        ),
        Misconception(
            _zeroes_all_of_the_other,
            "The forget gate is right, but you zeroed the whole of bias_hh: the other gates lost what it added to "
            "them. Zero the forget gate's rows alone.",
        ),
    ],
    hints=[
        "What the gate computes with is bias_ih + bias_hh. Which of the four quarters is its own?",
        "The rows H to 2H: `lstm.bias_ih_l0[H : 2 * H]`, with H = lstm.hidden_size; and the same rows of bias_hh.",
        "Set one to the value, the other to 0, under torch.no_grad(); for each layer, by getattr(lstm, "
        'f"bias_ih_l{layer}").',
    ],
)

# 10.4


def along_the_path(f):
    products = [torch.ones_like(f[0])]  # k = T: nothing lies between
    for f_t in f.flip(0):
        products.append(f_t * products[-1])  # one step further back, one factor more
    return torch.stack(products).flip(0)


def _cases_10_4(generator: Generator) -> Iterator[tuple]:
    for T, H in [(1, 2), (3, 2), (6, 3)]:
        yield (torch.sigmoid(draw(generator, T, H)),)


def _with_ones(rows: Tensor, first: bool) -> Tensor:
    ones = torch.ones_like(rows[:1])
    return torch.cat([ones, rows] if first else [rows, ones])


along = Exercise(
    number="10.4",
    title="Along the sum",
    stars=2,
    reference=along_the_path,
    cases=[
        Case((numbers([0.5]),), numbers([0.5], [1.0])),
        Case((numbers([0.5], [0.25]),), numbers([0.125], [0.25], [1.0])),
        Case((numbers([0.5, 1.0], [0.25, 0.5]),), numbers([0.125, 0.5], [0.25, 0.5], [1.0, 1.0])),
    ],
    random_cases=_cases_10_4,
    misconceptions=[
        Misconception(
            lambda f: _with_ones(f.cumprod(0), first=True),
            "Your products begin at the front: f_1, f_1 f_2, ... That is dc_k/dc_0, how far the first cell reaches. "
            "Asked is how much of each cell reaches the last.",
        ),
        Misconception(
            lambda f: f.flip(0).cumprod(0).flip(0),
            "The row for k = T is missing: dc_T/dc_T is 1, the product of no factors.",
        ),
        Misconception(
            lambda f: _with_ones(f, first=False),
            "Each row has one gate only. From c_k to c_T lie T - k steps, and each multiplies by its own gate.",
        ),
        Misconception(
            lambda f: _with_ones(f.flip(0).cumsum(0).flip(0), first=False),
            "You added the gates. The cell is a sum, but what it held before passes one gate after the other: a "
            "product.",
        ),
        Misconception(
            lambda f: along_the_path(f).flip(0),
            "The rows run backwards in time: yours begins with k = T. Turn them round at the end.",
        ),
        Misconception(
            lambda f: _with_ones(along_the_path(f)[:-1].flip(0), first=True).flip(0) * _with_ones(f, first=True),
            "One factor too many: f_k belongs to the step from c_{k-1} to c_k, so it is not on the way from c_k to "
            "c_T.",
        ),
        Misconception(
            lambda f: torch.stack([f[k + 1 :].prod(0) for k in range(len(f) + 1)]),
            "One factor too few: the rows of f count from 0, so that f[k] is f_{k+1}, the first factor on the way from "
            "c_k to c_T.",
        ),
    ],
    hints=[
        "Begin at the end: dc_T/dc_T is 1. One step further back there is one factor more. Which?",
        "dc_T/dc_k is f_{k+1} times dc_T/dc_{k+1}, entry by entry; no matrix is needed.",
        "Walk through f from its last row to its first, and turn the collected rows round. Or flip, cumprod, flip, "
        "and a row of ones.",
    ],
)

# 10.5


def whole_derivative(c, o, i, f, candidate, U_i, U_f, U):
    dh_dc = o * (1 - torch.tanh(c) ** 2)  # h_{t-1} = o tanh(c), and all that reads it
    through_f = c * f * (1 - f) * U_f
    through_i = candidate * i * (1 - i) * U_i
    through_candidate = i * (1 - candidate**2) * U
    return f + (through_f + through_i + through_candidate) * dh_dc


def _derivative(
    direct: Callable = lambda c, f: f,
    shown: Callable = lambda c, o: o * (1 - torch.tanh(c) ** 2),
    gate_slope: Callable = lambda s: s * (1 - s),
    forget: Callable = lambda c, slope: c * slope,
    write: Callable = lambda candidate, slope: candidate * slope,
    renew: Callable = lambda i, slope: i * slope,
    candidate_slope: Callable = lambda candidate: 1 - candidate**2,
) -> Callable:
    """The reference, taken to pieces that can be exchanged."""

    def answer(c, o, i, f, candidate, U_i, U_f, U):
        through = forget(c, gate_slope(f)) * U_f + write(candidate, gate_slope(i)) * U_i
        return direct(c, f) + (through + renew(i, candidate_slope(candidate)) * U) * shown(c, o)

    return answer


def _cases_10_5(generator: Generator) -> Iterator[tuple]:
    for _ in range(4):
        c, U_i, U_f, U, z = draw(generator, 5)
        o, i, f = torch.sigmoid(draw(generator, 3))
        yield c, o, i, f, torch.tanh(z), U_i, U_f, U


_ZERO, _ONE, _HALF = numbers(0.0, 1.0, 0.5)
_TWO = 2 * _ONE
_SHOWN = 1 - math.tanh(1) ** 2  # the slope of the tanh at c = 1

rest = Exercise(
    number="10.5",
    title="The rest of the derivative",
    stars=3,
    reference=whole_derivative,
    cases=[
        Case((_TWO, _ONE, _HALF, _HALF, _HALF, _ZERO, _ZERO, _ZERO), numbers(0.5)[0]),  # no weights: the sum alone
        Case((_ZERO, _ONE, _ONE, _ONE, _ZERO, _ZERO, _ZERO, _ONE), numbers(2.0)[0]),  # the lesson's explosion
        Case((_ONE, _HALF, _HALF, _HALF, _HALF, _ZERO, _ONE, _ZERO), numbers(0.5 + 0.125 * _SHOWN)[0]),
        Case((_ONE, _ONE, _HALF, _ONE, _HALF, _ONE, _ZERO, _ZERO), numbers(1 + 0.125 * _SHOWN)[0]),
    ],
    random_cases=_cases_10_5,
    misconceptions=[
        Misconception(
            lambda c, o, i, f, candidate, U_i, U_f, U: f,
            "This is the part along the sum. The gates and the candidate read h_{t-1}, which was made from c_{t-1}.",
        ),
        Misconception(
            _derivative(shown=lambda c, o: o),
            "Between the cell and what it shows lies a tanh: h = o tanh(c), so dh/dc is o (1 - tanh(c)^2).",
        ),
        Misconception(
            _derivative(shown=lambda c, o: 1 - torch.tanh(c) ** 2),
            "The output gate is missing: only what was shown of the last cell is read by the gates.",
        ),
        Misconception(
            _derivative(shown=lambda c, o: o * (1 - c**2)),
            "Your slope of the tanh is 1 - c^2. That form takes the tanh's result: 1 - tanh(c)^2.",
        ),
        Misconception(
            _derivative(forget=lambda c, slope: slope),
            "When the forget gate moves, the cell changes by the old cell times that move: the factor c is missing.",
        ),
        Misconception(
            _derivative(write=lambda candidate, slope: slope),
            "When the input gate moves, the cell changes by the candidate times that move: that factor is missing.",
        ),
        Misconception(
            _derivative(renew=lambda i, slope: slope),
            "The candidate passes the input gate before it gets to the cell: the factor i is missing.",
        ),
        Misconception(
            _derivative(gate_slope=lambda s: 1 - s**2),
            "You used the slope of the tanh for the gates. They are sigmoids, with the slope s (1 - s).",
        ),
        Misconception(
            _derivative(candidate_slope=lambda candidate: candidate * (1 - candidate)),
            "You used the slope of the sigmoid for the candidate, too. It is a tanh: 1 - candidate^2.",
        ),
        Misconception(
            _derivative(candidate_slope=lambda candidate: 1 - torch.tanh(candidate) ** 2),
            "The candidate is the tanh's result already, so the slope is 1 - candidate^2, without another tanh.",
        ),
        Misconception(
            _derivative(
                forget=lambda c, slope: slope,
                write=lambda candidate, slope: slope,
                renew=lambda i, slope: slope,
            ),
            "Your gates and your candidate move, but nothing says by how much that moves the cell. In f c + i "
            "candidate each has a partner that the product rule brings in: c for f, candidate for i, i for the "
            "candidate.",
        ),
        Misconception(
            _derivative(gate_slope=torch.ones_like, candidate_slope=torch.ones_like),
            "The slopes of the squashing functions are missing: f is the sigmoid of something that contains U_f h, so "
            "it moves by f (1 - f) U_f; i alike, and the candidate by (1 - candidate^2) U.",
        ),
        Misconception(
            _derivative(direct=lambda c, f: torch.zeros_like(f)),
            "The part along the sum is missing: c_{t-1} also enters c_t directly, times f.",
        ),
    ],
    hints=[
        "c_t = f c + i candidate. Four things in it depend on c_{t-1}: itself, and f, i, candidate through h_{t-1}.",
        "By the product rule: f, plus c times the change of f, plus candidate times the change of i, plus i times the "
        "change of the candidate.",
        "The change of f is f (1 - f) U_f dh/dc with dh/dc = o (1 - tanh(c)^2); that of i alike; that of the candidate "
        "is (1 - candidate^2) U dh/dc.",
    ],
)


EXERCISES = [step, by_hand, right_rows, along, rest]
