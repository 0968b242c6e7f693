"""Naming the relation by which each word of a dependency tree hangs on another: what to count by, and a network."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnn_helpers.data.conllu import Sentence
from rnn_helpers.data.porttinari import Split
from rnn_helpers.language_models import Vocabulary
from rnn_helpers.layers import LSTM
from rnn_helpers.padding import batches_by_length, mask_of, pad
from rnn_helpers.training import train
from rnn_helpers.trees import ChildSumTreeLSTM, Forest, Tree, dependency_tree

D = 64  # entries of a word's vector
SMALL = ("ADP", "AUX", "CCONJ", "DET", "PUNCT", "SCONJ")  # words of grammar


def keys_below(sentence: Sentence, tree: Tree, node: int) -> list[tuple]:
    """What a count may look at in the subtree of a node, the most telling first.

    They are: its part of speech, those of its children and the words of grammar among them, and its own word; then one
    thing less each time, down to the part of speech alone. Words are in lower case.
    """
    tag, word = sentence.upos[node], sentence.forms[node].lower()
    below = tree.children[node]
    tags = tuple(sorted(sentence.upos[k] for k in below))
    small = tuple(sorted(sentence.forms[k].lower() for k in below if sentence.upos[k] in SMALL))
    return [(tag, tags, small, word), (tag, tags, small), (tag, tags), (tag,)]


def keys_with_above(sentence: Sentence, tree: Tree, node: int) -> list[tuple]:
    """Each of `keys_below` with the word that the node hangs on, and with that word's part of speech; at last alone."""
    parent, below = tree.parents[node], keys_below(sentence, tree, node)
    tag, word = (sentence.upos[parent], sentence.forms[parent].lower()) if parent >= 0 else (None, None)
    return [key for k in below for key in ((tag, word, *k), (tag, *k))] + below


def alone(_: None, x: Float[Tensor, "N D"], trees: Sequence[Tree]) -> Float[Tensor, "N D"]:
    """Each node knows itself."""
    return x


def with_children(_: None, x: Float[Tensor, "N D"], trees: Sequence[Tree]) -> Float[Tensor, "N 2*D"]:
    """Each node knows itself and the sum of its children: one step down, no recurrence."""
    below = x.new_zeros(len(x) + 1, x.shape[1]).index_add(0, parents_of(trees), x)
    return torch.cat([x, below[:-1]], 1)


def with_bag(_: None, x: Float[Tensor, "N D"], trees: Sequence[Tree]) -> Float[Tensor, "N 2*D"]:
    """Each node knows itself and the sum of all below it, without who hangs on whom."""
    parents = parents_of(trees)
    up, above = torch.cat([parents, parents.new_tensor([len(x)])]), parents
    below = x.new_zeros(len(x) + 1, x.shape[1])
    while (above < len(x)).any():
        below, above = below.index_add(0, above, x), up[above]
    return torch.cat([x, below[:-1]], 1)


def along_the_tree(layer: ChildSumTreeLSTM, x: Float[Tensor, "N D"], trees: Sequence[Tree]) -> Float[Tensor, "N H"]:
    """Each node knows its subtree, composed."""
    return layer(x, Forest(trees))[0]


def along_the_line(layer: LSTM, x: Float[Tensor, "N D"], trees: Sequence[Tree]) -> Float[Tensor, "N H"]:
    """Each node knows the sentence, read in both directions as far as itself."""
    padded, lengths = pad(x.split([len(tree) for tree in trees]))
    return layer(padded, None, lengths)[0][mask_of(lengths, padded.shape[1])]


KINDS = {
    "the node": (None, alone, D),
    "its children": (None, with_children, 2 * D),
    "bag of its subtree": (None, with_bag, 2 * D),
    "tree network": (lambda: ChildSumTreeLSTM(D, 48), along_the_tree, 48),
    "line network": (lambda: LSTM(D, 30, bidirectional=True), along_the_line, 60),
}
"""What a node knows of its sentence: how to make the layer, what gives the states, and how many entries they have."""


