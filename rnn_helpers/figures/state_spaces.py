"""Where the poles of a linear recurrence lie, and which letters a decoder looks at."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Complex, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle
from torch import Tensor

from rnn_helpers.figures.style import COLORS, FAINT


def draw_poles(
    axes: Axes, poles: Complex[Tensor, "H"], radii: Sequence[float] = (), color: str = COLORS["blue"]
) -> None:
    """Poles as points of the complex plane, with the unit circle, and circles of the given radii as dashed lines."""
    axes.add_patch(Circle((0, 0), 1, fill=False, ec=COLORS["grey"], lw=1))
    for radius in radii:
        axes.add_patch(Circle((0, 0), radius, fill=False, ec=COLORS["grey"], lw=0.8, ls="--"))
    points = poles.detach().cpu().numpy()
    axes.plot(points.real, points.imag, ".", ms=3, color=color, mew=0)
    axes.set(xlim=(-1.08, 1.08), ylim=(-1.08, 1.08), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes.set(xlabel="real part", ylabel="imaginary part")


def draw_alignment(axes: Axes, weights: Float[Tensor, "L T"], source: Sequence[str], target: Sequence[str]) -> None:
    """Rows of weights over the source, one for each symbol of the target: the darkest cell is the largest weight.

    Raises
    ------
    ValueError : there are not as many rows and columns as symbols.
    """
    L, T = weights.shape
    if (len(target), len(source)) != (L, T):
        raise ValueError(
            f"draw_alignment: weights must have shape {(len(target), len(source))}, target by source; got {(L, T)}"
        )
    cells = np.empty((L, T, 4))
    cells[..., :3] = to_rgb(COLORS["blue"])
    cells[..., 3] = (weights / weights.max()).detach().cpu().double().numpy()
    axes.imshow(cells, extent=(-0.5, T - 0.5, L - 0.5, -0.5), interpolation="nearest", aspect="auto")
    axes.grid(False)
    axes.hlines(np.arange(-0.5, L), -0.5, T - 0.5, color=FAINT, lw=0.6)
    axes.vlines(np.arange(-0.5, T), -0.5, L - 0.5, color=FAINT, lw=0.6)
    axes.set_xticks(range(T), source)
    axes.set_yticks(range(L), target)
    axes.tick_params(length=0)
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.set(xlabel="letters read", ylabel="phones written")
