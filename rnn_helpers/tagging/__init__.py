"""A label for every element of a sequence: a recurrent tagger of words, what it has to beat, and how to judge both."""

from rnn_helpers.tagging.baseline import MostFrequentTag
from rnn_helpers.tagging.crf import crf_loss, log_partition, path_score
from rnn_helpers.tagging.measures import Tally, tagging_loss
from rnn_helpers.tagging.tagger import LETTERS, WORD, EmbedViews, Tagger, Views

__all__ = [
    "LETTERS",
    "WORD",
    "EmbedViews",
    "MostFrequentTag",
    "Tagger",
    "Tally",
    "Views",
    "crf_loss",
    "log_partition",
    "path_score",
    "tagging_loss",
]
