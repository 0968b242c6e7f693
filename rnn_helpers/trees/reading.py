"""Trees from text: s-expressions with labels, as in sentiment treebanks, and sentences of dependency treebanks."""

import re
from pathlib import Path

from rnn_helpers.data.conllu import Sentence
from rnn_helpers.trees.tree import Tree

_TOKEN = re.compile(r"[()]|[^\s()]+")


def parse_sexpr(text: str, source: str = "text") -> Tree:
    """A tree written with brackets: `(3 (2 It) (4 (2 is) (3 good)))`, in each bracket a label, then a word or subtrees.

    Nodes are numbered from the left, each before its children. `source` names the text in errors.

    Raises
    ------
    ValueError : the brackets are not balanced, there is nothing or more than one tree, or a bracket holds something
        else; the message says where.
    """
    words, labels, children, open_nodes = [], [], [], []
    tokens = [(match.start() + 1, match[0]) for match in _TOKEN.finditer(text)]
    for place, token in tokens:
        where = f"{source}, character {place}"
        if token == "(":
            if words and not open_nodes:
                raise ValueError(f"{where}: a second tree begins; one was expected")
            if open_nodes:
                _check_room(open_nodes[-1], labels, words, where)
                children[open_nodes[-1]].append(len(words))
            open_nodes.append(len(words))
            words.append(None)
            labels.append(None)
            children.append([])
        elif not open_nodes:
            raise ValueError(f"{where}: {token!r} stands outside of all brackets")
        elif token == ")":
            node = open_nodes.pop()
            if words[node] is None and not children[node]:
                raise ValueError(f"{where}: a bracket ends that holds neither a word nor a subtree")
        elif labels[open_nodes[-1]] is None:
            labels[open_nodes[-1]] = token
        else:
            _check_room(open_nodes[-1], labels, words, where)
            if children[open_nodes[-1]]:
                raise ValueError(f"{where}: the word {token!r} stands beside subtrees in one bracket")
            words[open_nodes[-1]] = token
    if not words:
        raise ValueError(f"{source}: empty, it holds no tree")
    if open_nodes:
        raise ValueError(f"{source}: unbalanced brackets, {len(open_nodes)} still open at the end")
    return Tree(words, children, labels)


def read_sexprs(path: str | Path) -> list[Tree]:
    """The trees of a file with one on each line, as the reader's own copy of the Stanford Sentiment Treebank.

    Raises
    ------
    OSError : there is no such file.
    ValueError : a line is no tree; the message names file, line and fault.
    """
    path = Path(path)
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    trees = [parse_sexpr(line, f"{path.name}, line {i}") for i, line in enumerate(lines, start=1) if line.strip()]
    if not trees:
        raise ValueError(f"{path.name}: empty, it holds no tree")
    return trees


def dependency_tree(sentence: Sentence) -> Tree:
    """The tree over the words of a sentence: node i is word i + 1, its label the relation to its head.

    Raises
    ------
    ValueError : the sentence has no tree (a head is not annotated), or what it has is none, as in `Tree`.
    """
    name = sentence.name or "a sentence"
    if None in sentence.heads:
        raise ValueError(f"dependency_tree: {name} has no head at word {sentence.heads.index(None) + 1}")
    try:
        return Tree.from_heads(sentence.heads, sentence.forms, sentence.deprels)
    except ValueError as fault:
        raise ValueError(f"dependency_tree: {name}: {fault}") from None


def _check_room(node: int, labels: list, words: list, where: str) -> None:
    if labels[node] is None:
        raise ValueError(f"{where}: a bracket begins with its label")
    if words[node] is not None:
        raise ValueError(f"{where}: the bracket holds the word {words[node]!r} already")
