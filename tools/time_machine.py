"""`make timemachine TEXT=path`: count models and recurrent networks on a best-known textbook's own text and terms.

"Dive into Deep Learning" 1.0 (d2l.ai) trains its recurrent networks on windows of 32 characters from the first 10,032
of H. G. Wells's *The Time Machine* and validates on windows from the next 5,000. This command repeats that procedure
with the settings of its chapter 9.6, and sets beside it what counting and this book's networks do

1. on the same 10,032 characters in the same 28 symbols (small letters, the space, and one for unknown ones);
2. on the text as it is, with all of it but the 5,000 for training.

What is compared is perplexity by character on those 5,000: the textbook's as it validates, in windows that each begin
from a state of 0, and in one walk through the text like all others. Times are processor time for estimating the model,
on one thread. The networks' settings were chosen on the last 1,532 of the 10,032 characters and on another 5,000.

The text is the reader's own copy: Project Gutenberg's number 35, or the textbook's file, whose figures these are.
"""

import argparse
import hashlib
import math
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from rnn_helpers.language_models import (
    MarkovModel,
    RecurrentModel,
    Vocabulary,
    mean_nats,
    rows_of,
    token_nats,
    total,
    train_on_rows,
)
from rnn_helpers.layers import LSTM, RNN
from rnn_helpers.training import train

TRAIN, HELD_OUT = 10_032, 5_000
LEAD = 200  # characters that a model reads before those that count
TEXTBOOKS_FILE = "090b5e7e70c295757f55df93cb0a180b9691891a"  # SHA-1


class Text:
    """The tokens of a text, the pieces to learn from, and those to be predicted with what stands before them."""

    def __init__(self, characters: str, special: tuple[str, ...] = (), everything: bool = False):
        vocabulary = Vocabulary.of([characters], special)
        self.K, self.tokens = len(vocabulary), vocabulary.encode(characters)
        before, after = self.tokens[:TRAIN], self.tokens[TRAIN + HELD_OUT :]
        self.pieces = [before, after] if everything else [before]
        self.held_out = self.tokens[TRAIN - LEAD : TRAIN + HELD_OUT]

    def nats(self, model: MarkovModel | RecurrentModel) -> Tensor:
        return model.nats(self.held_out[None])[0, LEAD - 1 :]


class Textbook(nn.Module):
    """The textbook's network: one-hot characters, 32 units, a read-out."""

    def __init__(self, K: int, H: int = 32):
        super().__init__()
        self.K, self.layer, self.read_out = K, nn.RNN(K, H, batch_first=True), nn.Linear(H, K)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.read_out(self.layer(one_hot(tokens, self.K).float())[0])


def textbook(text: Text, seed: int, T: int = 32, B: int = 1024, epochs: int = 100) -> Textbook:
    """Its training: 10,000 overlapping windows, shuffled, from a state of 0; plain descent at rate 1, clipped at 1."""
    torch.manual_seed(seed)
    model, windows = Textbook(text.K), text.tokens[:TRAIN].unfold(0, T + 1, 1)
    batches = [(windows[chosen],) for _ in range(epochs) for chosen in torch.randperm(len(windows)).split(B)]

    def loss(window: Tensor) -> Tensor:
        return mean_nats(model(window[:, :-1]), window[:, 1:])

    options = dict(steps=len(batches), lr=1.0, clip=1.0, seed=seed, optimizer=torch.optim.SGD)
    train(model.parameters(), loss, batches, **options)
    return model


@torch.no_grad()
def as_it_validates(text: Text, model: Textbook, T: int = 32) -> float:
    """Perplexity over the 5,000 windows that begin one character after another where the training ends."""
    windows = text.tokens[TRAIN - T : TRAIN + HELD_OUT].unfold(0, T + 1, 1)
    return total(token_nats(model(windows[:, :-1]), windows[:, 1:])).perplexity


@torch.no_grad()
def in_one_walk(text: Text, model: Textbook) -> Tensor:
    return token_nats(model(text.held_out[None, :-1])[0], text.held_out[1:])[LEAD - 1 :]


def network(text: Text, seed: int, layer: Callable, E: int, H: int, B: int, w: int, steps: int, lr: float, p: float):
    """Rows of the text read from left to right in windows of w, the state carried; the rate falls to 0."""
    torch.manual_seed(seed)
    model = RecurrentModel(text.K, layer(E, H), dropout=p)
    tokens = torch.cat(text.pieces[::-1])  # the two pieces touch at the ends of the text
    start_from_counts(model, tokens)
    train_on_rows(model, rows_of(tokens, B), w=w, steps=steps, lr=lr, decay=True, clip=1.0, seed=seed)
    return model


