"""Results over seeds, side by side: which differences are larger than the spread."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.style import COLORS, FAINT, INK


def draw_seeds(axes: Axes, results: Mapping[str, Sequence[float]], reference: str) -> None:
    """A row of points for each name, one a seed, with a stroke at their mean; the range of `reference` as a band.

    Blue are rows whose points all lie on one side of the band, grey those that overlap it, in ink the reference itself.
    """
    low, high = min(results[reference]), max(results[reference])
    axes.axvspan(low, high, color=FAINT, alpha=0.6, lw=0)
    for row, (name, values) in enumerate(results.items()):
        apart = max(values) < low or min(values) > high
        color = INK if name == reference else COLORS["blue"] if apart else COLORS["grey"]
        axes.plot(values, [row] * len(values), "o", color=color, ms=5, alpha=0.75, mew=0)
        axes.plot([sum(values) / len(values)] * 2, [row - 0.3, row + 0.3], color=color, lw=2)
    axes.set_yticks(range(len(results)), list(results))
    axes.set_ylim(len(results) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
