"""Signals in, what there is to show about them out: evidence, last values, and the bars they were taken on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tools.features.bars import Bars, read_bars
from tools.features.evidence import Evidence
from tools.features.panel import Panel
from tools.ingest.universe import BENCHMARK
from tools.kernel.errors import NoData, Suggestion
from tools.kernel.spec import Context
from tools.lab.codegen import Spec
from tools.lab.record import Examined, Recent
from tools.lake.store import lake_symbols, open_lake

MOST_SYMBOLS = 20
SHOWN_SYMBOLS = 5
SHOWN_BARS = 60
FIRST_STEP = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


@dataclass(frozen=True, slots=True)
class Ground:
    """The bars that features are examined on.

    Attributes:
        bars: adjusted daily bars with the index.
        warnings: what was left out.
    """

    bars: Bars
    warnings: tuple[str, ...]

    @property
    def panel(self) -> Panel:
        """The bars as a panel."""
        return self.bars.panel


def ground(ctx: Context, symbols: Sequence[str]) -> Ground:
    """Return the bars of `symbols`; of none named, those the lake holds daily bars of, up to twenty.

    Raises NoData: the lake lacks a symbol, or holds nothing; says which call would help.
    """
    if symbols:
        bars = read_bars(ctx.workspace, symbols)
        return Ground(bars, bars.warnings)
    held = _held(ctx)
    if not held:
        raise NoData(
            "The lake is empty, and a feature is proved on bars.",
            hint=f"Load some first: /ingest_data {', '.join(FIRST_STEP)}",
            suggestion=Suggestion("ingest_data", {"symbols": list(FIRST_STEP)}),
        )
    bars = read_bars(ctx.workspace, held[:MOST_SYMBOLS])
    left = f"{len(held) - MOST_SYMBOLS} more symbols of the lake were not looked at."
    return Ground(bars, (*bars.warnings, left) if len(held) > MOST_SYMBOLS else bars.warnings)


def _held(ctx: Context) -> tuple[str, ...]:
    """Return the symbols with daily bars, without the index."""
    symbols = lake_symbols(ctx.workspace)
    if not symbols:
        return ()
    with open_lake(ctx.workspace) as lake:
        daily = lake.sources(symbols)
    return tuple(symbol for symbol in symbols if symbol in daily and symbol != BENCHMARK)


def describe(name: str, spec: Spec, evidence: Evidence, values: pd.DataFrame) -> Examined:
    """Return the record of an examined feature."""
    return Examined(
        name=name,
        spec=spec.text if spec.kind != "python" else "python",
        description=spec.description,
        unit=spec.unit,
        warmup_bars=evidence.warmup_bars,
        holds=evidence.holds,
        evidence=evidence,
        recent=_recent(values),
    )


def _recent(values: pd.DataFrame) -> tuple[Recent, ...]:
    """Return the last values of the first symbols that have any."""
    shown = [column for column in values if values[column].notna().any()][:SHOWN_SYMBOLS]
    parts = []
    for symbol in shown:
        last = values[symbol].loc[: values[symbol].last_valid_index()].tail(SHOWN_BARS)
        parts.append(
            Recent(
                symbol=str(symbol),
                first=last.index[0].date(),
                last=last.index[-1].date(),
                values=tuple(None if pd.isna(value) else float(value) for value in last),
            )
        )
    return tuple(parts)
