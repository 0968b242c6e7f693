"""Models of what comes next: by counting and by a recurrent network, and how well they do it."""

from rnn_helpers.language_models.vocabulary import Vocabulary

__all__ = ["Vocabulary"]
