"""From scores to a portfolio, and the terms it trades on: the book, its limits, what borrowing and delisting cost.

In this order: the book of each bar; the mean of the last `horizon_days` books (overlapping portfolios); the cap on
positions; the hedge; the volatility wanted; the limits again, which scale a whole bar so that a hedge still fits.
All of it looks back only. Betas and volatilities are taken from the whole panel, so they are known when the first
test window begins.

Choices made on purpose:
* No loan: cash is never negative. A long or a long/short book holds at most 1 x NAV, longs and shorts together; a
  hedged one at most 2. So a wanted volatility above what that gives is not reached, and the record says how often.
* Shorts pay a borrow fee. Cash earns nothing, and the proceeds of short sales neither.
* A symbol without a price for more than 20 bars counts as delisted: what is held of it pays the last price less a
  haircut. Shorter gaps are holidays of its exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.beta import beta_neutral
from tools.backtest.caps import Caps, cap_weights
from tools.backtest.carry import Carry
from tools.backtest.clamps import WHOLE, Clamps
from tools.backtest.costs import Costs
from tools.backtest.drawdown_stop import stop_at_drawdown
from tools.backtest.engine import run_market
from tools.backtest.fills import ORDER_SIZE, Rebalance
from tools.backtest.ledger import Ledger
from tools.backtest.long_short import long_short
from tools.backtest.market import Market
from tools.backtest.record import Book, ClampCount, Config
from tools.backtest.terms import Delisting, Terms
from tools.backtest.volatility_target import target_volatility
from tools.backtest.weights import LONGEST_GAP, overlap, top_n
from tools.features.panel import Panel
from tools.models.registry import MODELS

DELISTED_AFTER_BARS = 20
GROSS: Mapping[Book, float] = {"long": 1.0, "long_short": 1.0, "beta_neutral": 2.0}


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Target weights, bars x instruments (the symbols, and the index as the last one where it hedges).

    `clamps` are the limits that bound, in the columns of `Ledger.clamps`.
    """

    weights: pd.DataFrame
    clamps: pd.DataFrame


def positions(panel: Panel, scores: pd.DataFrame, config: Config) -> Portfolio:
    """Return the target weights that follow from scores; those of a rule are its weights, an unknown one none.

    Args:
        panel: prices up to the last bar of `scores` or beyond; of each bar, only those up to it are used.
        scores: bars x symbols; the bars to trade.
        config: book, horizon and limits.
    """
    symbols = list(scores.columns)
    if config.is_rule:
        return Portfolio(scores.fillna(0.0), Clamps().frame(scores.index, symbols))
    weights = overlap(_book(scores, config), config.horizon_days)
    clamps = []
    if config.max_position is not None:
        weights, cut = cap_weights(weights, Caps(position=config.max_position))
        clamps.append(cut)
    if config.book == "long_short":
        weights = _balanced(weights)
    close = panel.close.ffill(limit=LONGEST_GAP)  # a bar missed counts as one without a return
    if config.book == "beta_neutral":
        name, index = _index(panel, config)
        whole = beta_neutral(weights.reindex(close.index), close, index, name)
        weights, close = whole.loc[scores.index], close.assign(**{name: index})
    if config.target_volatility is not None:
        whole = target_volatility(
            weights.reindex(close.index), close, config.target_volatility, max_leverage=GROSS[config.book]
        )
        weights = whole.loc[scores.index]
        clamps.append(_at_most(weights, GROSS[config.book]))
    weights, cut = _within_limits(weights, symbols, config)
    return Portfolio(weights, pd.concat([*clamps, cut], ignore_index=True))


def _index(panel: Panel, config: Config) -> tuple[str, pd.Series]:
    """Return the name of the index and its closes. Raises ValueError where there is none."""
    if config.index_symbol is None or panel.market is None:
        raise ValueError("a beta-neutral book needs the index")
    return config.index_symbol, panel.market.ffill(limit=LONGEST_GAP)


def _book(scores: pd.DataFrame, config: Config) -> pd.DataFrame:
    if config.book == "long_short":
        return long_short(scores, config.top_n)
    return top_n(scores, config.top_n, threshold=MODELS[config.model].threshold)


def _balanced(weights: pd.DataFrame) -> pd.DataFrame:
    """Scale the larger side of each bar down to the smaller one: what a cap took from one, the other gives up."""
    values = weights.to_numpy(dtype=float)
    owned, owed = np.maximum(values, 0.0), np.maximum(-values, 0.0)
    longs, shorts = owned.sum(axis=1, keepdims=True), owed.sum(axis=1, keepdims=True)
    each = np.minimum(longs, shorts)
    ratios = (np.divide(each, side, out=np.zeros_like(each), where=side > 0) for side in (longs, shorts))
    of_longs, of_shorts = ratios
    return pd.DataFrame(owned * of_longs - owed * of_shorts, index=weights.index, columns=weights.columns)


