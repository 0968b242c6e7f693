"""Inside an LSTM: what is kept, written and shown in one step, and how a gradient passes through many."""

from collections.abc import Mapping

from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from torch import Tensor

from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.style import COLORS, INK, label_line


def draw_lstm(axes: Axes) -> None:
    """One step of an LSTM: the sum from cell to cell along the top, and the gates that keep, write and show below.

    The sum is blue, as the shortcut in `draw_shortcuts`.
    """
    blue, orange, grey = COLORS["blue"], COLORS["orange"], COLORS["grey"]
    keep, write, add, cell, show = (2.3, 2.6), (4.9, 1.8), (4.9, 2.6), (8.1, 2.6), (8.1, 1)
    forget_gate, input_gate, candidate, output_gate = (2.3, 1), (4.1, 1), (5.7, 1), (6.9, 1)
    _draw_bus(axes, [forget_gate, input_gate, candidate, output_gate], grey)

    draw_node(axes, 0, 2.6, "$c_{t-1}$", blue)
    draw_node(axes, *cell, "$c_t$", blue)
    for place in (keep, write, show):
        draw_node(axes, *place, r"$\times$", size=18)
    draw_node(axes, *add, "$+$", size=18)
    for place, text in [(forget_gate, "$f_t$"), (input_gate, "$i_t$"), (output_gate, "$o_t$")]:
        draw_node(axes, *place, text, orange)
    draw_node(axes, *candidate, r"$\tilde c_t$")
    draw_node(axes, 9.9, 1, "$h_t$")

    for start, end in [((0, 2.6), keep), (keep, add), (add, cell), (cell, (9.9, 2.6))]:
        draw_arrow(axes, start, end, color=blue)
    for start, end in [(forget_gate, keep), (input_gate, write), (candidate, write), (write, add), (show, (9.9, 1))]:
        draw_arrow(axes, start, end)
    draw_arrow(axes, output_gate, show)
    draw_arrow(axes, cell, show, "$g$", text_offset=(9, 0))
    for (x, y), text in [(keep, "keep"), (add, "write")]:
        axes.annotate(text, (x, y), (0, 18), textcoords="offset points", ha="center", color=blue)
    axes.annotate("show", show, (0, -22), textcoords="offset points", ha="center", color=INK)
    axes.set(xlim=(-0.6, 10.4), ylim=(-0.75, 3.2))
    axes.axis("off")


def draw_starts(
    axes: Axes,
    starts: Mapping[str, tuple[Float[Tensor, "S"], Float[Tensor, "S"], Bool[Tensor, "S"]]],
) -> None:
    """One row a start, S seeds each: gradients in all (hollow) and along the sum (full), and how many seeds learned.

    Parameters
    ----------
    starts : for each name the gradients in all, those along the sum, and whether the task was learned. Drawn in the
        order of the second, the smallest at the bottom, on a logarithmic axis.
    """
    names = sorted(starts, key=lambda name: starts[name][1].mean().item())
    for row, name in enumerate(names):
        in_all, along, learned = starts[name]
        hollow = axes.plot(in_all, [row + 0.16] * len(in_all), "o", ms=7, color=COLORS["grey"], mfc="none", mew=1.6)
        full = axes.plot(along, [row - 0.16] * len(along), "o", ms=7, color=COLORS["blue"])
        if row == 0:
            label_line(hollow[0], "in all", at=in_all.argmax().item(), offset=(9, 1))
            label_line(full[0], "along the sum", at=along.argmax().item(), offset=(9, -1))
        successes = int(learned.sum())
        axes.annotate(
            f"{successes} of {len(learned)} learned",
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            color=INK if successes else COLORS["grey"],
            annotation_clip=False,
        )
    axes.set(xscale="log", ylim=(-0.6, len(names) - 0.5))
    axes.set_yticks(range(len(names)), names)


def _draw_bus(axes: Axes, readers: list[tuple[float, float]], color: str) -> None:
    """The line that takes the last state and the input to all that read them."""
    draw_node(axes, 0, 0.5, "$h_{t-1}$", color)
    draw_node(axes, 0, -0.4, "$x_t$", color)
    height, right = 0.05, max(x for x, _ in readers)
    axes.plot([1, right], [height, height], color=color, lw=1.6, zorder=1)
    for y in (0.5, -0.4):
        axes.plot([0.28, 1], [y + 0.28 * (height - y), height], color=color, lw=1.6, zorder=1)  # from the rim
    for x, y in readers:
        draw_arrow(axes, (x, height - 0.25), (x, y), color=color, gap=15)
