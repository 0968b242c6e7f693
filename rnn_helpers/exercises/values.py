"""Results as plain data: made plain, copied, compared, and written small for a message."""

import copy
import inspect
import math
import re
from dataclasses import dataclass

import numpy as np
import torch

SMALL = 6  # elements of a tensor, list or dict that a message shows


@dataclass(frozen=True)
class Foreign:
    """In place of a value that no exercise asks for; `kind` says what it was, as in "a generator"."""

    kind: str


def plain(value):
    """The value as tensors (detached, on the CPU), numbers, texts, None, lists, tuples and dicts of these.

    A copy, so that the reader's code can't change it later.
    """
    if value is None or isinstance(value, (bool, int, float, complex, str)) or value is Ellipsis:
        return value.item() if isinstance(value, np.generic) else value
    if isinstance(value, torch.Tensor):
        value = value.detach()
        return (value if value.layout == torch.strided else value.to_dense()).cpu().clone()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return torch.from_numpy(value.copy())
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key if isinstance(key, (str, int)) else plain(key): plain(item) for key, item in value.items()}
    return Foreign(kind_of(value))


def copied(value):
    """A copy of an argument, for one call. Tensors keep requires_grad."""
    if isinstance(value, torch.nn.Module):
        return copy.deepcopy(value)
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, torch.Generator):
        return torch.Generator(value.device).set_state(value.get_state())
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(map(copied, value))
    if isinstance(value, list):
        return [copied(item) for item in value]
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


