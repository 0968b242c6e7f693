"""What a tagger thinks, word by word, and what it takes for what."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Integer
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from rnn_helpers.figures.style import COLORS, FAINT, INK, label_line


def draw_revealed(
    axes: Axes, words: Sequence[str], probabilities: Mapping[str, Sequence[float]], colors: Mapping[str, str]
) -> None:
    """The probability of a word's tags as more words are let in: one line a tag, labelled at its end, over the words.

    Parameters
    ----------
    words : what is let in, in this order; the first is the word itself.
    probabilities : for each tag a number from 0 to 1 after each of the words.
    colors : the name of each tag's colour, as in `COLORS`.
    """
    steps = range(len(words))
    for tag, values in probabilities.items():
        (line,) = axes.plot(steps, values, "o-", ms=4, color=COLORS[colors[tag]])
        label_line(line, tag, offset=(8, 0))
    axes.set_xticks(steps, words, rotation=40, ha="right", rotation_mode="anchor")
    axes.set(xlabel="read up to", ylim=(-0.04, 1.06))


def draw_confusion(axes: Axes, confusion: Integer[Tensor, "K K"], tags: Sequence[str]) -> None:
    """What was taken for what: a row for each true tag, a column for each answer, the most frequent tags first.

    Errors are orange, the stronger the larger their share of the row; those of three words or more carry their
    number. Right answers, on the diagonal, are blue and carry their share in per cent. Tags that never were right or
    given are left out.
    """
    counts = confusion.numpy()
    order = [i for i in np.argsort(-counts.sum(1), kind="stable") if counts[i].sum() + counts[:, i].sum()]
    counts = counts[np.ix_(order, order)]
    names = [tags[i] for i in order]
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    K = len(names)
    image = np.empty((K, K, 4))
    image[..., :3] = to_rgb(COLORS["orange"])
    image[..., 3] = (shares / 0.15).clip(0, 1) * 0.85
    for i in range(K):
        image[i, i] = (*to_rgb(COLORS["blue"]), 0.2)
    axes.imshow(image, interpolation="nearest")
    for i, j in np.ndindex(K, K):
        if i == j:
            text = f"{100 * shares[i, i]:.0f}"
        elif counts[i, j] >= 3:
            text = f"{counts[i, j]}"
        else:
            continue
        axes.text(j, i, text, ha="center", va="center", fontsize=8, color=INK)
    axes.set_xticks(range(K), names, rotation=90, fontsize=9)
    axes.set_yticks(range(K), names, fontsize=9)
    axes.set_xticks(np.arange(0.5, K - 1), minor=True)
    axes.set_yticks(np.arange(0.5, K - 1), minor=True)
    axes.grid(False)
    axes.grid(True, which="minor", color=FAINT, lw=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set(xlabel="the tagger says", ylabel="the treebank says")
