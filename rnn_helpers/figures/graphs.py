"""Computation graphs: nodes and arrows on an axis without ticks."""

from matplotlib.axes import Axes

from rnn_helpers.figures.style import INK, PAPER


def draw_node(axes: Axes, x: float, y: float, text: str, color: str = INK, size: float = 30) -> None:
    """A circle with a formula in it, `size` points wide, at (x, y) in data units."""
    axes.plot(
        [x],
        [y],
        "o",
        markersize=size,
        markerfacecolor=PAPER,
        markeredgecolor=color,
        markeredgewidth=1.6,
        zorder=2,
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=12, zorder=3)


def draw_arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str = "",
    color: str = INK,
    bend: float = 0.0,
    gap: float = 17,
    text_offset: tuple[float, float] = (0, 9),
) -> None:
    """An arrow from node to node that ends `gap` points before their centres, with a formula beside its middle."""
    style = {
        "arrowstyle": "-|>",
        "color": color,
        "lw": 1.6,
        "shrinkA": gap,
        "shrinkB": gap,
        "mutation_scale": 12,
        "connectionstyle": f"arc3,rad={bend}",
    }
    axes.annotate("", xy=end, xytext=start, arrowprops=style, zorder=1)
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        axes.annotate(text, middle, text_offset, textcoords="offset points", ha="center", va="center", color=color)
