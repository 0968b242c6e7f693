"""The linear recurrent unit: a complex linear recurrence, entry by entry, with poles drawn on a ring.

    h_t = lambda * h_{t-1} + gamma * (V x_t)           y_t = Re(W h_t) + d * x_t

lambda does not depend on the input, so the layer is a linear filter: y is x, convolved with the kernel
Re(W Diag(gamma lambda^k) V), plus d * x. What is non-linear stands between such layers (`Block`, `Stack`). In the
paper's letters V, W and d are B, C and D, and gamma is kept, as here, by its logarithm.

Source: Orvieto et al. 2023, arXiv 2303.06349.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn.functional import gelu, glu

from rnn_helpers.layers.ends import Lengths, ends_of
from rnn_helpers.scans import scan


def ring(
    H: int, r_min: float = 0.0, r_max: float = 1.0, dtype: torch.dtype | None = None
) -> tuple[Float[Tensor, "H"], Float[Tensor, "H"]]:
    """nu and theta of H poles exp(-exp(nu) + i exp(theta)), uniform over a ring between two radii and over phases.

    Uniform over the *area*: the squared radius is uniform between the squares of r_min and r_max (section 3.2 of
    the paper). A uniform radius would put too many poles near the inner edge. Drawn from the global generator.

    Raises
    ------
    ValueError : not 0 <= r_min < r_max <= 1.
    """
    if not 0 <= r_min < r_max <= 1:
        raise ValueError(f"ring: wants 0 <= r_min < r_max <= 1, got {r_min} and {r_max}")
    shares = torch.rand(2, H, dtype=dtype)
    shares = shares.clamp(min=torch.finfo(shares.dtype).tiny)  # 0 has no logarithm
    squared = r_min**2 + shares[0] * (r_max**2 - r_min**2)
    return torch.log(-torch.log(squared) / 2), torch.log(2 * math.pi * shares[1])


class LRU(nn.Module):
    """The layer of the equations above, for inputs of D entries, with outputs as many and H complex poles.

    Parameters are `nu`, `theta` and `log_gamma` (H), `V` (2, H, D) and `W` (2, D, H), real parts first, and `d` (D).
    |lambda| = exp(-exp(nu)) is below 1 whatever nu is. At the start gamma = sqrt(1 - |lambda|^2), with which white
    noise drives all states equally strongly. Called like the layers of `rnn_helpers.layers`, with the states themselves
    complex; it reads forward only.

    Parameters
    ----------
    r_min, r_max : where the poles start, see `ring`.

    Raises
    ------
    ValueError : D or H is below 1, or the ring is none.
    """

    def __init__(self, D: int, H: int, r_min: float = 0.0, r_max: float = 1.0):
        super().__init__()
        if min(D, H) < 1:
            raise ValueError(f"LRU: D and H must be at least 1, got {D} and {H}")
        self.D, self.H = D, H
        self.nu, self.theta = map(nn.Parameter, ring(H, r_min, r_max))
        self.log_gamma = nn.Parameter(torch.log1p(-(self.poles().detach().abs() ** 2)) / 2)
        self.V = nn.Parameter(torch.randn(2, H, D) / math.sqrt(2 * D))
        self.W = nn.Parameter(torch.randn(2, D, H) / math.sqrt(H))
        self.d = nn.Parameter(torch.randn(D))

    def poles(self) -> Complex[Tensor, "H"]:
        """lambda."""
        return torch.polar(torch.exp(-torch.exp(self.nu)), torch.exp(self.theta))

    def forward(
        self, x: Float[Tensor, "B T D"], state: Complex[Tensor, "B H"] | None = None, lengths: Lengths | None = None
    ) -> tuple[Float[Tensor, "B T D"], Complex[Tensor, "B H"]]:
        """Outputs y, and the last state.

        With `lengths`, what x holds behind an end has no effect, y is 0 there, and the last state is that at the end.

        Raises
        ------
        ValueError : a shape, a dtype or a length does not fit, or there are no sequences or steps.
        """
        if x.dim() != 3 or x.shape[2] != self.D or 0 in x.shape:
            raise ValueError(
                f"LRU: x must have shape (B, T, D) with D = {self.D}, none of them 0; got {tuple(x.shape)}"
            )
        if x.dtype != self.nu.dtype:
            raise ValueError(f"LRU: x is {x.dtype}, the parameters are {self.nu.dtype}; they must agree")
        if state is not None and (tuple(state.shape) != (len(x), self.H) or not state.is_complex()):
            raise ValueError(
                f"LRU: state must be complex of shape (B, H) = {(len(x), self.H)}, got {state.dtype} of shape "
                f"{tuple(state.shape)}"
            )
        ends = ends_of(x, lengths, "LRU")
        x = ends.clear(x)
        V = self.V * self.log_gamma.exp()[:, None]
        driven = torch.complex(x @ V[0].T, x @ V[1].T)
        h = scan(self.poles().expand_as(driven), driven, state)
        y = h.real @ self.W[0].T - h.imag @ self.W[1].T + self.d * x
        return ends.clear(y), ends.last(h)


class Block(nn.Module):
    """Norm, a recurrent layer, and a gated map of the entries of each step, added to what came in.

        x + GLU(A gelu(y) + a)          with y = layer(norm(x)), and GLU(p, q) = p * sigma(q)

    With an LRU or a MinGRU for layer, all that mixes steps is linear in the state and goes through a scan, and what is
    not linear acts at each step by itself. After the block of Orvieto et al. 2023.

    Parameters
    ----------
    layer : an `LRU`, or a layer of `rnn_helpers.layers`, with D entries in and D out.
    D : entries of x.
    """

    def __init__(self, layer: nn.Module, D: int):
        super().__init__()
        self.norm, self.layer, self.mix = nn.LayerNorm(D), layer, nn.Linear(D, 2 * D)

    def forward(self, x: Float[Tensor, "B T D"], lengths: Lengths | None = None) -> Float[Tensor, "B T D"]:
        """The outputs; behind an end they are made of x at that step alone."""
        y, _ = self.layer(self.norm(x), lengths=lengths)
        return x + glu(self.mix(gelu(y)), -1)


class Stack(nn.Module):
    """A linear map of the inputs, step by step, and blocks on top of it, one above the other.

    Called like the layers of `rnn_helpers.layers`, so that it can stand where one of them does; but it goes on from no
    state, and hands none on: in the place of a last state it returns None.

    Parameters
    ----------
    D : entries of x.
    H : entries of the outputs, of each block as of the whole.
    make_layer : makes the layer of a block, with H entries in and H out; called once for each.
    num_blocks : how many.

    Raises
    ------
    ValueError : D, H or num_blocks is below 1.
    """

    def __init__(self, D: int, H: int, make_layer: Callable[[], nn.Module], num_blocks: int):
        super().__init__()
        if min(D, H, num_blocks) < 1:
            raise ValueError(f"Stack: D, H and num_blocks must be at least 1, got {D}, {H} and {num_blocks}")
        self.embed = nn.Linear(D, H)
        self.blocks = nn.ModuleList(Block(make_layer(), H) for _ in range(num_blocks))

    def forward(self, x: Float[Tensor, "B T D"], lengths: Lengths | None = None) -> tuple[Float[Tensor, "B T H"], None]:
        """The outputs of the topmost block, and None; behind an end the outputs are made of x at that step alone.

        Raises
        ------
        ValueError : x does not have D entries a step, or a length does not fit.
        """
        D = self.embed.in_features
        if x.dim() != 3 or x.shape[2] != D:
            raise ValueError(f"Stack: x must have shape (B, T, D) with D = {D}, got {tuple(x.shape)}")
        y = self.embed(x)
        for block in self.blocks:
            y = block(y, lengths)
        return y, None
