"""What research reads: one consistent view of the lake, as a panel with its index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pandas as pd

from tools.features.panel import Panel
from tools.ingest.universe import BENCHMARK, SEPARATORS, is_group, is_known, resolve
from tools.kernel import fingerprint
from tools.kernel.errors import BadRequest, NoData, Suggestion
from tools.kernel.paths import Workspace
from tools.lake.coverage import Choice
from tools.lake.seal import Sealed
from tools.lake.store import Lake, lake_symbols, open_lake

MANY_GAPS = 0.05  # of a symbol's bars; holidays that differ between exchanges are below it


@dataclass(frozen=True)
class Bars:
    """The bars of a universe.

    Attributes:
        panel: adjusted prices of the universe; with the closes of the index, where the lake holds it.
        index_symbol: the index, where the lake holds it.
        index_close: its closes, naive UTC; empty where the lake does not hold it.
        snapshot: the lake's snapshot number.
        sha256: fingerprint of every bar used, the index included.
        sources: where the bars of the universe came from.
        warnings: what was left out.
        sealed: the bars of the universe that were left out as its holdout; None where there are none, or where they
            were asked for.
    """

    panel: Panel
    index_symbol: str | None
    index_close: pd.Series
    snapshot: int
    sha256: str
    sources: tuple[str, ...]
    warnings: tuple[str, ...]
    sealed: Sealed | None

    def index_over(self, bars: pd.DatetimeIndex) -> pd.Series | None:
        """Return the index's closes at `bars`, or None where it does not cover the first and the last of them.

        A bar in between that the index lacks keeps the close before it.
        """
        close = self.index_close.reindex(bars)
        if close.empty or pd.isna(close.iloc[0]) or pd.isna(close.iloc[-1]):
            return None
        return close.ffill()


def read_bars(
    workspace: Workspace,
    names: Sequence[str],
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: int | None = None,
    sealed: bool = True,
) -> Bars:
    """Read adjusted daily bars of the universe, and of the index over the same days where there is one.

    `as_of` is a snapshot of the lake, None the current one. The sealed holdout is left out, unless `sealed` is
    False: that is for opening it and for today's positions only.

    Raises:
        BadRequest: the end is before the start, a name means no symbol, or there is no such snapshot.
        NoData: a symbol that was named is not in the lake, or nothing lies in the period; says what would help.
    """
    if start is not None and end is not None and start > end:
        raise BadRequest(f"The end {end} is before the start {start}.", hint="Swap the two dates.")
    held = lake_symbols(workspace, as_of=as_of)
    symbols, left_out = choose_symbols(names, held)
    with open_lake(workspace) as lake:
        snapshot = lake.snapshot_id() if as_of is None else as_of
        read = partial(lake.bars, as_of=snapshot, sealed=sealed)
        frame = read(symbols, start=start, end=end)
        index = _index(read, frame) if BENCHMARK in held else frame.iloc[:0]
        kept_back = _sealed(lake, symbols) if sealed else None
        sources = lake.sources([*symbols, BENCHMARK], as_of=snapshot)
    present = set(frame["symbol"])
    universe = [symbol for symbol in symbols if symbol in present]
    absent = [symbol for symbol in symbols if symbol not in present]
    panel = Panel.from_bars(frame, universe)
    index_close, index_open = (
        pd.Series(index[field].to_numpy(), index=pd.DatetimeIndex(index["ts"]), dtype=float)
        for field in ("close", "open")
    )
    return Bars(
        panel=panel if index_close.empty else panel.with_market(index_close, index_open),
        index_symbol=BENCHMARK if BENCHMARK in held else None,
        index_close=index_close,
        snapshot=snapshot,
        sha256=fingerprint.of_frame(pd.concat([frame, index], ignore_index=True)),
        sources=tuple(sorted({choice.used for symbol, choice in sources.items() if symbol in present})),
        warnings=(
            *_several_sources(sources),
            *_ends_early(frame),
            *_other_calendar(panel),
            *_left_out(left_out, "not in the lake"),
            *_left_out(absent, "no bars in the period"),
        ),
        sealed=kept_back,
    )


def choose_symbols(names: Sequence[str], held: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the symbols that `names` mean, and the members of groups that the lake lacks; both sorted.

    Sorted, because the order of rows reaches the model's random choices: the same universe named in another order
    has to give the same result. A symbol named by itself has to be in the lake; of a group, what is there is taken.

    Raises:
        BadRequest: a name means nothing.
        NoData: a symbol named by itself, or all of a group, is missing; suggests the call that loads it.
    """
    symbols: set[str] = set()
    left_out: set[str] = set()
    for name in _single_names(names, held):
        members = resolve([name], extra=held)
        there = [symbol for symbol in members if symbol in held]
        missing = [symbol for symbol in members if symbol not in held]
        if missing and not (there and is_group(name)):
            raise NoData(
                f"The lake has no bars of {name if is_group(name) else ', '.join(missing)}.",
                hint=f"Load them first: /ingest_data {', '.join(names)}",
                suggestion=Suggestion("ingest_data", {"symbols": list(names)}),
            )
        symbols.update(there)
        left_out.update(missing)
    return tuple(sorted(symbols)), tuple(sorted(left_out))


