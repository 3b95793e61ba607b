"""From what was asked to the full list of settings: every default is decided, and recorded, here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tools.backtest.record import Config
from tools.features.bars import Bars
from tools.features.feature import Signal
from tools.features.panel import Panel
from tools.ingest.universe import BENCHMARK
from tools.kernel.errors import BadRequest, NoData, Suggestion
from tools.kernel.settings import Settings
from tools.models.split import purge_bars
from tools.research.labels import choose_label
from tools.research.record import ExperimentArgs

TRAIN_YEARS = 3
TEST_MONTHS = 6
SEED = 7
HELD_SHARE = 3
BORROW_BPS = 50.0
DELISTING_HAIRCUT = 0.3
EMBARGO_SHARE = 0.01
TWO_SIDES = 2


def held(symbols: Sequence[str]) -> int:
    """Return how many symbols are held by default: the best third, at least one."""
    return max(1, len(symbols) // HELD_SHARE)


def configure(args: ExperimentArgs, bars: Bars, signals: Sequence[Signal], settings: Settings) -> Config:
    """Return the settings of an experiment.

    Defaults: hold the best third of the symbols, at least one; train on 3 years, test on the next 6 months; drop
    the bars between them that a label reaches; fill at the next open, or at the next close where there are closes
    only. Borrowed shares cost 0.5 % a year, as those of large companies do; a holding whose prices end pays 30 %
    less than the last one (Shumway 1997, The Delisting Bias in CRSP Data). The embargo of combinatorial splits is
    1 % of the bars (Lopez de Prado 2018, section 7.4.2).

    Raises:
        BadRequest: the model cannot learn the label, or there are too few symbols for the book.
        NoData: the book needs the index, which the lake does not hold.
    """
    symbols = bars.panel.symbols
    _check_book(args, bars.panel)
    return Config(
        symbols=symbols,
        features=tuple(signal.id for signal in signals),
        model=args.model,
        horizon_days=args.horizon_days,
        top_n=args.top_n or held(symbols),
        interval="1d",
        start=bars.panel.sessions[0].date(),
        end=bars.panel.sessions[-1].date(),
        train_years=TRAIN_YEARS,
        test_months=TEST_MONTHS,
        purge_days=purge_bars(args.horizon_days),
        fill=_fill(bars.panel, args.book),
        commission_bps=settings.commission_bps,
        slippage_bps=settings.slippage_bps,
        index_symbol=bars.index_symbol,
        seed=SEED,
        label=choose_label(args.model, args.label),
        split=args.split,
        book=args.book,
        target_volatility=args.target_volatility,
        max_position=args.max_position,
        max_drawdown=args.max_drawdown,
        combinatorial=args.combinatorial,
        embargo_days=round(len(bars.panel.sessions) * EMBARGO_SHARE) if args.combinatorial else 0,
        borrow_bps=0.0 if args.book == "long" else BORROW_BPS,
        delisting_haircut=DELISTING_HAIRCUT,
    )


def _check_book(args: ExperimentArgs, panel: Panel) -> None:
    """Raise where the book cannot be formed."""
    if args.book == "long_short" and len(panel.symbols) < TWO_SIDES:
        raise BadRequest(
            "A long/short book needs two symbols at least: one to hold and one to sell short.",
            hint="Name more symbols, or choose book beta_neutral to hedge one with the index.",
        )
    if args.book == "beta_neutral" and panel.market is None:
        raise NoData(
            "A beta-neutral book is hedged with the index, which the lake does not hold in this period.",
            hint=f"Load it first: /ingest_data {BENCHMARK}",
            suggestion=Suggestion("ingest_data", {"symbols": [BENCHMARK]}),
        )


def _fill(panel: Panel, book: str) -> Literal["next_open", "next_close"]:
    """Return where orders can be filled: at closes where something to be traded has never had an open."""
    without = (panel.open.isna().all() & panel.close.notna().any()).any()
    if book == "beta_neutral":
        without |= panel.market_open is None or bool(panel.market_open.isna().all())
    return "next_close" if without else "next_open"
