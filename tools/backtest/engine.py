"""The backtester: target weights in, ledger out. Pure and vectorised over bars and symbols.

A target decided at the close of bar t is filled on bar t+1, at its open or its close; a fill on bar t itself is
not offered. Between trades the holdings drift with prices. Equity is marked at each close: with `next_open` the
night belongs to the old holdings and the day to the new ones.

The plain path has proportional costs only, and takes all bars at once; a fee for borrowed shares too, where there
is a decision at every bar. Terms that make a bar depend on the path before it (interest, impact, delisting, risk
rules) take them one by one, in `tools.backtest.walk`; on plain terms both agree. Neither models partial fills or
orders that move a price for later bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from tools.backtest.clamps import Clamps
from tools.backtest.costs import Costs
from tools.backtest.fills import (
    ORDER_SIZE,
    Bools,
    Fill,
    Floats,
    Ints,
    Rebalance,
    borrow_fee,
    kept_after_costs,
    lock_untradable,
    trade_bars,
)
from tools.backtest.ledger import Ledger
from tools.backtest.market import Market
from tools.backtest.terms import CASH_ACCOUNT, Terms
from tools.backtest.walk import walk
from tools.kernel.errors import BadRequest

__all__ = ["Ledger", "run_market", "run_weights"]

ROUNDING = 1e-9


@dataclass(frozen=True)
class _Run:
    """The run at its trade bars: k rows, one a trade bar."""

    bars: Ints
    weights: Floats
    before: Floats
    prices: Floats
    kept: Floats
    nav_after: Floats
    clamps: Clamps
    borrow_paid: float

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
    terms: Terms = CASH_ACCOUNT,
) -> Ledger:
    """Backtest target weights.

    Args:
        targets: bars x symbols, decided at the close of each bar, >= 0 with row sums <= 1 unless the terms allow
            shorts or leverage; the rest is cash. An all-NaN row is no decision: holdings drift on.
        open_: prices of the same shape, adjusted for splits and dividends; NaN where the symbol did not trade.
        close: likewise.
        costs: proportional costs, solved exactly at each trade (see `tools.backtest.fills`).
        fill: "next_open" or "next_close" of the bar after the decision.
        rebalance: "daily" trades back to the target at every decision; "on_change" only when the target changes.
        terms: what is allowed and paid beside costs; a cash account by default.

    Raises:
        BadRequest: shapes differ, there is no bar, or weights are infinite or beyond what the terms allow.
    """
    return run_market(targets, Market.of(open_, close), costs=costs, fill=fill, rebalance=rebalance, terms=terms)


def run_market(
    targets: pd.DataFrame,
    market: Market,
    *,
    costs: Costs,
    fill: Fill = "next_open",
    rebalance: Rebalance = "daily",
    terms: Terms = CASH_ACCOUNT,
) -> Ledger:
    """Backtest target weights over a market prepared before; otherwise like `run_weights`."""
    _check(targets, market, costs, terms)
    wanted = targets.to_numpy(dtype=float)
    lent = rebalance == "daily" and terms.only_borrows and not np.isnan(wanted).all(axis=1).any()
    if lent or not terms.path_dependent:
        fee = terms.carry.accrue(0.0, 1.0).borrow
        run = _trade(wanted, market, costs, fill=fill, rebalance=rebalance, borrow=terms.leverage, fee=fee)
        equity, held = _mark(run, market.at_close)
        if not (terms.short or terms.leverage) or _solvent(run, equity):
            return _ledger(run, equity, held, market, costs)
    return walk(wanted, market, costs=costs, fill=fill, rebalance=rebalance, terms=terms)


def _check(targets: pd.DataFrame, market: Market, costs: Costs, terms: Terms) -> None:
    if not (market.index.equals(targets.index) and market.columns.equals(targets.columns)):
        raise BadRequest("Weights and prices have different bars or symbols.", hint="Reindex them to one shape.")
    if targets.empty:
        raise BadRequest("There is no bar to backtest.", hint="Choose a longer period.")
    values = targets.to_numpy(dtype=float)
    short, net = bool((values < 0).any()), float(np.nansum(values, axis=1).max())
    if np.isinf(values).any() or (short and not terms.short) or (net > 1 + ROUNDING and not terms.leverage):
        raise BadRequest(
            "Target weights must be zero or more and sum to at most 1 a bar.",
            hint="Short and borrowed positions need terms that allow them.",
        )
    if (short or terms.leverage) and np.nansum(np.abs(values), axis=1).max() * costs.rate >= 1:
        raise BadRequest("Such positions cost more to trade than there is capital.", hint="Use smaller weights.")


def _trade(
    targets: Floats, market: Market, costs: Costs, *, fill: Fill, rebalance: Rebalance, borrow: bool, fee: float
) -> _Run:
    """Work out every trade. `fee` is what a night costs of the value held short; then every bar is a trade bar."""
    tradable = ~np.isnan(market.quoted(fill))
    wanted = np.vstack([np.full_like(targets[:1], np.nan), targets[:-1]])
    bars, target = trade_bars(wanted, tradable, rebalance)
    prices = market.marked(fill)[bars]
    if np.isnan(prices).any():
        prices = np.nan_to_num(prices, nan=1.0)  # never listed so far, so never held: any positive number serves
    night = fee * np.nan_to_num(market.at_close[bars], nan=1.0) / prices
    weights, refused = lock_untradable(target, prices, tradable[bars], costs.rate, borrow=borrow, night=night)
    clamps = Clamps()
    row, column = refused.T
    clamps.add("no_price", bars[row], column, target[row, column], weights[row, column])
    _note_scaled(clamps, bars, target, weights, tradable)
    before = np.zeros_like(weights)
    growth = np.ones(len(bars))
    before[1:] = weights[:-1] * prices[1:] / prices[:-1]
    lent = borrow_fee(weights[:-1], night[:-1])
    growth[1:] = 1.0 - weights[:-1].sum(axis=1) - lent + before[1:].sum(axis=1)
    before /= growth[:, None]
    kept = kept_after_costs(weights, before, costs.rate)
    nav_after = np.asarray(np.cumprod(growth * kept), dtype=np.float64)
    return _Run(bars, weights, before, prices, kept, nav_after, clamps, float(nav_after[:-1] @ lent))


def _note_scaled(clamps: Clamps, bars: Ints, target: Floats, reached: Floats, tradable: Bools) -> None:
    """Record the tradable targets that locked holdings left too little cash for."""
    if reached is target:
        return
    row, column = np.nonzero((target != reached) & tradable[bars])
    clamps.add("cash", bars[row], column, target[row, column], reached[row, column])


def _solvent(run: _Run, equity: Floats) -> bool:
    """Say whether the account never came to nothing."""
    return bool((run.kept > 0).all() and (run.nav_after > 0).all() and (equity > 0).all())


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
    values *= np.where(values != 0, at_close[first:] / run.prices[segment], 0.0)
    growth = cash + values.sum(axis=1)
    equity[first:] = run.nav_after[segment] * growth
    held[first:] = values / growth[:, None]
    return equity, held


def _ledger(run: _Run, equity: Floats, held: Floats, market: Market, costs: Costs) -> Ledger:
    index = market.index
    traded = np.zeros(len(index))
    size = np.abs(run.change)
    traded[run.bars] = size.sum(axis=1)
    curve = pd.Series(equity, index=index, name="equity")
    return Ledger(
        equity=curve,
        returns=curve.pct_change().iloc[1:].rename("returns"),
        weights_held=pd.DataFrame(held, index=index, columns=market.columns),
        traded=pd.Series(traded, index=index, name="traded"),
        orders=int(np.count_nonzero(size > ORDER_SIZE)),
        rejects=run.clamps.count("no_price"),
        cost_paid=float((run.nav_after * (1.0 / run.kept - 1.0)).sum()),
        list_trades=partial(_trades, run, market, costs),
        list_clamps=partial(run.clamps.frame, index, tuple(map(str, market.columns))),
        borrow_paid=run.borrow_paid,
    )


def _trades(run: _Run, market: Market, costs: Costs) -> pd.DataFrame:
    change = run.change
    row, column = np.nonzero(np.abs(change) > ORDER_SIZE)
    filled = change[row, column]
    return pd.DataFrame(
        {
            "ts": market.index[run.bars[row]],
            "symbol": market.columns[column],
            "side": np.where(filled > 0, "buy", "sell"),
            "weight_before": run.before[row, column],
            "weight_after": run.weights[row, column],
            "price": run.prices[row, column],
            "cost_fraction": costs.rate * np.abs(filled),
        }
    )
