"""Naming relations: keys by hand, parents numbered through, and the network sees what it may and nothing else."""

import pytest
import torch

from rnn_helpers.data.conllu import Sentence
from rnn_helpers.data.porttinari import Split
from rnn_helpers.tagging.relations import (
    KINDS,
    RelationModel,
    keys_below,
    keys_with_above,
    learn_relations,
    parents_of,
    relation_task,
    share_named,
    with_bag,
    with_children,
)
from rnn_helpers.trees import Tree, dependency_tree

SENTENCE = Sentence(
    None,
    ("Os", "poços", "de", "a", "Região", "secam"),
    ("DET", "NOUN", "ADP", "DET", "NOUN", "VERB"),
    (2, 6, 5, 5, 2, 0),
    ("det", "nsubj", "case", "det", "nmod", "root"),
)
TREE = dependency_tree(SENTENCE)


def test_keys_by_hand():
    full = ("NOUN", ("ADP", "DET"), ("a", "de"), "região")
    assert keys_below(SENTENCE, TREE, 4) == [full, full[:3], full[:2], full[:1]]
    with_above = keys_with_above(SENTENCE, TREE, 4)
    assert with_above[:4] == [
        ("NOUN", "poços", *full),
        ("NOUN", *full),
        ("NOUN", "poços", *full[:3]),
        ("NOUN", *full[:3]),
    ]
    assert with_above[8:] == keys_below(SENTENCE, TREE, 4)


def test_words_of_content_below_are_not_looked_at():
    assert keys_below(SENTENCE, TREE, 1)[0] == ("NOUN", ("DET", "NOUN"), ("os",), "poços")


def test_above_the_root_there_is_nothing():
    assert keys_with_above(SENTENCE, TREE, 5)[7] == (None, "VERB")


def test_keys_with_and_without_what_is_above_are_never_mixed_up():
    for node in range(len(TREE)):
        keys = keys_with_above(SENTENCE, TREE, node)
        assert len(set(keys)) == len(keys) == 12


def test_parents_are_numbered_through():
    assert parents_of([TREE, Tree("ab", [(), (0,)])]).tolist() == [1, 5, 4, 4, 1, 8, 7, 8]


SEES = {  # which other nodes a node's scores depend on
    "the node": lambda node: set(),
    "its children": lambda node: set(TREE.children[node]),
    "bag of its subtree": lambda node: below(node),
    "tree network": lambda node: below(node),
    "line network": lambda node: set(range(6)) - {node},
}


def below(node):
    return {d for child in TREE.children[node] for d in {child} | below(child)}


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_node_sees_what_it_may_and_nothing_else(kind, above):
    torch.manual_seed(0)
    model = RelationModel(9, 9, 3, kind, above).double()
    numbers = torch.arange(6)[:, None].repeat(1, 2)
    before = model([TREE], numbers)
    assert before.shape == (6, 3)
    for changed in range(6):
        other = numbers.clone()
        other[changed] = 8
        seen_by = (model([TREE], other) != before).any(1)
        for node in range(6):
            up = {int(TREE.parents[node])} if above else set()
            assert seen_by[node] == (changed in SEES[kind](node) | up | {node}), (node, changed)


@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_in_a_batch_change_nothing(kind):
    torch.manual_seed(0)
    model, other = RelationModel(9, 9, 3, kind, above=True).double(), Tree("ab", [(), (0,)])
    numbers = torch.randint(9, (8, 2))
    both = model([TREE, other], numbers)
    torch.testing.assert_close(both[:6], model([TREE], numbers[:6]))
    torch.testing.assert_close(both[6:], model([other], numbers[6:]))


def test_children_and_bag_by_hand():
    x = 10.0 ** torch.arange(6)[:, None]
    for function, sums in [(with_children, [0, 10_001, 0, 0, 1100, 10]), (with_bag, [0, 11_101, 0, 0, 1100, 11_111])]:
        assert function(None, x, [TREE])[:, 1].tolist() == sums


def test_a_small_treebank_is_learned_and_counted():
    task = relation_task(Split([SENTENCE] * 6, [SENTENCE], [SENTENCE]))
    assert (task.tags, task.K) == (4, 6)  # "?" and five relations
    model = learn_relations(task, "its children", above=True, seed=0, steps=40, lr=0.05, B=3)
    assert share_named(model, task.parts["test"]) == 1
    tree, numbers, labels = task.parts["test"][0]
    assert share_named(model, [(tree, numbers, labels), (tree, numbers, labels + 1)]) == 0.5


def test_no_such_kind():
    with pytest.raises(ValueError, match="kind must be one of the node, its children"):
        RelationModel(9, 9, 3, "forest")
