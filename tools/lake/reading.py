"""Bars and their corporate actions out of the attached lake, one vendor a symbol, in as few reads as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tools.lake.coverage import Choice, not_held, nothing_between
from tools.lake.holdings import FEW, Holdings, Rows, among, extents, has_rows, holdings
from tools.lake.keys import by_symbol
from tools.lake.seal import last_open_days, sealed_from, spans
from tools.lake.tables import TABLES, empty

A_DAY = pd.Timedelta(days=1)
"""Actions count by the day on the exchange, which in UTC may begin on the day before or end on the day after."""
VALUES = "symbol, ts, open, high, low, close, volume"


class Reader(NamedTuple):
    """How to read one snapshot.

    Attributes:
        rows: runs a SELECT for rows.
        facts: the same for what cannot change while the lake is attached; may answer from memory.
        frame: runs a SELECT for a frame of text, numbers and times.
        version: the snapshot to read.
        current: the current snapshot.
    """

    rows: Rows
    facts: Rows
    frame: Callable[[str, list[Any]], pd.DataFrame]
    version: int
    current: int

    @property
    def at(self) -> str:
        """The clause that reads the snapshot; none for the current one, which is quicker to plan."""
        return "" if self.version == self.current else f"AT (VERSION => {self.version:d})"


def read_bars(
    reader: Reader,
    symbols: Sequence[str],
    interval: str,
    *,
    start: date | None,
    end: date | None,
    source: str | None,
    sealed: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return bars (sorted by symbol, then ts) and corporate actions (by ts) of `symbols`.

    With `sealed`, bars of the holdout are left out, as if they were not there.

    Raises NoData: a symbol is not held (from `source`), or there is no bar between `start` and `end`.
    """
    held = _held(reader, symbols, interval, source)
    where, values = _restrict(held, interval, source)
    everyone = last_open_days(spans(reader.facts, reader.version)) if sealed else {}
    last_days = {symbol: everyone[symbol] for symbol in held.choices if symbol in everyone}
    last = max(last_days.values(), default=date.max)
    bars = reader.frame(
        f"SELECT {VALUES} FROM lake.bars {reader.at} "  # noqa: S608  the names are our own
        f"WHERE {where} AND ts >= ?::DATE AND ts < ?::DATE + INTERVAL 1 DAY",
        [*values, start or date.min, min(end or date.max, last)],
    )
    if len(set(last_days.values())) > 1:
        bars = bars[_open(bars, last_days)]
    if bars.empty:
        raise nothing_between(extents(reader.rows, symbols, interval, reader.version), start, end, last_days)
    return by_symbol(bars), _read_actions(reader, held.choices, bars["ts"].min(), bars["ts"].max())


def _open(bars: pd.DataFrame, last_days: Mapping[str, date]) -> pd.Series:
    """Return which bars are not sealed."""
    begins = pd.Series({symbol: sealed_from(day) for symbol, day in last_days.items()})
    return ~(bars["ts"] >= bars["symbol"].map(begins))


def _held(reader: Reader, symbols: Sequence[str], interval: str, source: str | None) -> Holdings:
    """Return the source to read of each symbol. Raises NoData naming the symbols that have none."""
    held = holdings(reader.facts, symbols, interval, reader.version)
    if source is not None:
        named = {
            symbol: Choice(source, tuple(sorted({choice.used, *choice.others} - {source})))
            for symbol, choice in held.choices.items()
            if source in {choice.used, *choice.others}
        }
        held = held._replace(choices=named)
    if missing := [symbol for symbol in symbols if symbol not in held.choices]:
        raise not_held(missing, interval, source)
    return held


def _restrict(held: Holdings, interval: str, source: str | None) -> tuple[str, list[Any]]:
    """Return a condition on bars with its parameters; what holds for every file is left out, as it costs time."""
    symbols = list(held.choices)
    parts: list[tuple[str, list[Any]]] = [("true", [])]
    if not held.only_symbols:
        parts.append((among(symbols), [*symbols]))
    if not held.only_interval:
        parts.append(("interval = ?", [interval]))
    if source is not None:
        parts.append(("source = ?", [source]))
    elif any(choice.others for choice in held.choices.values()):
        pairs = [part for symbol, choice in held.choices.items() for part in (symbol, choice.used)]
        parts.append((f"(symbol, source) IN ({', '.join(['(?, ?)'] * len(symbols))})", [*pairs]))
    return " AND ".join(text for text, _ in parts), [value for _, values in parts for value in values]


def _read_actions(
    reader: Reader, choices: Mapping[str, Choice], first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return the corporate actions of each symbol, from the source its bars are read from, near the bars' days."""
    if not has_rows(reader.facts, "actions", reader.version):
        return empty(TABLES["actions"].columns)
    listed = list(choices) if len(choices) <= FEW else []
    actions = reader.frame(
        f"SELECT * FROM lake.actions {reader.at} WHERE {among(listed) if listed else 'true'} "  # noqa: S608
        "AND ts BETWEEN ? AND ?",
        [*listed, (first - A_DAY).to_pydatetime(), (last + A_DAY).to_pydatetime()],
    )
    used = {symbol: choice.used for symbol, choice in choices.items()}
    chosen = actions[actions["source"] == actions["symbol"].map(used)]
    return chosen.take(np.argsort(chosen["ts"].to_numpy(), kind="stable"))
