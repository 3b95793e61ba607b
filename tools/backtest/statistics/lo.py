"""Standard errors of the Sharpe ratio after Lo (2002), "The Statistics of Sharpe Ratios".

The usual ratio of a year is sqrt(252) times that of a bar, which is right for independent returns only. Returns
that follow each other (smoothed prices, slow fills) make it too high: `eta` takes the place of sqrt(252).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tools.backtest.statistics.hac import autocovariances, default_lags, long_run_variance
from tools.backtest.statistics.sample import BARS_A_YEAR, is_flat, known
from tools.kernel.types import Count, Ratio, Record


class LoSharpe(Record):
    """The Sharpe ratio of a year, for independent returns and for autocorrelated ones.

    Attributes:
        sharpe: mean / std * sqrt(252).
        stderr: its standard error for independent, identically distributed returns (Lo, eq. 9).
        adjusted: mean / std * eta(252); None where the autocorrelations leave no positive variance.
        adjusted_stderr: its standard error by Newey-West (Lo, section "Non-IID Returns").
        lags: autocorrelations taken in.
    """

    sharpe: Ratio
    stderr: Ratio
    adjusted: Ratio | None
    adjusted_stderr: Ratio | None
    lags: Count


def sharpe_stderr(sharpe_per_bar: float, returns: int) -> float:
    """Return sqrt((1 + s^2 / 2) / n), the standard error of the ratio of one bar (Lo 2002, eq. 9).

    Raises:
        ValueError: there is no return.
    """
    if returns < 1:
        raise ValueError("a standard error needs at least one return")
    return math.sqrt((1 + sharpe_per_bar**2 / 2) / returns)


def eta(bars: int, autocorrelations: Sequence[float] = ()) -> float | None:
    """Return q / sqrt(q + 2 sum_k (q - k) rho_k): what turns the ratio of one bar into that of q (Lo 2002, eq. 20).

    Args:
        bars: q, the bars of the longer period.
        autocorrelations: rho_1, rho_2, ...; those not given are 0, those from rho_q on have no part in it.

    Returns:
        sqrt(q) for independent returns, less for positive autocorrelation; None where the variance of the longer
        period is not positive.
    """
    rho = np.asarray(autocorrelations, dtype=float)[: bars - 1]
    variance = bars + 2.0 * float((bars - np.arange(1, rho.size + 1)) @ rho)
    return bars / math.sqrt(variance) if variance > 0 else None


def lo_sharpe(returns: pd.Series, lags: int | None = None) -> LoSharpe | None:
    """Return the Sharpe ratio with both standard errors; None for fewer than two returns or constant ones.

    The adjusted error takes the moments' estimation error into account, not that of `eta` itself.

    Args:
        returns: daily, as fractions, in order; NaN ones are left out.
        lags: autocorrelations to take in; None for the rule of thumb in `hac`. All 251 would be mostly noise.
    """
    values = known(returns)
    if is_flat(values):
        return None
    count = values.size
    used = default_lags(count) if lags is None else max(0, min(lags, count - 1))
    ratio = float(values.mean() / values.std(ddof=1))
    covariances = autocovariances(values, used)
    factor = eta(BARS_A_YEAR, list(covariances[1:] / covariances[0]))
    scaled = (values - values.mean()) / values.std()
    influence = scaled - ratio / 2 * (scaled**2 - 1)
    robust = math.sqrt(long_run_variance(influence, used) / count)
    return LoSharpe(
        sharpe=ratio * math.sqrt(BARS_A_YEAR),
        stderr=sharpe_stderr(ratio, count) * math.sqrt(BARS_A_YEAR),
        adjusted=None if factor is None else ratio * factor,
        adjusted_stderr=None if factor is None else robust * factor,
        lags=used,
    )
