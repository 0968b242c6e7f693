"""Results are compared for what they mean, and shown small and alike on every machine."""

import math
import warnings

import numpy as np
import pytest
import torch

from rnn_helpers.exercises.values import Foreign, copied, difference, plain, same, shown, two_shown

float64 = torch.float64


def compare(got, expected):
    return difference(plain(got), plain(expected), rtol=1e-6, atol=1e-9)


T = torch.tensor


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (T([1.0, 2.0], dtype=float64), T([1.0, 2.0], dtype=float64)),
        (T([1.0, 2.0 + 1e-9], dtype=float64), T([1.0, 2.0], dtype=float64)),
        (np.array([1.0, 2.0]), T([1.0, 2.0], dtype=float64)),
        (np.array([1, 2]), T([1, 2])),
        (1.5, T(1.5, dtype=float64)),
        (1.5, T(1.5)),
        (np.float64(1.5), T(1.5, dtype=float64)),
        (np.array(1.5), T(1.5, dtype=float64)),
        (2, T(2.0, dtype=float64)),
        (T(1.5, dtype=float64), 1.5),
        (np.float32(1.5), 1.5),
        (2, 2.0),
        (np.int64(2), 2),
        (T(2), 2),
        (T(True), True),
        (np.bool_(True), True),
        (0.1 + 0.2, 0.3),
        (1 + 2j, T(1 + 2j, dtype=torch.complex128)),
        (math.nan, math.nan),
        (T([math.nan, math.inf]), T([math.nan, math.inf])),
        (torch.ones(2, 3, requires_grad=True) * 1, torch.ones(2, 3)),
        (torch.nn.Parameter(torch.ones(2)), torch.ones(2)),
        (T([1.0, 1.00001]), T([1.0, 1.0])),
        ([0.1, 0.2], T([0.1, 0.2], dtype=float64)),
        ([[1, 2], [3, 4]], T([[1.0, 2.0], [3.0, 4.0]])),
        ([T(1.0, dtype=float64), T(2.0, dtype=float64)], T([1.0, 2.0], dtype=float64)),
        ((1, "a"), (1, "a")),
        ([1, 2], (1, 2)),
        ({"b": 1, "a": T([1.0])}, {"a": T([1.0]), "b": 1}),
        ("text", "text"),
        (None, None),
        (torch.zeros(0, 3), torch.zeros(0, 3)),
        (10**400, 10**400),
        (T([1.0, 0.0]).to_sparse(), T([1.0, 0.0])),
    ],
)
def test_equal(got, expected):
    assert compare(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (T([1.0, 2.1], dtype=float64), T([1.0, 2.0], dtype=float64), ""),
        (T([1.0, 2.00001], dtype=float64), T([1.0, 2.0], dtype=float64), ""),
        (T([1.0, 1.001]), T([1.0, 1.0]), ""),
        (T([1, 2]), T([1, 3]), ""),
        (T(2**60 + 1), T(2**60), ""),
        (2**60 + 1, 2**60, ""),
        (10**400, 1, "There is an infinity"),
        ("text", "texts", ""),
        (None, T([1.0]), "It returned None: is a `return` missing?"),
        (T([1.0]), None, "It returned a tensor, but None is expected."),
        (T([math.nan, 1.0]), T([1.0, 1.0]), "There is NaN"),
        (math.nan, 1.0, "There is NaN"),
        (math.inf, 1.0, "There is an infinity"),
        (torch.ones(3, 2), torch.ones(2, 3), "The shape is (3, 2), but (2, 3) is expected."),
        (torch.ones(1), torch.ones(()), "The shape is (1,), but () is expected."),
        (torch.ones(1), 1.0, "The shape is (1,), but a single number is expected."),
        (torch.ones(2), torch.ones(2, dtype=float64), "the dtype is float32 where float64 is expected"),
        (T([1, 2]), T([1.0, 2.0]), "the dtype is int64 where float32 is expected"),
        (np.ones(2), torch.ones(2), "the dtype is float64 where float32 is expected"),
        (2.0, 2, "The value is right, but it is a float where an int is expected."),
        (1, True, "it is an int where a bool is expected"),
        (True, 1, "it is a bool where an int is expected"),
        (True, 1.0, "it is a bool where a float is expected"),
        ([1.0, 2.5], T([1.0, 2.0]), ""),
        ([1.0, 2.0], T([1, 2]), "the dtype is float32 where int64 is expected"),
        ([1.7, 2.2], T([1, 2]), ""),
        ([T(1.0), T(2.0)], T([1.0, 2.0], dtype=float64), "the dtype is float32 where float64 is expected"),
        ([1.0, 2.0], T([[1.0, 2.0]]), "The shape is (2,), but (1, 2) is expected."),
        ([[1.0], [1.0, 2.0]], T([1.0, 2.0]), "It returned a list, but a tensor is expected."),
        (["a", "b"], T([1.0, 2.0]), "It returned a list, but a tensor is expected."),
        ([None, 1.0], T([1.0, 2.0]), "It returned a list, but a tensor is expected."),
        (T([1.0, 2.0]), [1.0, 2.0], "It returned a tensor, but a list is expected."),
        ("1", 1, "It returned a string, but an int is expected."),
        (1, "1", "It returned an int, but a string is expected."),
        ((x for x in [1]), [1], "It returned a generator, but a list is expected."),
        (len, 1, "It returned a function, but an int is expected."),
        (int, 1, "It returned a class, but an int is expected."),
        (..., 1, "It returned `...`, but an int is expected."),
        ((1, 2), (1, 2, 3), "The number of values is 2, but 3 are expected."),
        ((1, 2), 1, "It returned a tuple, but an int is expected."),
        ((1, 5), (1, 2), "Value 2 of 2 is not as expected."),
        ((1, None), (1, 2), "Value 2 of 2: it is None."),
        ((1, torch.ones(1)), (1, torch.ones(2)), "Value 2 of 2: the shape is (1,), but (2,) is expected."),
        ({"a": 1}, {"a": 1, "b": 2}, "Its keys are 'a', but 'a', 'b' are expected."),
        ({"a": 1}, {"a": 2}, "Under 'a' is not as expected."),
    ],
)
def test_different(got, expected, said):
    found = compare(got, expected)
    assert found is not None
    assert said in found
    assert bool(said) == bool(found)


