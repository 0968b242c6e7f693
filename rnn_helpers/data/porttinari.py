"""Porttinari-base: sentences from a Brazilian newspaper, each word with its part of speech, checked by linguists."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rnn_helpers.data.conllu import Sentence, parse_conllu
from rnn_helpers.data.wheels import Wheel, read_member

WHEEL = Wheel(
    holds="Portuguese treebanks",
    distribution="dante-corpora",
    version="2.0.5",
    filename="dante_corpora-2.0.5-py3-none-any.whl",
    sha256="e050761fd00d09a99beabf81658419b284267341c96afd6dd1225468a9d73bb0",
    size_mb=22.8,
)


class Split(NamedTuple):
    """Sentences to learn from, to choose by, and to report on."""

    train: list[Sentence]
    validation: list[Sentence]
    test: list[Sentence]


def load_porttinari() -> Split:
    """8,380 sentences of the newspaper Folha de São Paulo, split by article.

    Kept: words and universal parts of speech as the source has them; contractions are taken apart (*da* is *de a*).
    This version of the corpus (August 2022) has no trees: all `heads` and `deprels` are None. Left out: 40 sentences
    that come word by word a second time.

    The split is fixed and by article, not by sentence, because the sentences of an article share their names: the last
    digit of the article's number is 8 for validation, 9 for test, anything else for training.

    ==========  =========  =======  ========
    part        sentences    words  articles
    ==========  =========  =======  ========
    train           6,609  132,006       860
    validation        945   18,898       109
    test              826   16,756       103
    ==========  =========  =======  ========

    Source: Porttinari-base (Duran, Lopes, Nunes and Pardo 2023, https://sol.sbc.org.br/index.php/stil/article/view/25443),
    published under CC BY 4.0 at https://github.com/UniversalDependencies/UD_Portuguese-Porttinari. Read is the version
    of August 2022 that stands in `dante-corpora` 2.0.5 on the Python package index, whose licence is MIT. The split is
    not that of UD.

    Raises
    ------
    DataError : the treebank is not in the cache and could not be fetched.
    """
    text = read_member(WHEEL, "dante/data/porttinari/annotated.conllu").decode("utf-8")
    # FOLHA_DOC000001_SENT003
    return by_last_digit(parse_conllu(text, "Porttinari"), lambda name: name.split("_")[1], validation="8", test="9")


def by_last_digit(sentences: Iterable[Sentence], document: Callable[[str], str], validation: str, test: str) -> Split:
    """Each sentence once, in the part that the last digit of its document's number says.

    Parameters
    ----------
    document : from the name of a sentence to that of its document, which ends in its number.
    validation, test : the digits of these parts; all others are for training.
    """
    split, seen = Split([], [], []), set()
    for sentence in sentences:
        if sentence.forms not in seen:
            seen.add(sentence.forms)
            digit = document(sentence.name)[-1]
            {validation: split.validation, test: split.test}.get(digit, split.train).append(sentence)
    return split
