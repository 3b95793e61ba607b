"""Averages that remember everything: recursive smoothing, seeded with a simple mean.

y[t] = alpha * x[t] + d * y[t-1] with d = 1 - alpha. Done bar after bar, each addition waits for the one before.
So the bars are cut into short chunks. What a chunk gives by itself is its product with a small triangular matrix of
the powers of d; what earlier ones leave to it is the same recursion over the ends of chunks, with d to the power of
a chunk's length. A value depends on the bars up to its own alone, to the last bit.

Not guaranteed: the same last bit on another kind of processor, whose matrix product may add in another order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tools.features.library.blocks import Array

CHUNK = 16  # bars; longer ones take more products, shorter ones leave more ends
TILE = 64  # chunks a product: all have one shape, so that later bars do not change how earlier ones add up


def smooth(values: Array, window: int, alpha: float) -> Array:
    """Return y[t] = alpha * x[t] + (1 - alpha) * y[t-1], seeded with the mean of the first `window` values.

    A missing or infinite value gives NaN at its bar and leaves the average as it was.

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
    for row in np.flatnonzero(~np.isfinite(out[:, -1])):  # what is not finite travels to the end
        known = np.flatnonzero(np.isfinite(values[row]))
        out[row] = np.nan
        out[row, known[window - 1 :] - window + 1] = _smooth_whole(values[row, known][None], window, alpha)
    return out


def _smooth_whole(values: Array, window: int, alpha: float) -> Array:
    """Smooth rows without a missing value."""
    symbols, bars = values.shape
    count = max(0, bars - window + 1)
    if not count:
        return np.empty((symbols, 0))
    inputs = _room(symbols, count, TILE)
    inputs[:, 0] = values[:, :window].sum(axis=1) / (window * alpha)  # what makes the seed the first average
    inputs[:, 1:count] = values[:, window:]
    inputs[:, count:] = 0
    return _recursion(inputs, alpha, 1 - alpha, TILE)[:, :count]


def _room(symbols: int, bars: int, tile: int) -> Array:
    """Return an array for as many bars or more, in whole tiles of so many chunks."""
    return np.empty((symbols, -(-bars // (tile * CHUNK)) * tile * CHUNK))


def _recursion(inputs: Array, weight: float, decay: float, tile: int) -> Array:
    """Return y[t] = weight * x[t] + decay * y[t-1], from 0 on; writes into `inputs`, which are whole tiles."""
    symbols, bars = inputs.shape
    weights = _weights(weight, decay)
    tiles = inputs.reshape(symbols, -1, tile, CHUNK)
    count = bars // CHUNK - 1
    if count:
        smaller = max(1, tile // CHUNK)
        ends = _room(symbols, count, smaller)
        ends[:, :count] = (tiles @ weights[:, -1]).reshape(symbols, -1)[:, :count]
        ends[:, count:] = 0
        before = _recursion(ends, 1.0, decay**CHUNK, smaller)[:, :count]
        before *= decay / weight
        inputs[:, CHUNK::CHUNK] += before  # a chunk's first input brings along what the average was
    out: Array = (tiles @ weights).reshape(symbols, -1)
    return out


@lru_cache(maxsize=256)
def _weights(weight: float, decay: float) -> Array:
    """Return the upper triangle that holds weight * decay ** (column - row)."""
    age = np.arange(CHUNK) - np.arange(CHUNK)[:, None]
    weights: Array = np.where(age < 0, 0.0, weight * decay ** np.maximum(age, 0))
    weights.flags.writeable = False
    return weights
