"""What a report adds to the record: figures that follow from the daily curves and the list of trades alone.

Pure and seeded: the same folder gives the same figures. Out of sample and after costs, as the curves are; the
holdout has no part in them.

Not guaranteed: exposures are those after each day's trades; in between, weights drift with prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.statistics.activity import Activity, activity
from tools.backtest.statistics.bootstrap import Bootstrap, bootstrap
from tools.backtest.statistics.drawdowns import Drawdown, worst_drawdowns
from tools.backtest.statistics.lo import LoSharpe, lo_sharpe
from tools.backtest.statistics.periods import by_year
from tools.backtest.statistics.regimes import by_regime
from tools.backtest.statistics.relative import Relative, relative_to
from tools.backtest.statistics.slice import Slice

RESAMPLES = 500


@dataclass(frozen=True)
class Performance:
    """Figures of the strategy and, where a dict, of each series by its role.

    Attributes:
        drawdowns: the five deepest of the strategy.
        months: return of each calendar month, months x roles, fractions; the index is the month's first day.
        years: one slice a calendar year.
        regimes: one slice a state of the market; `market` names the role that tells the state.
        market: "index", or "equal_weight" where there is no index.
        relative: the strategy against each benchmark.
        habits: how it trades; None where the trades are not known.
        intervals: bootstrap intervals; None where they are undefined.
        adjusted: the Sharpe ratio with autocorrelation taken into account; None where it is undefined.
    """

    drawdowns: tuple[Drawdown, ...]
    months: pd.DataFrame
    years: dict[str, tuple[Slice, ...]]
    regimes: dict[str, tuple[Slice, ...]]
    market: str | None
    relative: dict[str, Relative]
    habits: Activity | None
    intervals: Bootstrap | None
    adjusted: LoSharpe | None


def measure(growth: pd.DataFrame, trades: pd.DataFrame, *, seed: int) -> Performance:
    """Return the figures.

    Args:
        growth: multiples by time stamp, walk-forward only, columns strategy and benchmarks.
        trades: columns ts, symbol, weight_before, weight_after (fractions of NAV); oldest first.
        seed: of the bootstrap.
    """
    returns = growth.pct_change(fill_method=None).iloc[1:]
    own = returns["strategy"]
    others = [role for role in returns if role != "strategy"]
    market = next((role for role in ("index", "equal_weight") if role in others), None)
    found = {role: relative_to(own, returns[role]) for role in others}
    return Performance(
        drawdowns=worst_drawdowns(own),
        months=monthly_returns(returns),
        years={role: by_year(returns[role]) for role in returns},
        regimes={role: by_regime(returns[role], returns[market]) for role in returns} if market else {},
        market=market,
        relative={role: each for role, each in found.items() if each is not None},
        habits=_habits(own, trades),
        intervals=bootstrap(own, seed=seed, resamples=RESAMPLES),
        adjusted=lo_sharpe(own),
    )


def monthly_returns(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the compounded return of each calendar month, months x series; a NaN day counts as 0.

    `returns` are daily fractions by time stamp; the index of the result is each month's first day.
    """
    months = returns.index.strftime("%Y-%m-01")
    grown = (1.0 + returns.fillna(0.0)).groupby(months).prod() - 1.0
    return grown.set_axis(pd.DatetimeIndex(grown.index, name="month"))


def held_weights(trades: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the weight that each symbol's last trade left, days x symbols; 0 before its first.

    Args:
        trades: columns ts, symbol, weight_after.
        days: time stamps of the result, in order.
    """
    last = trades.pivot_table(index="ts", columns="symbol", values="weight_after", aggfunc="last")
    last.index = pd.DatetimeIndex(last.index).tz_localize(None)
    return last.reindex(days.tz_localize(None)).ffill().fillna(0.0).set_axis(days)


def _habits(returns: pd.Series, trades: pd.DataFrame) -> Activity | None:
    if trades.empty:
        return None
    stamped = trades.assign(ts=pd.to_datetime(trades["ts"]))
    days = pd.DatetimeIndex(returns.index)
    size = np.abs(stamped["weight_after"] - stamped["weight_before"])
    traded = size.groupby(pd.DatetimeIndex(stamped["ts"]).tz_localize(None)).sum()
    on_days = traded.reindex(days.tz_localize(None)).fillna(0.0).set_axis(days)
    return activity(returns, held_weights(stamped, days), on_days)
