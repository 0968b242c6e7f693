"""`make cups`: do four times the steps teach linear recurrences to follow the cups? About a minute; chapter 15.

The two stacks of that chapter, with its games, rate and batches, and 1,800 steps in place of 450. Each result is a line
of rnn_helpers/measured/cups.csv, which the lesson reads. What stands there is not measured again; delete a line, or the
file, to have it measured.
"""

import time

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnn_helpers.groups import alternating
from rnn_helpers.layers import MinGRU
from rnn_helpers.measured.cups import FILE, CupsMeasurement, load_cups
from rnn_helpers.measured.files import begin, store
from rnn_helpers.state_spaces import LRU, Stack
from rnn_helpers.tasks import word_problem
from rnn_helpers.training import train

SEEDS = (0, 1, 2)
STEPS = 1_800
WIDTHS = {"minGRU": 19, "LRU": 16}  # about 4,400 parameters
A5 = alternating(5)
MOVES = [A5.number_of(places) for places in ([1, 2, 3, 4, 0], [1, 2, 0, 3, 4])]


class Player(nn.Module):
    """A stack of two blocks around the recurrence, and a read-out of 60 arrangements."""

    def __init__(self, name: str):
        super().__init__()
        H = WIDTHS[name]
        make_layer = {"minGRU": lambda: MinGRU(H, H), "LRU": lambda: LRU(H, H, 0.5, 0.999)}[name]
        self.layer, self.W = Stack(2, H, make_layer, num_blocks=2), nn.Linear(H, 60)

    def forward(self, x: Float[Tensor, "B T 2"]) -> Float[Tensor, "B T 60"]:
        return self.W(self.layer(x)[0])


def measure(name: str, seed: int, steps: int = STEPS) -> CupsMeasurement:
    torch.manual_seed(seed)
    model, generator = Player(name), torch.Generator().manual_seed(100 + seed)
    batches = (word_problem(32, 16, generator, A5, MOVES) for _ in range(steps))
    start = time.process_time()
    train(
        model.parameters(),
        lambda x, y: cross_entropy(model(x).flatten(0, 1), y.flatten()),
        batches,
        steps=steps,
        lr=1e-2,
        clip=1.0,
        seed=seed,
    )
    seconds = time.process_time() - start
    x, y = word_problem(1_000, 32, torch.Generator().manual_seed(99), A5, MOVES)
    with torch.no_grad():
        right = (model(x).argmax(-1) == y).float().mean(0)
    return CupsMeasurement(name, steps, seed, *(right[moves - 1].item() for moves in (8, 16, 32)), seconds)


def main() -> None:
    torch.set_num_threads(1)
    begin(FILE, CupsMeasurement)
    done = {(m.model, m.seed) for m in load_cups()}
    for name in WIDTHS:
        for seed in SEEDS:
            if (name, seed) not in done:
                store(FILE, measure(name, seed))


if __name__ == "__main__":
    main()
