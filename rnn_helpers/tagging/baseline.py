"""The tagger to beat: every word gets the tag it had most often, and a new word the tag of words that end alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence


class MostFrequentTag:
    """Counts which tag each word had in tagged sentences, and answers with the most frequent one.

    A word that was not there gets the tag that was most frequent among rare words (at most `RARE` times in the text)
    which agree with it in two things: whether they begin with a capital, and the longest ending, of `longest_ending`
    letters or fewer, that any of them shares with it. Rare words, because those that are new are like them; frequent
    ones are few, short and irregular. (After the suffix rule of Brants 2000, https://doi.org/10.3115/974147.974178,
    simplified.)

    Parameters
    ----------
    sentences : the words of each.
    tags : their tags, sentence by sentence.
    longest_ending : how many letters of an ending to look at; 0 leaves the capital alone.

    Raises
    ------
    ValueError : a sentence has more or fewer tags than words, or there is not one word.
    """

    RARE = 5

    def __init__(
        self, sentences: Iterable[Sequence[str]], tags: Iterable[Sequence[str]], longest_ending: int = 4
    ) -> None:
        by_word, by_ending = defaultdict(Counter), defaultdict(Counter)
        for words, labels in zip(sentences, tags, strict=True):
            if len(words) != len(labels):
                raise ValueError(f"MostFrequentTag: a sentence of {len(words)} words has {len(labels)} tags: {words}")
            for word, label in zip(words, labels, strict=True):
                by_word[word][label] += 1
        if not by_word:
            raise ValueError("MostFrequentTag: sentences hold not one word")
        for word, counts in by_word.items():
            if counts.total() <= self.RARE:
                for ending in _endings(word, longest_ending):
                    by_ending[ending] += counts
        self.longest_ending = longest_ending
        self.of_word = {word: _most_frequent(counts) for word, counts in by_word.items()}
        self.of_ending = {ending: _most_frequent(counts) for ending, counts in by_ending.items()}
        self.otherwise = _most_frequent(sum(by_word.values(), Counter()))

    def tag(self, words: Sequence[str]) -> list[str]:
        """A tag for each word."""
        return [self.of_word.get(word) or self._of_unknown(word) for word in words]

    def _of_unknown(self, word: str) -> str:
        known = (self.of_ending[e] for e in _endings(word, self.longest_ending) if e in self.of_ending)
        return next(known, self.otherwise)


def _endings(word: str, longest: int) -> list[tuple[bool, str]]:
    """Capital or not, with the last letters of a word: the longest first, the empty ending last."""
    longest = min(longest, len(word))
    return [(word[:1].isupper(), word[len(word) - length :]) for length in range(longest, -1, -1)]


def _most_frequent(counts: Counter) -> str:
    return min(counts, key=lambda label: (-counts[label], label))  # the same one whatever the order of the sentences
