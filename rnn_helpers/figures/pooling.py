"""Where along a sequence a classifier looks and listens, and what it makes of the words of a sentence."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from rnn_helpers.figures.style import COLORS, FAINT, INK


def draw_profile(axes: Axes, shares: Float[Tensor, "N P"], color: str, dashed: bool = False) -> None:
    """The shares of N networks over P parts of a sequence, a thin line each.

    In multiples of an even share, 1/P, which a grey line marks; to the right the place in the sequence in per cent.
    """
    P = shares.shape[1]
    axes.axhline(1, color=FAINT, lw=1.2, zorder=1)
    places = (np.arange(P) + 0.5) * 100 / P
    axes.plot(places, shares.detach().cpu().double().numpy().T * P, color=color, ls="--" if dashed else "-", lw=1.2)
    axes.set(xlim=(0, 100), xticks=[0, 50, 100])


def draw_words(
    axes: Axes,
    words: Sequence[str],
    signed: Mapping[str, Float[Tensor, "T"]],
    unsigned: Mapping[str, Float[Tensor, "T"]],
) -> None:
    """A sentence with rows of cells under its words, each row by its name.

    Signed rows are blue above 0 and orange below, the stronger the larger in its row. Unsigned ones are grey, and each
    cell says its share of the row's sum in multiples of an even share, 1/T.

    Raises
    ------
    ValueError : a row has not as many values as there are words, or an unsigned row a negative one.
    """
    rows, T = {**signed, **unsigned}, len(words)
    for name, row in rows.items():
        if len(row) != T:
            raise ValueError(f"draw_words: {name!r} must have a value a word, {T}, got {len(row)}")
    cells = np.empty((len(rows), T, 4))
    for i, (name, row) in enumerate(rows.items()):
        values = row.detach().cpu().double().numpy()
        if name in signed:
            for_sign = np.array([to_rgb(COLORS["orange"]), to_rgb(COLORS["blue"])])[(values > 0).astype(int)]
            cells[i] = np.column_stack([for_sign, np.abs(values) / np.abs(values).max()])
            continue
        if values.min() < 0:
            raise ValueError(f"draw_words: {name!r} stands among the unsigned rows and has a negative value")
        # Half the strength, so that the numbers can be read on it.
        cells[i] = np.column_stack([np.tile(to_rgb(COLORS["grey"]), (T, 1)), 0.5 * values / values.max()])
        for t, times in enumerate(values / values.mean(), start=1):
            axes.text(t, i + 1, f"{times:.1f}", ha="center", va="center", fontsize=7, color=INK)
    axes.imshow(cells, extent=(0.5, T + 0.5, len(rows) + 0.5, 0.5), interpolation="nearest", aspect="auto")
    axes.grid(False)
    axes.hlines(np.arange(0.5, len(rows) + 1), 0.5, T + 0.5, color=COLORS["grey"], lw=0.3)
    axes.vlines(np.arange(0.5, T + 1), 0.5, len(rows) + 0.5, color=COLORS["grey"], lw=0.3)
    axes.set_yticks(range(1, len(rows) + 1), rows)
    axes.set_xticks(range(1, T + 1), words, rotation=45, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set(xlabel="words", ylabel="what it is to the network")
    axes.spines[["top", "bottom", "left", "right"]].set_visible(False)
