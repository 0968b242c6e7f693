"""What a computation costs, counted and not timed: operations, multiply-adds, numbers written to memory.

A count is the same on every run and, for the same version of PyTorch and the same kind of processor, on every machine.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry


class Costs(NamedTuple):
    """What `count_costs` counted.

    operations : how many times PyTorch was asked for an operation, views (which only look at memory) included.
    multiply_adds : those of matrix products. An operation that does a whole recurrence at once counts none.
    bytes_written : size of all results, whether in new memory or in place; views write nothing.
    bytes_of_indexing : the part of it that the backward pass of an index x[:, t] writes.
    """

    operations: int
    multiply_adds: int
    bytes_written: int
    bytes_of_indexing: int


class _Counter(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.costs = Costs(0, 0, 0, 0)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        flops = flop_registry.get(getattr(torch.ops.aten, func._opname.removesuffix("_"), None))  # addmm_ as addmm
        written = 0 if _only_looks(func) else sum(t.nbytes for t in tree_leaves(out) if isinstance(t, Tensor))
        more = Costs(
            1,
            flops(*args, **kwargs, out_val=out) // 2 if flops else 0,
            written,
            written if "select_backward" in func.name() else 0,
        )
        self.costs = Costs(*(sum(pair) for pair in zip(self.costs, more, strict=True)))
        return out


def _only_looks(func) -> bool:
    """A view shares memory with an argument and does not write to it."""
    results = [result.alias_info for result in func._schema.returns]
    return bool(results) and all(alias is not None and not alias.is_write for alias in results)


def count_costs(run: Callable[[], object]) -> Costs:
    """Run `run` once and count what PyTorch does on the way, forward and backward."""
    with _Counter() as counter:
        run()
    return counter.costs
