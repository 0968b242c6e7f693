"""Porttinari as it comes out: exact figures, no sentence twice, no article in two parts."""

import hashlib
from collections import Counter

import pytest

from rnn_helpers.data import load_porttinari
from rnn_helpers.data.conllu import UPOS


@pytest.fixture(scope="module")
def split():
    return load_porttinari()


def test_figures(split):
    assert [len(part) for part in split] == [6609, 945, 826]
    assert [sum(map(len, part)) for part in split] == [132_006, 18_898, 16_756]
    assert max(len(sentence) for part in split for sentence in part) == 79
    tags = {tag for part in split for sentence in part for tag in sentence.upos}
    assert tags == set(UPOS) - {"PART"}


def test_the_text_is_this_one(split):
    text = "\n".join(
        f"{sentence.name} " + " ".join(map("/".join, zip(sentence.forms, sentence.upos, strict=True)))
        for part in split
        for sentence in part
    )
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "4a3864debab74826150552b04a22d3ac4a40ba130689c3e94b9798dcc30561c4"
    )


def test_no_sentence_comes_twice(split):
    forms = [sentence.forms for part in split for sentence in part]
    assert len(set(forms)) == len(forms) == 8380


def test_an_article_is_in_one_part_by_its_last_digit(split):
    digits = [{sentence.name.split("_")[1][-1] for sentence in part} for part in split]
    assert digits == [set("01234567"), {"8"}, {"9"}]


def test_there_are_no_trees(split):
    assert {head for part in split for sentence in part for head in sentence.heads} == {None}


def test_contractions_are_taken_apart(split):
    counts = Counter(form for sentence in split.train for form in sentence.forms)
    assert [counts[word] for word in ("de", "da", "do", "na")] == [8720, 0, 0, 0]


def test_the_first_sentence(split):
    assert split.train[0].forms[:6] == ("Eu", "sei", "que", "tô", "lascado", ",")
    assert split.train[0].upos[:6] == ("PRON", "VERB", "SCONJ", "AUX", "ADJ", "PUNCT")
