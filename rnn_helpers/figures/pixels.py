"""Binary images, what a logit sees of one, and the diagonals of a grid set upright."""

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from torch import Tensor

from rnn_helpers.figures.graphs import draw_arrow
from rnn_helpers.figures.style import COLORS, FAINT, INK


def draw_images(axes: Axes, x: Float[Tensor, "rows columns n m"], given: int = 0) -> None:
    """Binary images in rows and columns: ink is 1. The first `given` rows of pixels of each are blue."""
    rows, columns, n, m = x.shape
    gap = 1
    canvas = np.zeros((rows * (n + gap) - gap, columns * (m + gap) - gap, 4))
    blue, ink = to_rgba(COLORS["blue"]), to_rgba(COLORS["grey"])
    images = x.detach().cpu().numpy()
    for r in range(rows):
        for c in range(columns):
            place = canvas[r * (n + gap) : r * (n + gap) + n, c * (m + gap) : c * (m + gap) + m]
            place[...] = to_rgba(COLORS["grey"], 0.12)
            inked = images[r, c] > 0.5
            place[inked] = ink
            place[:given][inked[:given]] = blue
    axes.imshow(canvas, interpolation="nearest")
    axes.set_axis_off()


def draw_context(
    axes: Axes, context: Bool[Tensor, "n m"], i: int, j: int, title: str, allowed: Bool[Tensor, "n m"]
) -> None:
    """The pixel (i, j) in orange, what its logit sees in blue, and with a cross what it might see and does not.

    A leak, seen and not allowed, is pink.
    """
    context, allowed = context.numpy(), allowed.numpy()
    n, m = context.shape
    cells = np.zeros((n, m, 4))
    cells[context & allowed] = to_rgba(COLORS["blue"], 0.75)
    cells[context & ~allowed] = to_rgba(COLORS["pink"], 0.85)
    if not context[i, j]:
        cells[i, j] = to_rgba(COLORS["orange"])
    axes.imshow(cells, interpolation="nearest", extent=(-0.5, m - 0.5, n - 0.5, -0.5))
    _draw_grid(axes, n, m)
    for row, column in np.argwhere(allowed & ~context):
        axes.plot(column, row, "x", color=INK, ms=4, mew=0.9)
    axes.plot(j, i, "o", color=COLORS["orange"], ms=5, mec=INK, mew=0.6)
    axes.set_title(title, fontsize=10, loc="center")
    axes.set_axis_off()


def draw_skewing(axes: Axes, n: int, m: int) -> None:
    """An image and its skewed map, each pixel with the number of its diagonal, and two pixels with what they read."""
    shift = m + 2.5
    for i in range(n):
        for j in range(m):
            shade = COLORS["blue"] if (i + j) % 2 else COLORS["grey"]
            for column in (j, shift + i + j):
                axes.add_patch(Rectangle((column, i), 1, 1, fc=to_rgba(shade, 0.28), ec=INK, lw=0.7))
                axes.text(column + 0.5, i + 0.5, str(i + j + 1), ha="center", va="center", fontsize=9)
    for d in range(n + m - 1):
        for i in range(n):
            if not 0 <= d - i < m:
                axes.add_patch(Rectangle((shift + d, i), 1, 1, fc="none", ec=FAINT, lw=0.6, ls=":"))
    i, j = n - 2, m - 2
    for column, above in [(j, j), (shift + i + j, shift + i + j - 1)]:
        axes.add_patch(Rectangle((column, i), 1, 1, fc="none", ec=COLORS["orange"], lw=2.4))
        target = (column + 0.5, i + 0.5)
        for source in [(column - 0.5, i + 0.5), (above + 0.5, i - 0.5)]:
            axes.annotate(
                "",
                target,
                source,
                arrowprops=dict(arrowstyle="-|>", color=COLORS["orange"], lw=1.8, shrinkA=4, shrinkB=6),
            )
    draw_arrow(axes, (m + 0.2, n / 2), (shift - 0.2, n / 2), "skew", COLORS["grey"], text_offset=(0, 10))
    axes.text(m / 2, -0.35, "image", ha="center")
    axes.text(shift + (n + m - 1) / 2, -0.35, "skewed map", ha="center")
    axes.set(xlim=(-0.2, shift + n + m - 0.8), ylim=(n + 0.2, -0.9), aspect="equal")
    axes.set_axis_off()


def _draw_grid(axes: Axes, n: int, m: int) -> None:
    axes.hlines(np.arange(-0.5, n), -0.5, m - 0.5, color=FAINT, lw=0.6)
    axes.vlines(np.arange(-0.5, m), -0.5, n - 0.5, color=FAINT, lw=0.6)
    axes.set(xlim=(-0.6, m - 0.4), ylim=(n - 0.4, -0.6))