@torch.no_grad()
def start_from_counts(model: RecurrentModel, tokens: Tensor) -> None:
    """Let the read-out begin at how often each symbol occurs, which the first steps would go to learn."""
    n = tokens.bincount(minlength=model.K) + 1.0
    model.read_out.bias.copy_((n / n.sum()).log())


def mixed(*nats: Tensor) -> Tensor:
    """-log of the mean of the models' probabilities."""
    return math.log(len(nats)) - torch.stack([-part.double() for part in nats]).logsumexp(0)


def timed(make: Callable, *args: object, **options: object) -> tuple[object, float]:
    start = process_time()
    model = make(*args, **options)
    return model, process_time() - start


def compare(text: Text, orders: range, networks: dict[str, tuple[dict, int]]) -> None:
    """Print a row a model; `networks` gives for each name its settings and how many seeds."""
    reference, reference_time = timed(textbook, text, seed=0)
    walk = total(in_one_walk(text, reference)).perplexity

    def row(name: str, perplexity: float, seconds: float) -> None:
        ratios = f"{perplexity / walk:11.2f}{seconds / reference_time:11.3f}"
        print(f"{name:44}{perplexity:11.2f}{seconds:9.2f}{ratios}", flush=True)

    print(f"{'':44}{'perplexity':>11}{'CPU s':>9}{'/ textbook':>11}{'/ its time':>11}")
    row("the textbook's procedure, as it validates", as_it_validates(text, reference), reference_time)
    row("   the same network in one walk", walk, reference_time)
    counts = {}
    for m in orders:
        model, seconds = timed(MarkovModel, text.pieces, text.K, m)
        counts[m] = text.nats(model), seconds
        row(f"counting, order {m}", total(counts[m][0]).perplexity, seconds)
    for name, (settings, seeds) in networks.items():
        for seed in range(seeds):
            model, seconds = timed(network, text, seed, **settings)
            nats = text.nats(model)
            row(f"{name}, seed {seed}", total(nats).perplexity, seconds)
            best, counting_time = counts[orders[-1]]
            row("   half and half with counting", total(mixed(nats, best)).perplexity, seconds + counting_time)


OWN_TERMS = {
    "Elman network, carried state": (dict(layer=RNN, E=32, H=128, B=8, w=32, steps=1000, lr=4e-3, p=0.2), 3),
    "LSTM, carried state": (dict(layer=LSTM, E=128, H=128, B=16, w=32, steps=1000, lr=1e-2, p=0.5), 3),
}
COUPLED = partial(LSTM, coupled=True)  # three blocks in place of four, so more steps in the same time
ALL_THE_TEXT = {
    "LSTM with coupled gates": (dict(layer=COUPLED, E=32, H=128, B=32, w=16, steps=370, lr=3e-2, p=0.0), 3),
    "the same, wider and longer": (dict(layer=COUPLED, E=64, H=256, B=32, w=32, steps=700, lr=1e-2, p=0.0), 1),
}


def read(path: str) -> str:
    """The text of the file, or an end with the reason and the next step."""
    if not path:
        sys.exit("Which text? Fetch number 35 from Project Gutenberg, then: make timemachine TEXT=path/to/the/file.txt")
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{path} can't be read as a text in UTF-8: {error}. Next step: make timemachine TEXT=another/path")
    if len(text) < 10 * HELD_OUT:
        sys.exit(f"{path} holds {len(text):,} characters, too few for this comparison; The Time Machine has 178,979.")
    if hashlib.sha1(text.encode()).hexdigest() != TEXTBOOKS_FILE:
        print(f"{path} is not the textbook's file, so the figures will differ from those that were published for it.")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", default="", help="a text in UTF-8, such as The Time Machine")
    raw = read(parser.parse_args().path)
    torch.set_num_threads(1)
    letters = re.sub("[^a-z]+", " ", raw.lower())
    network(Text(letters), 0, **OWN_TERMS["LSTM, carried state"][0] | {"steps": 2})  # so that no time is the first

    print(
        f"\nOn the textbook's terms: {TRAIN:,} characters to learn from, the next {HELD_OUT:,} to predict, 28 symbols\n"
    )
    compare(Text(letters, special=("unknown",)), range(1, 7), OWN_TERMS)
    text = Text(raw, everything=True)
    print(
        f"\nThe whole text: {len(raw):,} characters in {text.K} symbols; all but the same {HELD_OUT:,} to learn from\n"
    )
    compare(text, range(1, 7), ALL_THE_TEXT)


if __name__ == "__main__":
    main()
