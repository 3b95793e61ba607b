"""From what was asked to the full list of settings: every default is decided, and recorded, here."""

from __future__ import annotations

from collections.abc import Sequence

from tools.backtest.fills import possible_fill
from tools.backtest.record import Config
from tools.features.bars import Bars
from tools.features.feature import Signal
from tools.kernel.settings import Settings
from tools.research.record import ExperimentArgs

TRAIN_YEARS = 3
TEST_MONTHS = 6
SEED = 7
EXECUTION_LAG_DAYS = 1
HELD_SHARE = 3


def configure(args: ExperimentArgs, bars: Bars, signals: Sequence[Signal], settings: Settings) -> Config:
    """Return the settings of an experiment.

    Defaults: hold the best third of the symbols, at least one; train on 3 years, test on the next 6 months; drop
    horizon + 1 bars between them, since a label needs that many bars to come true; fill at the next open, or at the
    next close where a symbol has no opens.
    """
    symbols = bars.panel.symbols
    return Config(
        symbols=symbols,
        features=tuple(signal.id for signal in signals),
        model=args.model,
        horizon_days=args.horizon_days,
        top_n=args.top_n or max(1, len(symbols) // HELD_SHARE),
        interval="1d",
        start=bars.panel.sessions[0].date(),
        end=bars.panel.sessions[-1].date(),
        train_years=TRAIN_YEARS,
        test_months=TEST_MONTHS,
        purge_days=args.horizon_days + EXECUTION_LAG_DAYS,
        fill=possible_fill(bars.panel.open),
        commission_bps=settings.commission_bps,
        slippage_bps=settings.slippage_bps,
        index_symbol=bars.index_symbol,
        seed=SEED,
    )