def test_in_a_large_tensor_the_place_is_told():
    expected = torch.zeros(3, 4, dtype=float64)
    got = expected.clone()
    got[1, 2] = 1e-5
    assert compare(got, expected) == "The first difference is at [1, 2]: 1e-05, where 0.0 is expected."


@pytest.mark.parametrize("value", [object(), np.array(["a"]), {1}, torch.nn.Linear(1, 1), b"bytes"])
def test_what_is_no_plain_value_is_foreign(value):
    assert isinstance(plain(value), Foreign)


def test_plain_is_a_copy():
    tensor, array, items = torch.ones(2), np.ones(2), [1]
    copies = [plain(tensor), plain(array), plain(items)]
    tensor.zero_(), array.fill(0), items.append(2)
    assert [list(copies[0]), list(copies[1]), copies[2]] == [[1, 1], [1, 1], [1]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (T([3.0, 4.0]), "tensor([3.0, 4.0])"),
        (T([[1, 2], [3, 4]]), "tensor([[1, 2], [3, 4]])"),
        (T(0.1), "tensor(0.1)"),
        (T([1.0, 1e-17], dtype=float64), "tensor([1.0, 0.0])"),
        (T([1e-17], dtype=float64), "tensor([1e-17])"),
        (T([math.nan, -math.inf]), "tensor([nan, -inf])"),
        (T([True]), "tensor([True])"),
        (T([1 - 2j]), "tensor([1.0-2.0j])"),
        (torch.arange(12).reshape(3, 4), "tensor of shape (3, 4): 0, 1, 2, 3, 4, 5, …"),
        (torch.ones(0, 3), "tensor of shape (0, 3)"),
        (torch.ones(2, requires_grad=True), "tensor([1.0, 1.0])"),
        (np.array([1.0]), "array([1.0])"),
        (np.float64(2), "2.0"),
        (1 / 3, "0.3333"),
        (-0.0, "0.0"),
        (1e-20, "1e-20"),
        (12345.678, "1.235e+04"),
        (7, "7"),
        (10**400, "an int of 1329 bits"),
        (True, "True"),
        (None, "None"),
        ("a'b", '"a\'b"'),
        ("x" * 100, "'" + "x" * 56 + "…'"),
        ([1, 2.0], "[1, 2.0]"),
        ((1,), "(1,)"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, … (9 in all)]"),
        ({"a": T([1])}, "{'a': tensor([1])}"),
        (len, "the function len"),
        (lambda: 0, "a function"),
        (torch.nn.Linear(1, 1), "a Linear"),
        (Foreign("an object"), "an object"),
    ],
)
def test_shown(value, text):
    assert shown(value) == text


def test_two_values_are_shown_with_the_digits_that_tell_them_apart():
    assert two_shown(1.0, 1.000001) == ("1.0", "1.000001")
    assert two_shown(1.0, 2.5) == ("1.0", "2.5")


def test_a_copied_argument_is_independent_and_keeps_requires_grad():
    leaf = torch.ones(2, requires_grad=True)
    module = torch.nn.Linear(1, 1)
    generator = torch.Generator().manual_seed(3)
    args = [leaf * 2, leaf, [torch.zeros(1)], {"a": np.zeros(1)}, module, generator, (1, "a"), len]
    copies = copied(args)
    assert [c.requires_grad for c in copies[:2]] == [True, True]
    assert copies[1].is_leaf
    assert same(args, copies)
    assert torch.rand(1, generator=copies[5]) == torch.rand(1, generator=generator)
    with torch.no_grad():
        copies[0].zero_(), copies[2][0].fill_(1), copies[3]["a"].fill(1), copies[4].weight.fill_(9)
    assert [same(a, b) for a, b in zip(args, copies, strict=True)] == [
        False,
        True,
        False,
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (torch.ones(2), torch.ones(3)),
        (torch.ones(2), torch.ones(2, dtype=float64)),
        (torch.ones(2), None),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        (1, 2),
        (T([True]), T([False])),
    ],
)
def test_not_the_same(a, b):
    assert not same(a, b)


def test_nan_is_the_same_as_itself():
    assert same(T([math.nan]), T([math.nan]))
    assert same(math.nan, float("nan"))


def test_nothing_here_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare(np.array([1 + 2j]), T([1.0]))
