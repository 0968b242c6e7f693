"""How gradients fade or grow: the map over distance and spectral radius; and who learned, by how much reached it."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Complex, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from torch import Tensor

from rnn_helpers.figures.style import COLORS, FAINT, INK, label_line

_EDGES = (-16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16)  # powers of ten between the colours
_STRENGTHS = (0.95, 0.78, 0.58, 0.4, 0.25, 0.1)
_SHADES = [to_rgba(COLORS["blue"], alpha) for alpha in _STRENGTHS]
_SHADES += [to_rgba(COLORS["orange"], alpha) for alpha in reversed(_STRENGTHS)]


def draw_gradient_map(axes: Axes, radii: Float[Tensor, "R"], log_norms: Float[Tensor, "R T"], title: str = "") -> None:
    """The norm of dh_T/dh_{T-n} as colour, over the distance n = 1 ... T and the spectral radius of U.

    `log_norms` are logarithms to base 10. Blue is what has faded, orange what has grown, and the line in ink is where
    the gradient arrives as long as it set out. Thin lines stand at powers of ten.
    """
    distance = np.arange(1, log_norms.shape[1] + 1)
    some = np.linspace(0, len(distance) - 1, len(distance) // 3 + 1).astype(int)  # as smooth, in a third of the file
    field = (distance[some], radii.numpy(), log_norms.numpy()[:, some])
    axes.contourf(*field, levels=[-1e9, *_EDGES, 1e9], colors=_SHADES)
    thin = [edge for edge in _EDGES if edge]
    axes.contour(*field, levels=thin, colors=INK, linewidths=0.4, linestyles="solid", alpha=0.5)
    axes.contour(*field, levels=[0], colors=INK, linewidths=2)
    axes.axhline(1, color=INK, lw=0.8, ls=(0, (4, 3)))
    axes.grid(False)
    axes.set(title=title, xlabel="distance (steps)", xlim=(1, distance[-1]))


def draw_map_key(axes: Axes) -> None:
    """The colours of `draw_gradient_map`, with what they stand for."""
    for i, shade in enumerate(_SHADES):
        axes.bar(i + 0.5, 1, width=1, color=shade, lw=0)
    axes.set_xticks(range(1, len(_SHADES)), [f"$10^{{{edge}}}$" if edge else "1" for edge in _EDGES])
    axes.set(xlim=(0, len(_SHADES)), ylim=(0, 1), yticks=[])
    axes.axvline(_EDGES.index(0) + 1, color=INK, lw=2)
    axes.set(xlabel="length of the gradient on arrival, for one that sets out with length 1", ylabel=" ")
    axes.grid(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def draw_spectrum(axes: Axes, eigenvalues: Complex[Tensor, "H"], color: str) -> None:
    """Eigenvalues as points of the complex plane, with the unit circle."""
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(np.cos(angle), np.sin(angle), color=FAINT, lw=1.4, zorder=0)
    axes.plot(eigenvalues.real, eigenvalues.imag, "o", ms=4, color=color, alpha=0.8, mew=0)
    axes.set(aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), xlabel="real part", ylabel="imaginary part")


def draw_bounded(axes: Axes, norms: Float[Tensor, "N"], sigma: float, radius: float) -> None:
    """The norms of dh_T/dh_{T-n} over the distance n, beside what sigma_max and the spectral radius would give.

    Where these two run together, as for an orthogonal matrix, their dashes take turns.
    """
    distance, top = np.arange(len(norms)), 1e4
    axes.semilogy(distance, norms, color=COLORS["blue"], lw=2.5)
    for factor, words, color, left, start in [
        (sigma, r"bound $\sigma_\max^n$", "orange", 44, 0),
        (radius, r"radius $\rho^n$", "green", 8 if radius < 0.99 * sigma else -20, 4.5),
    ]:
        (line,) = axes.semilogy(distance, factor**distance, ls=(start, (4, 5)), color=COLORS[color])
        leaves = int(np.flatnonzero(factor**distance < top)[-1])
        label_line(line, words, at=leaves, offset=(-left, 10))
    axes.axhline(1, color=INK, lw=0.8)
    axes.set(xlabel="distance $n = T - k$ (steps)", ylabel=r"$\|dh_T/dh_k\|$")
    axes.set(xlim=(0, distance[-1]), ylim=(1e-12, top))


def draw_slopes(axes: Axes, slopes: Float[Tensor, "..."]) -> None:
    """How the slopes that a gradient meets on its way are spread between 0 and 1."""
    shares, _ = np.histogram(slopes, bins=10, range=(0, 1))
    axes.bar(np.arange(0.05, 1, 0.1), shares / shares.sum(), width=0.09, color=COLORS["pink"])
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="slope $g'(z)$", ylabel="share of the slopes")


def draw_attempts(
    axes: Axes, reaches: Mapping[str, Sequence[float]], solved: Mapping[str, Sequence[int | None]], limit: int
) -> None:
    """Training steps until a task was solved over the reach before training, a point for each attempt.

    Attempts that were not solved within `limit` steps stand in a row of their own. The unit sets the colour: orange for
    a name with GRU in it, green for LSTM, blue for the others, which are Elman networks. A name with "larger" in it is
    drawn as diamonds.
    """
    for name, steps in solved.items():
        heights = [count or 1.1 * limit for count in steps]
        marker = "D" if "larger" in name else "o"
        color = COLORS["orange" if "GRU" in name else "green" if "LSTM" in name else "blue"]
        axes.semilogx(reaches[name], heights, marker, color=color, ms=7, alpha=0.75, mew=0)
    axes.axhline(limit, color=COLORS["grey"], lw=1, ls="--")
    ticks = [limit * i // 4 for i in range(5)]
    axes.set_yticks([*ticks, 1.1 * limit], [*map(str, ticks), "not"])
    axes.set(xlabel="reach before training", ylabel="training steps until solved", ylim=(0, 1.28 * limit))
