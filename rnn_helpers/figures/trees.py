"""Pictures of a search: sequences as paths of a tree, and which of them are kept."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from rnn_helpers.figures.graphs import draw_node
from rnn_helpers.figures.style import COLORS, FAINT, INK


def draw_search_tree(
    axes: Axes, steps: Sequence[Mapping[str, float]], kept: Sequence[set[str]], end: str, best: str = ""
) -> None:
    """A tree of sequences, grown from left to right: step t has those of t symbols that were looked at.

    Parameters
    ----------
    steps : for each step, the sequences of that length, a string each, with their probabilities.
    kept : for each step, which of them the search kept. Kept ones are drawn in colour, orange where they ended (their
        last symbol is `end`); the others are grey.
    best : a sequence; what leads to it is drawn in green, kept or not.
    """
    heights, rows = _heights(steps)
    behind = 0.07 * (2 * len(steps) + 1.3)  # a number takes this much of the width
    draw_node(axes, 0, heights[""], "", COLORS["blue"], size=14)
    for t, (step, chosen) in enumerate(zip(steps, kept, strict=True), start=1):
        for path, probability in step.items():
            color = (COLORS["orange"] if path.endswith(end) else COLORS["blue"]) if path in chosen else COLORS["grey"]
            color = COLORS["green"] if best.startswith(path) else color
            begin = 2 * t - 2 + (behind if t > 1 else 0)
            line = FAINT if color == COLORS["grey"] else color
            width = 2.4 if path in chosen else 1.2
            ends = (begin, heights[path[:-1]]), (2 * t, heights[path])
            rims = {"shrinkA": 7 if t == 1 else 0, "shrinkB": 8.5}  # nodes have no face on a page without paper
            axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-", color=line, lw=width, zorder=1, **rims))
            draw_node(axes, 2 * t, heights[path], path[-1], color, size=17)
            axes.annotate(
                f"{probability:.3f}".strip("0") if probability >= 0.0005 else "<.001",
                (2 * t, heights[path]),
                (11, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=INK if path in chosen else COLORS["grey"],
            )
    axes.set(xlim=(-0.4, 2 * len(steps) + 0.9), ylim=(-rows / 2 - 0.2, rows / 2 + 0.2))
    axes.axis("off")


def _heights(steps: Sequence[Mapping[str, float]]) -> tuple[dict[str, float], int]:
    """Where each sequence stands: those of one parent side by side, as near to it as the others allow. And the rows."""
    rows = max(map(len, steps))
    heights = {"": 0.0}
    for step in steps:
        groups: dict[str, list[str]] = {}
        for path in step:
            groups.setdefault(path[:-1], []).append(path)
        lowest, tops = rows / 2, {}
        for parent in sorted(groups, key=heights.__getitem__, reverse=True):  # from above, each below the one before
            tops[parent] = min(heights[parent] + len(groups[parent]) / 2, lowest)
            lowest = tops[parent] - len(groups[parent])
        highest = -rows / 2
        for parent in reversed(tops):  # from below, back into the picture
            highest = max(tops[parent], highest + len(groups[parent]))
            for row, path in enumerate(groups[parent]):
                heights[path] = highest - row - 0.5
    return heights, rows
