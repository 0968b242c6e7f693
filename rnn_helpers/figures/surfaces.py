"""Pictures of descent on a loss surface: the surface from above, paths on it, and what clipping does to a gradient."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, Rectangle
from torch import Tensor

from rnn_helpers.figures.style import COLORS, FAINT, INK

_ARROW = {"arrowstyle": "-|>", "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0}


def draw_surface(
    axes: Axes, horizontal: Float[Tensor, "N"], vertical: Float[Tensor, "M"], losses: Float[Tensor, "M N"]
) -> None:
    """A loss surface from above, as shades over the paper: high ground orange, valleys blue, in between bare.

    Blue runs on a logarithmic scale from a fiftieth of the highest loss (bare) to a ten-thousandth (full); orange
    linearly from a tenth (bare) to the highest (full). Lines of equal loss show which way the bare ground slopes:
    six to a factor of ten, up to a tenth of the highest loss. The axes are fitted to the two grids.
    """
    relative = (losses / losses.max()).numpy()
    depth = np.clip((np.log10(1 / 50) - np.log10(np.maximum(relative, 1e-30))) / (4 + np.log10(1 / 50)), 0, 1)
    height = np.clip((relative - 0.1) / 0.9, 0, 1)
    image = np.zeros((*relative.shape, 4))
    image[..., :3] = np.where((height > 0)[..., None], to_rgb(COLORS["orange"]), to_rgb(COLORS["blue"]))
    image[..., 3] = np.where(height > 0, 0.15 + 0.5 * height, 0.6 * depth)
    image[..., 3] = np.round(image[..., 3] * 80) / 80  # steps too small to be seen, and a file a fifth as large
    extent = [*horizontal[[0, -1]].tolist(), *vertical[[0, -1]].tolist()]
    axes.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="nearest", zorder=0)
    levels = np.logspace(-2.5, -1, 10)
    thin = slice(None, None, 4)  # lines are smooth with fewer points than shades need
    ground = np.ma.masked_greater(relative[thin, thin], 0.1)  # or all lines would crowd along the foot of a wall
    axes.contour(
        horizontal[thin].numpy(),
        vertical[thin].numpy(),
        ground,
        levels,
        colors=FAINT,
        linewidths=0.7,
        zorder=0.5,
    )
    axes.grid(False)
    axes.set(xlim=extent[:2], ylim=extent[2:])


def draw_descent(axes: Axes, path: Float[Tensor, "S 2"], color: str) -> None:
    """Where the steps of a descent go; the first one that leaves the axes is a dashed arrow out of them.

    Draw it after the limits of the axes are set. What comes after the leap is not drawn.
    """
    points = path.numpy()
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    inside = (points >= [left, bottom]).all(1) & (points <= [right, top]).all(1)
    last = len(points) if inside.all() else int(np.argmin(inside))
    axes.plot(*points[:last].T, "o-", ms=2.2, lw=0.8, mew=0, color=color)
    if 0 < last < len(points):
        start, leap = points[last - 1], points[last] - points[last - 1]
        borders = np.where(leap > 0, [right, top], [left, bottom])
        reach = np.min((borders - start)[leap != 0] / leap[leap != 0])  # the share of the leap that is in the picture
        arrow = {**_ARROW, "color": color, "lw": 1.8, "ls": "--"}
        axes.annotate("", start + reach * leap, start, arrowprops=arrow, annotation_clip=False)


def draw_clipping(axes: Axes, gradient: tuple[float, float], threshold: float) -> None:
    """A gradient of two entries, clipped by norm onto a circle and element by element onto a square."""
    a, b = gradient
    factor = min(1.0, threshold / np.hypot(a, b))
    by_value = np.clip(gradient, -threshold, threshold)
    blue, orange = COLORS["blue"], COLORS["orange"]
    axes.add_patch(Circle((0, 0), threshold, fill=False, ec=blue, lw=1.2, ls="--"))
    axes.add_patch(Rectangle((-threshold, -threshold), 2 * threshold, 2 * threshold, fill=False, ec=orange, lw=1.2))
    for tip, color in [((a, b), INK), (by_value, orange), ((a * factor, b * factor), blue)]:
        axes.annotate("", tip, (0, 0), arrowprops={**_ARROW, "color": color, "lw": 1.8})
    axes.annotate("gradient", (a, b), (0, 8), textcoords="offset points", ha="right", color=INK)
    axes.annotate("by norm", (a * factor, b * factor), (5, -14), textcoords="offset points", color=blue)
    axes.annotate("element-wise", (-threshold, threshold), (0, 6), textcoords="offset points", color=orange)
    largest = 1.1 * max(abs(a), abs(b))
    axes.set(xlim=(-1.15 * threshold, largest), ylim=(-1.25 * threshold, 1.75 * threshold), aspect="equal")
