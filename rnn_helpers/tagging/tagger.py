"""A tagger: what is seen of each word, a recurrent layer over the sentence, and a score for each tag at each word."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from rnn_helpers.language_models import Vocabulary
from rnn_helpers.layers import GRU
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
        _start_small(self)

    def forward(self, x: Integer[Tensor, "B T F"]) -> Float[Tensor, "B T D"]:
        return torch.cat([table(part) for table, part in zip(self.tables, x.unbind(2), strict=True)], 2)


class Spelling:
    """Words as numbers with their letters behind, for `ReadLetters`.

    A word or a letter that came once only in `sentences` is unknown, 0 for words and 1 for letters, among which 0
    fills up. A word of more than `longest` letters keeps its first one and its ending.
    """

    def __init__(self, sentences: Sequence[Sequence[str]], longest: int = 16):
        if longest < 2:
            raise ValueError(f"Spelling: longest must be at least 2, got {longest}")
        self.longest, self.words = longest, Views(sentences, WORD)
        self.letters = Vocabulary.of(
            (letter for words in sentences for word in words for letter in word),
            special=["filling", "unknown"],
            at_least=2,
            unknown="unknown",
        )

    @property
    def sizes(self) -> tuple[int, int]:
        """How many numbers there are for words, and for letters."""
        return self.words.sizes[0], len(self.letters)

    def encode(self, words: Sequence[str]) -> Integer[Tensor, "T F"]:
        """The number of each word, then its letters: F = 1 + `longest`.

        Raises
        ------
        ValueError : there is no word, or an empty one.
        """
        if not words or "" in words:
            raise ValueError(f"Spelling: words must hold one or more, none of them empty; got {list(words)}")
        rows = torch.zeros(len(words), 1 + self.longest, dtype=torch.long)
        rows[:, :1] = self.words.encode(words)
        for row, word in zip(rows, words, strict=True):
            if len(word) > self.longest:
                word = word[0] + word[1 - self.longest :]
            row[1 : 1 + len(word)] = self.letters.encode(word)
        return rows


class ReadLetters(nn.Module):
    """A vector for each word, and beside it one that a network has read from its letters: x (B, T, F) -> (B, T, D).

    The letters are read in both directions, and both last states are taken (after Ling and others 2015,
    arXiv 1508.02096, with a GRU in place of their LSTM). Each different word of a batch is read once. D is
    `dimensions` + 2H.

    Parameters
    ----------
    sizes : how many words and letters there are, as `Spelling.sizes`.
    dimensions : entries of the vector of a word.
    H : entries of a letter's vector, and of the state in each direction.
    """

    def __init__(self, sizes: tuple[int, int], dimensions: int, H: int):
        super().__init__()
        words, letters = sizes
        self.words, self.letters = nn.Embedding(words, dimensions), nn.Embedding(letters, H)
        self.layer, self.D = GRU(H, H, bidirectional=True), dimensions + 2 * H
        _start_small(self)

    def forward(self, x: Integer[Tensor, "B T F"]) -> Float[Tensor, "B T D"]:
        words, spelled = x[:, :, 0], x[:, :, 1:]
        different, which = spelled.flatten(0, 1).unique(dim=0, return_inverse=True)
        lengths = (different != 0).sum(1).clamp(min=1)  # filling between sentences is read as a word of one letter
        _, ends = self.layer(self.letters(different), None, lengths)
        return torch.cat([self.words(words), torch.cat([*ends], 1)[which].unflatten(0, words.shape)], 2)


class Tagger(nn.Module):
    """Scores for each tag at each word: x (B, T, F) -> (B, T, K).

    Parameters
    ----------
    embed : gives a vector (B, T, D) for each word of x, as `EmbedViews`, `ReadLetters`.
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


def _start_small(module: nn.Module) -> None:
    for part in module.modules():
        if isinstance(part, nn.Embedding):
            nn.init.normal_(part.weight, std=0.1)
