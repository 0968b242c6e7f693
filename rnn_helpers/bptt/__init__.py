"""Recurrences over whole sequences, with backward passes written by hand."""

from rnn_helpers.bptt.elman import Parameters, elman, initial_parameters
from rnn_helpers.bptt.gru import gru_reset_after, gru_reset_before
from rnn_helpers.bptt.lattice import lattice_lstm
from rnn_helpers.bptt.lstm import coupled_lstm, lstm
from rnn_helpers.bptt.min_gru import min_gru

__all__ = [
    "Parameters",
    "coupled_lstm",
    "elman",
    "gru_reset_after",
    "gru_reset_before",
    "initial_parameters",
    "lattice_lstm",
    "lstm",
    "min_gru",
]