class RelationModel(nn.Module):
    """Scores of K relations at each node of a forest: a hidden layer over what is known there, and a read-out.

    Each word enters as the vectors of its form and of its part of speech, side by side, D entries.

    Parameters
    ----------
    words, tags, K : how many forms, parts of speech and relations there are.
    kind : what each node knows, one of `KINDS`.
    above : each node is shown x of the node that it hangs on, too (zeros at the root).

    Raises
    ------
    ValueError : there is no such kind.
    """

    def __init__(
        self,
        words: int,
        tags: int,
        K: int,
        kind: str,
        above: bool = False,
    ):
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"RelationModel: kind must be one of {', '.join(KINDS)}, got {kind!r}")
        self.words, self.tags = nn.Embedding(words, D - 16), nn.Embedding(tags, 16)
        for table in (self.words, self.tags):
            nn.init.normal_(table.weight, std=0.1)
        make, self.states, H = KINDS[kind]
        self.layer, self.above = make() if make else None, above
        self.hidden, self.W = nn.Linear(H + D * above, 64), nn.Linear(64, K)

    def forward(self, trees: Sequence[Tree], numbers: Int[Tensor, "N 2"]) -> Float[Tensor, "N K"]:
        """`numbers` are those of form and part of speech, for the nodes of all trees one after the other."""
        x = torch.cat([self.words(numbers[:, 0]), self.tags(numbers[:, 1])], 1)
        h = self.states(self.layer, x, trees)
        if self.above:
            h = torch.cat([h, torch.cat([x, 0 * x[:1]])[parents_of(trees)]], 1)
        return self.W(torch.tanh(self.hidden(h)))


def parents_of(trees: Sequence[Tree]) -> Int[Tensor, "N"]:
    """The number of each node's parent, nodes of all trees numbered through; N, one behind the last, for the roots."""
    N, first, rows = sum(map(len, trees)), 0, []
    for tree in trees:
        above = torch.as_tensor(tree.parents)
        rows.append(torch.where(above < 0, N, above + first))
        first += len(tree)
    return torch.cat(rows)


class RelationTask(NamedTuple):
    """Each part of a treebank as (tree, numbers (N, 2) of forms and parts of speech, numbers (N) of relations)."""

    parts: dict[str, list[tuple[Tree, Tensor, Tensor]]]
    words: int
    tags: int
    K: int


def relation_task(split: Split) -> RelationTask:
    """The treebank in numbers: forms that the training part has once, or never, are one unknown form."""

    def forms(sentence):
        return [form.lower() for form in sentence.forms]

    words = Vocabulary.of(map(forms, split.train), special=[""], at_least=2, unknown="")
    tags = Vocabulary.of(s.upos for s in split.train)
    relations = Vocabulary.of((s.deprels for s in split.train), special=["?"], unknown="?")
    parts = {
        name: [
            (
                dependency_tree(s),
                torch.stack([words.encode(forms(s)), tags.encode(s.upos)], 1),
                relations.encode(s.deprels),
            )
            for s in part
        ]
        for name, part in split._asdict().items()
    }
    return RelationTask(parts, len(words), len(tags), len(relations))


def learn_relations(
    task: RelationTask, kind: str, above: bool, seed: int, steps: int, lr: float, B: int = 48
) -> RelationModel:
    """A model after `steps` batches of B sentences of similar length."""
    torch.manual_seed(seed)
    model, part = RelationModel(task.words, task.tags, task.K, kind, above), task.parts["train"]
    draw = torch.Generator().manual_seed(seed)
    chosen = batches_by_length([len(tree) for tree, _, _ in part], B, draw)

    def loss(numbers):
        trees, x, labels = zip(*(part[k] for k in numbers.tolist()), strict=True)
        return cross_entropy(model(trees, torch.cat(x)), torch.cat(labels))

    batches = ((torch.tensor(numbers),) for numbers in chosen)
    train(model.parameters(), loss, batches, steps=steps, lr=lr, clip=1.0, decay=True, seed=seed)
    return model


@torch.no_grad()
def share_named(model: RelationModel, part: Sequence[tuple[Tree, Tensor, Tensor]]) -> float:
    """The share of nodes whose relation has the highest score."""
    right = nodes = 0
    for start in range(0, len(part), 64):
        trees, x, labels = zip(*part[start : start + 64], strict=True)
        y = torch.cat(labels)
        right += int((model(trees, torch.cat(x)).argmax(1) == y).sum())
        nodes += len(y)
    return right / nodes
