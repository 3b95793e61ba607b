"""Bars that should be there and are not, and bars where nothing was traded: a series against its exchange calendar.

Looked at from the first bar to the last of each series; how old the last one is, is another question. Daily bars
are compared with sessions. Of an intraday series every slot of trading hours needs a bar that starts within it, so
the clock may be cut at any minute; a slot without a trade has no bar at most vendors, which no calendar can tell
from a lost one. Bars beyond the years for which the calendar is known are counted as unchecked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.kernel.errors import NoData
from tools.lake.sessions import INTERVAL_MINUTES, bar_starts, exchange_of, reach, trading_hours
from tools.lake.store import Lake

Times = npt.NDArray[np.datetime64]
DAY = timedelta(days=1)
MARGIN_DAYS = 4
"""Sessions of the days around an intraday series are looked up too: some begin on the evening before."""


@dataclass(frozen=True, slots=True)
class Run:
    """Missing bars that follow one another in the calendar: the first, the last, and how many."""

    first: datetime
    last: datetime
    bars: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """One series against its calendar. `missing` and `extra` are the starts of bars, naive UTC, in order."""

    symbol: str
    interval: str
    source: str
    exchange: str
    first: datetime
    last: datetime
    held: int
    expected: int
    unchecked: int
    missing: pd.DatetimeIndex
    extra: pd.DatetimeIndex
    runs: tuple[Run, ...]


def find_gaps(symbol: str, interval: str, source: str, stamps: pd.DatetimeIndex) -> Gaps:
    """Return the gaps of one series. `stamps`, at least one, are the starts of its bars, naive UTC and unique."""
    held = stamps.sort_values().as_unit("us")
    first, last = reach(symbol)
    inside = held[(held >= pd.Timestamp(first)) & (held < pd.Timestamp(last) + DAY)]
    expected, missing, extra = _daily(symbol, inside) if interval == "1d" else _intraday(symbol, interval, inside)
    lost = pd.DatetimeIndex(expected[missing])
    return Gaps(
        symbol=symbol,
        interval=interval,
        source=source,
        exchange=exchange_of(symbol),
        first=held[0].to_pydatetime(),
        last=held[-1].to_pydatetime(),
        held=len(held),
        expected=len(expected),
        unchecked=len(held) - len(inside),
        missing=lost,
        extra=pd.DatetimeIndex(inside.to_numpy()[extra]),
        runs=_runs(lost, missing),
    )


def lake_gaps(lake: Lake, symbols: Sequence[str], *, interval: str = "1d", source: str | None = None) -> list[Gaps]:
    """Return the gaps of every series of `symbols` in the lake, by symbol and source.

    Raises NoData naming the symbols without a bar.
    """
    marks = ", ".join("?" * len(symbols))
    frame = lake.read(
        "SELECT symbol, source, ts FROM lake.bars "  # noqa: S608  placeholders only
        f"WHERE symbol IN ({marks}) AND interval = ? AND (?::VARCHAR IS NULL OR source = ?) ORDER BY ts",
        [*symbols, interval, source, source],
    )
    if absent := [symbol for symbol in symbols if symbol not in set(frame["symbol"])]:
        raise NoData(
            f"The lake has no {interval} bars of {', '.join(absent)}{f' from {source}' if source else ''}.",
            hint="`slq data list` shows what there is.",
        )
    series = {(str(key[0]), str(key[1])): rows for key, rows in frame.groupby(["symbol", "source"])}
    keys = sorted(series, key=lambda key: (list(symbols).index(key[0]), key[1]))
    return [
        find_gaps(symbol, interval, vendor, pd.DatetimeIndex(series[symbol, vendor]["ts"]))
        for symbol, vendor in keys
    ]


Findings = tuple[Times, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Expected starts, which of them have no bar, and which of the bars held are outside trading."""


def _daily(symbol: str, held: pd.DatetimeIndex) -> Findings:
    if held.empty:
        return _nothing()
    days = held.normalize()
    expected = bar_starts(symbol, "1d", days[0].date(), days[-1].date()).as_unit("us")
    return expected.to_numpy(), ~expected.isin(days), ~days.isin(expected)


def _intraday(symbol: str, interval: str, held: pd.DatetimeIndex) -> Findings:
    if held.empty:
        return _nothing()
    start, end = _around(held[0].date(), -MARGIN_DAYS), _around(held[-1].date(), MARGIN_DAYS)
    step = np.timedelta64(INTERVAL_MINUTES[interval], "m")
    hours = trading_hours(symbol, start, end)
    opens, closes = hours["open"].to_numpy("datetime64[us]"), hours["close"].to_numpy("datetime64[us]")
    starts = bar_starts(symbol, interval, start, end).to_numpy("datetime64[us]")
    ends = np.minimum(starts + step, closes[np.searchsorted(opens, starts, side="right") - 1])
    stamps = held.to_numpy("datetime64[us]")
    # A slot is filled by the first bar at or after its start, if that starts before the slot ends.
    following = np.searchsorted(stamps, starts, side="left")
    filled = np.zeros(len(starts), dtype=bool)
    some = following < len(stamps)
    filled[some] = stamps[following[some]] < ends[some]
    looked_at = (ends > stamps[0]) & (starts <= stamps[-1])
    return starts[looked_at], ~filled[looked_at], _outside(stamps, step, opens, closes)


def _outside(stamps: Times, step: np.timedelta64, opens: Times, closes: Times) -> npt.NDArray[np.bool_]:
    """Return which bars overlap no stretch of trading."""
    after = np.searchsorted(closes, stamps, side="right")  # the first stretch that ends after the bar starts
    outside = np.ones(len(stamps), dtype=bool)
    some = after < len(opens)
    outside[some] = stamps[some] + step <= opens[after[some]]
    return outside


def _around(day: date, days: int) -> date:
    return day + days * DAY


def _nothing() -> Findings:
    return np.empty(0, dtype="datetime64[us]"), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)


def _runs(lost: pd.DatetimeIndex, missing: npt.NDArray[np.bool_]) -> tuple[Run, ...]:
    """Return the missing bars as runs: neighbours in the calendar belong together, whatever time lies between."""
    if lost.empty:
        return ()
    breaks = np.flatnonzero(np.diff(np.flatnonzero(missing)) > 1) + 1
    begins, ends = [0, *breaks], [*breaks, len(lost)]
    return tuple(
        Run(lost[begin].to_pydatetime(), lost[end - 1].to_pydatetime(), int(end - begin))
        for begin, end in zip(begins, ends, strict=True)
    )
