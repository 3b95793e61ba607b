"""Performance of a daily return series.

Conventions: simple returns, 252 bars a year, no risk-free rate. A NaN return is a bar that passed without a figure:
it counts as time (CAGR) but not in means and deviations. What is undefined is None, never NaN or infinity.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.fills import Floats
from tools.backtest.record import Metrics

BARS_A_YEAR = 252
MIN_RETURNS = 2


def _known(returns: pd.Series) -> Floats:
    values: Floats = returns.to_numpy(dtype=float)
    return values[~np.isnan(values)]


def _constant(values: Floats) -> bool:
    return values.size < MIN_RETURNS or float(np.ptp(values)) == 0.0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sharpe(returns: pd.Series) -> float | None:
    """Return mean / std(ddof=1) * sqrt(252); None for fewer than two returns or constant ones."""
    values = _known(returns)
    if _constant(values):
        return None
    return _finite(float(values.mean() / values.std(ddof=1)) * math.sqrt(BARS_A_YEAR))


def sharpe_stderr(returns: pd.Series) -> float | None:
    """Return the standard error of the annualised Sharpe ratio: sqrt((1 + s^2 / 2) / n) * sqrt(252).

    `s` is the Sharpe ratio per bar, `n` the number of returns. Lo (2002), "The Statistics of Sharpe Ratios", eq. 9;
    valid for independent, identically distributed returns. Autocorrelated or fat-tailed returns have a larger one.
    """
    annual = sharpe(returns)
    if annual is None:
        return None
    per_bar = annual / math.sqrt(BARS_A_YEAR)
    return math.sqrt((1 + per_bar**2 / 2) / _known(returns).size * BARS_A_YEAR)


def sortino(returns: pd.Series) -> float | None:
    """Return mean / sqrt(mean(min(r, 0)^2)) * sqrt(252), the mean square over all n; None without a loss."""
    values = _known(returns)
    if values.size < MIN_RETURNS:
        return None
    downside = math.sqrt(float(np.mean(np.minimum(values, 0.0) ** 2)))
    return _finite(float(values.mean()) / downside * math.sqrt(BARS_A_YEAR)) if downside > 0 else None


def volatility(returns: pd.Series) -> float | None:
    """Return std(ddof=1) * sqrt(252); None for fewer than two returns."""
    values = _known(returns)
    return float(values.std(ddof=1)) * math.sqrt(BARS_A_YEAR) if values.size >= MIN_RETURNS else None


def total_return(returns: pd.Series) -> float:
    """Return the compounded return; 0 for an empty series."""
    return float(np.prod(1.0 + _known(returns)) - 1.0)


def cagr(returns: pd.Series) -> float | None:
    """Return (1 + total return)^(252 / n) - 1 with n all bars, NaN ones included; None for an empty series."""
    if len(returns) == 0:
        return None
    try:
        return _finite(max(1.0 + total_return(returns), 0.0) ** (BARS_A_YEAR / len(returns)) - 1.0)
    except OverflowError:
        return None


def drawdown(returns: pd.Series) -> pd.Series:
    """Return the loss from the running peak at each bar, zero or negative; the start counts as a peak of 1."""
    equity = (1.0 + returns.fillna(0.0)).cumprod()
    return equity / equity.cummax().clip(lower=1.0) - 1.0


def max_drawdown(returns: pd.Series) -> float:
    """Return the deepest drawdown as a negative fraction; 0 for an empty series."""
    return min(0.0, float(drawdown(returns).min())) if len(returns) else 0.0


def calmar(returns: pd.Series) -> float | None:
    """Return CAGR / |maximum drawdown|; None without a drawdown."""
    growth, depth = cagr(returns), max_drawdown(returns)
    return _finite(growth / abs(depth)) if growth is not None and depth < 0 else None


def turnover(traded: pd.Series) -> float:
    """Return the value traded per year as a multiple of NAV: sum of `traded` (fractions of NAV) * 252 / n."""
    return float(traded.sum()) * BARS_A_YEAR / len(traded) if len(traded) else 0.0


def summarise(returns: pd.Series, traded: pd.Series) -> Metrics:
    """Return all figures of a run.

    Args:
        returns: daily net returns, one a bar.
        traded: value traded at each of those bars, as a fraction of NAV.
    """
    return Metrics(
        sharpe=sharpe(returns),
        sharpe_stderr=sharpe_stderr(returns),
        sortino=sortino(returns),
        calmar=calmar(returns),
        cagr=cagr(returns),
        volatility=volatility(returns),
        max_drawdown=max_drawdown(returns),
        total_return=total_return(returns),
        turnover=turnover(traded),
        days=len(returns),
    )
