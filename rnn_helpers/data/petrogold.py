"""PetroGold: Brazilian theses on oil and gas, each sentence with its dependency tree, revised by linguists."""

from rnn_helpers.data.conllu import parse_conllu
from rnn_helpers.data.porttinari import WHEEL, Split, by_last_digit
from rnn_helpers.data.wheels import read_member


def load_petrogold() -> Split:
    """8,948 sentences of 19 theses and reports, each with a tree: one root, no cycle, a relation at every word.

    Kept: words, universal parts of speech, heads and relations as the source has them; contractions are taken apart
    (*da* is *de a*). Left out: 179 sentences that come word by word a second time. One relation is misspelt in the
    source (`xcomo`, once), and stays so.

    The split is fixed and by document, because the sentences of a thesis share their subject: documents whose number
    ends in 3 are for validation, in 9 for test, all others for training.

    ==========  =========  =======  =========
    part        sentences    words  documents
    ==========  =========  =======  =========
    train           7,242  206,764         15
    validation        715   17,841          2
    test              991   27,332          2
    ==========  =========  =======  =========

    Source: PetroGold (de Souza, Silveira, Cavalcanti, Castro and Freitas 2021, STIL, pages 29 to 38), published under
    CC BY-SA 4.0 at https://github.com/UniversalDependencies/UD_Portuguese-PetroGold. Read is the version that stands in
    `dante-corpora` 2.0.5 on the Python package index, whose licence is MIT. The split is not that of UD.

    Raises
    ------
    DataError : the treebank is not in the cache and could not be fetched.
    """
    text = read_member(WHEEL, "dante/data/petrogold/annotated.conllu").decode("utf-8")
    # 247-20140910-MONOGRAFIA_0-1
    return by_last_digit(parse_conllu(text, "PetroGold"), lambda name: name.split("-")[0], validation="3", test="9")
