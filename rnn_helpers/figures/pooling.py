"""Where along a sequence a classifier looks and listens, and what it makes of the words of a sentence."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from torch import Tensor

from rnn_helpers.figures.gates import draw_gates
from rnn_helpers.figures.style import COLORS, FAINT


def draw_profile(axes: Axes, shares: Float[Tensor, "N P"], color: str, dashed: bool = False) -> None:
    """The mean of N sequences' shares over P parts of their length, with a band of one standard error.

    In multiples of an even share, 1/P, which a grey line marks; to the right the place in the sequence in per cent.
    """
    N, P = shares.shape
    times_even = shares.detach().cpu().double().numpy() * P
    places, mean = (np.arange(P) + 0.5) * 100 / P, times_even.mean(0)
    error = times_even.std(0, ddof=1) / np.sqrt(N)
    axes.axhline(1, color=FAINT, lw=1.2, zorder=1)
    axes.fill_between(places, mean - error, mean + error, color=color, alpha=0.3, lw=0)
    axes.plot(places, mean, color=color, ls="--" if dashed else "-", lw=1.6 if dashed else 2.2)
    axes.set(xlim=(0, 100), xticks=[0, 50, 100])


def draw_words(axes: Axes, words: Sequence[str], rows: Float[Tensor, "N T"], names: Sequence[str]) -> None:
    """A sentence with N rows of cells under its words: the stronger, the larger the value in its row; orange below 0.

    Raises
    ------
    ValueError : there are not as many words as columns, or names as rows.
    """
    if (len(names), len(words)) != tuple(rows.shape):
        raise ValueError(
            f"draw_words: rows must have a row a name and a column a word, {(len(names), len(words))}, "
            f"got {tuple(rows.shape)}"
        )
    draw_gates(axes, rows / rows.abs().max(1, keepdim=True).values, "share of the largest")
    axes.set_yticks(range(1, len(names) + 1), names)
    axes.set_xticks(range(1, len(words) + 1), words, rotation=45, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_xlabel("words")
    axes.tick_params(length=0)
    axes.spines[["top", "bottom", "left"]].set_visible(False)
    axes.vlines(np.arange(0.5, len(words) + 1), 0.5, len(names) + 0.5, color=COLORS["grey"], lw=0.3)
