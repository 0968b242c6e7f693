"""A short training that `test_distributed` runs in one process and, by torchrun, in two: `trained_in_step.py FILE`."""

import sys

import torch

from rnn_helpers.language_models import RecurrentModel
from rnn_helpers.language_models.distributed import (
    UNITS,
    Settings,
    held_out_perplexity,
    process_group,
    share,
    train_rows,
)

K = 7


def train_in_step(place):
    """Gradients, losses and parameters of a few steps for each unit; windows of 5 go past the end of the rows."""
    result = {}
    tokens = torch.randint(K, (32, 14), generator=torch.Generator().manual_seed(0))
    for unit, layer in UNITS.items():
        torch.manual_seed(place.rank)  # what the second process draws must not count
        settings = Settings(unit=unit, window=5, steps=7, lr=0.01, clip=0.1)
        model = RecurrentModel(K, layer(3, 4)).double()
        adapt = torch.optim.Adam(model.parameters())
        rows, gradients = share(tokens, place), []
        for _ in train_rows(model, adapt, rows, place, settings):
            gradients.append([parameter.grad.clone() for parameter in model.parameters()])
        perplexity = held_out_perplexity(model, tokens[place.rank * 30 :][: 30 if place.rank == 0 else 2], place)
        alone = held_out_perplexity(model, tokens, place) if place.world == 1 else perplexity
        result[unit] = {
            "gradients": gradients,
            "parameters": [p.detach() for p in model.parameters()],
            "perplexity": torch.tensor(alone, dtype=torch.float64),
        }
    return result


if __name__ == "__main__":
    with process_group() as place:
        assert place.world == 2
        result = train_in_step(place)
        if place.speaks:
            torch.save(result, sys.argv[1])
