"""`make learningcurve`: from how much text on does a network predict better than counting? Half an hour; chapter 3.

For each size, count models of order 1 to 6 and an LSTM of 256 units learn from the same characters of Shakespeare's
plays and are tried on the same held-out ones. Each result is a line of rnn_helpers/measured/learning_curve.csv, which
the lesson reads. What stands there is not measured again; delete a line, or the file, to have it measured.

The plays are cut into 32 equal parts. The last 1,250 characters of each part are held out, and who learns from N
characters gets the first N/32 of each part: so every size comes from all over the plays. Steps, rate and dropout of
each size were chosen in trials on another division of the text.
"""

import time

import torch

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models import MarkovModel, RecurrentModel, Vocabulary, rows_of, total, train_on_rows
from rnn_helpers.layers import LSTM
from rnn_helpers.measured.files import begin, store
from rnn_helpers.measured.learning_curve import FILE, Measurement, load_learning_curve

PARTS, HELD_OUT = 32, 1_250
SEEDS = (0, 1, 2)
SETTINGS = {  # of the network, by the number of characters
    10_000: dict(steps=300, lr=0.01, dropout=0.5),
    30_000: dict(steps=600, lr=0.01, dropout=0.5),
    100_000: dict(steps=1_000, lr=0.01, dropout=0.3),
    300_000: dict(steps=1_500, lr=0.008, dropout=0.1),
    1_000_000: dict(steps=3_000, lr=0.006, dropout=0.0),
    4_700_000: dict(steps=6_000, lr=0.006, dropout=0.0),
}
LONGER = {1_000_000: dict(steps=9_000, lr=0.006, dropout=0.1)}


def network(rows, K, seed, steps, lr, dropout):
    torch.manual_seed(seed)
    model = RecurrentModel(K, LSTM(64, 256), dropout=dropout)
    train_on_rows(model, rows, w=32, steps=steps, lr=lr, decay=True, clip=1.0, seed=seed)
    return model


def main() -> None:
    torch.set_num_threads(1)
    begin(FILE, Measurement)
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    parts, K = rows_of(letters.encode(text), PARTS), len(letters)
    held_out, done = parts[:, -HELD_OUT:], {(m.model, m.characters, m.seed) for m in load_learning_curve()}

    def measure(name, N, seed, make):
        if (name, N, seed) in done:
            return
        start = time.process_time()
        model = make(parts[:, : N // PARTS])
        seconds = time.process_time() - start
        result = Measurement(name, N, seed, total(model.nats(held_out)).perplexity, seconds)
        store(FILE, result)

    for N in SETTINGS:
        for m in range(1, 7):
            measure(f"order {m}", N, 0, lambda rows, m=m: MarkovModel(list(rows), K, m))
    for seed in SEEDS:
        for N, settings in SETTINGS.items():
            measure("LSTM", N, seed, lambda rows, s=seed, o=settings: network(rows, K, s, **o))
        for N, settings in LONGER.items():
            measure("LSTM longer", N, seed, lambda rows, s=seed, o=settings: network(rows, K, s, **o))


if __name__ == "__main__":
    main()
