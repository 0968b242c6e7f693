"""What recurrence costs: a staircase of stages, each a step down from the last."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.style import label_line


def draw_stages(axes: Axes, stages: Sequence[str], values: Mapping[str, Sequence[float]]) -> None:
    """A staircase for each label of `values`, with a tread for each stage from left to right; labelled at its start.

    Raises
    ------
    ValueError : a label has not as many values as there are stages.
    """
    for i, (label, heights) in enumerate(values.items()):
        if len(heights) != len(stages):
            raise ValueError(f"draw_stages: {label!r} has {len(heights)} values for {len(stages)} stages")
        edges = [k - 0.5 for k in range(len(stages) + 1)]
        (line,) = axes.plot(edges, [*heights, heights[-1]], drawstyle="steps-post", color=f"C{i}")
        label_line(line, label, at=0, offset=(6, 9))
    axes.set_xticks(range(len(stages)), stages, rotation=35, ha="right", rotation_mode="anchor")
    axes.grid(axis="x", visible=False)
