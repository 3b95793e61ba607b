"""The backtester: target weights in, ledger out. Pure and vectorised over bars and symbols.

A target decided at the close of bar t is filled on bar t+1, at its open or its close; a fill on bar t itself is
not offered. Between trades the holdings drift with prices. Equity is marked at each close: with `next_open` the
night belongs to the old holdings and the day to the new ones.

What it does not model: market impact, partial fills, shorting, interest on cash, and the loss when a held symbol
stops trading (it stays at its last price and cannot be sold; every refused order is counted).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.costs import Costs
from tools.backtest.fills import (
    ORDER_SIZE,
    Fill,
    Floats,
    Ints,
    Rebalance,
    kept_after_costs,
    lock_untradable,
    marks,
    trade_bars,
)
from tools.kernel.errors import BadRequest

ROUNDING = 1e-9


@dataclass(frozen=True)
class Ledger:
    """What a run did.

    Attributes:
        equity: multiple of the starting capital at each close; 1 until the first fill.
        returns: daily net returns, from the second bar on (no fill is possible on the first).
        weights_held: fractions of NAV at each close, bars x symbols; the rest is cash.
        traded: value traded at each bar as a fraction of NAV just before the trade.
        orders: number of fills, one per symbol and bar.
        rejects: number of changes refused because the symbol had no price at the fill.
        trades: one row per fill: ts, symbol, side, weight_before, weight_after (fractions of NAV before and after
            the trade), price, cost_fraction (of NAV before the trade).
        cost_paid: sum of all costs, in multiples of the starting capital.
    """

    equity: pd.Series
    returns: pd.Series
    weights_held: pd.DataFrame
    traded: pd.Series
    orders: int
    rejects: int
    trades: pd.DataFrame
    cost_paid: float


@dataclass(frozen=True)
class _Run:
    """The run at its trade bars: k rows, one a trade bar."""

    bars: Ints
    weights: Floats
    before: Floats
    prices: Floats
    kept: Floats
    nav_after: Floats
    rejects: int

    @property
    def change(self) -> Floats:
        return self.weights * self.kept[:, None] - self.before


def run_weights(
    targets: pd.DataFrame,
    *,
    open_: pd.DataFrame,
    close: pd.DataFrame,
    costs: Costs,
    fill: Fill = "next_open",
    rebalance: Rebalance = "daily",
) -> Ledger:
    """Backtest target weights.

    Args:
        targets: bars x symbols, decided at the close of each bar, >= 0 with row sums <= 1; the rest is cash. An
            all-NaN row is no decision: holdings drift on.
        open_: prices of the same shape, adjusted for splits and dividends; NaN where the symbol did not trade.
        close: likewise.
        costs: proportional costs, solved exactly at each trade (see `tools.backtest.fills`).
        fill: "next_open" or "next_close" of the bar after the decision.
        rebalance: "daily" trades back to the target at every decision; "on_change" only when the target changes.

    Raises:
        BadRequest: shapes differ, there is no bar, or weights are negative, infinite or sum to more than 1.
    """
    _check(targets, open_, close)
    at_open, at_close = marks(_prices(open_), _prices(close))
    quoted = _prices(open_ if fill == "next_open" else close)
    run = _trade(
        targets.to_numpy(dtype=float), quoted, at_open if fill == "next_open" else at_close, costs, rebalance
    )
    equity, held = _mark(run, at_close)
    return _ledger(run, equity, held, targets, costs)


def _check(targets: pd.DataFrame, open_: pd.DataFrame, close: pd.DataFrame) -> None:
    for prices in (open_, close):
        if not (prices.index.equals(targets.index) and prices.columns.equals(targets.columns)):
            raise BadRequest(
                "Weights and prices have different bars or symbols.", hint="Reindex them to one shape."
            )
    if targets.empty:
        raise BadRequest("There is no bar to backtest.", hint="Choose a longer period.")
    values = targets.to_numpy(dtype=float)
    if np.isinf(values).any() or (values < 0).any() or (np.nansum(values, axis=1) > 1 + ROUNDING).any():
        raise BadRequest(
            "Target weights must be zero or more and sum to at most 1 a bar.",
            hint="Short and borrowed are not offered.",
        )


def _prices(frame: pd.DataFrame) -> Floats:
    """Return prices as an array; what is not a positive finite number is not a price."""
    values = frame.to_numpy(dtype=float)
    valid = (values > 0) & np.isfinite(values)
    return values if valid.all() else np.where(valid, values, np.nan)


def _trade(targets: Floats, quoted: Floats, marked: Floats, costs: Costs, rebalance: Rebalance) -> _Run:
    """Work out every trade. `quoted` has the fill prices (NaN: no trade), `marked` the last price known then."""
    tradable = ~np.isnan(quoted)
    wanted = np.vstack([np.full_like(targets[:1], np.nan), targets[:-1]])
    bars, target = trade_bars(wanted, tradable, rebalance)
    prices = marked[bars]
    if np.isnan(prices).any():
        prices = np.nan_to_num(prices, nan=1.0)  # never listed so far, so never held: any positive number serves
    weights, rejects = lock_untradable(target, prices, tradable[bars], costs.rate)
    before = np.zeros_like(weights)
    growth = np.ones(len(bars))
    before[1:] = weights[:-1] * prices[1:] / prices[:-1]
    growth[1:] = 1.0 - weights[:-1].sum(axis=1) + before[1:].sum(axis=1)
    before /= growth[:, None]
    kept = kept_after_costs(weights, before, costs.rate)
    nav_after = np.asarray(np.cumprod(growth * kept), dtype=np.float64)
    return _Run(bars, weights, before, prices, kept, nav_after, rejects)


def _mark(run: _Run, at_close: Floats) -> tuple[Floats, Floats]:
    """Return equity and weights at each close."""
    count, symbols = at_close.shape
    equity, held = np.ones(count), np.zeros((count, symbols))
    if run.bars.size == 0:
        return equity, held
    first = int(run.bars[0])
    segment = np.searchsorted(run.bars, np.arange(first, count), side="right") - 1
    values = run.weights[segment]
    cash = 1.0 - values.sum(axis=1)
    values *= np.where(values > 0, at_close[first:] / run.prices[segment], 0.0)
    growth = cash + values.sum(axis=1)
    equity[first:] = run.nav_after[segment] * growth
    held[first:] = values / growth[:, None]
    return equity, held


def _ledger(run: _Run, equity: Floats, held: Floats, targets: pd.DataFrame, costs: Costs) -> Ledger:
    index = targets.index
    traded = np.zeros(len(index))
    size = np.abs(run.change)
    traded[run.bars] = size.sum(axis=1)
    trades = _trades(run, targets, costs)
    curve = pd.Series(equity, index=index, name="equity")
    return Ledger(
        equity=curve,
        returns=curve.pct_change().iloc[1:].rename("returns"),
        weights_held=pd.DataFrame(held, index=index, columns=targets.columns),
        traded=pd.Series(traded, index=index, name="traded"),
        orders=len(trades),
        rejects=run.rejects,
        trades=trades,
        cost_paid=float((run.nav_after * (1.0 / run.kept - 1.0)).sum()),
    )


def _trades(run: _Run, targets: pd.DataFrame, costs: Costs) -> pd.DataFrame:
    change = run.change
    row, column = np.nonzero(np.abs(change) > ORDER_SIZE)
    filled = change[row, column]
    return pd.DataFrame(
        {
            "ts": targets.index[run.bars[row]],
            "symbol": targets.columns[column],
            "side": np.where(filled > 0, "buy", "sell"),
            "weight_before": run.before[row, column],
            "weight_after": run.weights[row, column],
            "price": run.prices[row, column],
            "cost_fraction": costs.rate * np.abs(filled),
        }
    )
