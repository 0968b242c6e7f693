"""Trees and their readers: what they hold, any height, and each fault by its name."""

import pytest
from hypothesis import given, settings
from trees.forests import any_tree, chain

from rnn_helpers.data.conllu import Sentence
from rnn_helpers.trees import Forest, Tree, balanced, dependency_tree, leaning, parse_sexpr, read_sexprs

GOOD = "(3 (2 It) (4 (2 's) (4 good)))"


def test_an_s_expression():
    tree = parse_sexpr(GOOD)
    assert tree.words == (None, "It", None, "'s", "good")
    assert tree.labels == tuple("32424")
    assert tree.children == ((1, 2), (), (3, 4), (), ())
    assert (tree.root, tree.height, tree.heights.tolist()) == (0, 2, [2, 0, 1, 0, 0])
    assert tree.parents.tolist() == [-1, 0, 0, 2, 2]
    assert tree.ranks.tolist() == [0, 0, 1, 0, 1]
    assert (tree.leaves(), tree.top_down, len(tree)) == ([1, 3, 4], [0, 1, 2, 3, 4], 5)


def test_spaces_and_line_ends_do_not_matter():
    assert parse_sexpr(" ( 3(2  It)\n(4(2 's)(4 good) ))\n") == parse_sexpr(GOOD)


@settings(max_examples=30, deadline=None)
@given(any_tree())
def test_written_and_read_again(parts):
    tree = Tree.from_heads(*parts)
    if any(bool(word) == bool(below) for word, below in zip(tree.words, tree.children, strict=True)):
        words = [None if below else "w" for below in tree.children]
        tree = Tree(words, tree.children)
    text = tree.fold(lambda node, below: f"({node} {' '.join(below) or tree.words[node]})")
    again = parse_sexpr(text)
    numbers = [int(label) for label in again.labels]
    assert numbers == tree.top_down
    assert [tree.children[node] for node in numbers] == [tuple(numbers[k] for k in below) for below in again.children]


@settings(max_examples=30, deadline=None)
@given(any_tree())
def test_heights_and_order(parts):
    tree = Tree.from_heads(*parts)
    for node, below in enumerate(tree.children):
        assert tree.heights[node] == max((tree.heights[child] + 1 for child in below), default=0)
        assert all(tree.top_down.index(node) < tree.top_down.index(child) for child in below)
        assert [tree.ranks[child] for child in below] == list(range(len(below)))
    assert tree.fold(lambda _, below: 1 + sum(below)) == len(tree) == len(set(tree.top_down))


def test_ten_thousand_levels():
    text = "(0 " * 10_000 + "a" + ")" * 10_000
    tree = parse_sexpr(text)
    assert tree.height == 9_999
    assert tree.fold(lambda _, below: 1 + sum(below)) == 10_000
    assert chain(10_000).root == 9_999
    assert len(Forest([tree]).levels) == 10_000
    heads = Tree.from_heads(range(10_000), ["a"] * 10_000)
    assert heads.height == 9_999


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text: empty, it holds no tree"),
        ("(3 (2 It) (4 good)", "text: unbalanced brackets, 1 still open at the end"),
        ("(3 It))", r"text, character 7: '\)' stands outside of all brackets"),
        ("(3 It) (2 is)", "text, character 8: a second tree begins"),
        ("It", "text, character 1: 'It' stands outside of all brackets"),
        ("(3)", "text, character 3: a bracket ends that holds neither a word nor a subtree"),
        ("()", "text, character 2: a bracket ends that holds neither"),
        ("(3 It is)", "text, character 7: the bracket holds the word 'It' already"),
        ("(3 (2 It) is)", "text, character 11: the word 'is' stands beside subtrees"),
        ("(3 It (2 is))", "text, character 7: the bracket holds the word 'It' already"),
        ("((2 It) (2 is))", "text, character 2: a bracket begins with its label"),
    ],
)
def test_what_is_no_s_expression(text, message):
    with pytest.raises(ValueError, match=message):
        parse_sexpr(text)


