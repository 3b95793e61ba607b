"""What a human should know before confirming a ticket, in plain sentences, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tools.backtest.record import Experiment, Holdout, Target
from tools.backtest.statistics.grade import Verdict
from tools.backtest.trials import Opening
from tools.kernel.format import format_value
from tools.trade.size import Sizing

STALE_DAYS = 5
NEARLY_ALL = 0.99
NO_EDGE = (
    "NO EDGE: nothing shows that this strategy earns anything. What these trades cost is certain, what they earn "
    "is luck: do not trade on it."
)
FROM_CASH = "Sized from cash: shares you already hold are not counted."


def age_warnings(price_date: date, data_age_days: int) -> tuple[str, ...]:
    """Warn of prices older than a long weekend."""
    if data_age_days <= STALE_DAYS:
        return ()
    age = f"STALE DATA: the prices are {data_age_days:,} days old ({price_date.isoformat()})."
    return (f"{age} Do not trade on them; load fresh data and run the experiment again.",)


def verdict_warnings(verdict: Verdict | None) -> tuple[str, ...]:
    """Warn of a strategy without an edge; what speaks against it stands beside the verdict."""
    return (NO_EDGE,) if verdict is not None and verdict.grade == "no edge" else ()


def holdout_warnings(record: Experiment, holdout: Holdout | None, spent: Opening | None = None) -> tuple[str, ...]:
    """Say what the last test on unseen bars found, was not made, or was `spent` on another experiment."""
    if holdout is not None:
        sharpe, before = (format_value(each.sharpe, "ratio") for each in (holdout.oos, holdout.walk_forward))
        clean = "" if not holdout.seen_by else ", and those bars had been read before"
        days = f"{holdout.start} to {holdout.end}"
        return (f"On its holdout, {days}, its Sharpe ratio was {sharpe} ({before} before){clean}.",)
    if record.sealed is None:
        return ()
    since = record.sealed.start
    if spent is not None:
        day, other = spent.made_at.date(), spent.experiment
        return (f"Never tested on the bars since {since}: its holdout was opened on {day}, once, with {other}.",)
    return (f"Never tested on the bars since {since}: they are sealed. `slq holdout open` tests it on them, once.",)


def cash_warnings(targets: tuple[Target, ...]) -> tuple[str, ...]:
    """Say that the strategy itself keeps a part in cash, so that idle money is no surprise."""
    held = sum(target.weight for target in targets)
    if not targets or held > NEARLY_ALL:
        return ()
    why = "too few scores are above one half, or a horizon of several days builds positions in daily steps"
    return (f"{1 - held:.0%} stays in cash by the strategy's own rule: {why}.",)


def sizing_warnings(sizing: Sizing, prices: Mapping[str, float], capital_usd: float) -> tuple[str, ...]:
    """Say what was left out of the proposal and why."""
    found = []
    if not (sizing.positions or sizing.too_small or sizing.dropped):
        found.append("Hold cash: after the last signal the strategy holds nothing.")
    if sizing.too_small:
        cheapest = min(sizing.too_small, key=lambda symbol: (prices[symbol], symbol))
        names = ", ".join(sizing.too_small)
        found.append(
            f"The capital is too small for one share of {names} at its weight; the cheapest, {cheapest}, costs "
            f"${prices[cheapest]:,.2f} a share, of ${capital_usd:,.2f} in all."
        )
    if sizing.dropped:
        found.append(f"Left out by the limit on positions, their share stays cash: {', '.join(sizing.dropped)}.")
    if sizing.positions:
        found.append(FROM_CASH)
    return tuple(found)
