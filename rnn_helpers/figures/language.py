"""Count models and a network on one text: perplexity by how much text there was, and who is ahead by how much."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnn_helpers.figures.style import COLORS, label_line

_TICKS = (3, 4, 5, 6, 8, 10, 13, 20)


def draw_learning(
    by_text: Axes,
    lead: Axes,
    sizes: Sequence[int],
    counting: Mapping[str, Sequence[float]],
    network: Mapping[int, Sequence[float]],
    name: str,
) -> None:
    """Perplexity over the size of the text on logarithmic axes, and the network's divided by that of the best count.

    Parameters
    ----------
    by_text, lead : the two panels.
    sizes : numbers of characters that were learned from.
    counting : for each count model, by name, its perplexity by size.
    network : for each size (or some of them) the perplexities of several seeds; lines lead through their means.
    name : of the network.
    """
    for i, (label, values) in enumerate(counting.items()):
        (line,) = by_text.loglog(sizes, values, color=COLORS["grey"], lw=1.3)
        label_line(line, label, offset=(4, -7 if i and i == len(counting) - 1 else 0))
    best = {size: min(column) for size, *column in zip(sizes, *counting.values(), strict=True)}
    ratios = {size: [p / best[size] for p in values] for size, values in network.items()}
    for axes, curve in [(by_text, network), (lead, ratios)]:
        means = [sum(values) / len(values) for values in curve.values()]
        (line,) = axes.semilogx(list(curve), means, color=COLORS["green"])
        for size, values in curve.items():
            axes.plot([size] * len(values), values, "o", color=COLORS["green"], ms=4)
        if axes is by_text:
            label_line(line, name, at=1, offset=(-40, -12))
    lead.axhline(1, color=COLORS["grey"], lw=1.3)
    everything = [*(p for values in counting.values() for p in values), *(p for v in network.values() for p in v)]
    by_text.set_yscale("log")
    by_text.set_yticks(_TICKS, map(str, _TICKS))
    by_text.minorticks_off()
    by_text.set_ylim(0.93 * min(everything), 1.07 * max(everything))
    by_text.set(xlabel="characters to learn from", ylabel="perplexity, held out")
    lead.set(xlabel="characters to learn from", ylabel=f"{name} / best count model")
