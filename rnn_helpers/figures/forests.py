"""Pictures of trees: words at their nodes, levels in colour, and where along the leaves a gradient arrives."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from matplotlib.axes import Axes
from torch import Tensor

from rnn_helpers.figures.graphs import draw_node
from rnn_helpers.figures.style import COLORS, INK, label_line
from rnn_helpers.trees import Tree

_LEVELS = [COLORS[name] for name in ("grey", "blue", "orange", "green", "pink")]


def draw_tree(axes: Axes, tree: Tree, left: float = 0.0, size: float = 22, levels: bool = True) -> float:
    """A tree with its root on top and each node as high as it is, from `left` on; the place after its last leaf.

    Parameters
    ----------
    size : of the nodes, in points; wide enough for the words.
    levels : colour the nodes by height. Otherwise all have the colour of the ink.
    """
    x, after = {}, left
    for leaf in tree.leaves():
        x[leaf], after = after, after + 1
    for node in tree.top_down[::-1]:
        if tree.children[node]:
            below = [x[child] for child in tree.children[node]]
            x[node] = (below[0] + below[-1]) / 2
    gap = {"arrowstyle": "-", "color": COLORS["grey"], "lw": 1.4, "shrinkA": size / 2 + 1, "shrinkB": size / 2 + 1}
    for node, children in enumerate(tree.children):
        for child in children:
            ends = [(x[place], float(tree.heights[place])) for place in (node, child)]
            axes.annotate("", xy=ends[1], xytext=ends[0], arrowprops=gap, zorder=1)
    for node in range(len(tree)):
        color = _LEVELS[min(tree.heights[node], len(_LEVELS) - 1)] if levels else INK
        draw_node(axes, x[node], float(tree.heights[node]), tree.words[node] or "", color, size)
    return after


def draw_row(axes: Axes, row: Sequence[str], arcs: Mapping[tuple[int, int], str]) -> None:
    """Tokens in a row, and arcs above between pairs of places (counted from 0), with the name of a colour for each."""
    for place, token in enumerate(row):
        axes.text(place, 0, token, ha="center", va="center")
    for (start, end), color in arcs.items():
        style = {"arrowstyle": "-", "color": COLORS[color], "lw": 1.8, "shrinkA": 8, "shrinkB": 8}
        style["connectionstyle"] = f"arc3,rad={-0.25 - 0.9 / (2 + abs(end - start))}"
        axes.annotate("", xy=(end, 0.1), xytext=(start, 0.1), arrowprops=style)
    axes.set(xlim=(-0.8, len(row) - 0.2))
    axes.axis("off")


def draw_arrivals(axes: Axes, gradients: Mapping[str, Float[Tensor, "S N"]]) -> None:
    """What arrives at each of N leaves of a gradient at the root, S seeds a shape, on a logarithmic axis."""
    for (name, norms), color in zip(gradients.items(), ("blue", "orange", "green"), strict=False):
        for row in norms:
            axes.semilogy(range(1, norms.shape[1] + 1), row, color=COLORS[color], lw=1.4, alpha=0.8)
        lowest = axes.lines[-len(norms) + int(norms.mean(1).argmin())]
        label_line(lowest, name, at=norms.shape[1] // 2, offset=(10, -14))


def draw_by_depth(
    axes: Axes,
    depths: Sequence[int],
    accuracies: Mapping[str, Float[Tensor, "S depths"]],
    colors: Sequence[str],
    trained_to: int,
) -> None:
    """Accuracy against depth: the mean over S seeds a line, each seed a dot; a dashed line where training ended.

    `colors` are names, one for each line.
    """
    ends = []
    for (name, rows), color in zip(accuracies.items(), colors, strict=True):
        (line,) = axes.plot(depths, rows.mean(0), color=COLORS[color])
        if len(rows) > 1:
            axes.plot(depths, rows.T, "o", color=COLORS[color], ms=3.5)
        ends.append((float(rows[:, -1].mean()), name, line))
    ends.sort(key=lambda label: label[0])
    heights = _apart([end for end, _, _ in ends], 0.06)
    for height, (_, name, line) in zip(heights, ends, strict=True):
        label = (depths[-1], height)
        axes.annotate(name, label, (8, 0), textcoords="offset points", va="center", color=line.get_color())
    axes.axvline(trained_to + 0.5, color=INK, ls="--", lw=1)
    axes.set(ylim=(0, 1.03))
    axes.set_xticks(list(depths))


def _apart(values: list[float], gap: float) -> list[float]:
    """Sorted values pushed apart, in both directions, until neighbours differ by `gap`."""
    for _ in range(100):
        for k in range(len(values) - 1):
            missing = max(0.0, gap - (values[k + 1] - values[k]))
            values[k], values[k + 1] = values[k] - missing / 2, values[k + 1] + missing / 2
    return values
