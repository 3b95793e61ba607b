"""The slow, obvious backtester: shares and cash, one bar after the other. What the engine has to agree with."""

from __future__ import annotations

import numpy as np
import pandas as pd


def _trade(shares, cash, prices, target, rate):
    """Return shares, cash, value traded and number of orders after trading to `target` of the NAV after costs."""
    values = shares * prices
    nav = cash + values.sum()
    low, high = 0.0, nav
    for _ in range(200):  # bisection on nav' = nav - rate * sum |target * nav' - values|
        after = (low + high) / 2
        if after + rate * np.abs(target * after - values).sum() > nav:
            high = after
        else:
            low = after
    moved = target * after - values
    moved[np.abs(moved) < 1e-12 * nav] = 0.0
    cost = rate * np.abs(moved).sum()
    return shares + moved / prices, cash - moved.sum() - cost, np.abs(moved).sum() / nav, np.count_nonzero(moved)


def run_loop(targets, open_, close, *, rate, fill, rebalance):
    """Return equity at each close, value traded (fraction of NAV) and number of orders; prices are complete."""
    w, o, c = (frame.to_numpy(float) for frame in (targets, open_, close))
    shares, cash, orders = np.zeros(w.shape[1]), 1.0, 0
    previous = np.zeros(w.shape[1])
    equity, traded = [1.0], [0.0]
    for bar in range(1, len(w)):
        decided = w[bar - 1]
        prices = o[bar] if fill == "next_open" else c[bar]
        moved = 0.0
        if rebalance == "daily" or not np.array_equal(decided, previous):
            shares, cash, moved, count = _trade(shares, cash, prices, decided, rate)
            orders += count
        previous = decided
        equity.append(cash + (shares * c[bar]).sum())
        traded.append(moved)
    return pd.Series(equity, targets.index), pd.Series(traded, targets.index), orders


def rebuild(trades, at_fill, close, rate):
    """Return equity rebuilt from a trade list and last known prices at the fills and at the closes."""
    shares, cash = dict.fromkeys(close.columns, 0.0), 1.0
    by_bar = dict(iter(trades.groupby("ts")))
    equity = []
    for ts, row in close.iterrows():
        nav = cash + sum(count * at_fill.loc[ts, name] for name, count in shares.items() if count)
        for each in by_bar[ts].itertuples() if ts in by_bar else ():
            assert each.price == at_fill.loc[ts, each.symbol]
            assert abs(shares[each.symbol] * each.price / nav - each.weight_before) < 1e-8
            cost = each.cost_fraction * nav
            value = cost / rate * (1 if each.side == "buy" else -1)
            shares[each.symbol] += value / each.price
            cash -= value + cost
        equity.append(cash + sum(count * row[name] for name, count in shares.items() if count))
    return pd.Series(equity, close.index)
