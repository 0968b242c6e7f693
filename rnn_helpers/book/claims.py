"""Claims: a sentence of the book beside the condition that makes it true."""

import ast
import inspect
import linecache
from types import FrameType

import numpy as np
import torch


def claim(sentence: str, holds: bool | np.bool_ | torch.Tensor) -> None:
    """Print `sentence` with a tick, or stop the notebook when it does not hold.

    Parameters
    ----------
    sentence : what the text says, as a full sentence. A measured number in it is written with `approx`.
    holds : the condition: a bool, or a NumPy or PyTorch bool without dimensions. Write it out in the call,
        `claim("The LSTM remembers, the RNN does not.", lstm < 0.05 < rnn)`: when it fails, the values of the
        expressions in it are read from the call and shown.

    Raises
    ------
    AssertionError : the claim does not hold; the message names the values.
    ValueError : the sentence is empty or `holds` is not a single bool (a tuple, say, would always be true).
    """
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError(f"claim: sentence must be a non-empty string, got {sentence!r}")
    if not _as_bool(holds):
        values = _values_in_call(inspect.currentframe().f_back)
        raise AssertionError("\n  ".join([f"✗ This does not hold: {sentence}", *values]))
    print(f"✓ {sentence}")


def _as_bool(holds: object) -> bool:
    if isinstance(holds, bool | np.bool_):
        return bool(holds)
    if isinstance(holds, torch.Tensor) and holds.dtype == torch.bool and holds.dim() == 0:
        return bool(holds)
    raise ValueError(f"claim: holds must be a single bool, got {type(holds).__name__}: {holds!r}")


def _values_in_call(frame: FrameType) -> list[str]:
    """`name = value` for what the condition compares. Calls are left out: a second call could differ or cost much."""
    try:
        condition = _call_at(frame).args[1]
    except (AttributeError, IndexError, OSError, SyntaxError, TypeError, ValueError):
        return []  # no source at hand (exec'd text, an interactive prompt): the sentence alone must do
    operands = {}
    for node in ast.walk(condition):
        readable = isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load)
        if readable and not _contains_call(node):
            operands[ast.unparse(node)] = node
    lines = []
    for text, node in operands.items():
        try:
            value = eval(compile(ast.Expression(node), "<claim>", "eval"), frame.f_globals, frame.f_locals)
        except Exception:  # a comprehension's variable: no value here, or a namesake's that does not fit
            continue
        if not callable(value) and not inspect.ismodule(value):
            lines.append(f"{text} = {_short(value)}")
    return lines


def _contains_call(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


def _call_at(frame: FrameType) -> ast.Call:
    """The syntax tree of the call that `frame` is in the middle of."""
    position = inspect.getframeinfo(frame).positions
    lines = [
        linecache.getline(frame.f_code.co_filename, number)
        for number in range(position.lineno, position.end_lineno + 1)
    ]
    source = "".join(lines).encode()  # columns count bytes
    tail = len(lines[-1].encode()) - position.end_col_offset
    return ast.parse(source[position.col_offset : len(source) - tail].decode(), mode="eval").body


def _short(value: object) -> str:
    if isinstance(value, torch.Tensor) and value.numel() > 8:
        return f"tensor of shape {tuple(value.shape)}, from {value.min():.4g} to {value.max():.4g}"
    text = repr(value.item() if isinstance(value, torch.Tensor) and value.dim() == 0 else value)
    return text if len(text) <= 120 else text[:117] + "..."
