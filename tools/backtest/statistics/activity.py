"""How a strategy lives: how often it wins, how much it holds, how fast it turns over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.backtest.statistics.sample import known
from tools.backtest.stats import BARS_A_YEAR, turnover
from tools.kernel.types import Fraction, Ratio, Record

HELD = 1e-12  # weights up to this are rounding, not positions


class Activity(Record):
    """Habits of a strategy.

    Attributes:
        hit_rate: share of bars with a gain among those with a gain or a loss; None without any.
        payoff: mean gain / mean loss; None without both. A low hit rate with a high payoff can earn well.
        time_invested: share of bars with a position.
        gross_exposure: mean of the sum of |weights|.
        net_exposure: mean of the sum of weights.
        positions: mean number held while invested.
        turnover: value traded a year as a multiple of NAV, buys and sells both counted.
        holding_days: mean bars that a position is held, 2 * gross exposure / traded a bar; None without a trade.
    """

    hit_rate: Fraction | None
    payoff: Ratio | None
    time_invested: Fraction
    gross_exposure: Fraction
    net_exposure: Fraction
    positions: Ratio
    turnover: Ratio
    holding_days: Ratio | None


def activity(returns: pd.Series, weights: pd.DataFrame, traded: pd.Series) -> Activity:
    """Return the habits of a run; all 0 or None for an empty one.

    Args:
        returns: daily net returns; NaN left out.
        weights: fractions of NAV held at each close, bars x symbols; negative is short, NaN is none.
        traded: value traded at each bar as a fraction of NAV; NaN is none.
    """
    values = known(returns)
    gains, losses = values[values > 0], values[values < 0]
    held = np.nan_to_num(weights.to_numpy(dtype=float), nan=0.0)
    bars = max(len(held), 1)
    count = (np.abs(held) > HELD).sum(axis=1)
    invested = int((count > 0).sum())
    gross = float(np.abs(held).sum()) / bars
    yearly = turnover(traded.fillna(0.0))
    return Activity(
        hit_rate=gains.size / (gains.size + losses.size) if gains.size + losses.size else None,
        payoff=float(gains.mean() / -losses.mean()) if gains.size and losses.size else None,
        time_invested=invested / bars,
        gross_exposure=gross,
        net_exposure=float(held.sum()) / bars,
        positions=float(count.sum()) / max(invested, 1),
        turnover=yearly,
        holding_days=2.0 * gross * BARS_A_YEAR / yearly if yearly > 0 else None,
    )
