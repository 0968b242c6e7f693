"""A stub is told from an answer by what it does."""

import functools

import pytest
import torch

from rnn_helpers.exercises.stubs import is_stub


def dots(x): ...


def dots_with_docstring(x):
    """What to do."""
    ...  # your code


def passes(x):
    pass


def docstring_only(x):
    """What to do."""


def not_implemented(x):
    raise NotImplementedError


def not_implemented_with_message(x):
    """What to do."""
    raise NotImplementedError("your code")


async def coroutine(x): ...


@functools.wraps(dots)
def wrapper(x):
    return dots(x)


class Stub:
    """What to do."""

    number = 3

    def forward(self, x): ...

    @staticmethod
    def helper(x):
        pass

    @property
    def size(self):
        raise NotImplementedError


class StubModule(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()
        ...

    def forward(self, x): ...


class CallableStub:
    def __call__(self, x): ...


STUBS = [
    dots,
    dots_with_docstring,
    passes,
    docstring_only,
    not_implemented,
    not_implemented_with_message,
    wrapper,
    functools.partial(dots),
    lambda x: ...,
    Stub,
    Stub().forward,
    StubModule,
    CallableStub(),
]


def computes_and_returns_none(x):
    x + 1


def prints(x):
    print(x)


def sometimes_not_implemented(x):
    if x:
        raise NotImplementedError
    return x


def other_error(x):
    raise ValueError("x")


def returns_zero(x):
    return 0


def yields(x):
    yield x


class Begun(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.W = torch.ones(H, D)

    def forward(self, x): ...


class Empty:
    pass


ANSWERS = [
    computes_and_returns_none,
    prints,
    sometimes_not_implemented,
    other_error,
    returns_zero,
    yields,
    lambda x: x,
    functools.partial(returns_zero),
    torch.tanh,
    print,
    len,
    torch.nn.Tanh(),
    Begun,
    Empty,
]


@pytest.mark.parametrize("answer", STUBS, ids=lambda answer: getattr(answer, "__name__", str(type(answer))))
def test_stub(answer):
    assert is_stub(answer)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: getattr(answer, "__name__", str(type(answer))))
def test_answer(answer):
    assert not is_stub(answer)
