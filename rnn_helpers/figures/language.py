"""Count models and networks on one text: perplexity by how much text there was, and by how long the training took."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.style import COLORS, label_line

_TICKS = (3, 4, 5, 6, 8, 10, 13, 20)


def draw_learning(
    by_text: Axes,
    by_time: Axes,
    sizes: Sequence[int],
    orders: Mapping[int, Sequence[float]],
    network: Sequence[Sequence[float]],
    curves: Sequence[Sequence[float]],
    every: int,
    name: str,
) -> None:
    """Perplexity on logarithmic axes; the panels are to share the upward one.

    Parameters
    ----------
    by_text, by_time : left panel over `sizes`, right panel over training steps.
    sizes : numbers of tokens that were learned from.
    orders : for a count model of each order its perplexity by size; in the right panel the last ones stand as levels.
    network : for each size the perplexities of several seeds; the line leads through their means.
    curves : for each seed the perplexity after every `every` steps, at the last size.
    name : of the network.
    """
    for m, values in orders.items():
        (line,) = by_text.loglog(sizes, values, color=COLORS["grey"], lw=1.3)
        by_time.axhline(values[-1], color=COLORS["grey"], lw=1)
        if m <= 5:  # those above lie on one another
            label_line(line, f"order {m}", offset=(4, {4: 3, 5: -5}.get(m, 0)))
    (line,) = by_text.loglog(sizes, [sum(values) / len(values) for values in network], color=COLORS["orange"])
    label_line(line, name, at=1, offset=(-6, 14))
    for size, values in zip(sizes, network, strict=True):
        by_text.plot([size] * len(values), values, "o", color=COLORS["orange"], ms=4)
    for curve in curves:
        by_time.plot([every * (i + 1) for i in range(len(curve))], curve, color=COLORS["orange"], lw=1.2)
    by_text.set_yticks(_TICKS, map(str, _TICKS))
    by_text.minorticks_off()
    everything = [p for values in (*orders.values(), *network) for p in values]
    by_text.set(xlabel="characters to learn from", ylabel="perplexity, held out")
    by_text.set_ylim(0.93 * min(everything), 1.07 * max(everything))
    by_time.set(xlabel="training steps, longest text", ylabel=" ", xlim=(0, None))
