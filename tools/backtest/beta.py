"""Beta to the index from trailing returns, and a hedge with the index that takes it out of a portfolio.

The hedge is as good as the estimate: betas move, and the index has to be tradable (a future or a fund).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.kernel.errors import BadRequest

BETA_WINDOW = 126


def rolling_beta(close: pd.DataFrame, index_close: pd.Series, window: int = BETA_WINDOW) -> pd.DataFrame:
    """Return cov(r, m) / var(m) over the last `window` daily returns, bars x symbols.

    r and m are simple returns of the symbol and of the index up to and including the bar. NaN until a symbol has
    `window` of both in a row, and where the index did not move.

    Raises:
        BadRequest: the window is below 2, or the index has other bars.
    """
    if window < 2 or not index_close.index.equals(close.index):  # noqa: PLR2004  a variance needs two
        raise BadRequest(
            "Beta needs two returns or more, and an index on the bars of the symbols.",
            hint="Use a window of some months, such as 126, and reindex the index.",
        )
    returns = close.pct_change(fill_method=None)
    market = index_close.pct_change(fill_method=None)
    pairs = returns.mul(market, axis=0).rolling(window).mean()
    means = returns.where(market.notna(), np.nan, axis=0).rolling(window).mean()
    market_mean = market.rolling(window).mean()
    covariance = pairs.sub(means.mul(market_mean, axis=0), axis=0)
    variance = market.rolling(window).var(ddof=0)
    return covariance.div(variance.where(variance > 0), axis=0)


def beta_neutral(
    targets: pd.DataFrame, close: pd.DataFrame, index_close: pd.Series, index_symbol: str, window: int = BETA_WINDOW
) -> pd.DataFrame:
    """Hedge a portfolio with the index: the weight of the index is minus the sum of weight x beta.

    Args:
        targets: weights, bars x symbols.
        close: closes of the same shape.
        index_close: closes of the index on the same bars.
        index_symbol: what the column of the index is called; the caller adds its prices under this name.
        window: daily returns that beta is taken from.

    Returns:
        Weights with the index as the last column. A symbol whose beta is not known yet is not held: it could not be
        hedged. A row without a decision stays one.

    Raises:
        BadRequest: the index is one of the symbols, or the shapes differ.
    """
    if index_symbol in targets.columns or not targets.index.equals(close.index):
        raise BadRequest(
            f"{index_symbol} cannot hedge these weights.", hint="Hedge with an index that is not held itself."
        )
    beta = rolling_beta(close, index_close, window)
    held = targets.where(beta.notna() | targets.isna(), 0.0)
    hedge = -(held * beta).sum(axis=1, min_count=0)
    undecided = targets.isna().all(axis=1)
    return held.assign(**{index_symbol: hedge.mask(undecided)})
