"""Finite groups as tables: permutations, and what two of them make, one after the other. For tasks with exact answers.

    S_3 = symmetric(3)
    S_3.table[i, j]        # the number of the element that does i first, then j

Element 0 is the one that does nothing.
"""

from itertools import permutations
from typing import NamedTuple

import torch
from jaxtyping import Integer
from torch import Tensor


class Group(NamedTuple):
    """N permutations of n things, and their products.

    Row g of `elements` says where each thing goes: the one in place p moves to place elements[g, p]. Entry (i, j) of
    `table` is the number of the element that does i first, then j.
    """

    elements: Integer[Tensor, "N n"]
    table: Integer[Tensor, "N N"]

    def number_of(self, permutation: list[int]) -> int:
        """The number of an element, given as its row.

        Raises
        ------
        ValueError : it is none of this group's.
        """
        rows = self.elements.tolist()
        if list(permutation) not in rows:
            raise ValueError(f"number_of: {list(permutation)} is none of the {len(rows)} elements")
        return rows.index(list(permutation))


def cyclic(n: int) -> Group:
    """Z_n, the rotations of n things in a circle; element k moves each by k. Z_2 is parity.

    Raises
    ------
    ValueError : n < 2; so do the other groups.
    """
    _check("cyclic", n)
    return _group([[(p + k) % n for p in range(n)] for k in range(n)])


def symmetric(n: int) -> Group:
    """S_n, all n! permutations of n things. From n = 3 on the order matters. n is at most 6: 720 elements."""
    _check("symmetric", n, largest=6)
    return _group(permutations(range(n)))


def alternating(n: int) -> Group:
    """A_n, those permutations that are made of an even number of swaps. A_5, with 60, is the smallest group that is
    not solvable: it can't be put together from commutative ones.

    n is at most 6.
    """
    _check("alternating", n, largest=6)
    return _group(p for p in permutations(range(n)) if _inversions(p) % 2 == 0)


def _group(rows) -> Group:
    elements = torch.tensor(list(rows))
    N = len(elements)
    numbers = {tuple(row): g for g, row in enumerate(elements.tolist())}
    first_then = elements[:, elements].transpose(0, 1).flatten(0, 1)  # j's row at what i has made of each place
    return Group(elements, torch.tensor([numbers[tuple(row)] for row in first_then.tolist()]).view(N, N))


def _inversions(permutation) -> int:
    return sum(a > b for i, a in enumerate(permutation) for b in permutation[i + 1 :])


def _check(name, n, largest=None):
    if n < 2 or (largest is not None and n > largest):
        limits = "at least 2" if largest is None else f"between 2 and {largest}"
        raise ValueError(f"{name}: n must be {limits}, got {n}")
