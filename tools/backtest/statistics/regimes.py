"""Performance by the state of the market, told from what was known before each bar.

A bar's state comes from closes up to the bar before, so that a rule could have acted on it. Sorting bars by the
return of the same bar would only restate beta.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.backtest.statistics.periods import by_label
from tools.backtest.statistics.slice import Slice

TREND_BARS = 252
VOLATILITY_BARS = 63
FEWEST_HISTORY = 252  # bars of trailing volatility before "usual" means anything


def trend(market: pd.Series, bars: int = TREND_BARS) -> pd.Series:
    """Return "up market" where the return of the `bars` bars before is positive, else "down market", by bar.

    None for the first `bars` bars. `market` holds daily returns as fractions; a NaN counts as 0.
    """
    growth = np.log1p(market.fillna(0.0).clip(lower=-0.999999))
    before = growth.rolling(bars).sum().shift(1)
    return _named(before > 0, before.notna(), "up market", "down market")


def volatility(market: pd.Series, bars: int = VOLATILITY_BARS) -> pd.Series:
    """Return "high volatility" where that of the `bars` bars before is above its median so far, by bar.

    Else "low volatility"; None until there is a year of such volatilities. `market` holds daily returns as
    fractions; a NaN counts as 0.
    """
    before = market.fillna(0.0).rolling(bars).std().shift(1)
    usual = before.expanding(FEWEST_HISTORY).median()
    return _named(before > usual, usual.notna(), "high volatility", "low volatility")


def by_regime(returns: pd.Series, market: pd.Series) -> tuple[Slice, ...]:
    """Return slices for down and up markets and for high and low volatility; only those that occur.

    Args:
        returns: daily returns of the strategy, as fractions, by time stamp.
        market: those of the market over the same bars and, better, years before; its states need a year.
    """
    found: tuple[Slice, ...] = ()
    for states in (trend(market), volatility(market)):
        found += by_label(returns, states.reindex(returns.index))
    return found


def _named(true: pd.Series, known: pd.Series, yes: str, no: str) -> pd.Series:
    names = pd.Series(np.where(true, yes, no), index=true.index, dtype=object)
    return names.where(known, None)
