"""The backtester bar by bar: for terms under which a bar depends on the path before it.

The same decisions, fills and cost equation as the vectorised engine, with holdings kept as values in multiples of
the starting capital. In a bar: the night's interest and fees, the drift to the fill, delistings, the trade, the
drift to the close, and a look by the risk rules, which bind from the next bar on. Where a rule changes the target,
the whole portfolio is traded to what is left of it.
"""

from __future__ import annotations

import numpy as np

from tools.backtest.account import Account
from tools.backtest.book import ledger_of
from tools.backtest.costs import Costs
from tools.backtest.fills import Bools, Fill, Floats, Rebalance
from tools.backtest.ledger import Ledger
from tools.backtest.market import Market
from tools.backtest.risk import Overlay
from tools.backtest.terms import Terms


class _Decisions:
    """Targets as they come to be filled, and what is still to be done about them."""

    def __init__(self, targets: Floats, rebalance: Rebalance) -> None:
        self.rows, self.daily = targets, rebalance == "daily"
        self.decided: Bools = np.asarray(~np.isnan(targets).all(axis=1), dtype=np.bool_)
        symbols = targets.shape[1]
        self.target, self.allowed = np.zeros(symbols), np.zeros(symbols)
        self.pending = np.zeros(symbols, dtype=bool)

    def due(self, bar: int, free: Bools, overlay: Overlay | None) -> Floats | None:
        """Return the target to trade to at `bar`, or None where there is nothing to do."""
        decided = bool(self.decided[bar - 1])
        if decided:
            self.target = np.nan_to_num(self.rows[bar - 1])
        allowed = self.target if overlay is None else overlay.allow(self.target, bar)
        changed = allowed != self.allowed
        retry = bool((self.pending & free).any())
        self.pending = (self.pending | changed) & ~free
        self.allowed = allowed
        if self.daily:
            forced = overlay is not None and (bool(changed.any()) or retry) and not decided
            return allowed if decided or forced else None
        return allowed if bool(changed.any()) or retry else None


def walk(
    targets: Floats, market: Market, *, costs: Costs, fill: Fill, rebalance: Rebalance, terms: Terms
) -> Ledger:
    """Backtest target weights bar by bar.

    Args:
        targets: bars x symbols, checked; an all-NaN row is no decision.
        market: prices.
        costs: proportional costs.
        fill: where orders are filled.
        rebalance: when the portfolio is traded.
        terms: everything else.
    """
    account, decisions = Account(market, costs, fill, terms), _Decisions(targets, rebalance)
    bars, symbols = targets.shape
    equity, traded, held = np.ones(bars), np.zeros(bars), np.zeros((bars, symbols))
    for bar in range(1, bars):
        traded[bar] = _step(account, decisions, bar)
        if account.ruined(bar):
            equity[bar:] = 0.0
            break
        equity[bar], held[bar] = account.nav, account.weights
        if account.overlay is not None:
            account.overlay.watch(bar, equity[bar], held[bar], account.closes[bar])
    return ledger_of(account.book, market, equity, traded, held)


def _step(account: Account, decisions: _Decisions, bar: int) -> float:
    """Move the account through one bar; return the value traded as a fraction of NAV."""
    account.accrue()
    account.drift(account.closes[bar - 1], account.prices[bar])
    if account.ruined(bar):
        return 0.0
    account.delist(bar)
    target = decisions.due(bar, account.tradable[bar], account.overlay)
    if account.ruined(bar):
        return 0.0
    if target is None:
        target = account.forced(bar)
    traded = account.trade(bar, target) if target is not None else 0.0
    account.drift(account.prices[bar], account.closes[bar])
    return traded
