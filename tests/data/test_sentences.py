"""The sentences as they come out: exact figures, a fixed division, and a reader's own file."""

import hashlib
import re

import pytest

from rnn_helpers.data import load_sentences, read_labelled_sentences
from rnn_helpers.data.sentences import _as_sentences, _without_duplicates


@pytest.fixture(scope="module")
def parts():
    return load_sentences()


def test_figures(parts):
    assert [len(part.words) for part in parts] == [6528, 1000, 1000]
    assert [len(part.y) for part in parts] == [6528, 1000, 1000]
    assert [part.y.sum().item() for part in parts] == [3286, 496, 482]
    lengths = sorted(len(words) for part in parts for words in part.words)
    assert (lengths[0], lengths[len(lengths) // 2], lengths[-1]) == (1, 20, 59)


def test_the_division_is_this_one(parts):
    digests = [hashlib.sha256("\n".join(map(" ".join, part.words)).encode()).hexdigest()[:8] for part in parts]
    assert digests == ["5703f8ba", "e79843be", "38260c1e"]


def test_no_sentence_comes_twice(parts):
    plain = [" ".join(re.findall(r"\w+", " ".join(words))) for part in parts for words in part.words]
    assert len(set(plain)) == len(plain) == 8528


def test_characters_are_set_right(parts):
    text = " ".join(word for part in parts for words in part.words for word in words)
    assert re.findall(r"[\x7f-\x9f]", text) == []
    assert _as_sentences([("third\x85emotionally \x96 the \x9170s", 1)]).words == [
        ["third", "...", "emotionally", "--", "the", "'70s"]
    ]


def test_the_first_of_duplicates_stays():
    rows = [("a mess .", 0), ("fine !", 1), (". . . a mess . . .", 0)]
    assert _without_duplicates(rows) == rows[:2]


def test_own_sentences(tmp_path):
    file = tmp_path / "own.tsv"
    file.write_text('sentence\tlabel\n"quoted mess\t0\ncafé fine\t2\n', encoding="utf-8")
    words, y = read_labelled_sentences(file)
    assert words == [['"quoted', "mess"], ["café", "fine"]]
    assert y.tolist() == [0, 2]


def test_further_columns_and_another_order_do_no_harm(tmp_path):
    file = tmp_path / "own.tsv"
    file.write_text("label\tindex\tsentence\n1\t7\tgood .\n", encoding="utf-8")
    assert read_labelled_sentences(str(file)).words == [["good", "."]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text\tlabel\ngood\t1\n", r"own\.tsv: the first line must name the columns sentence and label"),
        ("", "the first line must name the columns"),
        ("sentence\tlabel\ngood\t-1\n", r"line 2: wants words and a label from 0, got 'good' and '-1'"),
        ("sentence\tlabel\ngood\tyes\n", "got 'good' and 'yes'"),
        ("sentence\tlabel\ngood\t1\n \t1\n", "line 3: wants words"),
        ("sentence\tlabel\ngood\n", "line 2: wants words"),
        ("sentence\tlabel\n", "there are no sentences below the first line"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path, text, message):
    file = tmp_path / "own.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_labelled_sentences(file)
