"""The dictionary as it comes out: exact figures, clean words and phones, parts that share no word."""

import hashlib
import inspect
import json

import pytest

from rnn_helpers.data import load_pronunciations

PARTS = ("train", "validation", "test")
PHONES = """AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"""


@pytest.fixture(scope="module")
def parts():
    return {part: load_pronunciations(part) for part in PARTS}


def test_figures(parts):
    assert [len(parts[part]) for part in PARTS] == [105_780, 5_985, 5_728]
    assert [sum(map(len, parts[part].values())) for part in PARTS] == [113_075, 6_406, 6_090]
    assert sum(len(parts[part]) for part in PARTS) == 117_493


def test_the_parts_are_these(parts):
    digests = [hashlib.sha256(json.dumps(parts[part]).encode()).hexdigest()[:16] for part in PARTS]
    assert digests == ["dca025e443721618", "ee66b35b0dfd72df", "e060a9f53cf9524a"]


def test_a_word_is_in_one_part_only(parts):
    assert not parts["train"].keys() & parts["validation"].keys()
    assert not parts["train"].keys() & parts["test"].keys()
    assert not parts["validation"].keys() & parts["test"].keys()


def test_words_are_letters_and_pronunciations_phones_without_stress(parts):
    everything = parts["train"] | parts["validation"] | parts["test"]
    assert "".join(sorted(set("".join(everything)))) == "abcdefghijklmnopqrstuvwxyz"
    assert sorted({phone for listed in everything.values() for spoken in listed for phone in spoken}) == PHONES.split()
    assert all(len(set(listed)) == len(listed) >= 1 for listed in everything.values())
    assert min(len(spoken) for listed in everything.values() for spoken in listed) == 1


def test_known_words(parts):
    everything = parts["train"] | parts["validation"] | parts["test"]
    assert everything["read"] == (("R", "EH", "D"), ("R", "IY", "D"))
    assert everything["aalborg"] == (("AO", "L", "B", "AO", "R", "G"), ("AA", "L", "B", "AO", "R", "G"))  # a comment
    assert "a.m." not in everything
    assert "a's" not in everything


def test_a_third_of_the_test_words_has_an_inflected_relative_in_training(parts):
    endings = ("s", "es", "d", "ed", "r", "er", "ing")

    def relatives(word):
        return {word + e for e in endings} | {word.removesuffix(e) for e in endings if word.endswith(e)}

    related = [word for word in parts["test"] if any(relative in parts["train"] for relative in relatives(word))]
    assert 0.3 < len(related) / len(parts["test"]) < 0.36


def test_no_such_part():
    with pytest.raises(ValueError, match="expected 'train', 'validation' or 'test', got 'dev'"):
        inspect.unwrap(load_pronunciations)("dev")
