"""What `fold` merges: the statistics of an older and a newer stretch of bars into those of both together.

Each takes (older state, its bars, newer state, its bars). The state of a single bar is what the docstring lists:
the value itself for a sum, a product, an extreme or a mean, and 0 for an age or for deviations.
"""

from __future__ import annotations

import numpy as np

from tools.features.operators.fold import State


def add(older: State, _before: int, newer: State, _after: int) -> State:
    """Merge sums."""
    return (older[0] + newer[0],)


def multiply(older: State, _before: int, newer: State, _after: int) -> State:
    """Merge products."""
    return (older[0] * newer[0],)


def lowest(older: State, _before: int, newer: State, _after: int) -> State:
    """Merge minima."""
    return (np.minimum(older[0], newer[0]),)


def highest(older: State, _before: int, newer: State, _after: int) -> State:
    """Merge maxima."""
    return (np.maximum(older[0], newer[0]),)


def weigh(older: State, before: int, newer: State, _after: int) -> State:
    """Merge (sum, sum weighted 1 for the oldest bar, 2 for the next, ...)."""
    return older[0] + newer[0], older[1] + newer[1] + before * newer[0]


def latest_lowest(older: State, _before: int, newer: State, after: int) -> State:
    """Merge (minimum, bars since it last occurred)."""
    age = np.where(newer[0] <= older[0], newer[1], older[1] + after)
    return np.minimum(older[0], newer[0]), age


def latest_highest(older: State, _before: int, newer: State, after: int) -> State:
    """Merge (maximum, bars since it last occurred)."""
    age = np.where(newer[0] >= older[0], newer[1], older[1] + after)
    return np.maximum(older[0], newer[0]), age


def moments(older: State, before: int, newer: State, after: int) -> State:
    """Merge (mean, sum of squared deviations from it).

    Source: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979.
    Equal values have a deviation of exactly 0.
    """
    bars = before + after
    step = newer[0] - older[0]
    return older[0] + step * (after / bars), older[1] + newer[1] + step * step * (before * after / bars)


def comoments(older: State, before: int, newer: State, after: int) -> State:
    """Merge (mean of x, mean of y, sums of squared deviations of x and of y, sum of their products).

    Source: as `moments`; the product is the bivariate form of the same identity.
    """
    bars = before + after
    share, weight = after / bars, before * after / bars
    step_x, step_y = newer[0] - older[0], newer[1] - older[1]
    return (
        older[0] + step_x * share,
        older[1] + step_y * share,
        older[2] + newer[2] + step_x * step_x * weight,
        older[3] + newer[3] + step_y * step_y * weight,
        older[4] + newer[4] + step_x * step_y * weight,
    )
