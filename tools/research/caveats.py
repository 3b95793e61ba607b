"""What a reader must know before believing a result, besides its verdict, in plain sentences."""

from __future__ import annotations

from datetime import date

from tools.backtest.engine import Ledger
from tools.backtest.evidence import OLD_DATA
from tools.backtest.record import Metrics

FEW_DAYS = 252
STALE_DAYS = 5


def survivorship(symbols: tuple[str, ...]) -> str:
    """Say that the universe was picked knowing which names survived."""
    names = "symbol was" if len(symbols) == 1 else f"{len(symbols)} symbols were"
    return (
        f"Survivorship: the {names} picked with hindsight. Names that failed are missing, which flatters the "
        "strategy and equal weight alike."
    )


def caveats(
    *,
    symbols: tuple[str, ...],
    oos: Metrics,
    ledger: Ledger,
    last_bar: date,
    today: date,
    haircut: float | None = None,
    trials: int = 1,
) -> tuple[str, ...]:
    """Return the warnings that follow from a run's figures, the gravest first.

    Args:
        symbols: the universe.
        oos: the strategy's figures.
        ledger: the strategy's trades.
        last_bar: date of the newest bar used.
        today: the present date.
        haircut: what a delisting took of the last price.
        trials: how many the run chose the recorded one from.
    """
    found = [survivorship(symbols)]
    if trials > 1:
        found.append(
            f"The best of {trials:,} rules tried on the same bars: its figures flatter, and each counts as a trial."
        )
    if oos.days < FEW_DAYS:
        found.append(f"Only {oos.days} test days: less than a year says next to nothing.")
    age = (today - last_bar).days
    if age > STALE_DAYS:
        found.append(f"{OLD_DATA} the last bar is of {last_bar.isoformat()}, {age:,} days ago.")
    if ledger.rejects:
        found.append(f"{ledger.rejects:,} changes of position were refused because the symbol had no price.")
    if ledger.delisted:
        found.append(
            f"{ledger.delisted:,} positions were closed because their prices ended, at {1 - (haircut or 0):.0%} of "
            "the last one: the companies may have fared better or worse."
        )
    stops = ledger.clamps.loc[ledger.clamps["rule"] == "drawdown_cap", "ts"]
    if len(stops):
        found.append(
            f"The limit on drawdown closed all positions after {stops.iloc[0]:%Y-%m-%d}; nothing was held since."
        )
    if ledger.orders == 0:
        found.append("The strategy never traded: no signal was ever strong enough.")
    return tuple(found)
