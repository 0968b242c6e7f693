"""Results over seeds, side by side: which differences are larger than the spread."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.style import COLORS, FAINT, INK, label_line


def draw_seeds(axes: Axes, results: Mapping[str, Sequence[float]], reference: str) -> None:
    """A row of points for each name, one a seed, with a stroke at their mean; the range of `reference` as a band.

    Blue are rows whose points all lie below the band, orange those above, grey those that overlap it, in ink the
    reference itself.
    """
    low, high = min(results[reference]), max(results[reference])
    axes.axvspan(low, high, color=FAINT, alpha=0.6, lw=0)
    for row, (name, values) in enumerate(results.items()):
        side = "blue" if max(values) < low else "orange" if min(values) > high else "grey"
        color = INK if name == reference else COLORS[side]
        axes.plot(values, [row] * len(values), "o", color=color, ms=5, alpha=0.75, mew=0)
        axes.plot([sum(values) / len(values)] * 2, [row - 0.3, row + 0.3], color=color, lw=2)
    axes.set_yticks(range(len(results)), list(results))
    axes.set_ylim(len(results) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)


def draw_depths(axes: Axes, families: Mapping[str, Mapping[int, Sequence[float]]]) -> None:
    """For each family a labelled line through the means over the number of layers, and a point for each seed."""
    for (label, by_depth), color in zip(families.items(), [COLORS["orange"], COLORS["blue"]], strict=False):
        for layers, values in by_depth.items():
            axes.plot([layers] * len(values), values, "o", color=color, ms=4, alpha=0.6, mew=0)
        means = [sum(values) / len(values) for values in by_depth.values()]
        (line,) = axes.plot(list(by_depth), means, color=color, lw=1.5)
        label_line(line, label)
    depths = sorted({layers for by_depth in families.values() for layers in by_depth})
    axes.set_xscale("log", base=2)
    axes.set_xticks(depths, map(str, depths))
    axes.set_xlabel("layers")
