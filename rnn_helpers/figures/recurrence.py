"""Pictures of a recurrence: folded and unrolled, and its states as points in a plane."""

from collections.abc import Mapping, Sequence

from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from torch import Tensor

from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.style import COLORS, FAINT, INK, label_line


def draw_recurrence(axes: Axes, T: int = 4) -> None:
    """The same network twice: folded, with an arrow from the state to itself, and unrolled over T steps."""
    blue, orange = COLORS["blue"], COLORS["orange"]
    _draw_step(axes, 0, "x_t", "h_t", r"\hat y_t")
    axes.annotate(
        "",
        xy=(0.3, 1.12),
        xytext=(0.3, 0.88),
        arrowprops={"arrowstyle": "<|-", "color": orange, "lw": 1.6, "connectionstyle": "arc3,rad=2.6"},
    )
    axes.text(1.07, 1, "$U$", color=orange, ha="center", va="center")
    axes.text(2.1, 1, "$=$", fontsize=18, ha="center", va="center")
    start = 3.2
    draw_node(axes, start, 1, "$h_0$", blue)
    for t in range(1, T + 1):
        x = start + 2 * t
        _draw_step(axes, x, f"x_{t}", f"h_{t}", rf"\hat y_{t}")
        draw_arrow(axes, (x - 2, 1), (x, 1), "$U$", orange)
    axes.set(xlim=(-0.6, start + 2 * T + 0.6), ylim=(-0.5, 2.5))
    axes.axis("off")


def _draw_step(axes: Axes, x: float, below: str, middle: str, above: str) -> None:
    for y, text, color in [(0, below, INK), (1, middle, COLORS["blue"]), (2, above, INK)]:
        draw_node(axes, x, y, f"${text}$", color)
    draw_arrow(axes, (x, 0), (x, 1), "$V$", text_offset=(9, 0))
    draw_arrow(axes, (x, 1), (x, 2), "$W$", text_offset=(11, 0))


def draw_states(axes: Axes, points: Float[Tensor, "N 2"], odd: Bool[Tensor, "N"], title: str = "") -> None:
    """States as points of a plane: small orange squares where `odd`, larger blue circles elsewhere."""
    for chosen, color, marker, size in [(~odd, COLORS["blue"], "o", 40), (odd, COLORS["orange"], "s", 12)]:
        axes.scatter(*points[chosen].T, s=size, color=color, marker=marker, alpha=0.7, lw=0)
    axes.set(title=title)


def draw_transition(
    axes: Axes, start: Sequence[float], end: Sequence[float], symbol: str, text_offset: tuple[float, float]
) -> None:
    """An arrow from one cluster of states to another, or from a cluster to itself, with the input that causes it."""
    start, end = tuple(map(float, start)), tuple(map(float, end))
    if start == end:
        side = 0.14 if start[0] < 0 else -0.14  # the loop stands on the outer side
        style = {"arrowstyle": "-|>", "color": INK, "lw": 1.3, "connectionstyle": f"arc3,rad={-8 * side:.2f}"}
        x, y = start
        axes.annotate("", xy=(x - side, y - 0.17), xytext=(x + side, y - 0.17), arrowprops=style)
        axes.annotate(symbol, (x, y - 0.17), text_offset, textcoords="offset points", ha="center", va="center")
    else:
        draw_arrow(axes, start, end, symbol, INK, bend=0.12, gap=15, text_offset=text_offset)


def draw_map(axes: Axes, before: Float[Tensor, "N"], after: Float[Tensor, "N"], steps: Float[Tensor, "T"]) -> None:
    """One number's way through a loop: the map from its value to the next, the diagonal, and a staircase of steps."""
    axes.plot(before, before, color=FAINT, lw=1.2)
    axes.plot(before, after, color=COLORS["blue"])
    corners_x = steps.repeat_interleave(2)[:-1]
    corners_y = steps.repeat_interleave(2)[1:]
    axes.plot(corners_x[:-1], corners_y[:-1], color=COLORS["orange"], lw=1.4)
    axes.plot(steps[:1], steps[:1], "o", color=COLORS["orange"], ms=6)
    axes.set(xlim=(float(before[0]), float(before[-1])), ylim=(float(before[0]), float(before[-1])), aspect="equal")


def draw_unit(
    time: Axes,
    way: Axes,
    runs: Mapping[str, Float[Tensor, "T"]],
    before: Float[Tensor, "N"],
    curves: Mapping[str, Float[Tensor, "N"]],
) -> None:
    """One unit: its states over time, and its way over the curves that take each state to the next.

    Parameters
    ----------
    time, way : the axes of both.
    runs : name of a sequence -> its states, the first of them h_0; two of them.
    before, curves : states, and for each symbol what becomes of them in a step; "0" is the one without input.
    """
    way.plot(before, before, color=COLORS["grey"], lw=1.2, ls="--")
    for symbol, after in curves.items():
        (line,) = way.plot(before, after, color=INK, lw=2.4 if symbol == "0" else 1)
        label_line(line, symbol, at=len(before) // 6, offset=(-6, 10))
    for (name, states), color in zip(runs.items(), (COLORS["blue"], COLORS["orange"]), strict=True):
        (line,) = time.plot(states, color=color, marker="o", ms=3)
        label_line(line, name, at=1, offset=(8, 0))
        way.plot(states.repeat_interleave(2)[:-1], states.repeat_interleave(2)[1:], color=color, lw=1.6)
    reach = float(before[-1])
    time.set(ylim=(-reach, reach), xlabel="step", ylabel="state")
    way.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    way.set(xlabel="state before the step", ylabel="state after the step")
