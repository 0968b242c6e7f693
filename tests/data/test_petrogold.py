"""PetroGold as it comes out: exact figures, every sentence a tree, no sentence twice, no document in two parts."""

import hashlib
from collections import Counter

import pytest

from rnn_helpers.data import load_petrogold
from rnn_helpers.data.conllu import UPOS
from rnn_helpers.trees import Forest, dependency_tree


@pytest.fixture(scope="module")
def split():
    return load_petrogold()


def test_figures(split):
    assert [len(part) for part in split] == [7242, 715, 991]
    assert [sum(map(len, part)) for part in split] == [206_764, 17_841, 27_332]
    sentences = [sentence for part in split for sentence in part]
    assert {tag for sentence in sentences for tag in sentence.upos} == set(UPOS)
    relations = Counter(relation for sentence in sentences for relation in sentence.deprels)
    assert (len(relations), relations["root"], relations["xcomo"]) == (40, 8948, 1)


def test_the_text_and_the_trees_are_these(split):
    rows = (
        f"{s.name} "
        + " ".join(f"{w}/{u}/{h}/{d}" for w, u, h, d in zip(s.forms, s.upos, s.heads, s.deprels, strict=True))
        for part in split
        for s in part
    )
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    assert digest == "6f52bc6fd40ef6de7222a8cdb08c54449977c6d0407a9d7cbee7520bcdba5616"


def test_no_sentence_comes_twice(split):
    forms = [sentence.forms for part in split for sentence in part]
    assert len(set(forms)) == len(forms) == 8948


def test_a_document_is_in_one_part_by_the_last_digit_of_its_number(split):
    documents = [{sentence.name.rsplit("-", 1)[0] for sentence in part} for part in split]
    assert [len(part) for part in documents] == [15, 2, 2]
    digits = [{name.split("-")[0][-1] for name in part} for part in documents]
    assert digits == [set("0124578"), {"3"}, {"9"}]


def test_every_sentence_is_a_tree(split):
    trees = [dependency_tree(sentence) for part in split for sentence in part]
    assert max(tree.height for tree in trees) == 41
    assert all(tree.labels[tree.root] == "root" for tree in trees)
    assert sum(sum(map(len, part)) for part in split) == Forest(trees).N