def test_a_file_of_trees(tmp_path):
    path = tmp_path / "train.txt"
    path.write_text(f"{GOOD}\n\n(1 bad)\n", encoding="utf-8")
    trees = read_sexprs(path)
    assert [tree.labels[tree.root] for tree in trees] == ["3", "1"]
    path.write_text(f"{GOOD}\n(1 bad\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.txt, line 2: unbalanced brackets, 1 still open"):
        read_sexprs(str(path))
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.txt: empty"):
        read_sexprs(path)


def sentence(*heads):
    N = len(heads)
    return Sentence("s-1", tuple("abcdefgh"[:N]), ("X",) * N, heads, tuple(f"r{head}" for head in heads))


def test_a_dependency_tree():
    tree = dependency_tree(sentence(2, 0, 4, 2))
    assert tree.words == ("a", "b", "c", "d")
    assert tree.labels == ("r2", "r0", "r4", "r2")
    assert tree.children == ((), (0, 3), (), (2,))
    assert tree.root == 1


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ((2, 0, 4, 3), "dependency_tree: s-1: Tree: a cycle, 2 -> 3 -> 2"),
        ((2, 3, 1), "dependency_tree: s-1: Tree: a cycle, 0 -> 1 -> 2 -> 0"),
        ((4, 0, 2, 5, 4), "a cycle, 3 -> 4 -> 3"),
        ((0, 1, 0), "several roots, the nodes 0, 2"),
        ((0, 4), "the head of node 2 must be from 0 to 2, got 4"),
        ((0, None), "dependency_tree: s-1 has no head at word 2"),
    ],
)
def test_what_is_no_dependency_tree(heads, message):
    with pytest.raises(ValueError, match=message):
        dependency_tree(sentence(*heads))


@pytest.mark.parametrize(
    ("words", "children", "labels", "message"),
    [
        ([], [], (), "Tree: empty, it has not one node"),
        (["a"], [(0,)], (), "Tree: a cycle, 0 -> 0"),
        (["a", "b", "c"], [(2,), (2,), ()], (), "Tree: node 2 has several parents, 0 and 1"),
        (["a", "b"], [(1, 1), ()], (), "Tree: node 1 has several parents, 0 and 0"),
        (["a"], [(1,)], (), "Tree: node 0 has the child 1, but the nodes are 0 to 0"),
        (["a", "b"], [(-1,), ()], (), "Tree: node 0 has the child -1"),
        (["a"], [(), ()], (), "Tree: children must have an entry for each of the 1 words, got 2"),
        (["a"], [()], ["x", "y"], "Tree: labels must have an entry for each of the 1 words, got 2"),
        (["a", "b"], [(), ()], (), "Tree: several roots, the nodes 0, 1"),
    ],
)
def test_what_is_no_tree(words, children, labels, message):
    with pytest.raises(ValueError, match=message):
        Tree(words, children, labels)


def test_no_head_at_all_is_empty():
    with pytest.raises(ValueError, match="empty"):
        Tree.from_heads([], [])


def test_a_forest():
    forest = Forest([parse_sexpr(GOOD), parse_sexpr("(1 bad)"), chain(3)])
    assert repr(forest) == "Forest of 3 trees, 9 nodes in 3 levels"
    assert forest.words == ["It", "'s", "good", "bad", "a", "a", "a"]
    assert forest.roots.tolist() == [0, 5, 8]
    assert [level.places.stop - level.places.start for level in forest.levels] == [5, 2, 2]
    assert forest.to("cpu").levels == forest.levels
    with pytest.raises(ValueError, match="Forest: trees is empty"):
        Forest([])


def test_shapes_that_ignore_the_words():
    def written(tree):
        return tree.fold(lambda node, below: f"({''.join(below)})" if below else tree.words[node])

    assert [written(leaning("abcde"[:n])) for n in (1, 2, 5)] == ["a", "(ab)", "((((ab)c)d)e)"]
    assert [written(balanced("abcdefg"[:n])) for n in (1, 2, 4, 7)] == [
        "a",
        "(ab)",
        "((ab)(cd))",
        "(((ab)(cd))((ef)g))",
    ]
    assert (balanced("x" * 64).height, leaning("x" * 64).height) == (6, 63)
    for shape in (leaning, balanced):
        with pytest.raises(ValueError, match="empty"):
            shape([])
