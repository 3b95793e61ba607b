"""From scores to target weights. What is not invested is cash."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.backtest.fills import ORDER_SIZE
from tools.kernel.errors import BadRequest

LONGEST_GAP = 5  # bars without a price after which a symbol no longer counts as listed


def top_n(scores: pd.DataFrame, n: int, *, threshold: float | None = 0.5) -> pd.DataFrame:
    """Give 1/k to each of the k <= n best symbols whose score is above `threshold`.

    Args:
        scores: bars x symbols; a NaN means "no opinion" and is never chosen.
        n: the most symbols held at once.
        threshold: scores at or below it are not held; None admits every score.

    Returns:
        Target weights, bars x symbols, each row summing to 1 (or 0: all cash). Ties go to the leftmost symbol.

    Raises:
        BadRequest: `n` is below 1.
    """
    if n < 1:
        raise BadRequest("A portfolio needs at least one position.", hint="Give top_n as 1 or more.")
    values = scores.to_numpy(dtype=float)
    eligible = ~np.isnan(values) if threshold is None else values > threshold
    best_first = np.argsort(np.where(eligible, -values, np.inf), axis=1, kind="stable")
    chosen = np.zeros_like(eligible)
    np.put_along_axis(chosen, best_first[:, :n], values=True, axis=1)
    chosen &= eligible
    count = chosen.sum(axis=1, keepdims=True)
    return pd.DataFrame(chosen / np.maximum(count, 1), index=scores.index, columns=scores.columns)


def equal_weight(prices: pd.DataFrame) -> pd.DataFrame:
    """Give the same weight to every listed symbol: the naive portfolio of the universe.

    A symbol is listed from its first price on, until it has had none for more than 5 bars. A bar missed (a holiday
    of its market) must not sell and buy it back: that would burden the benchmark with costs nobody has to pay.

    Args:
        prices: bars x symbols; NaN where a symbol has no price.

    Returns:
        Target weights, bars x symbols, each row summing to 1, or to 0 where nothing is listed.
    """
    listed = prices.ffill(limit=LONGEST_GAP).notna().to_numpy()
    count = listed.sum(axis=1, keepdims=True)
    return pd.DataFrame(listed / np.maximum(count, 1), index=prices.index, columns=prices.columns)


def overlap(target: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Hold each day's portfolio for `horizon_days` bars, with 1/horizon of the capital in each.

    The overlapping portfolios of Jegadeesh and Titman (1993): the target is the mean of the last `horizon_days`
    rows, missing rows counting as cash, so capital is put to work step by step at the start. Weights so small that
    they can only be rounding are none.
    """
    if horizon_days == 1:
        return target
    held = target.rolling(horizon_days, min_periods=1).sum() / horizon_days
    return held.where(held.abs() > ORDER_SIZE, 0.0)
