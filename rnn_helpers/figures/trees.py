"""Pictures of a search: sequences as paths of a tree, and which of them are kept."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.graphs import draw_node
from rnn_helpers.figures.style import COLORS, FAINT, INK


def draw_search_tree(axes: Axes, steps: Sequence[Mapping[str, float]], kept: Sequence[set[str]], end: str) -> None:
    """A tree of sequences, grown from left to right: step t has those of t symbols that were looked at.

    Parameters
    ----------
    steps : for each step, the sequences of that length, a string each, with their probabilities.
    kept : for each step, which of them the search kept. Kept ones are drawn in colour, orange where they ended (their
        last symbol is `end`); the others are grey.
    """
    paths = [path for step in steps for path in step]
    leaves = sorted(path for path in paths if not any(other.startswith(path) and other != path for other in paths))
    heights = {leaf: -float(row) for row, leaf in enumerate(leaves)}

    def height(path: str) -> float:
        if path not in heights:
            children = [other for other in ["", *paths] if len(other) == len(path) + 1 and other.startswith(path)]
            heights[path] = sum(map(height, children)) / len(children)
        return heights[path]

    draw_node(axes, 0, height(""), "", COLORS["blue"], size=14)
    for t, (step, chosen) in enumerate(zip(steps, kept, strict=True), start=1):
        for path, probability in step.items():
            color = (COLORS["orange"] if path.endswith(end) else COLORS["blue"]) if path in chosen else COLORS["grey"]
            ends = [2 * t - 2, 2 * t], [height(path[:-1]), height(path)]
            axes.plot(*ends, color=color if path in chosen else FAINT, lw=2.4 if path in chosen else 1.2, zorder=1)
            draw_node(axes, 2 * t, height(path), path[-1].replace(end, "●"), color, size=19)
            axes.annotate(
                f"{probability:.3f}".lstrip("0").rstrip("0"),
                (2 * t, height(path)),
                (13, 0) if path in leaves else (0, -17),  # beside it, or below where lines go on
                textcoords="offset points",
                ha="left" if path in leaves else "center",
                va="center",
                fontsize=9,
                color=INK if path in chosen else COLORS["grey"],
            )
    axes.set(xlim=(-0.4, 2 * len(steps) + 0.9), ylim=(min(heights.values()) - 0.7, 0.7))
    axes.axis("off")
