"""The most frequent tag: what it answers for words it knows, and for words it doesn't."""

import pytest

from rnn_helpers.tagging import MostFrequentTag

SENTENCES = [["O", "gato", "dorme"], ["o", "rato", "come"], ["o", "pato", "Ana", "come"], ["como", "como", "o", "pato"]]
TAGS = [["DET", "NOUN", "VERB"], ["DET", "NOUN", "VERB"], ["DET", "NOUN", "PROPN", "NOUN"]]
TAGS += [["SCONJ", "VERB", "DET", "NOUN"]]


@pytest.fixture(scope="module")
def model():
    return MostFrequentTag(SENTENCES, TAGS)


def test_known_words_get_the_tag_they_had_most_often(model):
    assert model.tag(["o", "pato", "Ana"]) == ["DET", "NOUN", "PROPN"]


def test_a_draw_does_not_depend_on_the_order_of_the_sentences(model):
    turned = MostFrequentTag(SENTENCES[::-1], TAGS[::-1])
    assert model.tag(["come", "como"]) == turned.tag(["come", "como"]) == ["NOUN", "SCONJ"]


def test_an_unknown_word_follows_the_longest_ending_it_shares(model):
    assert model.tag(["mato"]) == ["NOUN"]  # -ato, three nouns
    assert model.tag(["some"]) == ["NOUN"]  # -ome has come (VERB and NOUN, alphabetical), not -me with two verbs
    assert model.tag(["forme"]) == ["VERB"]  # -rme: dorme


def test_a_capital_keeps_endings_apart(model):
    assert model.tag(["Joana"]) == ["PROPN"]
    assert model.tag(["banana"]) == ["NOUN"]  # no small word ends in a: the empty ending


def test_frequent_words_say_nothing_about_new_ones():
    sentences, tags = [["que"]] * 6 + [["toque"]], [["SCONJ"]] * 6 + [["NOUN"]]
    assert MostFrequentTag(sentences, tags).tag(["xque", "que"]) == ["NOUN", "SCONJ"]
    assert MostFrequentTag(sentences[1:], tags[1:]).tag(["xque"]) == ["SCONJ"]  # five times is still rare


def test_a_word_unlike_all_rare_ones_gets_the_most_frequent_tag():
    assert MostFrequentTag([["a"] * 6 + ["b"]], [["DET"] * 6 + ["NOUN"]]).tag(["Zzz"]) == ["DET"]


def test_without_endings_the_capital_decides():
    model = MostFrequentTag(SENTENCES, TAGS, longest_ending=0)
    assert model.tag(["dormes", "Paulo"]) == ["NOUN", "DET"]  # rare with a capital: O and Ana, one each


def test_words_shorter_than_the_ending(model):
    assert model.tag(["e"]) == ["VERB"]  # -e: dorme, come twice


@pytest.mark.parametrize(
    ("sentences", "tags", "message"),
    [([["a", "b"]], [["X"]], r"a sentence of 2 words has 1 tags: \['a', 'b'\]"), ([], [], "hold not one word")],
)
def test_what_does_not_fit(sentences, tags, message):
    with pytest.raises(ValueError, match=message):
        MostFrequentTag(sentences, tags)
