"""Averages that remember everything: recursive smoothing, seeded with a simple mean.

y[t] = alpha * x[t] + d * y[t-1] with d = 1 - alpha. Bar after bar it is slow in any language: each addition waits for
the one before. So the bars are cut into short chunks. What a chunk gives by itself is a product with a small
triangular matrix of the powers of d; what the earlier ones leave to it is the same recursion over the ends of chunks,
with d to the power of a chunk's length. Both are sums of products, the work that a processor does best.

Not guaranteed: the last bit. It depends on the processor's matrix product, and on how many bars follow.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tools.features.library.blocks import Array

CHUNK = 16  # bars; longer ones take more products, shorter ones leave more ends


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
    chunks = np.empty((symbols, -(-count // CHUNK), CHUNK))
    inputs = chunks.reshape(symbols, -1)
    if count:
        inputs[:, 0] = values[:, :window].sum(axis=1) / (window * alpha)  # what makes the seed the first average
        inputs[:, 1:count] = values[:, window:]
        inputs[:, count:] = 0
        inputs = _recursion(chunks, alpha, 1 - alpha)
    return inputs[:, :count]


def _recursion(chunks: Array, weight: float, decay: float) -> Array:
    """Return y[t] = weight * x[t] + decay * y[t-1], from 0 on, as symbols x bars; writes into `chunks`."""
    symbols, count, _ = chunks.shape
    weights = _weights(weight, decay)
    if count > 1:
        ends = np.zeros((symbols, -(-(count - 1) // CHUNK), CHUNK))
        np.matmul(chunks[:, :-1], weights[:, -1], out=ends.reshape(symbols, -1)[:, : count - 1])
        before = _recursion(ends, 1.0, decay**CHUNK)[:, : count - 1]
        before *= decay / weight
        chunks[:, 1:, 0] += before  # a chunk's first input brings along what the average was
    return (chunks @ weights).reshape(symbols, -1)


@lru_cache(maxsize=256)
def _weights(weight: float, decay: float) -> Array:
    """Return the upper triangle that holds weight * decay ** (column - row)."""
    age = np.arange(CHUNK) - np.arange(CHUNK)[:, None]
    weights: Array = np.where(age < 0, 0.0, weight * decay ** np.maximum(age, 0))
    weights.flags.writeable = False
    return weights
