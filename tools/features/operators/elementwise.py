"""Operators on single values: each result depends on the operands at that bar and symbol only.

An operand is a frame or a plain number; at least one is a frame. Missing operands give NaN, and so does what is
undefined: a zero denominator, the logarithm of what is not positive, the root of what is negative.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd

from tools.features.operators.fold import Array
from tools.features.operators.frames import Operand, first_frame, framed, values_of


def _finite(values: Array, like: pd.DataFrame) -> pd.DataFrame:
    """Label `values`, with NaN where they are infinite."""
    return framed(np.where(np.isfinite(values), values, np.nan), like)


def divide(numerator: Operand, denominator: Operand) -> pd.DataFrame:
    """Return numerator / denominator; NaN where the denominator is 0."""
    with np.errstate(all="ignore"):
        found = np.true_divide(values_of(numerator), values_of(denominator))
    return _finite(found, first_frame((numerator, denominator)))


def power(base: Operand, exponent: Operand) -> pd.DataFrame:
    """Return base ** exponent; NaN where it is no real number, or too large."""
    with np.errstate(all="ignore"):
        found = np.power(values_of(base), values_of(exponent))
    return _finite(found, first_frame((base, exponent)))


def signed_power(base: Operand, exponent: Operand) -> pd.DataFrame:
    """Return sign(base) * |base| ** exponent."""
    values = values_of(base)
    with np.errstate(all="ignore"):
        found = np.sign(values) * np.power(np.abs(values), values_of(exponent))
    return _finite(found, first_frame((base, exponent)))


def sqrt(values: pd.DataFrame) -> pd.DataFrame:
    """Return the square root; NaN where a value is negative."""
    with np.errstate(all="ignore"):
        return framed(np.sqrt(values_of(values)), values)


def log(values: pd.DataFrame) -> pd.DataFrame:
    """Return the natural logarithm; NaN where a value is not positive."""
    with np.errstate(all="ignore"):
        return _finite(np.log(values_of(values)), values)


def exp(values: pd.DataFrame) -> pd.DataFrame:
    """Return e ** value; NaN where it is too large for a number."""
    with np.errstate(all="ignore"):
        return _finite(np.exp(values_of(values)), values)


def absolute(values: pd.DataFrame) -> pd.DataFrame:
    """Return the value without its sign."""
    return values.abs()


def sign(values: pd.DataFrame) -> pd.DataFrame:
    """Return 1 where a value is positive, -1 where it is negative, 0 where it is 0."""
    return framed(np.sign(values_of(values)), values)


def minimum(*operands: Operand) -> pd.DataFrame:
    """Return the lowest of the operands; NaN where one is missing."""
    return framed(reduce(np.minimum, map(values_of, operands)), first_frame(operands))


def maximum(*operands: Operand) -> pd.DataFrame:
    """Return the highest of the operands; NaN where one is missing."""
    return framed(reduce(np.maximum, map(values_of, operands)), first_frame(operands))


def clip(values: pd.DataFrame, low: Operand, high: Operand) -> pd.DataFrame:
    """Return min(max(value, low), high)."""
    return minimum(maximum(values, low), high)
