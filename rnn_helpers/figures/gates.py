"""What a gated network does at each step: units as rows, time to the right, so that one sees them hold and write."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from rnn_helpers.figures.graphs import draw_arrow, draw_node
from rnn_helpers.figures.style import COLORS, FAINT, INK, label_line


def draw_gates(axes: Axes, values: Float[Tensor, "N T"], label: str) -> None:
    """N units over T steps as cells, the stronger the larger: blue for positive values, orange for negative ones.

    A bar at the right says what the colours mean. Stack several over each other, with `new_figure(rows=3, sharex=True,
    height_ratios=[1, 2, 2])`, to see gates, states and inputs of the same steps; label the lowest x-axis yourself.

    Parameters
    ----------
    values : gates (0 to 1) or states (-1 to 1), one row a unit, one column a step; as `u[0].T` for u (B, T, H). What
        is larger in size has full colour.
    label : what is drawn, written at the left, as "update gate $u_t$".
    """
    values = values.detach().cpu().double().numpy()
    N, T = values.shape
    axes.imshow(_colored(values), extent=(0.5, T + 0.5, N + 0.5, 0.5), interpolation="nearest", aspect="auto")
    axes.grid(False)
    axes.hlines(np.arange(0.5, N + 1), 0.5, T + 0.5, color=FAINT, lw=0.4)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set(ylabel=label, yticks=[1, N] if N > 1 else [1])
    _draw_key(axes, -1 if values.min() < 0 else 0)


def draw_stream(axes: Axes, values: Float[Tensor, "T"], marked: Bool[Tensor, "T"], label: str) -> None:
    """A stream of values as bars, one a step: the marked ones orange, the others grey."""
    steps, values, marked = np.arange(1, len(values) + 1), values.numpy(), marked.numpy()
    axes.bar(steps[~marked], values[~marked], width=0.7, color=COLORS["grey"], alpha=0.55)
    axes.bar(steps[marked], values[marked], width=0.7, color=COLORS["orange"])
    axes.axhline(0, color=FAINT, lw=0.8)
    axes.set(ylabel=label, xlim=(0.5, len(values) + 0.5))


def draw_bench(
    panels: Sequence[Axes] | np.ndarray,
    stream: tuple[Float[Tensor, "T"], Bool[Tensor, "T"]],
    memory: Mapping[str, Float[Tensor, "T"]],
    gates: Mapping[str, Float[Tensor, "T"]],
    gradient: Mapping[str, Float[Tensor, "K"]],
) -> None:
    """One unit over T steps in four panels over each other: input, memory, gates, and the gradient on its way back.

    Parameters
    ----------
    panels : four, from `new_figure(rows=4, sharex=True)`.
    stream : values and marks, as for `draw_stream`.
    memory, gates : by name, such as "cell $c_t$", a value for each of the steps 1 ... T.
    gradient : by name, the derivative of the last state or cell with respect to that of each of the last K steps up
        to T, in which 0 counts as a step. The second is dashed.
    """
    values, marked = stream
    T = len(values)
    draw_stream(panels[0], values, marked, "input")
    for (name, states), color in zip(memory.items(), (COLORS["blue"], COLORS["pink"]), strict=False):
        panels[1].plot(range(1, T + 1), states, color=color)
        label_line(panels[1].lines[-1], name)
    draw_gates(panels[2], torch.stack(list(gates.values())), "gates")
    panels[2].set_yticks(range(1, len(gates) + 1), list(gates))
    styles = ({"color": COLORS["green"], "lw": 3.5, "alpha": 0.6}, {"color": COLORS["blue"], "ls": "--"})
    for (name, sizes), style in zip(gradient.items(), styles, strict=False):
        panels[3].semilogy(range(T + 1 - len(sizes), T + 1), sizes, label=name, **style)
    panels[3].legend(loc="lower right")
    panels[1].set(ylabel="memory", ylim=(-1.1, 1.1))
    panels[3].set(ylabel="gradient,\nlast = 1", xlabel="step $t$", xlim=(-0.5, T + 0.5))


def draw_shortcuts(axes: Axes, T: int) -> None:
    """T steps of a gated unit: each state is reached from the one before by a shortcut, and through its candidate."""
    shortcut, long_way = COLORS["blue"], COLORS["grey"]
    draw_node(axes, 0, 1, "$h_0$")
    for t in range(1, T + 1):
        before, state, candidate = (2.2 * t - 2.2, 1), (2.2 * t, 1), (2.2 * t - 1, 0)
        draw_node(axes, *state, f"$h_{t}$")
        draw_node(axes, *candidate, rf"$\tilde h_{t}$", color=long_way)
        draw_node(axes, candidate[0], -1, f"$x_{t}$")
        draw_arrow(axes, before, state, rf"$\times\,(1-u_{t})$", shortcut, text_offset=(0, 11))
        draw_arrow(axes, before, candidate, r"$U$, tanh", long_way, text_offset=(-19, -13))
        draw_arrow(axes, candidate, state, rf"$\times\,u_{t}$", long_way, text_offset=(11, -13))
        draw_arrow(axes, (candidate[0], -1), candidate, "$V$", INK, text_offset=(10, 0))
    axes.set(xlim=(-0.5, 2.2 * T + 0.5), ylim=(-1.45, 1.45))
    axes.axis("off")


def _draw_key(axes: Axes, smallest: int) -> None:
    """A bar of all values from smallest (below) to 1 (above), right of the panel."""
    key = axes.inset_axes([1.02, 0, 0.014, 1])
    ramp = np.linspace(1, smallest, 64)[:, None]
    key.imshow(_colored(ramp), extent=(0, 1, smallest, 1), aspect="auto", interpolation="nearest")
    key.grid(False)
    key.set(xticks=[], yticks=[smallest, 1])
    key.yaxis.tick_right()
    key.tick_params(length=0)
    for spine in key.spines.values():
        spine.set(visible=True, color=FAINT)


def _colored(values: np.ndarray) -> np.ndarray:
    """Red, green, blue and strength of each value between -1 and 1; 0 lets the paper show."""
    image = np.empty((*values.shape, 4))
    image[..., :3] = np.where(values[..., None] < 0, to_rgb(COLORS["orange"]), to_rgb(COLORS["blue"]))
    image[..., 3] = np.abs(values).clip(0, 1)
    return image