def _single_names(names: Sequence[str], held: Sequence[str]) -> list[str]:
    """Return `names` with those that are lists ("tech stocks and IBM") taken apart."""
    parts: list[str] = []
    for name in names:
        parts.extend([name] if is_known(name, extra=held) else filter(None, SEPARATORS.split(name.strip())))
    return parts


def _sealed(lake: Lake, symbols: Sequence[str]) -> Sealed | None:
    """Return the bars that a universe keeps back: after the last day that any of its symbols may be read."""
    last_days, reach = lake.readable(symbols), lake.spans()
    if not last_days:
        return None
    last = max(reach[symbol][1].date() for symbol in last_days)
    start = max(last_days.values()) + timedelta(days=1)
    return Sealed(start=start, end=last) if start <= last else None


def _index(read: Callable[..., pd.DataFrame], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the bars of the index over the days of `frame`; none where the lake has none there."""
    try:
        return read([BENCHMARK], start=frame["ts"].min().date(), end=frame["ts"].max().date())
    except NoData:
        return pd.DataFrame(columns=["ts", "open", "close"])


def _ends_early(frame: pd.DataFrame) -> tuple[str, ...]:
    """Warn of symbols whose bars end before those of another: the last signal knows nothing of them."""
    last = frame.groupby("symbol")["ts"].max()
    early = last[last < last.max()]
    if early.empty:
        return ()
    names = ", ".join(f"{symbol} ({ts.date()})" for symbol, ts in early.items())
    what = "from then on they are not chosen, and they are not in the last signal"
    return (f"The bars of {names} end before {last.max().date()}: {what}.",)


def _other_calendar(panel: Panel) -> tuple[str, ...]:
    """Warn of symbols that miss many of the bars between their first and their last: another exchange calendar."""
    close = panel.close
    alive = close.ffill().notna() & close.bfill().notna()
    share = (alive & close.isna()).sum() / alive.sum()
    names = ", ".join(f"{symbol} ({missed:.0%})" for symbol, missed in share.items() if missed > MANY_GAPS)
    what = "windows count bars of all symbols, and a year is taken as 252 of them, so figures are distorted"
    return (f"Mixed calendars: share of bars missing from {names}; {what}.",) if names else ()


def _several_sources(sources: Mapping[str, Choice]) -> tuple[str, ...]:
    """Return a sentence for each symbol that the lake holds from more than one source: which of them was used."""
    return tuple(
        f"{symbol} is held from {', '.join(sorted((choice.used, *choice.others)))}; {choice.used} was used."
        for symbol, choice in sources.items()
        if choice.others
    )


def _left_out(symbols: Sequence[str], reason: str) -> tuple[str, ...]:
    return (f"Left out, {reason}: {', '.join(symbols)}.",) if symbols else ()
