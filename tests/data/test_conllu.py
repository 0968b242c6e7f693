"""The reader of treebanks: what it keeps, what it passes over, and a line number for whatever is wrong."""

import pytest

from rnn_helpers.data import read_conllu
from rnn_helpers.data.conllu import UPOS, Sentence, parse_conllu


def line(number, form, upos="X", head="_", deprel="_"):
    return "\t".join([number, form, "_", upos, "_", "_", head, deprel, "_", "_"]) + "\n"


DA_MAÇÃ = (
    "# sent_id = fruit-1\n# text = Ela come da maçã.\n"
    + line("1", "Ela", "PRON", "2", "nsubj")
    + line("2", "come", "VERB", "0", "root")
    + line("2.1", "come", "VERB")  # an empty node
    + line("3-4", "da", "_")  # two words in one
    + line("3", "de", "ADP", "5", "case")
    + line("4", "a", "DET", "5", "det")
    + line("5", "maçã", "NOUN", "2", "obl")
)


def test_columns_with_two_words_in_one_and_an_empty_node():
    (sentence,) = parse_conllu(DA_MAÇÃ + "\n")
    assert sentence == Sentence(
        name="fruit-1",
        forms=("Ela", "come", "de", "a", "maçã"),
        upos=("PRON", "VERB", "ADP", "DET", "NOUN"),
        heads=(2, 0, 5, 5, 2),
        deprels=("nsubj", "root", "case", "det", "obl"),
    )
    assert len(sentence) == 5


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_sentences_are_parted_by_empty_lines_however_the_last_one_ends(end):
    first, second = parse_conllu("\n\n" + DA_MAÇÃ + "\n" + line("1", "Sim", "INTJ") + end)
    assert (first.name, second.name) == ("fruit-1", None)
    assert (second.forms, second.upos, second.heads, second.deprels) == (("Sim",), ("INTJ",), (None,), (None,))


def test_a_comment_without_words_gives_no_sentence_and_no_name():
    (sentence,) = parse_conllu("# sent_id = lost\n\n" + line("1", "Sim", "INTJ") + "\n")
    assert sentence.name is None


def test_windows_line_ends_a_mark_at_the_start_and_a_word_with_a_line_separator(tmp_path):
    text = DA_MAÇÃ.replace("maçã\t", "ma\u2028çã\t").replace("\n", "\r\n")
    path = tmp_path / "tree.conllu"
    path.write_bytes("\ufeff".encode() + text.encode())
    (sentence,) = read_conllu(path)
    assert (sentence.name, sentence.forms[-1]) == ("fruit-1", "ma\u2028çã")
    assert read_conllu(str(path)) == [sentence]


def test_the_seventeen_parts_of_speech():
    assert len(UPOS) == len(set(UPOS)) == 17
    (sentence,) = parse_conllu("".join(line(str(i), "w", tag) for i, tag in enumerate(UPOS, start=1)))
    assert sentence.upos == UPOS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DA_MAÇÃ + "\n1 Sim _ INTJ\n", r"text, line 11: expected 10 columns with tabs between them, got 1: '1 Sim"),
        (line("1", "Sim").rstrip("\n") + "\textra\n", r"line 1: expected 10 columns .* got 11"),
        (DA_MAÇÃ + line("7", "!"), r"line 10: expected word 6, got '7'"),
        (line("1", "a") + line("1", "b"), r"line 2: expected word 2, got '1'"),
        (line("x-4", "a"), r"line 1: expected word 1, got 'x-4'"),
        (line("1-x", "a"), r"line 1: expected word 1, got '1-x'"),
        (line("1", "Sim", "intj"), r"line 1: 'intj' in the fourth column is not a universal part of speech"),
        (line("1", "Sim", "INTJ", "-1"), r"line 1: the head in the seventh column must be .* got '-1'"),
        (line("1", "a", "X", "2") + line("2", "b", "X", "3"), r"line 2: word 2 of 2 depends on word 3"),
        (line("1", "a", "X", "0") + line("2", "b", "X", "2"), r"line 2: word 2 of 2 depends on word 2"),
        ("", r"text: holds no sentence"),
        ("# only a comment\n", r"text: holds no sentence"),
    ],
)
def test_what_is_wrong_and_where(text, message):
    with pytest.raises(ValueError, match=message):
        parse_conllu(text)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "own.conllu"
    path.write_text("Sim\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"own\.conllu, line 1: expected 10 columns"):
        read_conllu(path)
    path.write_bytes(b"1\tma\xe7\xe3")
    with pytest.raises(ValueError, match=r"own\.conllu: not UTF-8, byte 4"):
        read_conllu(path)
    with pytest.raises(FileNotFoundError):
        read_conllu(tmp_path / "none.conllu")
