"""Where the weights of a recurrence begin: orthogonal, identity, forget bias, chrono. All but the first work in place.

A layer is one of `rnn_helpers.layers`, or torch.nn.RNN, GRU, LSTM. Its recurrent matrices stack the gates as rows,
so their number is rows / columns: 1 for RNN; r, u, candidate for GRU; i, f, candidate, o for LSTM; f, candidate, o
for the LSTM with coupled gates.
"""

import re
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn


def orthogonal(
    H: int, generator: torch.Generator, gates: int = 1, dtype: torch.dtype | None = None
) -> Float[Tensor, "{gates}*{H} {H}"]:
    """A stack of `gates` random orthogonal matrices, each uniform among all and independent of the others.

    Q of the QR decomposition of a normal matrix is orthogonal, but not uniform: the sign of each column follows from
    how the decomposition is computed. The signs that make the diagonal of R positive make Q uniform (Mezzadri 2007,
    arXiv math-ph/0609050), and the same on every machine. `torch.nn.init.orthogonal_` on the stack makes the
    *columns* of the whole orthogonal, so that the block of a gate shrinks most vectors.

    Parameters
    ----------
    dtype : of the result, by default torch's; the matrices are computed in float64.
    """
    normal = torch.randn(gates, H, H, generator=generator, device=generator.device, dtype=torch.float64)
    Q, R = torch.linalg.qr(normal)
    Q = Q * R.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)
    return Q.flatten(0, 1).to(dtype or torch.get_default_dtype())


@torch.no_grad()
def orthogonal_(layer: nn.Module, generator: torch.Generator) -> None:
    """Make every recurrent matrix of the layer orthogonal, gate by gate; all else stays (Saxe et al. 2014).

    Raises
    ------
    ValueError : the layer has no recurrent matrix of its own.
    """
    for _, U, gates in _recurrent_matrices("orthogonal_", layer):
        U.copy_(orthogonal(U.shape[1], generator, gates, U.dtype))


@torch.no_grad()
def identity_(layer: nn.Module) -> None:
    """Make every recurrent matrix the identity and every bias zero; the input weights stay.

    With relu this is the IRNN (Le, Jaitly and Hinton 2015, arXiv 1504.00941): a positive state stays as it is until
    the input moves it. There the input weights are drawn small as well, normal with standard deviation .001.

    Raises
    ------
    ValueError : the layer has gates, or no recurrent matrix of its own.
    """
    for suffix, U, gates in _recurrent_matrices("identity_", layer):
        if gates > 1:
            raise ValueError(f"identity_: the layer must be an RNN, without gates; got {gates} blocks of rows")
        U.copy_(torch.eye(len(U)))
        for bias in _biases(layer, suffix):
            bias.zero_()


@torch.no_grad()
def forget_bias_(lstm: nn.Module, value: float) -> None:
    """Set the bias of the forget gate to `value`, in all layers and directions; all other biases stay.

    The gate starts near sigmoid(value): .50 for 0, .73 for 1, .95 for 3. torch.nn.LSTM has two biases, and their sum
    counts: one is set, the other is zeroed in those rows. (Gers et al. 2000; Jozefowicz et al. 2015.)

    Raises
    ------
    ValueError : the layer is not an LSTM, or has no bias.
    """
    for suffix, U, gates in _recurrent_matrices("forget_bias_", lstm):
        kind, H = _kind(lstm, gates), U.shape[1]
        if not kind.endswith("LSTM"):
            raise ValueError(f"forget_bias_: the layer must be an LSTM, got {kind}")
        rows = slice(0, H) if kind == "coupled LSTM" else slice(H, 2 * H)
        first, *others = _gate_biases("forget_bias_", lstm, suffix)
        first[rows] = value
        for bias in others:
            bias[rows] = 0


@torch.no_grad()
def chrono_(layer: nn.Module, longest: float, generator: torch.Generator) -> None:
    """Draw the biases of the gates so that the units forget over 2 to `longest` steps; all other biases zero.

    A gate that keeps a share f of the memory at each step keeps it for about T = 1 / (1 - f) steps. So
    f = sigmoid(log(T - 1)), and the bias is log(T - 1) with T uniform between 2 and `longest`, for each unit its
    own (Tallec and Ollivier 2018, arXiv 1804.11188). In an LSTM this is the forget gate's bias and the input gate
    gets its negative, so that both begin with i = 1 - f; with coupled gates that is so anyway. In a GRU what is kept
    is 1 - u, so the bias of the update gate u is the negative; PyTorch's z = 1 - u gets it as it is.

    Parameters
    ----------
    longest : the longest time, in steps, that is to be remembered; the length of the sequences is a good choice.

    Raises
    ------
    ValueError : longest <= 2, the layer has no gates, or no bias.
    """
    if not longest > 2:
        raise ValueError(f"chrono_: longest must be above 2 steps, got {longest}")
    for suffix, U, gates in _recurrent_matrices("chrono_", layer):
        kind, H = _kind(layer, gates), U.shape[1]
        if kind == "RNN":
            raise ValueError("chrono_: the layer must be a GRU or an LSTM, got RNN, which has no gates")
        first, *others = _gate_biases("chrono_", layer, suffix)
        uniform = torch.rand(H, generator=generator, device=generator.device, dtype=torch.float64)
        keep = torch.log(1 + (longest - 2) * uniform).to(first)
        for bias in (first, *others):
            bias.zero_()
        if kind == "LSTM":
            first[:H], first[H : 2 * H] = -keep, keep
        elif kind == "coupled LSTM":
            first[:H] = keep
        else:
            first[H : 2 * H] = keep if isinstance(layer, nn.GRU) else -keep


def _recurrent_matrices(name: str, layer: nn.Module) -> Iterator[tuple[str, Tensor, int]]:
    """For each layer and direction: the end of its parameters' names, such as `_l0_reverse`; U; the number of gates."""
    found = False
    for parameter, U in layer.named_parameters(recurse=False):
        if match := re.fullmatch(r"(?:U|weight_hh)(_l\d+(?:_reverse)?)", parameter):
            if getattr(layer, "proj_size", 0):
                raise ValueError(f"{name}: an LSTM with proj_size has no square recurrent matrix for each gate")
            found = True
            yield match[1], U, U.shape[0] // U.shape[1]
    if not found:
        raise ValueError(
            f"{name}: {type(layer).__name__} has no recurrent matrix of its own (U_l0 or weight_hh_l0); "
            "give the recurrent layer itself, such as model.rnn"
        )


def _kind(layer: nn.Module, gates: int) -> str:
    if gates == 3:
        return "coupled LSTM" if getattr(layer, "coupled", False) else "GRU"
    return {1: "RNN", 4: "LSTM"}[gates]


def _biases(layer: nn.Module, suffix: str) -> list[Tensor]:
    """All biases of one layer and direction: ours are called c in an RNN, b and d elsewhere, and b comes first."""
    stems = ("c", "b", "d", "bias_ih", "bias_hh")
    return [getattr(layer, stem + suffix) for stem in stems if hasattr(layer, stem + suffix)]


def _gate_biases(name: str, layer: nn.Module, suffix: str) -> list[Tensor]:
    if biases := _biases(layer, suffix):
        return biases
    raise ValueError(f"{name}: the layer has no biases (bias=False)")
