"""What the lake has of a symbol, seen from one side at a time: the records of `show_data` and how they are made.

A question about a past day has two honest answers, and a record says which it is. "recorded": the lake had rows of
the symbol on that day, and these are they. "hindsight": nothing had been recorded yet; shown is the market as of
that day, its bars and its corporate actions up to it, as recorded later, possibly restated since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pandas as pd

from tools.ingest.show_parts import LISTED, shown_agreement, shown_gap
from tools.ingest.shown import (
    ActionShown,
    BarShown,
    ChangeShown,
    Knowledge,
    QuarantineShown,
    RestatedShown,
    ShowResult,
    SymbolShown,
    View,
)
from tools.kernel.errors import BadRequest, NoData
from tools.lake.coverage import find_version
from tools.lake.diff import diff
from tools.lake.gaps import lake_gaps
from tools.lake.reconcile import reconcile
from tools.lake.seal import sealed_from
from tools.lake.store import Lake
from tools.lake.verify import held_tables

YEAR_BARS = 252
DATED = ("summary", "bars", "actions", "changes")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the lake: resolved symbols, the side to look at, and as of when. `today` is in UTC."""

    symbols: tuple[str, ...]
    view: View
    interval: str
    as_of: date | None
    source: str | None
    today: date


@dataclass(frozen=True, slots=True)
class Seen:
    """Raw bars and actions of one symbol that an answer is about; `total` adjusts for splits and dividends.

    `stamps` are the times of all bars, those after `readable_to` included: of them nothing else is shown.
    """

    symbol: str
    source: str
    others: tuple[str, ...]
    knowledge: Knowledge
    snapshot: int
    stamps: pd.Series
    readable_to: date | None
    bars: pd.DataFrame
    total: pd.DataFrame
    actions: pd.DataFrame


def show(lake: Lake, asked: Question) -> ShowResult:
    """Answer one question.

    Raises:
        NoData: the lake has nothing of a symbol.
        BadRequest: `as_of` is given for a view that only knows the present.
    """
    if asked.as_of is not None and asked.view not in DATED:
        raise BadRequest(
            f"The view {asked.view} shows the present only.", hint=f"as_of goes with {', '.join(DATED)}."
        )
    return VIEWS[asked.view](lake, asked)


def _summary(lake: Lake, asked: Question) -> ShowResult:
    seen = [_see(lake, asked, symbol) for symbol in asked.symbols]
    return _result(lake, asked, seen, symbols=tuple(_symbol(each, asked) for each in seen))


def _bars(lake: Lake, asked: Question) -> ShowResult:
    seen = [_see(lake, asked, symbol) for symbol in asked.symbols]
    shown = tuple(bar for each in seen for bar in _last_bars(each))
    return _result(lake, asked, seen, symbols=tuple(_symbol(each, asked) for each in seen), bars=shown)


def _actions(lake: Lake, asked: Question) -> ShowResult:
    seen = [_see(lake, asked, symbol) for symbol in asked.symbols]
    shown = tuple(
        ActionShown(symbol=each.symbol, date=row.ts.date(), kind=row.kind, value=row.value, source=each.source)
        for each in seen
        for row in each.actions.itertuples()
    )
    return _result(lake, asked, seen, symbols=tuple(_symbol(each, asked) for each in seen), actions=shown)


def _gaps(lake: Lake, asked: Question) -> ShowResult:
    found = lake_gaps(lake, asked.symbols, interval=asked.interval, source=asked.source)
    return _result(lake, asked, gaps=tuple(shown_gap(each) for each in found))


def _changes(lake: Lake, asked: Question) -> ShowResult:
    """Show what changed since the state of `as_of`, or with the newest rows of the symbols."""
    known = lake.snapshots()
    if asked.as_of is not None:
        before = find_version(known, _end_of(asked.as_of))
    else:
        marks = ", ".join("?" * len(asked.symbols))
        written = lake.read(
            f"SELECT max(snapshot_id) AS n FROM lake.bars WHERE symbol IN ({marks})",  # noqa: S608
            asked.symbols,
        )["n"].iloc[0]
        if pd.isna(written):
            raise NoData(f"The lake has nothing of {', '.join(asked.symbols)}.", hint="Load it first.")
        before = max([each.id for each in known if each.id < written], default=known[0].id)
    found = diff(lake, before=before, symbols=asked.symbols, limit=LISTED)
    return _result(
        lake,
        asked,
        before_snapshot=found.before,
        changes=tuple(ChangeShown(**each._asdict()) for each in found.changed),
        restated=tuple(RestatedShown(**each._asdict()) for each in found.restated),
        truncated=found.truncated,
    )


def _sources(lake: Lake, asked: Question) -> ShowResult:
    held = lake.sources(asked.symbols, interval=asked.interval)
    everyone = [
        _see(lake, asked, symbol, source)
        for symbol in asked.symbols
        for source in ([held[symbol].used, *held[symbol].others] if symbol in held else [None])
    ]
    agreements = [each for symbol in asked.symbols for each in reconcile(lake, symbol, interval=asked.interval)]
    return _result(
        lake,
        asked,
        everyone,
        symbols=tuple(_symbol(each, asked) for each in everyone),
        agreements=tuple(shown_agreement(each) for each in agreements),
    )


