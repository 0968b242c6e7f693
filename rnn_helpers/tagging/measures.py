"""The loss and the figures of a tagger, over elements that exist: padding is in neither.

Targets y (B, T) are numbers of tags, and IGNORE behind the end of a sequence (`rnn_helpers.padding.pad` puts it there).
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor

from rnn_helpers.language_models import mean_nats
from rnn_helpers.padding import IGNORE


def tagging_loss(scores: Float[Tensor, "B T K"], y: Integer[Tensor, "B T"]) -> Float[Tensor, ""]:
    """Cross-entropy in nats, the mean over all elements that are not padding; tags are independent given the scores.

    Raises
    ------
    ValueError : shapes do not fit, a target is neither IGNORE nor between 0 and K - 1, or all of them are IGNORE.
    """
    check_targets("tagging_loss", scores, y)
    return mean_nats(scores, y)


@dataclass
class Tally:
    """What came out right over many batches, counted by element, so that batches may be unequal.

    >>> tally = Tally(K=2)
    >>> tally.add(torch.tensor([[0, 1, 1], [1, 0, 0]]), torch.tensor([[0, 1, 0], [1, IGNORE, IGNORE]]))
    >>> tally.accuracy, tally.sequence_accuracy
    (0.75, 0.5)
    >>> tally.confusion.tolist()
    [[1, 1], [0, 2]]

    Attributes
    ----------
    confusion : (K, K), how often tag i was taken for tag j.
    sequences, whole : how many sequences there were, and how many had all their tags right.
    marked, marked_right : how many elements were marked (unknown words, say), and how many of these were right.
    """

    K: int
    confusion: Integer[Tensor, "K K"] = field(init=False)
    sequences: int = field(init=False, default=0)
    whole: int = field(init=False, default=0)
    marked: int = field(init=False, default=0)
    marked_right: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.K < 1:
            raise ValueError(f"Tally: K must be the number of tags, at least 1, got {self.K}")
        self.confusion = torch.zeros(self.K, self.K, dtype=torch.long)

    def add(
        self,
        predicted: Integer[Tensor, "B T"],
        y: Integer[Tensor, "B T"],
        marked: Bool[Tensor, "B T"] | None = None,
    ) -> None:
        """Count a batch; what `predicted` and `marked` hold where y is IGNORE has no effect.

        Raises
        ------
        ValueError : shapes differ, a sequence is all padding, or a tag is not between 0 and K - 1.
        """
        for name, tensor in (("predicted", predicted), ("marked", marked)):
            if tensor is not None and tensor.shape != y.shape:
                raise ValueError(f"Tally: {name} must have the shape of y, {tuple(y.shape)}, got {tuple(tensor.shape)}")
        exists = y != IGNORE
        if not exists.any(1).all():
            raise ValueError("Tally: a sequence is nothing but padding")
        for name, tags in (("y", y[exists]), ("predicted", predicted[exists])):
            if tags.min() < 0 or tags.max() >= self.K:
                raise ValueError(f"Tally: {name} must hold tags from 0 to K - 1 = {self.K - 1}, got {tags.tolist()}")
        pairs = (y * self.K + predicted)[exists].cpu()
        self.confusion += pairs.bincount(minlength=self.K**2).view(self.K, self.K)
        right = predicted == y
        self.sequences += len(y)
        self.whole += int((right | ~exists).all(1).sum())
        if marked is not None:
            self.marked += int((marked & exists).sum())
            self.marked_right += int((marked & exists & right).sum())

    @property
    def accuracy(self) -> float:
        """Share of elements with the right tag."""
        return _share(int(self.confusion.diagonal().sum()), int(self.confusion.sum()), "element")

    @property
    def sequence_accuracy(self) -> float:
        """Share of sequences in which every tag is right."""
        return _share(self.whole, self.sequences, "sequence")

    @property
    def marked_accuracy(self) -> float:
        """Share of marked elements with the right tag."""
        return _share(self.marked_right, self.marked, "marked element")


def _share(part: int, whole: int, of: str) -> float:
    if not whole:
        raise ValueError(f"Tally: not one {of} has been counted")
    return part / whole


def check_targets(name: str, scores: Tensor, y: Tensor) -> None:
    """Raise a ValueError in the name of a function if targets do not fit scores (B, T, K)."""
    if scores.dim() != 3 or y.shape != scores.shape[:2]:
        raise ValueError(f"{name}: wants scores (B, T, K) and y (B, T), got {tuple(scores.shape)} and {tuple(y.shape)}")
    tags = y[y != IGNORE]
    if not len(tags):
        raise ValueError(f"{name}: y holds nothing but padding (IGNORE = {IGNORE})")
    if tags.min() < 0 or tags.max() >= scores.shape[2]:
        raise ValueError(
            f"{name}: y must hold tags from 0 to K - 1 = {scores.shape[2] - 1}, or IGNORE = {IGNORE} for padding; got "
            f"tags from {tags.min()} to {tags.max()}"
        )
