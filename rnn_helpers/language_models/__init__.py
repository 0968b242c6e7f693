"""Models of what comes next: by counting and by a recurrent network, and how well they do it.

A model offers `step(tokens (N), state) -> (log-probabilities (N, K), state)`, where the state is None at the start and
has the N sequences on its first axis; and `nats(tokens)`, -log p of every token but the first. `NLL` adds these up.
"""

from rnn_helpers.language_models.counting import MarkovModel
from rnn_helpers.language_models.evaluation import NLL, mean_nats, token_nats, total
from rnn_helpers.language_models.recurrent import RecurrentModel, train_on_rows
from rnn_helpers.language_models.sampled import sampled_softmax_loss
from rnn_helpers.language_models.text import next_tokens, rows_of, windows, with_end
from rnn_helpers.language_models.vocabulary import Vocabulary

__all__ = [
    "NLL",
    "MarkovModel",
    "RecurrentModel",
    "Vocabulary",
    "mean_nats",
    "next_tokens",
    "rows_of",
    "sampled_softmax_loss",
    "token_nats",
    "total",
    "train_on_rows",
    "windows",
    "with_end",
]
