"""Measured numbers: `≈` marks what may differ from machine to machine, and tells nbval so."""

import math
from typing import SupportsFloat


def approx(value: SupportsFloat, digits: int = 2) -> str:
    """`value` as text, rounded to `digits` significant digits and marked with `≈`.

    A number printed bare is the same on every processor; a trained loss or a time is not, and is printed through
    this function. The rule in `chapters/nbval_sanitize.cfg` makes the tests pass over such a number, so a claim
    has to bound it. A value that is not finite is printed without the mark, so that the tests do notice it.

    >>> approx(1234.5), approx(0.01234), approx(3), approx(float("nan"))
    ('≈ 1200', '≈ 0.012', '≈ 3.0', 'nan')
    """
    if digits < 1:
        raise ValueError(f"approx: digits must be at least 1, got {digits}")
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    exponent = math.floor(math.log10(abs(value))) if value else 0
    if not -5 < exponent < 7:
        return f"≈ {value:.{digits - 1}e}"
    decimals = max(digits - 1 - exponent, 0)
    return f"≈ {round(value, digits - 1 - exponent):.{decimals}f}"
