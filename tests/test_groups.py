"""Groups: the axioms, the order in which two are done, what is known of the small ones."""

import pytest
import torch

from rnn_helpers.groups import alternating, cyclic, symmetric


@pytest.mark.parametrize("group", [cyclic(2), cyclic(5), symmetric(3), alternating(4), symmetric(4)], ids=len)
def test_it_is_a_group(group):
    table, N = group.table, len(group.table)
    numbers = torch.arange(N)
    assert torch.equal(table[0], numbers)
    assert torch.equal(table[:, 0], numbers)
    assert all(torch.equal(row.sort().values, numbers) for row in table)  # so every element has its inverse
    i, j, k = torch.cartesian_prod(numbers, numbers, numbers).T
    assert torch.equal(table[table[i, j], k], table[i, table[j, k]])


@pytest.mark.parametrize("group", [symmetric(3), alternating(5)], ids=len)
def test_the_first_is_done_first(group):
    things = torch.arange(group.elements.shape[1]) * 10 + 7
    for i, first in enumerate(group.elements[:8]):
        for j, second in enumerate(group.elements):
            moved = torch.empty_like(things)
            moved[first] = things  # what was in place p is in place first[p]
            both = torch.empty_like(things)
            both[second] = moved
            at_once = torch.empty_like(things)
            at_once[group.elements[group.table[i, j]]] = things
            assert torch.equal(both, at_once)


def test_sizes_and_commutativity():
    assert [len(group.table) for group in (cyclic(60), symmetric(5), alternating(5))] == [60, 120, 60]
    for group in (cyclic(60), symmetric(2)):
        assert torch.equal(group.table, group.table.T)
    for group in (symmetric(3), alternating(4), alternating(5)):
        assert not torch.equal(group.table, group.table.T)


def commutators(group):
    """All elements of the subgroup that the elements a b a^-1 b^-1 generate."""
    table = group.table
    inverse = (table == 0).int().argmax(1)
    found = {
        int(table[table[a, b], table[inverse[a], inverse[b]]]) for a in range(len(table)) for b in range(len(table))
    }
    while True:
        more = found | {int(table[a, b]) for a in found for b in found}
        if more == found:
            return found
        found = more


def test_a5_is_not_solvable_and_s3_is():
    """A_5 is its own commutator subgroup; that of S_3 is Z_3, that of A_4 has four elements."""
    assert len(commutators(alternating(5))) == 60
    assert len(commutators(symmetric(3))) == 3
    assert len(commutators(alternating(4))) == 4


def test_numbers_of_elements():
    group = symmetric(3)
    assert group.number_of([0, 1, 2]) == 0
    assert group.elements[group.number_of([1, 2, 0])].tolist() == [1, 2, 0]
    with pytest.raises(ValueError, match=r"\[1, 0, 2, 3, 4\] is none of the 60 elements"):
        alternating(5).number_of([1, 0, 2, 3, 4])


def test_what_is_refused():
    with pytest.raises(ValueError, match="cyclic: n must be at least 2, got 1"):
        cyclic(1)
    for make in (symmetric, alternating):
        with pytest.raises(ValueError, match=f"{make.__name__}: n must be between 2 and 6, got 7"):
            make(7)
