"""A strategy against a benchmark: what is left when the market's part is taken out.

Least squares r = alpha + beta b + e on daily returns, no risk-free rate; standard errors of Newey and West (see
`hac`). A beta that changes over time is an average here, and timing shows up as alpha.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.fills import Floats
from tools.backtest.statistics.hac import regression_covariance
from tools.backtest.statistics.lo import sharpe_stderr
from tools.backtest.statistics.sample import BARS_A_YEAR, FLAT, is_flat
from tools.kernel.types import Correlation, Days, Fraction, Ratio, Record

FEWEST = 3


class Relative(Record):
    """Figures against one benchmark.

    Attributes:
        alpha: return a year that the benchmark does not explain: 252 times the daily alpha, not compounded.
        alpha_stderr: its standard error; None where the fit is perfect.
        alpha_t: alpha / alpha_stderr.
        beta: part of the benchmark's return that the strategy takes on.
        beta_stderr: its standard error.
        correlation: of the daily returns; None for a constant strategy.
        tracking_error: std(r - b) * sqrt(252).
        information_ratio: mean(r - b) / std(r - b) * sqrt(252); None where the difference is constant.
        information_stderr: its standard error for independent returns (Lo 2002, eq. 9).
        days: bars on which both have a return.
    """

    alpha: Fraction
    alpha_stderr: Fraction | None
    alpha_t: Ratio | None
    beta: Ratio
    beta_stderr: Ratio | None
    correlation: Correlation | None
    tracking_error: Fraction
    information_ratio: Ratio | None
    information_stderr: Ratio | None
    days: Days


def relative_to(returns: pd.Series, benchmark: pd.Series, *, lags: int | None = None) -> Relative | None:
    """Return alpha, beta, tracking error and information ratio of `returns` against `benchmark`.

    Args:
        returns: daily, as fractions, by bar.
        benchmark: likewise; only bars on which both are known count.
        lags: of the Newey-West errors; None for the rule of thumb, 0 for White's.

    Returns:
        None for fewer than three common bars or a constant benchmark.
    """
    strategy, market = _common(returns, benchmark)
    if strategy.size < FEWEST or is_flat(market):
        return None
    design = np.column_stack([np.ones_like(market), market])
    alpha, beta = (float(value) for value in np.linalg.lstsq(design, strategy, rcond=None)[0])
    residuals = strategy - alpha - beta * market
    exact = float(np.abs(residuals).max()) <= FLAT * float(np.abs(strategy).max())
    variance = np.diag(regression_covariance(design, residuals, lags))
    errors = [None if exact or value <= 0 else math.sqrt(float(value)) for value in variance]
    active = strategy - market
    ratio = None if is_flat(active) else float(active.mean() / active.std(ddof=1))
    year = math.sqrt(BARS_A_YEAR)
    return Relative(
        alpha=alpha * BARS_A_YEAR,
        alpha_stderr=None if errors[0] is None else errors[0] * BARS_A_YEAR,
        alpha_t=None if errors[0] is None else alpha / errors[0],
        beta=beta,
        beta_stderr=errors[1],
        correlation=None if is_flat(strategy) else float(np.corrcoef(strategy, market)[0, 1]),
        tracking_error=float(active.std(ddof=1)) * year,
        information_ratio=None if ratio is None else ratio * year,
        information_stderr=None if ratio is None else sharpe_stderr(ratio, active.size) * year,
        days=strategy.size,
    )


def hedged(returns: pd.Series, benchmark: pd.Series) -> pd.Series:
    """Return r - beta b on the common bars, beta being that of the whole sample: the returns that alpha is made of.

    For tests after the fact; nobody could have held it, as beta was not known then. Empty where beta is undefined.
    """
    both = pd.concat([returns, benchmark], axis=1, keys=["r", "b"], join="inner").dropna()
    values, market = both["r"].to_numpy(dtype=float), both["b"].to_numpy(dtype=float)
    if len(both) < FEWEST or is_flat(market):
        return pd.Series(dtype=float, index=both.index[:0])
    return pd.Series(hedged_columns(values[:, None], market)[:, 0], index=both.index)


def hedged_columns(trials: Floats, market: Floats) -> Floats:
    """Return each column of `trials` (bars x trials, no NaN) less its beta times `market` (bars, not constant).

    What is left by rounding alone is 0.
    """
    centred = market - market.mean()
    beta = centred @ trials / (centred @ centred)
    rest = trials - market[:, None] * beta
    rounding = np.abs(rest).max(axis=0, initial=0.0) <= FLAT * np.abs(trials).max(axis=0, initial=0.0)
    cleaned: Floats = np.where(rounding, 0.0, rest)
    return cleaned


def _common(returns: pd.Series, benchmark: pd.Series) -> tuple[Floats, Floats]:
    both = pd.concat([returns, benchmark], axis=1, join="inner").dropna().to_numpy(dtype=float)
    return both[:, 0], both[:, 1]
