"""The arithmetic of features, on arrays of symbols x bars.

Every array ends at the same bar; the first bars may be left out where nothing is known yet. Two arrays are
therefore lined up at their ends (`together`), and to lag an array is to drop its last bars. What is undefined or
lacks a bar is NaN, never infinite.

Statistics of a window are folds (`tools.features.operators.fold`): each is a function of its window alone, so it
neither drifts nor remembers a huge or missing value that has left.
"""

from __future__ import annotations

import math

import numpy as np

from tools.features.library.blocks import Array
from tools.features.operators import merge
from tools.features.operators.fold import Merge, State, fold

EQUAL = 1e-12  # a spread below this share of the values is rounding


def together(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays from the first bar that all of them have."""
    bars = min(array.shape[1] for array in arrays)
    return tuple(array[:, array.shape[1] - bars :] for array in arrays)


def lagged(values: Array, lag: int) -> Array:
    """Return the values `lag` bars ago, from the first bar that has one."""
    return values[:, : max(0, values.shape[1] - lag)]


def divide(numerator: Array, denominator: Array) -> Array:
    """Return numerator / denominator; NaN where the denominator is not positive."""
    numerator, denominator = together(numerator, denominator)
    quotient = numerator / denominator
    if not _all_above(denominator, 0):
        np.copyto(quotient, np.nan, where=~(denominator > 0))
    return quotient


def _all_above(values: Array, bound: float) -> bool:
    """Return whether all values are known and above `bound`: one look, so that the exceptions can be left out."""
    return bool(values.min(initial=math.inf) > bound)


def relative(values: Array, base: Array) -> Array:
    """Return values / base - 1; NaN where the base is not positive."""
    quotient = divide(values, base)
    quotient -= 1
    return quotient


def growth(values: Array, lag: int) -> Array:
    """Return values / (values `lag` bars ago) - 1."""
    return relative(values, lagged(values, lag))


def log_ratio(numerator: Array, denominator: Array) -> Array:
    """Return ln(numerator / denominator); NaN where either is not positive."""
    quotient = divide(numerator, denominator)
    if not _all_above(quotient, 0):
        np.copyto(quotient, np.nan, where=~(quotient > 0))
    return np.log(quotient, out=quotient)


def log_growth(values: Array, lag: int) -> Array:
    """Return ln(values / values `lag` bars ago)."""
    return log_ratio(values, lagged(values, lag))


def folded(base: State, window: int, how: Merge) -> State:
    """Return the state of the window that ends at each bar, from the first whole window."""
    if base[0].shape[1] < window:
        return tuple(np.empty((part.shape[0], 0)) for part in base)
    return fold(base, window, how)


def total(values: Array, window: int) -> Array:
    """Return the sum of the last `window` values."""
    return folded((values,), window, merge.add)[0]


def mean(values: Array, window: int) -> Array:
    """Return the mean of the last `window` values."""
    average = total(values, window)
    return average if window == 1 else np.divide(average, window, out=average)  # of one value, it is the input


def highest(values: Array, window: int) -> Array:
    """Return the largest of the last `window` values."""
    return folded((values,), window, merge.highest)[0]


def moments(values: Array, window: int) -> tuple[Array, Array]:
    """Return the mean of the last `window` values and the sum of their squared deviations from it.

    Exact where values are far from 0 against their spread, as prices are.
    Source: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979.
    """
    average, squares = folded((values, np.broadcast_to(0.0, values.shape)), window, _deviations)
    average /= window
    share = window * EQUAL * EQUAL
    if not _all_above(squares, share * np.square(average).max(initial=0)):
        np.copyto(squares, 0, where=squares <= average * average * share)
    return average, squares


def _deviations(older: State, before: int, newer: State, after: int) -> State:
    """Merge (sum, sum of squared deviations; 0 for one bar), with few arrays: this is what takes the time."""
    step = newer[0] - older[0] if before == after else newer[0] * (before / after) - older[0]
    step *= step
    step *= after / (before * (before + after))
    if before > 1:
        step += older[1]
    if after > 1:
        step += newer[1]
    return older[0] + newer[0], step


def spread(values: Array, average: Array, window: int) -> Array:
    """Return the sum of squared deviations of the last `window` values from their average; 0 where it is rounding.

    From raw sums: half the work of `moments`, for values that are not far from 0 against their spread, as returns.
    """
    raw = total(values * values, window)
    squares = average * average
    squares *= -window
    squares += raw
    if not _all_above(squares, EQUAL * raw.max(initial=0)):
        np.copyto(squares, 0, where=squares <= raw * EQUAL)
    return squares


def return_variance(returns: Array, window: int) -> Array:
    """Return the sample variance (ddof 1) of the last `window` returns."""
    return spread(returns, mean(returns, window), window) / (window - 1)


def products(one: Array, other: Array, total_one: Array, average_other: Array, window: int) -> Array:
    """Return the sum over the window of the products of two deviations from their averages; raw sums, as `spread`.

    `other` and its average may be one row for all symbols.
    """
    found = total(one * other, window)
    found -= total_one * average_other
    return found


def cycle(values: Array, period: int, cycles: int) -> tuple[Array, Array]:
    """Return sum(x[t-k] * cos(2 pi k / period)) and the same with sin, for k = 0 .. period * cycles - 1."""

    def turned(older: State, _before: int, newer: State, after: int) -> State:
        angle = 2 * math.pi * (after % period) / period
        cos, sin = math.cos(angle), math.sin(angle)
        return newer[0] + cos * older[0] - sin * older[1], newer[1] + sin * older[0] + cos * older[1]

    real, imaginary = folded((values, np.zeros_like(values)), period * cycles, turned)
    return real, imaginary
