"""Conditions: frames of 1 (true), 0 (false) and NaN (unknown).

A comparison with a missing value is unknown. `and`, `or`, `not` follow three-valued logic, as SQL does: what is
false whatever the unknown would be is false.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.operators.frames import Operand, first_frame, framed, values_of


def _compare(test: np.ufunc, left: Operand, right: Operand) -> pd.DataFrame:
    one, other = values_of(left), values_of(right)
    unknown = np.isnan(one) | np.isnan(other)
    return framed(np.where(unknown, np.nan, test(one, other)), first_frame((left, right)))


def greater(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left > right."""
    return _compare(np.greater, left, right)


def greater_equal(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left >= right."""
    return _compare(np.greater_equal, left, right)


def less(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left < right."""
    return _compare(np.less, left, right)


def less_equal(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left <= right."""
    return _compare(np.less_equal, left, right)


def equal(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left == right, to the last bit."""
    return _compare(np.equal, left, right)


def not_equal(left: Operand, right: Operand) -> pd.DataFrame:
    """Return left != right, to the last bit."""
    return _compare(np.not_equal, left, right)


def logical_and(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Return whether both are true; false where one is false, whatever the other."""
    one, other = values_of(left), values_of(right)
    return framed(np.where((one == 0) | (other == 0), 0.0, one * other), left)


def logical_or(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Return whether one is true; true where one is true, whatever the other."""
    one, other = values_of(left), values_of(right)
    return framed(np.where((one == 1) | (other == 1), 1.0, one + other), left)


def logical_not(condition: pd.DataFrame) -> pd.DataFrame:
    """Return true for false and false for true."""
    return framed(1.0 - values_of(condition), condition)


def choose(condition: pd.DataFrame, yes: Operand, no: Operand) -> pd.DataFrame:
    """Return `yes` where the condition is true, `no` where it is false, NaN where it is unknown."""
    known = values_of(condition)
    chosen = np.where(known == 1, values_of(yes), values_of(no))
    return framed(np.where(np.isnan(known), np.nan, chosen), condition)
