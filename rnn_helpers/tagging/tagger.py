"""A tagger: what is seen of each word, a recurrent layer over the sentence, and a score for each tag at each word."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from rnn_helpers.language_models import Vocabulary
from rnn_helpers.layers.stack import Stack

WORD: Mapping[str, Callable[[str], str]] = {"word": lambda word: word}
"""The word as it is written, and nothing else."""

LETTERS: Mapping[str, Callable[[str], str]] = {
    **WORD,
    "first letter": lambda word: word[:1],
    "last letter": lambda word: word[-1:],
    "last two": lambda word: word[-2:],
    "last three": lambda word: word[-3:],
    "last four": lambda word: word[-4:],
}
"""The word, its first letter (a capital? a digit?) and its endings of one to four letters."""


class Views:
    """Words as numbers, one for each view of a word; what came once only in `sentences` counts as unknown, 0.

    A word that is new has endings that are not. And since rare words are unknown already while one trains, the number 0
    and the endings beside it learn what a new word may be.

    Parameters
    ----------
    sentences : the words of each; from training data alone.
    views : what to look at, `WORD` or `LETTERS`: functions of a word, under their names.
    """

    def __init__(self, sentences: Sequence[Sequence[str]], views: Mapping[str, Callable[[str], str]] = LETTERS):
        self.views = dict(views)
        self.vocabularies = [
            Vocabulary.of(([view(word) for word in words] for words in sentences), special=[""], at_least=2, unknown="")
            for view in self.views.values()
        ]

    @property
    def sizes(self) -> list[int]:
        """How many numbers each view has."""
        return [len(vocabulary) for vocabulary in self.vocabularies]

    def encode(self, words: Sequence[str]) -> Integer[Tensor, "T F"]:
        """The numbers of a sentence's words in all F views.

        Raises
        ------
        ValueError : there is no word.
        """
        if not words:
            raise ValueError("Views: words is empty")
        views = zip(self.views.values(), self.vocabularies, strict=True)
        return torch.stack([numbers.encode([view(word) for word in words]) for view, numbers in views], 1)


class EmbedViews(nn.Module):
    """A vector for each view of a word, side by side: x (B, T, F) -> (B, T, D).

    They start small, with standard deviation 0.1. `nn.Embedding` starts at 1: what one or two epochs add to the vector
    of a word that comes three times is little beside that.

    Parameters
    ----------
    sizes : how many numbers each view has, as `Views.sizes`.
    dimensions : entries of the vector of each view.
    """

    def __init__(self, sizes: Sequence[int], dimensions: Sequence[int]):
        super().__init__()
        if len(sizes) != len(dimensions):
            raise ValueError(f"EmbedViews: {len(sizes)} sizes, but {len(dimensions)} dimensions")
        self.tables = nn.ModuleList(map(nn.Embedding, sizes, dimensions))
        self.D = sum(dimensions)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, x: Integer[Tensor, "B T F"]) -> Float[Tensor, "B T D"]:
        return torch.cat([table(part) for table, part in zip(self.tables, x.unbind(2), strict=True)], 2)


class Tagger(nn.Module):
    """Scores for each tag at each word: x (B, T, F) -> (B, T, K).

    Parameters
    ----------
    embed : gives a vector (B, T, D) for each word of x, as `EmbedViews`.
    layer : reads these; one of `rnn_helpers.layers`.
    K : the number of tags.
    """

    def __init__(self, embed: nn.Module, layer: Stack, K: int):
        super().__init__()
        self.embed, self.layer = embed, layer
        self.W = nn.Linear(layer.directions * layer.H, K)

    def forward(
        self, x: Integer[Tensor, "B T F"], lengths: Integer[Tensor, "B"] | None = None
    ) -> Float[Tensor, "B T K"]:
        """Without `lengths` all sequences end at T; if they don't, a backward direction reads filling first."""
        h, _ = self.layer(self.embed(x), None, lengths)
        return self.W(h)