def _at_most(weights: pd.DataFrame, most: float) -> pd.DataFrame:
    """Return a clamp for each bar at which holding more than `most` might have been needed for the volatility."""
    clamps = Clamps()
    gross = weights.abs().sum(axis=1).to_numpy()
    row = np.flatnonzero(gross >= most * (1 - ORDER_SIZE))
    clamps.add("max_leverage", row, WHOLE, gross[row], most)
    return clamps.frame(weights.index, [])


def _within_limits(weights: pd.DataFrame, symbols: list[str], config: Config) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scale whole bars until no position, the gross and the cash needed are beyond their limits."""
    clamps, values = Clamps(), weights.to_numpy(dtype=float, copy=True)
    largest = weights[symbols].abs().max(axis=1).to_numpy()
    limits = (
        ("max_position", largest, config.max_position),
        ("max_leverage", np.abs(values).sum(axis=1), GROSS[config.book]),
        ("cash", values.sum(axis=1), 1.0),
    )
    scale = np.ones(len(values))
    for rule, wanted, most in limits:
        if most is None:
            continue
        row = np.flatnonzero(wanted * scale > most * (1 + ORDER_SIZE))
        clamps.add(rule, row, WHOLE, wanted[row] * scale[row], most)
        scale[row] = most / wanted[row]
    if (scale < 1).any():
        values *= scale[:, None]
        weights = pd.DataFrame(values, index=weights.index, columns=weights.columns)
    return weights, clamps.frame(weights.index, symbols)


def market_of(panel: Panel, weights: pd.DataFrame) -> Market:
    """Return the prices that `weights` trade at: those of the symbols, and of the index where it hedges."""
    bars = weights.index
    open_, close = panel.open.loc[bars], panel.close.loc[bars]
    for name in weights.columns.difference(panel.close.columns):
        absent = pd.Series(np.nan, index=bars)
        open_ = open_.assign(**{name: absent if panel.market_open is None else panel.market_open.loc[bars]})
        close = close.assign(**{name: absent if panel.market is None else panel.market.loc[bars]})
    return Market.of(open_, close)


def terms_of(market: Market, config: Config) -> Terms:
    """Return what the strategy may do and pays beside trading costs."""
    return Terms(
        short=config.book != "long",
        carry=Carry(borrow_bps=config.borrow_bps),
        delisting=delisting_of(market, config),
    )


def delisting_of(market: Market, config: Config) -> Delisting | None:
    """Return what happens to holdings whose prices end, where any do: bars are then taken one by one, slowly."""
    if config.delisting_haircut is None:
        return None
    missing = market.missing_since()
    gone = (missing > DELISTED_AFTER_BARS) & np.isfinite(missing)
    return Delisting(config.delisting_haircut, DELISTED_AFTER_BARS) if gone.any() else None


def costs_of(config: Config) -> Costs:
    """Return the configured trading costs."""
    return Costs(config.commission_bps, config.slippage_bps)


def run_portfolio(weights: pd.DataFrame, market: Market, config: Config, costs: Costs) -> Ledger:
    """Trade target weights on the terms of the strategy: a rule's when they change, others every day."""
    rebalance: Rebalance = "on_change" if config.is_rule else "daily"
    terms = terms_of(market, config)

    def run(targets: pd.DataFrame) -> Ledger:
        return run_market(targets, market, costs=costs, fill=config.fill, rebalance=rebalance, terms=terms)

    return run(weights) if config.max_drawdown is None else stop_at_drawdown(run, weights, config.max_drawdown)


def trade(panel: Panel, scores: pd.DataFrame, config: Config) -> Ledger:
    """Trade scores once, at the configured costs."""
    weights = positions(panel, scores, config).weights
    return run_portfolio(weights, market_of(panel, weights), config, costs_of(config))


def count_clamps(*clamps: pd.DataFrame) -> tuple[ClampCount, ...]:
    """Return how often each rule bound, in the order of their names; frames as `Ledger.clamps`."""
    rules = pd.concat([frame["rule"] for frame in clamps], ignore_index=True)
    return tuple(
        ClampCount(rule=str(rule), count=int(count)) for rule, count in rules.value_counts().sort_index().items()
    )
