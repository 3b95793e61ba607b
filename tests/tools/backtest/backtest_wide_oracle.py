"""The slow, obvious account: shares, cash, interest, impact, stops. What the walk over bars has to agree with."""

from __future__ import annotations

import numpy as np
import pandas as pd


def _nav_after(nav, values, target, rate, root):
    """Bisect nav' = nav - sum(rate * q + root * q^1.5), q = |target * nav' - values|."""
    low, high = 0.0, nav
    for _ in range(200):
        after = (low + high) / 2
        moved = np.abs(target * after - values)
        if after + (rate * moved + root * moved**1.5).sum() > nav:
            high = after
        else:
            low = after
    return after


class Oracle:
    def __init__(self, symbols, terms, rate):
        self.terms, self.rate = terms, rate
        self.shares, self.cash, self.paid = np.zeros(symbols), 1.0, np.zeros(symbols)
        self.peak, self.out_at, self.stopped = 1.0, None, np.zeros(symbols)
        self.fees = self.loan = self.interest = self.cost = 0.0

    def night(self, close):
        carry, short = self.terms.carry, -np.minimum(self.shares * close, 0).sum()
        fee = carry.borrow_bps / 1e4 / 252 * short
        loan = carry.loan_rate / 252 * max(-self.cash, 0)
        interest = carry.cash_yield / 252 * max(self.cash - short, 0)
        self.fees, self.loan, self.interest = self.fees + fee, self.loan + loan, self.interest + interest
        self.cash += interest - fee - loan

    def trade(self, prices, target, root):
        values = self.shares * prices
        nav = self.cash + values.sum()
        after = _nav_after(nav, values, target, self.rate, root)
        wanted = target * after
        wanted[np.abs(wanted - values) < 1e-12 * nav] = values[np.abs(wanted - values) < 1e-12 * nav]
        for at, (old, new) in enumerate(zip(values, wanted, strict=True)):
            if np.sign(old) != np.sign(new):
                self.paid[at] = prices[at]
            elif abs(new) > abs(old):
                more = abs(new) - abs(old)
                self.paid[at] = abs(new) / prices[at] and (
                    (abs(old) / prices[at] * self.paid[at] + more) / (abs(new) / prices[at])
                )
        self.cost += nav - after
        self.cash, self.shares = after - wanted.sum(), wanted / prices
        return np.count_nonzero(wanted != values)

    def limited(self, target):
        risk = self.terms.risk
        if risk is None:
            return target
        if self.out_at is not None:
            return target * 0
        self.stopped[np.sign(target) != self.stopped] = 0
        target = np.where(self.stopped != 0, 0, target)
        gross = np.abs(target).sum()
        return target * risk.max_leverage / gross if risk.max_leverage and gross > risk.max_leverage else target

    def look(self, bar, close):
        risk = self.terms.risk
        if risk is None:
            return
        equity = self.cash + self.shares @ close
        if self.out_at is not None and risk.reenter_after_bars and bar - self.out_at >= risk.reenter_after_bars:
            self.out_at, self.peak = None, equity
        self.peak = max(self.peak, equity)
        if risk.drawdown_cap and self.out_at is None and equity <= self.peak * (1 - risk.drawdown_cap):
            self.out_at = bar
        if risk.stop_loss:
            for at, held in enumerate(self.shares):
                if held and not self.stopped[at]:
                    change = close[at] / self.paid[at] - 1
                    if np.sign(held) * change <= -risk.stop_loss:
                        self.stopped[at] = np.sign(held)


def run_wide(targets, open_, close, *, rate, fill, rebalance, terms):
    """Return equity at each close, number of orders, and the oracle; prices are complete."""
    w, o, c = (frame.to_numpy(float) for frame in (targets, open_, close))
    account = Oracle(w.shape[1], terms, rate)
    previous, equity, orders = np.zeros(w.shape[1]), [1.0], 0
    for bar in range(1, len(w)):
        account.night(c[bar - 1])
        prices = o[bar] if fill == "next_open" else c[bar]
        wanted = account.limited(w[bar - 1])
        root, nav = np.zeros(w.shape[1]), account.cash + account.shares @ prices
        if terms.impact is not None:
            sigma, volume = terms.impact.volatility.iloc[bar - 1], terms.impact.dollar_volume.iloc[bar - 1]
            root = (terms.impact.coefficient * sigma * np.sqrt(terms.impact.capital_usd / volume)).to_numpy()
        held = account.shares * prices / nav
        limit = terms.risk.max_leverage if terms.risk else None
        if rebalance == "daily" or not np.array_equal(wanted, previous):
            orders += account.trade(prices, wanted, root)
        elif limit and np.abs(held).sum() > limit * (1 + 1e-12):
            orders += account.trade(prices, held * limit / np.abs(held).sum(), root)
        elif not terms.leverage and account.cash < -1e-12 * nav:
            longs = held[held > 0].sum()
            orders += account.trade(
                prices, np.where(held > 0, held * (1 - held[held < 0].sum()) / longs, held), root
            )
        previous = wanted
        equity.append(account.cash + account.shares @ c[bar])
        account.look(bar, c[bar])
    return pd.Series(equity, targets.index), orders, account


def _groups(trades, prices):
    """Split a bar's trades into delistings, paid below the last price, and what is traded on the NAV they leave."""
    if trades is None:
        return []
    forced = trades["price"] != trades["symbol"].map(prices)
    return [part for part in (trades[forced], trades[~forced]) if len(part)]


def replay(ledger, at_fill, close):
    """Return profit and loss by symbol, cash and holdings at each close, from the trade list alone."""
    shares, cash = dict.fromkeys(close.columns, 0.0), 1.0
    by_bar = dict(iter(ledger.trades.groupby("ts")))
    profit, rows, last = dict.fromkeys(close.columns, 0.0), [], close.iloc[0]
    for ts, row in close.iterrows():
        for name, count in shares.items():
            profit[name] += count * (at_fill.loc[ts, name] - last[name]) if count else 0.0
        for done in _groups(by_bar.get(ts), at_fill.loc[ts]):
            nav = cash + sum(count * at_fill.loc[ts, name] for name, count in shares.items() if count)
            after = nav * (1 - done["cost_fraction"].sum())
            for each in done.itertuples():
                value = (each.weight_after * after - each.weight_before * nav) / at_fill.loc[ts, each.symbol]
                shares[each.symbol] += value
                cash -= value * each.price + each.cost_fraction * nav
                profit[each.symbol] += value * (at_fill.loc[ts, each.symbol] - each.price)
        for name, count in shares.items():
            profit[name] += count * (row[name] - at_fill.loc[ts, name]) if count else 0.0
        last = row
        rows.append((cash, sum(count * row[name] for name, count in shares.items() if count)))
    return profit, np.array(rows)
