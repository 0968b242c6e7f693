"""Choosing a sequence from a model's probabilities: at random, greedily, by search."""

from rnn_helpers.decoding.viterbi import viterbi

__all__ = ["viterbi"]
