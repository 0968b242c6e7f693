"""ListOps: answers by hand and by another road, exact depths, no expression twice, trees and tokens agree."""

import statistics

import pytest
import torch

from rnn_helpers.tasks.listops import (
    OPERATORS,
    TOKENS,
    apply,
    binarized,
    draw_listops,
    evaluate,
    last_argument_at,
    parse,
    tokens,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("7", 7),
        ("[MAX 2 9 [MIN 4 7 ] 0 ]", 9),
        ("[MIN 8 [MAX 2 3 ] 5 ]", 3),
        ("[SM 9 9 9 ]", 7),
        ("[SM 0 [SM 5 5 ] ]", 0),
        ("[MED 1 9 5 ]", 5),
        ("[MED 1 4 ]", 2),  # 2.5, rounded down
        ("[MED 9 2 4 1 ]", 3),
        ("[MED 3 ]", 3),
    ],
)
def test_answers_by_hand(text, answer):
    assert evaluate(parse(text.split())) == answer


def test_answers_by_another_road():
    """Python's own functions on the text rewritten as a Python expression."""
    functions = {
        "MAX": lambda *a: max(a),
        "MIN": lambda *a: min(a),
        "SM": lambda *a: sum(a) % 10,
        "MED": lambda *a: int(statistics.median(a)),
    }
    for depth in (1, 2, 3, 5):
        for tree in draw_listops(60, depth, generator(depth)):
            row = tokens(tree)
            text = "".join(f"{t[1:]}(" if t[0] == "[" else "), " if t == "]" else f"{t}, " for t in row)
            assert evaluate(tree) == eval(text.rstrip(", "), functions), row


def test_depth_and_number_of_arguments_are_as_asked():
    for depth, arguments in [(1, (2, 2)), (3, (2, 3)), (6, (2, 5))]:
        trees = draw_listops(50, depth, generator(), arguments)
        assert {tree.height for tree in trees} == {depth}
        counts = {len(below) for tree in trees for below in tree.children if below}
        assert counts == set(range(arguments[0], arguments[1] + 1))
    flat = draw_listops(30, 4, generator(), nested=0.0)
    assert all(sum(map(bool, tree.children)) == 4 for tree in flat)
    bushy = draw_listops(30, 2, generator(), nested=1.0)
    assert all(len(tree.leaves()) > len(tree.children[tree.root]) for tree in bushy)


def test_no_expression_comes_twice_nor_one_that_is_excluded():
    first = draw_listops(300, 1, generator(), (2, 2))
    rest = draw_listops(100, 1, generator(), (2, 2), exclude=first)  # 400 there are in all
    rows = [tuple(tokens(tree)) for tree in first + rest]
    assert len(set(rows)) == 400
    with pytest.raises(ValueError, match="different ones of depth 1, wanted 1"):
        draw_listops(1, 1, generator(), (2, 2), exclude=first + rest)


def test_the_same_seed_gives_the_same_expressions():
    one, other = (draw_listops(5, 3, generator(7)) for _ in range(2))
    assert one == other
    assert one != draw_listops(5, 3, generator(8))
    going_on = generator(7)
    assert draw_listops(5, 3, going_on) != draw_listops(5, 3, going_on)


def test_in_a_row_and_back():
    for tree in draw_listops(50, 4, generator()):
        row = tokens(tree)
        again = parse(row)
        assert tokens(again) == row
        assert set(row) <= set(TOKENS)
        assert row.count("]") == sum(token.startswith("[") for token in row)


def test_binarized_leans_to_the_left():
    tree = binarized(parse(["[MAX", "2", "9", "[MIN", "4", "7", "]", "]"]))
    text = tree.fold(lambda node, below: f"({' '.join(below)})" if below else tree.words[node])
    assert text == "((([MAX 2) 9) (([MIN 4) 7))"
    for expression in draw_listops(20, 3, generator()):
        binary = binarized(expression)
        assert {len(below) for below in binary.children} <= {0, 2}
        in_order = [binary.words[leaf] for leaf in binary.leaves()]
        assert in_order == [t for t in tokens(expression) if t != "]"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("[MAX 3 ]", 1), ("[MAX 3 5 ]", 2), ("[MAX [MIN 1 2 ] 5 ]", 5), ("[SM 3 [MIN 1 ] ]", 2)],
)
def test_where_the_last_argument_begins(text, place):
    assert last_argument_at(parse(text.split())) == place


def test_a_digit_has_no_arguments():
    with pytest.raises(ValueError, match="last_argument_at: 7 has no arguments"):
        last_argument_at(parse(["7"]))


def test_deep_ones():
    tree = draw_listops(1, 3000, generator(), (2, 2), nested=0.0)[0]
    assert 0 <= evaluate(tree) <= 9
    assert tokens(parse(tokens(tree))) == tokens(tree)
    assert binarized(tree).height > 3000 - 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "parse: empty"),
        ("[MAX 1 2", "unbalanced brackets, 1 still open"),
        ("[MAX ]", "the bracket at token 2 closes no operator with arguments"),
        ("]", "the bracket at token 1 closes no operator"),
        ("[MAX 1 ] 2", "the expression ends before token 4, '2'"),
        ("[MAX 1 12 ]", "token 3 must be a digit, an operator such as"),
        ("[MAX 1 ] ]", "the expression ends before token 4"),
    ],
)
def test_what_is_no_expression(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text.split())


def test_what_cannot_be_drawn_or_applied():
    for wrong in (dict(count=0), dict(depth=0), dict(arguments=(3, 2)), dict(arguments=(0, 2)), dict(nested=1.5)):
        with pytest.raises(ValueError, match="draw_listops"):
            draw_listops(**(dict(count=1, depth=1, generator=generator()) | wrong))
    for operator, arguments in [("SUM", [1]), ("MAX", [])]:
        with pytest.raises(ValueError, match="apply: wants one of MAX, MIN, MED, SM"):
            apply(operator, arguments)
    assert len(OPERATORS) == 4
