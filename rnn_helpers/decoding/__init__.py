"""Choosing a sequence from a model: at random, greedily, by search. `stepping` says how a model is asked."""

from rnn_helpers.decoding.filters import nucleus, temperature, top_k
from rnn_helpers.decoding.left_to_right import greedy, sample
from rnn_helpers.decoding.markov import most_probable
from rnn_helpers.decoding.search import beam_search, exhaustive
from rnn_helpers.decoding.stepping import Sequences, log_prob_of, up_to_end
from rnn_helpers.decoding.viterbi import viterbi

__all__ = [
    "Sequences",
    "beam_search",
    "exhaustive",
    "greedy",
    "log_prob_of",
    "most_probable",
    "nucleus",
    "sample",
    "temperature",
    "top_k",
    "up_to_end",
    "viterbi",
]
