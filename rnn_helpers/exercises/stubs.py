"""Tells, from its bytecode, whether an answer is still the stub of its cell."""

import dis
import functools
import inspect

_NO_EFFECT = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "MAKE_CELL", "PUSH_NULL", "NOT_TAKEN"}
_RAISES = {"LOAD_GLOBAL", "LOAD_CONST", "PRECALL", "CALL", "RAISE_VARARGS"}


def is_stub(answer) -> bool:
    """True for a callable of a lone `...`, `pass` or `raise NotImplementedError`; a class of such methods."""
    if inspect.isclass(answer):
        methods = [_function(member) for member in vars(answer).values()]
        methods = [method for method in methods if method is not None]
        return bool(methods) and all(_does_nothing(m) or _only_calls_super(m) for m in methods)
    function = _function(answer)
    if function is None:  # an object with a __call__ of its own
        function = _function(type(answer).__call__)
    return function is not None and _does_nothing(function)


def _function(value):
    """The Python function inside a method, property, partial or decorator; None if there is none."""
    for _ in range(20):
        if isinstance(value, functools.partial):
            value = value.func
        elif isinstance(value, property):
            value = value.fget
        elif isinstance(value, (staticmethod, classmethod)) or inspect.ismethod(value):
            value = value.__func__
        elif inspect.isfunction(value) and "__wrapped__" in vars(value):
            value = value.__wrapped__
        else:
            break
    return value if inspect.isfunction(value) else None


def _does_nothing(function) -> bool:
    steps = _steps(function)
    if steps and steps[-1].opname == "RAISE_VARARGS":
        names = [step.argval for step in steps if step.opname == "LOAD_GLOBAL"]
        return names == ["NotImplementedError"] and {step.opname for step in steps} <= _RAISES
    return _returns_nothing(steps)


def _returns_nothing(steps) -> bool:
    if len(steps) == 1:
        return steps[0].opname == "RETURN_CONST" and steps[0].argval in (None, ...)
    names = [step.opname for step in steps]
    return names == ["LOAD_CONST", "RETURN_VALUE"] and steps[0].argval in (None, ...)


def _only_calls_super(method) -> bool:
    """An `__init__` that was given to the reader as `super().__init__()` counts as a stub."""
    return method.__name__ == "__init__" and set(method.__code__.co_names) == {"super", "__init__"}


def _steps(function) -> list[dis.Instruction]:
    return [step for step in dis.get_instructions(function) if step.opname not in _NO_EFFECT]
