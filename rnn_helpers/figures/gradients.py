"""Pictures of how a gradient travels through an unrolled network."""

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.style import COLORS, FAINT


def draw_unrolled(axes: Axes, T: int = 4) -> None:
    """An Elman network over T steps: inputs below, losses above, every use of U drawn as a copy of its own."""
    blue, orange = COLORS["blue"], COLORS["orange"]
    for t in range(T + 1):
        draw_node(axes, 2 * t, 1, f"$h_{t}$", blue)
        if t == 0:
            continue
        draw_node(axes, 2 * t, 0, f"$x_{t}$")
        draw_node(axes, 2 * t, 2, rf"$\hat y_{t}$")
        draw_node(axes, 2 * t, 3, f"$L_{t}$")
        draw_arrow(axes, (2 * t, 0), (2 * t, 1), "$V$", text_offset=(9, 0))
        draw_arrow(axes, (2 * t, 1), (2 * t, 2), "$W$", text_offset=(11, 0))
        draw_arrow(axes, (2 * t, 2), (2 * t, 3))
        draw_arrow(axes, (2 * t - 2, 1), (2 * t, 1), f"$U^{{({t})}}$", orange, text_offset=(0, 12))
    axes.set(xlim=(-0.6, 2 * T + 0.6), ylim=(-0.45, 3.45))
    axes.axis("off")


def draw_triangle(axes: Axes, sizes: Float[Tensor, "T T"], kept: Bool[Tensor, "T T"], title: str) -> None:
    """The terms of a recurrent gradient as cells: row t is the step of the loss, column k the step at which U is used.

    The larger a term in `sizes` (logarithmic, down to a ten-thousandth of the largest), the stronger its colour; cells
    that are not `kept` are left faint grey.
    """
    T = len(sizes)
    strength = 1 + (sizes / sizes.max()).clamp_min(1e-4).log10() / 4  # 0 at 1e-4 of the largest, 1 at the largest
    in_triangle = np.tri(T, dtype=bool)
    image = np.zeros((T, T, 4))
    image[in_triangle] = (*to_rgb(COLORS["grey"]), 0.16)
    shown = in_triangle & kept.numpy()
    image[shown, :3] = to_rgb(COLORS["blue"])
    image[shown, 3] = 0.12 + 0.88 * strength.numpy()[shown]
    axes.imshow(image, extent=(0.5, T + 0.5, T + 0.5, 0.5), interpolation="nearest")
    axes.grid(False)
    for edge in np.arange(0.5, T + 1):
        axes.plot([0.5, min(edge + 1, T + 0.5)], [edge, edge], color=FAINT, lw=0.4)
        axes.plot([edge, edge], [max(edge - 1, 0.5), T + 0.5], color=FAINT, lw=0.4)
    axes.set(xlabel="step $k$ at which $U$ is used", ylabel="step $t$ of the loss", title=title)
    axes.set_xticks([1, T // 2, T])
    axes.set_yticks([1, T // 2, T])
