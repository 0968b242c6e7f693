"""From symbols to numbers and back: characters, words, phones, tags."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import torch
from jaxtyping import Int
from torch import Tensor


class Vocabulary:
    """Symbols in a fixed order; the number of a symbol is its place in it.

    >>> letters = Vocabulary.of(["abba", "cab"], special=["<end>"])
    >>> letters.symbols
    ('<end>', 'a', 'b', 'c')
    >>> letters.encode("cab")
    tensor([3, 1, 2])

    Parameters
    ----------
    symbols : each once; most often characters or words.
    unknown : the one of them that stands for whatever is not among them. Without it such a symbol is an error.

    Raises
    ------
    ValueError : a symbol comes twice, there is none, or `unknown` is not among them.
    """

    def __init__(self, symbols: Iterable[Hashable], unknown: Hashable | None = None):
        self.symbols = tuple(symbols)
        self.numbers = {symbol: number for number, symbol in enumerate(self.symbols)}
        self.unknown = unknown
        if not self.symbols:
            raise ValueError("Vocabulary: symbols is empty")
        if len(self.numbers) < len(self.symbols):
            twice = next(symbol for symbol, count in Counter(self.symbols).items() if count > 1)
            raise ValueError(f"Vocabulary: {twice!r} comes more than once in symbols")
        if unknown is not None and unknown not in self.numbers:
            raise ValueError(f"Vocabulary: unknown = {unknown!r} must be one of symbols")

    @classmethod
    def of(
        cls,
        sequences: Iterable[Iterable[Hashable]],
        special: Sequence[Hashable] = (),
        at_least: int = 1,
        unknown: Hashable | None = None,
    ) -> "Vocabulary":
        """The symbols that come `at_least` so many times in the sequences, sorted, behind the `special` ones."""
        counts = Counter(symbol for sequence in sequences for symbol in sequence)
        frequent = sorted(symbol for symbol, count in counts.items() if count >= at_least and symbol not in special)
        return cls([*special, *frequent], unknown)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: Hashable) -> bool:
        return symbol in self.numbers

    def __getitem__(self, symbol: Hashable) -> int:
        """The number of a symbol; that of `unknown`, if there is one, for those that are not in the vocabulary."""
        number = self.numbers.get(symbol, self.numbers.get(self.unknown))
        if number is None:
            raise ValueError(f"Vocabulary: {symbol!r} is not in it, and it has no symbol for unknown ones")
        return number

    def encode(self, sequence: Iterable[Hashable]) -> Int[Tensor, "T"]:
        """The numbers of a sequence of symbols.

        Raises
        ------
        ValueError : a symbol is not in the vocabulary, which has none for unknown ones.
        """
        sequence, otherwise = list(sequence), self.numbers.get(self.unknown)
        coded = [self.numbers.get(symbol, otherwise) for symbol in sequence]  # millions of characters: no call of ours
        if None in coded:
            self[sequence[coded.index(None)]]  # says which it is
        return torch.tensor(coded, dtype=torch.long)

    def decode(self, numbers: Int[Tensor, "T"] | Iterable[int]) -> list[Hashable]:
        """The symbols of a sequence of numbers.

        Raises
        ------
        ValueError : a number is below 0 or not below the size of the vocabulary.
        """
        numbers = numbers.tolist() if isinstance(numbers, Tensor) else list(numbers)
        if wrong := [number for number in numbers if not 0 <= number < len(self)]:
            raise ValueError(f"Vocabulary: numbers must lie between 0 and {len(self) - 1}, got {wrong[0]}")
        return [self.symbols[number] for number in numbers]
