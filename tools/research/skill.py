"""What scores knew and what a strategy could carry: figures that need prices and volumes, not its returns alone."""

from __future__ import annotations

import pandas as pd

from tools.backtest.ledger import Ledger
from tools.backtest.record import Config, Room, Skill
from tools.backtest.statistics.capacity import capacity
from tools.backtest.statistics.information import coefficients, summarise
from tools.backtest.stats import BARS_A_YEAR
from tools.features.label import LABELS
from tools.features.panel import Panel

LIQUIDITY_BARS = 20


def skill_of(panel: Panel, scores: pd.DataFrame, config: Config) -> Skill | None:
    """Return how well the scores of each bar ordered the symbols by the return that followed, over the horizon.

    None for a rule, which scores nothing, and where no bar has three symbols with different scores.
    """
    if config.is_rule:
        return None
    traded = panel if config.fill == "next_open" else panel.closes_only()
    outcomes = LABELS["forward_return"](traded, config.horizon_days).reindex_like(scores)
    linear = summarise(coefficients(scores, outcomes, "pearson"), horizon_days=config.horizon_days)
    rank = summarise(coefficients(scores, outcomes, "rank"), horizon_days=config.horizon_days)
    if linear is None or rank is None:
        return None
    return Skill(
        ic=linear.mean,
        ic_t=linear.t,
        rank_ic=rank.mean,
        rank_ic_t=rank.t,
        positive=rank.positive,
        bars=rank.bars,
    )


def room_of(panel: Panel, ledger: Ledger) -> Room | None:
    """Return how much capital the trades could have carried; None where volumes are not known.

    Volume and volatility are those of the 20 bars before each trade.
    """
    trades = ledger.trades
    if trades.empty:
        return None
    change = (trades["weight_after"] - trades["weight_before"]).to_numpy()
    flat = pd.DataFrame({"ts": trades["ts"], "symbol": trades["symbol"], "change": change})
    traded = flat.pivot_table(index="ts", columns="symbol", values="change", aggfunc="sum", observed=True)
    traded = traded.reindex(index=ledger.equity.index, columns=panel.close.columns)
    dollars = (panel.close * panel.volume).rolling(LIQUIDITY_BARS).mean().shift(1)
    volatility = panel.close.pct_change(fill_method=None).rolling(LIQUIDITY_BARS).std().shift(1)
    found = capacity(
        traded,
        dollar_volume=dollars.reindex_like(traded),
        volatility=volatility.reindex_like(traded),
        annual_return=float(ledger.returns.mean()) * BARS_A_YEAR,
    )
    if found is None:
        return None
    return Room(participation_usd=found.participation_usd, breakeven_usd=found.breakeven_usd, covered=found.covered)
