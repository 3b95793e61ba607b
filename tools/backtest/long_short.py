"""From scores to a portfolio that is long the best and short the worst."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.kernel.errors import BadRequest


def long_short(scores: pd.DataFrame, n: int, *, gross: float = 1.0) -> pd.DataFrame:
    """Hold the k best symbols long and the k worst short, each side with half of `gross` in equal weights.

    k is `n`, or half of the symbols that have a score where those are fewer than 2n: no symbol is on both sides.

    Args:
        scores: bars x symbols; a NaN means "no opinion" and is never chosen.
        n: the most symbols on each side.
        gross: longs and shorts together, a multiple of NAV.

    Returns:
        Target weights, bars x symbols, each row summing to 0. Ties go to the leftmost symbol on the long side and
        to the rightmost on the short side.

    Raises:
        BadRequest: `n` is below 1, or `gross` is not positive.
    """
    if n < 1 or not gross > 0:
        raise BadRequest("A portfolio needs at least one position on each side.", hint="Give n as 1 or more.")
    values = scores.to_numpy(dtype=float)
    known = ~np.isnan(values)
    count = known.sum(axis=1, keepdims=True)
    each = np.minimum(n, count // 2)
    best_first = np.argsort(np.where(known, -values, np.inf), axis=1, kind="stable")
    rank = np.empty_like(best_first)
    np.put_along_axis(rank, best_first, np.arange(values.shape[1])[None, :], axis=1)
    side = np.where(rank < each, 1.0, 0.0) - np.where((rank >= count - each) & known, 1.0, 0.0)
    weights = side * (gross / 2) / np.maximum(each, 1)
    return pd.DataFrame(weights, index=scores.index, columns=scores.columns)