def _quarantine(lake: Lake, asked: Question) -> ShowResult:
    if "quarantine" not in held_tables(lake):
        return _result(lake, asked)
    marks = ", ".join("?" * len(asked.symbols))
    rows = lake.read(
        "SELECT symbol, table_name, source, reason, count(*) AS n, min(ts) AS first, max(ts) AS last "  # noqa: S608
        f"FROM lake.quarantine WHERE symbol IN ({marks}) AND (?::VARCHAR IS NULL OR source = ?) "
        "GROUP BY symbol, table_name, source, reason ORDER BY symbol, n DESC, reason",
        [*asked.symbols, asked.source, asked.source],
    )
    shown = tuple(
        QuarantineShown(
            symbol=row.symbol,
            table=row.table_name,
            source=row.source,
            reason=row.reason,
            rows=int(row.n),
            first=None if pd.isna(row.first) else row.first.to_pydatetime(),
            last=None if pd.isna(row.last) else row.last.to_pydatetime(),
        )
        for row in rows.itertuples()
    )
    return _result(lake, asked, quarantined=shown)


VIEWS: Mapping[View, Callable[[Lake, Question], ShowResult]] = {
    "summary": _summary,
    "bars": _bars,
    "gaps": _gaps,
    "actions": _actions,
    "changes": _changes,
    "sources": _sources,
    "quarantine": _quarantine,
}


def _result(lake: Lake, asked: Question, seen: Sequence[Seen] = (), **shown: object) -> ShowResult:
    versions = {each.snapshot for each in seen}
    known = lake.snapshots()
    return ShowResult.model_validate(
        {
            "view": asked.view,
            "interval": asked.interval,
            "as_of": asked.as_of,
            "knowledge": _overall(seen),
            "recorded_since": known[min(1, len(known) - 1)].time,
            "data_snapshot": max(versions) if versions else known[-1].id,
            **shown,
        }
    )


def _overall(seen: Sequence[Seen]) -> Knowledge:
    kinds = {each.knowledge for each in seen}
    return "hindsight" if "hindsight" in kinds else "recorded" if "recorded" in kinds else "current"


def _see(lake: Lake, asked: Question, symbol: str, source: str | None = None) -> Seen:
    """Return what is to be shown of `symbol`: as recorded by the end of `as_of` if it was, else as of that day."""
    knowledge, version = _known_then(lake, asked, symbol)
    wanted = source or asked.source
    read = partial(
        lake.bars, [symbol], interval=asked.interval, end=asked.as_of, as_of=version, source=wanted, sealed=False
    )
    raw, total, last_day = read(adjust="none"), read(adjust="total"), lake.readable([symbol]).get(symbol)
    open_ = raw["ts"].notna() if last_day is None else raw["ts"] < sealed_from(last_day)
    until = min(asked.as_of or date.max, last_day or date.max)
    choice = lake.sources([symbol], interval=asked.interval, as_of=version)[symbol]
    used = wanted or choice.used
    actions = lake.read(
        f"SELECT ts, kind, value FROM lake.actions AT (VERSION => {version}) "  # noqa: S608  a number of ours
        "WHERE symbol = ? AND source = ? AND ts < ?::DATE + INTERVAL 1 DAY ORDER BY ts, kind",
        [symbol, used, until],
    )
    others = tuple(sorted({choice.used, *choice.others} - {used}))
    return Seen(
        symbol, used, others, knowledge, version, raw["ts"], last_day, raw[open_], total[open_.to_numpy()], actions
    )


def _known_then(lake: Lake, asked: Question, symbol: str) -> tuple[Knowledge, int]:
    now = lake.snapshot_id()
    if asked.as_of is None:
        return "current", now
    before = [each.id for each in lake.snapshots() if each.time <= _end_of(asked.as_of)]
    if before and symbol in lake.sources([symbol], interval=asked.interval, as_of=before[-1]):
        return "recorded", before[-1]
    return "hindsight", now


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, UTC) - timedelta(microseconds=1)


def _symbol(seen: Seen, asked: Question) -> SymbolShown:
    stamps, closes = seen.stamps, seen.total["close"]
    last = stamps.iloc[-1].date()
    year = closes.iloc[-1] / closes.iloc[-1 - YEAR_BARS] - 1 if _has_year(seen, asked) else None
    return SymbolShown(
        symbol=seen.symbol,
        source=seen.source,
        other_sources=seen.others,
        knowledge=seen.knowledge,
        first=stamps.iloc[0].date(),
        last=last,
        bars=len(stamps),
        age_days=((asked.as_of or asked.today) - last).days,
        close=None if closes.empty else _number(seen.bars["close"].iloc[-1]),
        return_1y=None if year is None else _number(year),
        splits=int((seen.actions["kind"] == "split").sum()),
        dividends=int((seen.actions["kind"] == "dividend").sum()),
        readable_to=seen.readable_to if seen.readable_to is not None and seen.readable_to < last else None,
    )


def _has_year(seen: Seen, asked: Question) -> bool:
    return asked.interval == "1d" and len(seen.total) > YEAR_BARS


def _last_bars(seen: Seen) -> list[BarShown]:
    return [
        BarShown(
            symbol=seen.symbol,
            ts=row.ts.to_pydatetime(),
            open=_number(row.open),
            high=_number(row.high),
            low=_number(row.low),
            close=_number(row.close),
            volume=_number(row.volume),
        )
        for row in seen.bars.tail(LISTED).itertuples()
    ]


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
