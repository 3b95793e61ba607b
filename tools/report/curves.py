"""An experiment's daily curves, walk-forward first, then the holdout where it was opened.

Growth, loss since the last peak and rolling Sharpe ratio of the strategy and its benchmarks share one column of
days, which the page holds once. Pure functions of what lies in the experiment's folder.

Not guaranteed: that the holdout could be traded on from the last walk-forward bar; its curves are only drawn as if.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from tools.backtest.record import Holdout
from tools.backtest.statistics.rolling import rolling_sharpe
from tools.backtest.statistics.sample import BARS_A_YEAR
from tools.lake.seal import Sealed

ROLES = ("strategy", "equal_weight", "momentum", "index")
DIGITS = 5
QUARTER = BARS_A_YEAR // 4


@dataclass(frozen=True, slots=True)
class Band:
    """The days of the holdout, and whether they were looked at."""

    start: date
    end: date
    opened: bool


@dataclass(frozen=True)
class Curves:
    """Curves by day, a column a role of `ROLES` that there is.

    Attributes:
        equity: multiples of 1; from the holdout on, scaled to the last walk-forward value.
        drawdown: loss since the last peak, fractions at or below 0.
        sharpe: rolling Sharpe ratio of a year, NaN until the first window is full.
        window_bars: length of that window.
        band: the holdout; None where nothing was sealed.
    """

    equity: pd.DataFrame
    drawdown: pd.DataFrame
    sharpe: pd.DataFrame
    window_bars: int
    band: Band | None

    @property
    def roles(self) -> list[str]:
        """The series there are."""
        return list(self.equity.columns)

    @property
    def has_sharpe(self) -> bool:
        """Whether any window is full."""
        return bool(self.sharpe.notna().any(axis=None))

    @property
    def span(self) -> tuple[date, date]:
        """First and last day to show, the holdout included."""
        last = self.equity.index[-1].date()
        return self.equity.index[0].date(), max(last, self.band.end) if self.band else last


def by_day(equity: pd.DataFrame) -> pd.DataFrame:
    """Return `equity` (columns ts and roles) by time stamp, roles in order."""
    days = pd.DatetimeIndex(pd.to_datetime(equity["ts"]), name="ts")
    return equity[[role for role in ROLES if role in equity]].astype(float).set_axis(days)


def build_curves(
    equity: pd.DataFrame, sealed: Sealed | None, holdout: Holdout | None, holdout_equity: pd.DataFrame | None
) -> Curves:
    """Return the curves.

    Args:
        equity: columns ts and roles of `ROLES`: multiples that start at 1.
        sealed: the bars the experiment could not see.
        holdout: how it did on them, where they were looked at.
        holdout_equity: its curves, as `equity`, starting at 1 again.
    """
    growth = by_day(equity)
    tested = len(growth)
    if holdout is not None and holdout_equity is not None:
        growth = _continued(growth, by_day(holdout_equity))
    returns = growth.pct_change(fill_method=None).iloc[1:]
    window = _window(tested)
    return Curves(
        equity=growth,
        drawdown=growth / growth.cummax().clip(lower=1.0) - 1.0,
        sharpe=returns.apply(lambda column: rolling_sharpe(column, window)).reindex(growth.index),
        window_bars=window,
        band=_band(sealed, holdout),
    )


def columns_json(curves: Curves) -> str:
    """Return every curve as one JSON object of arrays: "ts", and "equity.strategy" and the like."""
    days = ",".join(f'"{day}"' for day in curves.equity.index.strftime("%Y-%m-%d"))
    parts = [f'"ts":[{days}]']
    for kind, form in (("equity", f".{DIGITS}g"), ("drawdown", f".{DIGITS}g"), ("sharpe", ".2f")):
        frame = getattr(curves, kind)
        for role in curves.roles:
            values = ",".join(format(v, form) if math.isfinite(v) else "null" for v in frame[role].tolist())
            parts.append(f'"{kind}.{role}":[{values}]')
    return "{" + ",".join(parts) + "}"


def _window(bars: int) -> int:
    """Return the bars of the rolling window: a year, or less where the record is shorter than two."""
    return next((window for window in (BARS_A_YEAR, BARS_A_YEAR // 2) if bars > 2 * window), QUARTER)


def _continued(growth: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return both on end: the second scaled to where the first ends, roles that one of them lacks left out."""
    later = after[after.index > growth.index[-1]]
    roles = [role for role in growth if role in later]
    return pd.concat([growth[roles], later[roles] * growth[roles].iloc[-1]])


def _band(sealed: Sealed | None, holdout: Holdout | None) -> Band | None:
    if holdout is not None:
        return Band(holdout.start, holdout.end, opened=True)
    return None if sealed is None else Band(sealed.start, sealed.end, opened=False)
