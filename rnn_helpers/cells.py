"""One step of each recurrent unit, gate by gate: pure functions, to read beside their equations and to watch gates.

x is a batch of inputs (B, D) and h a batch of states (B, H), or a single input (D) and a single state (H). Every V has
shape (H, D), every U (H, H), every bias (H). `*` below multiplies element by element, sigma is the logistic function.
Whole sequences, faster, are the business of `rnn_helpers.layers`.
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, sigmoid, tanh


def elman_step(
    x: Float[Tensor, "*B D"],
    h: Float[Tensor, "*B H"],
    V: Float[Tensor, "H D"],
    U: Float[Tensor, "H H"],
    c: Float[Tensor, "H"],
) -> Float[Tensor, "*B H"]:
    """The next state of an Elman network, h_t = tanh(V x_t + U h_{t-1} + c).

    Source: Elman 1990, doi 10.1207/s15516709cog1402_1.

    Raises
    ------
    ValueError : a shape or dtype does not fit; so do all steps below.
    """
    _check("elman_step", x, {"h": h}, {"V": V, "U": U, "c": c})
    return tanh(x @ V.T + h @ U.T + c)


class GRUParameters(NamedTuple):
    """The parameters of a gated recurrent unit: reset gate r, update gate u, and (no index) the candidate."""

    V_r: Float[Tensor, "H D"]
    U_r: Float[Tensor, "H H"]
    b_r: Float[Tensor, "H"]
    V_u: Float[Tensor, "H D"]
    U_u: Float[Tensor, "H H"]
    b_u: Float[Tensor, "H"]
    V: Float[Tensor, "H D"]
    U: Float[Tensor, "H H"]
    b: Float[Tensor, "H"]


class GRUStep(NamedTuple):
    """What one step of a GRU computed: the new state, both gates (between 0 and 1) and the candidate."""

    h: Float[Tensor, "*B H"]
    r: Float[Tensor, "*B H"]
    u: Float[Tensor, "*B H"]
    candidate: Float[Tensor, "*B H"]


def gru_step(x: Float[Tensor, "*B D"], h: Float[Tensor, "*B H"], theta: GRUParameters) -> GRUStep:
    """One step of a GRU whose reset gate acts on the state, before the product with U.

        r = sigma(V_r x + U_r h + b_r)         u = sigma(V_u x + U_u h + b_u)
        candidate = tanh(V x + U (r * h) + b)
        h_t = u * candidate + (1 - u) * h

    So u = 1 takes the new state, and u = 0 keeps the old one. Source: Cho et al. 2014, arXiv 1406.1078, equations
    5 to 8; their z is 1 - u.
    """
    _check("gru_step", x, {"h": h}, theta._asdict())
    V_r, U_r, b_r, V_u, U_u, b_u, V, U, b = theta
    r = sigmoid(x @ V_r.T + h @ U_r.T + b_r)
    u = sigmoid(x @ V_u.T + h @ U_u.T + b_u)
    candidate = tanh(x @ V.T + (r * h) @ U.T + b)
    return GRUStep(u * candidate + (1 - u) * h, r, u, candidate)


def gru_step_reset_after(
    x: Float[Tensor, "*B D"], h: Float[Tensor, "*B H"], theta: GRUParameters, d: Float[Tensor, "H"]
) -> GRUStep:
    """As `gru_step`, with the reset gate where `torch.nn.GRU` has it, after the product with U.

        candidate = tanh(V x + b + r * (U h + d))

    The same theta makes another function of it. Now r can silence a whole row of U, not a unit of h; d is a bias
    that the gate silences, too. PyTorch's z is 1 - u. Source: the first version of the paper, arXiv 1406.1078v1.
    """
    _check("gru_step_reset_after", x, {"h": h}, theta._asdict() | {"d": d})
    V_r, U_r, b_r, V_u, U_u, b_u, V, U, b = theta
    r = sigmoid(x @ V_r.T + h @ U_r.T + b_r)
    u = sigmoid(x @ V_u.T + h @ U_u.T + b_u)
    candidate = tanh(x @ V.T + b + r * (h @ U.T + d))
    return GRUStep(u * candidate + (1 - u) * h, r, u, candidate)


class MinGRUParameters(NamedTuple):
    """The parameters of a minimal GRU: update gate u and (no index) the candidate; neither reads the state."""

    V_u: Float[Tensor, "H D"]
    b_u: Float[Tensor, "H"]
    V: Float[Tensor, "H D"]
    b: Float[Tensor, "H"]


class MinGRUStep(NamedTuple):
    """What one step of a minimal GRU computed: the new state, the gate (between 0 and 1) and the candidate."""

    h: Float[Tensor, "*B H"]
    u: Float[Tensor, "*B H"]
    candidate: Float[Tensor, "*B H"]


def min_gru_step(x: Float[Tensor, "*B D"], h: Float[Tensor, "*B H"], theta: MinGRUParameters) -> MinGRUStep:
    """One step of a minimal GRU: the GRU without reset gate, without tanh, and with nothing that reads the state.

        u = sigma(V_u x + b_u)       candidate = V x + b       h_t = u * candidate + (1 - u) * h

    What is left is linear in h, element by element, so that whole sequences need no loop (`rnn_helpers.scans`).
    Source: Feng et al. 2024, arXiv 2410.01201; their z is u.
    """
    _check("min_gru_step", x, {"h": h}, theta._asdict())
    V_u, b_u, V, b = theta
    u = sigmoid(x @ V_u.T + b_u)
    candidate = x @ V.T + b
    return MinGRUStep(u * candidate + (1 - u) * h, u, candidate)


class LSTMParameters(NamedTuple):
    """The parameters of an LSTM: input gate i, forget gate f, (no index) the candidate, output gate o."""

    V_i: Float[Tensor, "H D"]
    U_i: Float[Tensor, "H H"]
    b_i: Float[Tensor, "H"]
    V_f: Float[Tensor, "H D"]
    U_f: Float[Tensor, "H H"]
    b_f: Float[Tensor, "H"]
    V: Float[Tensor, "H D"]
    U: Float[Tensor, "H H"]
    b: Float[Tensor, "H"]
    V_o: Float[Tensor, "H D"]
    U_o: Float[Tensor, "H H"]
    b_o: Float[Tensor, "H"]


class CoupledLSTMParameters(NamedTuple):
    """The parameters of an LSTM without an input gate of its own: forget gate f, (no index) the candidate, output o."""

    V_f: Float[Tensor, "H D"]
    U_f: Float[Tensor, "H H"]
    b_f: Float[Tensor, "H"]
    V: Float[Tensor, "H D"]
    U: Float[Tensor, "H H"]
    b: Float[Tensor, "H"]
    V_o: Float[Tensor, "H D"]
    U_o: Float[Tensor, "H H"]
    b_o: Float[Tensor, "H"]


class LSTMStep(NamedTuple):
    """What one step of an LSTM computed: state h and cell c, the gates (between 0 and 1) and the candidate."""

    h: Float[Tensor, "*B H"]
    c: Float[Tensor, "*B H"]
    i: Float[Tensor, "*B H"]
    f: Float[Tensor, "*B H"]
    candidate: Float[Tensor, "*B H"]
    o: Float[Tensor, "*B H"]


def lstm_step(
    x: Float[Tensor, "*B D"], h: Float[Tensor, "*B H"], c: Float[Tensor, "*B H"], theta: LSTMParameters
) -> LSTMStep:
    """One step of an LSTM, state h and cell c.

        i = sigma(V_i x + U_i h + b_i)    f = sigma(V_f x + U_f h + b_f)    o = sigma(V_o x + U_o h + b_o)
        candidate = tanh(V x + U h + b)
        c_t = f * c + i * candidate            h_t = o * tanh(c_t)

    Sources: Hochreiter & Schmidhuber 1997, doi 10.1162/neco.1997.9.8.1735; the forget gate f is of Gers et al. 2000,
    doi 10.1162/089976600300015015.
    """
    _check("lstm_step", x, {"h": h, "c": c}, theta._asdict())
    V_i, U_i, b_i, V_f, U_f, b_f, V, U, b, V_o, U_o, b_o = theta
    i = sigmoid(x @ V_i.T + h @ U_i.T + b_i)
    f = sigmoid(x @ V_f.T + h @ U_f.T + b_f)
    o = sigmoid(x @ V_o.T + h @ U_o.T + b_o)
    candidate = tanh(x @ V.T + h @ U.T + b)
    c = f * c + i * candidate
    return LSTMStep(o * tanh(c), c, i, f, candidate, o)


def coupled_lstm_step(
    x: Float[Tensor, "*B D"], h: Float[Tensor, "*B H"], c: Float[Tensor, "*B H"], theta: CoupledLSTMParameters
) -> LSTMStep:
    """As `lstm_step` with i = 1 - f: as much comes in as is forgotten, so |c_t| never grows beyond 1 or where it began.

    Source: Greff et al. 2017, arXiv 1503.04069 (there CIFG, for coupled input and forget gate).
    """
    _check("coupled_lstm_step", x, {"h": h, "c": c}, theta._asdict())
    V_f, U_f, b_f, V, U, b, V_o, U_o, b_o = theta
    f = sigmoid(x @ V_f.T + h @ U_f.T + b_f)
    o = sigmoid(x @ V_o.T + h @ U_o.T + b_o)
    candidate = tanh(x @ V.T + h @ U.T + b)
    c = f * c + (1 - f) * candidate
    return LSTMStep(o * tanh(c), c, 1 - f, f, candidate, o)


def _check(step: str, x: Tensor, state: dict[str, Tensor], parameters: dict[str, Tensor]) -> None:
    """Compare all shapes with those of x and h; broadcasting would let a state of another batch pass without a word."""
    *batch, D = x.shape
    H = state["h"].shape[-1]
    by_letter = {"V": (H, D), "U": (H, H)}
    expected = {name: (*batch, H) for name in state} | {name: by_letter.get(name[0], (H,)) for name in parameters}
    for name, value in (state | parameters).items():
        if tuple(value.shape) != expected[name]:
            raise ValueError(
                f"{step}: {name} must have shape {expected[name]} beside x {tuple(x.shape)} and h "
                f"{tuple(state['h'].shape)}, got {tuple(value.shape)}"
            )
        if value.dtype != x.dtype:
            raise ValueError(f"{step}: {name} is {value.dtype}, x is {x.dtype}; they must agree")