def same(a, b) -> bool:
    """Whether an argument is still, to the bit, what it was. Of other objects we do not know and say yes."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.nn.Module):
        return same(dict(a.state_dict()), dict(b.state_dict()))
    if isinstance(a, torch.Tensor):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        return torch.isclose(a.detach(), b.detach(), rtol=0, atol=0, equal_nan=a.is_floating_point()).all().item()
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (bool, int, float, complex, str)):
        return a == b or a != a
    return True


def difference(got, expected, rtol: float, atol: float) -> str | None:
    """None where two plain values agree; else what is different, or "" where seeing both says it."""
    if isinstance(expected, Foreign) or isinstance(got, Foreign):
        return None if got == expected else _different_kind(got, expected)
    if isinstance(expected, torch.Tensor) and isinstance(got, (list, tuple)):
        got = _as_tensor_like(expected, got)
    if isinstance(expected, torch.Tensor) and expected.dim() == 0 and _is_number(got):
        return _number_difference(got, expected.item(), *_tolerances(rtol, atol, expected.dtype))
    if _is_number(expected) and isinstance(got, torch.Tensor):
        if got.dim() == 0:
            return _number_difference(got.item(), expected, rtol, atol)
        return f"The shape is {_shape(got)}, but a single number is expected."
    if isinstance(expected, torch.Tensor) and isinstance(got, torch.Tensor):
        return _tensor_difference(got, expected, rtol, atol)
    if _is_number(expected) and _is_number(got):
        return _number_difference(got, expected, rtol, atol)
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        if len(got) != len(expected):
            return f"The number of values is {len(got)}, but {len(expected)} are expected."
        names = [f"Value {i + 1} of {len(expected)}" for i in range(len(expected))]
        return _first_difference(zip(names, got, expected, strict=True), rtol, atol)
    if isinstance(expected, dict) and isinstance(got, dict):
        if got.keys() != expected.keys():
            return f"Its keys are {_listed(got)}, but {_listed(expected)} are expected."
        return _first_difference([(f"Under {_text(k)}", got[k], expected[k]) for k in expected], rtol, atol)
    if type(got) is type(expected):
        return None if got == expected else ""
    return _different_kind(got, expected)


def shown(value, digits: int = 4) -> str:
    """A value as a message shows it: short, and the same on every machine."""
    if isinstance(value, torch.Tensor):
        if value.numel() == 0:
            return f"tensor of shape {_shape(value)}"
        value = value.detach().cpu()
        elements = value.flatten()
        smallest = _noise(elements)
        if value.numel() <= SMALL:
            return f"tensor({_nested(value.tolist(), digits, smallest)})"
        first = ", ".join(_number(x, digits, smallest) for x in elements[:SMALL].tolist())
        return f"tensor of shape {_shape(value)}: {first}, …"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return "array" + shown(torch.from_numpy(value), digits).removeprefix("tensor")
    if isinstance(value, np.generic):
        return shown(value.item(), digits)
    if isinstance(value, (bool, int, float, complex)):
        return _number(value, digits, 0.0)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        left, right = "[]" if isinstance(value, list) else "()"
        inside = ", ".join(shown(item, digits) for item in value[:SMALL])
        rest = f", … ({len(value)} in all)" if len(value) > SMALL else ""
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"{left}{inside}{rest}{comma}{right}"
    if isinstance(value, dict):
        inside = ", ".join(f"{shown(k)}: {shown(v, digits)}" for k, v in list(value.items())[:SMALL])
        rest = f", … ({len(value)} in all)" if len(value) > SMALL else ""
        return f"{{{inside}{rest}}}"
    if inspect.isroutine(value) and value.__name__.isidentifier():
        return f"the function {value.__name__}"
    return kind_of(value)


def kind_of(value) -> str:
    """What a value is, in a word or two: "a tensor", "None", "an int"."""
    if value is None:
        return "None"
    if value is Ellipsis:
        return "`...`"
    if isinstance(value, Foreign):
        return value.kind
    if isinstance(value, type):
        return "a class"
    if isinstance(value, torch.Tensor):
        return "a tensor"
    if inspect.isroutine(value):
        return "a function"
    name = {"str": "string", "ndarray": "array"}.get(type(value).__name__, type(value).__name__)
    return f"{'an' if name[:1] in tuple('aeiouAEIOU') else 'a'} {name}"


def _tensor_difference(got, expected, rtol, atol) -> str | None:
    if got.shape != expected.shape:
        return f"The shape is {_shape(got)}, but {_shape(expected)} is expected."
    rtol, atol = _tolerances(rtol, atol, got.dtype, expected.dtype)
    wide = _wide(got.dtype, expected.dtype)
    if wide == torch.int64:
        equal = got == expected  # isclose would round large ones
    else:
        equal = torch.isclose(got.to(wide), expected.to(wide), rtol=rtol, atol=atol, equal_nan=True)
    if equal.all():
        if got.dtype == expected.dtype:
            return None
        return f"The values are right, but the dtype is {_dtype(got)} where {_dtype(expected)} is expected."
    unwanted = _unwanted(got, expected)
    if unwanted or expected.numel() <= SMALL:
        return unwanted
    place = tuple((~equal).nonzero()[0].tolist())
    pair = two_shown(got[place].item(), expected[place].item())
    return f"The first difference is at [{', '.join(map(str, place))}]: {pair[0]}, where {pair[1]} is expected."


def _number_difference(got, expected, rtol, atol) -> str | None:
    close = bool(torch.isclose(_as_tensor(got), _as_tensor(expected), rtol=rtol, atol=atol, equal_nan=True))
    if isinstance(expected, int) and isinstance(got, int):
        close = got == expected
    if not close:
        return _unwanted(_as_tensor(got), _as_tensor(expected))
    # An int is as good as the float of that value; not the other way round.
    order = [bool, int, float, complex]
    rank, wanted = order.index(_number_type(got)), order.index(_number_type(expected))
    if rank == wanted or 0 < rank < wanted:
        return None
    return f"The value is right, but it is {kind_of(got)} where {kind_of(expected)} is expected."


def _first_difference(triples, rtol, atol) -> str | None:
    for name, got, expected in triples:
        found = "It is None." if got is None and expected is not None else difference(got, expected, rtol, atol)
        if found is not None:
            return f"{name}: {found[0].lower()}{found[1:]}" if found else f"{name} is not as expected."
    return None


def _different_kind(got, expected) -> str:
    if got is None:
        return "It returned None: is a `return` missing?"
    return f"It returned {kind_of(got)}, but {kind_of(expected)} is expected."


def _unwanted(got, expected) -> str:
    if got.isnan().any() and not expected.isnan().any():
        return "There is NaN in it (0/0, ∞ - ∞ or the like), where a number is expected."
    if got.isinf().any() and not expected.isinf().any():
        return "There is an infinity in it (a division by 0, an overflow), where a finite number is expected."
    return ""


def two_shown(a, b) -> tuple[str, str]:
    """Both values, with as many digits as it takes to tell them apart."""
    for digits in (4, 8, 16):
        pair = shown(a, digits), shown(b, digits)
        if pair[0] != pair[1]:
            break
    return pair


def _is_number(value) -> bool:
    return isinstance(value, (bool, int, float, complex))


def _number_type(value) -> type:
    return next(t for t in (bool, int, float, complex) if isinstance(value, t))


def _as_tensor_like(expected, items):
    """A list of numbers, or of tensors, as one tensor: as good an answer. Any other list as it is."""
    try:
        if any(isinstance(item, torch.Tensor) for item in items):
            return torch.stack([torch.as_tensor(item) for item in items])
        tensor = torch.tensor(items)
        # Numbers have no dtype of their own, but a float is no good where an int is expected.
        fits = torch.can_cast(tensor.dtype, expected.dtype)
        return torch.tensor(items, dtype=expected.dtype) if fits else tensor
    except (TypeError, ValueError, RuntimeError):
        return items


def _as_tensor(number):
    try:
        return torch.tensor(number, dtype=torch.complex128 if isinstance(number, complex) else torch.float64)
    except (OverflowError, RuntimeError):  # an int beyond the range of floats
        return torch.tensor(math.inf if number > 0 else -math.inf, dtype=torch.float64)


def _wide(*dtypes):
    if any(dtype.is_complex for dtype in dtypes):
        return torch.complex128
    return torch.float64 if any(dtype.is_floating_point for dtype in dtypes) else torch.int64


def _tolerances(rtol: float, atol: float, *dtypes) -> tuple[float, float]:
    """Wider ones where there are fewer digits than float64 has."""
    for dtype in dtypes:
        if dtype.is_floating_point or dtype.is_complex:
            digits = torch.finfo(dtype).eps * 1e3 if torch.finfo(dtype).eps > 1e-12 else 0.0
            rtol, atol = max(rtol, digits), max(atol, digits / 100)
    return rtol, atol


def _shape(tensor) -> str:
    return str(tuple(tensor.shape))


def _dtype(tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _listed(keys) -> str:
    return ", ".join(shown(key) for key in list(keys)[:SMALL]) or "none"


def _text(value) -> str:
    text = repr(value) if isinstance(value, str) else shown(value)
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]


def _noise(elements) -> float:
    """Below this an element is a rounding error beside the largest one, and no two machines agree on it."""
    if not (elements.is_floating_point() or elements.is_complex()):
        return 0.0
    sizes = elements.abs().double()
    finite = sizes[sizes.isfinite()]
    return 1e-13 * finite.max().item() if len(finite) else 0.0


def _nested(value, digits, smallest) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, digits, smallest) for item in value)}]"
    return _number(value, digits, smallest)


def _number(value, digits: int, smallest: float) -> str:
    if isinstance(value, (bool, int)):
        return str(value) if value.bit_length() < 64 else f"an int of {value.bit_length()} bits"
    if isinstance(value, complex):
        imaginary = _number(value.imag, digits, smallest)
        return f"{_number(value.real, digits, smallest)}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    text = f"{0.0 if abs(value) < smallest or value == 0 else value:.{digits}g}"
    return text if any(mark in text for mark in ".en") else text + ".0"
