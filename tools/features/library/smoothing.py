"""Averages that remember everything: recursive smoothing, seeded with a simple mean.

y[j] = alpha * x[j] + d * y[j-1] with d = 1 - alpha. Divided by d**(j+1), it is the running sum of the inputs so
divided, which numpy computes in C. Powers of d leave the range of a float in the end, so the sum starts afresh from
the last value after each stretch of bars.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from tools.features.library.blocks import Array

RANGE = 200 * math.log(10)  # how far the powers of a decay may spread, as a logarithm
LONGEST_STRETCH = 65_536


def smooth(values: Array, window: int, alpha: float) -> Array:
    """Return y[t] = alpha * x[t] + (1 - alpha) * y[t-1], seeded with the mean of the first `window` values.

    A missing value gives NaN at its bar and leaves the average as it was.

    Args:
        values: symbols x bars.
        window: values in the seed.
        alpha: weight of a new value, above 0, at most 1.

    Returns:
        Symbols x (bars - window + 1), or no bars where there are fewer than `window`.
    """
    out = _smooth_whole(values, window, alpha)
    if not out.size:
        return out
    for row in np.flatnonzero(np.isnan(out[:, -1])):  # a missing value travels to the end
        known = np.flatnonzero(~np.isnan(values[row]))
        out[row] = np.nan
        out[row, known[window - 1 :] - window + 1] = _smooth_whole(values[row, known][None], window, alpha)
    return out


def _smooth_whole(values: Array, window: int, alpha: float) -> Array:
    """Smooth rows without a missing value."""
    symbols, bars = values.shape
    out = np.empty((symbols, max(0, bars - window + 1)))
    if not out.size:
        return out
    out[:, 0] = values[:, :window].sum(axis=1) / window
    if alpha == 1:
        out[:, 1:] = values[:, window:]
        return out
    powers, scale = _powers(alpha)
    for first in range(1, out.shape[1], len(powers)):
        stretch = out[:, first : first + len(powers)]
        bar = first + window - 1
        _recursion(values[:, bar : bar + len(powers)], out[:, first - 1], powers, scale, stretch)
    return out


def _recursion(values: Array, before: Array, powers: Array, scale: Array, out: Array) -> None:
    """Write one stretch of the average to `out`, going on from `before`.

    The speed of a running sum is bounded by the time from one addition to the next, so two symbols travel together,
    as the two parts of complex numbers.
    """
    symbols, bars = values.shape
    half = (symbols + 1) // 2
    others = symbols - half
    pairs = np.empty((half, bars), dtype=complex)
    pairs.imag[others:] = 0
    np.multiply(values[:half], scale[:bars], out=pairs.real)
    np.multiply(values[half:], scale[:bars], out=pairs.imag[:others])
    pairs.real[:, 0] += before[:half]
    pairs.imag[:others, 0] += before[half:]
    np.add.accumulate(pairs, axis=1, out=pairs)
    np.multiply(pairs.real, powers[:bars], out=out[:half])
    np.multiply(pairs.imag[:others], powers[:bars], out=out[half:])


@lru_cache(maxsize=32)
def _powers(alpha: float) -> tuple[Array, Array]:
    """Return d, d**2, ... for d = 1 - alpha, and alpha over each; as many as stay in the range of a float."""
    decay = 1 - alpha
    count = min(LONGEST_STRETCH, int(RANGE / -math.log(decay)))
    powers: Array = np.power(decay, np.arange(1, count + 1, dtype=float), dtype=float)
    scale = alpha / powers
    powers.flags.writeable = scale.flags.writeable = False
    return powers, scale
