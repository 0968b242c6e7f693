"""How the lesson's networks learn from a set of images."""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from rnn_helpers.pixels.models import PixelModel
from rnn_helpers.training import History, train


def fit(
    model: PixelModel,
    x: Float[Tensor, "N n m"],
    *,
    steps: int,
    lr: float,
    seed: int,
    B: int = 64,
    weight_decay: float = 0.1,
    validate: Callable[[], float] | None = None,
) -> History:
    """Lower the nats of the images in x, by AdamW with a rate that falls to 0 in a straight line, and with dropout.

    Batches of B go through the images in a new order each round. `validate` is called ten times, without dropout.

    Raises
    ------
    ValueError : there are fewer images than a batch takes.
    """
    if len(x) < B:
        raise ValueError(f"fit: x must hold at least a batch of {B} images, got {len(x)}")
    draw = torch.Generator().manual_seed(seed)

    def batches() -> Iterator[tuple[Tensor]]:
        while True:
            for rows in torch.randperm(len(x), generator=draw)[: len(x) // B * B].view(-1, B):
                yield (x[rows],)

    def without_dropout() -> float:
        model.eval()
        value = validate()
        model.train()
        return value

    model.train()
    history = train(
        model.parameters(),
        lambda images: model.nats(images).mean(),
        batches(),
        steps=steps,
        lr=lr,
        seed=seed,
        clip=20.0,
        decay=True,
        optimizer=partial(torch.optim.AdamW, weight_decay=weight_decay),
        validate=without_dropout if validate else None,
        every=max(1, steps // 10),
    )
    model.eval()
    return history
