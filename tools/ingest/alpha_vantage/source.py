"""Alpha Vantage as a `tools.ingest.source.Source`: symbol by symbol, partial success reported for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pandas as pd

from tools.ingest.alpha_vantage.answer import Fault, Refused
from tools.ingest.alpha_vantage.calls import Calls, Loaded
from tools.ingest.alpha_vantage.client import Client
from tools.ingest.alpha_vantage.limit import ZONE
from tools.ingest.alpha_vantage.series import NAME
from tools.ingest.alpha_vantage.ticker import ticker_of
from tools.ingest.source import Fetched, Interval, Kind, Missing, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Progress


class AlphaVantageSource:
    """Asks the API for each symbol of a request, within the limits of the plan."""

    name = NAME

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...] | None:  # noqa: ARG002 - the Protocol's form
        """Return None: only asking tells."""
        return None

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return what the vendor has for `request`.

        Raises:
            SourceUnavailable: unreachable, key not accepted, or no call left, and nothing was had before.
        """
        loaded: list[Loaded] = []
        missing: dict[str, Missing] = {}
        stopped: SourceUnavailable | None = None
        for done, symbol in enumerate(request.symbols):
            progress(f"loading {symbol} from Alpha Vantage", done, len(request.symbols))
            if stopped is not None:
                missing[symbol] = Missing("failure", stopped.message.rstrip("."))
                continue
            try:
                loaded.append(self._one(symbol, request, progress))
            except Refused as error:
                missing[symbol] = _missing(error)
            except SourceUnavailable as error:
                stopped = error
                missing[symbol] = Missing("failure", error.message.rstrip("."))
        if stopped is not None and not loaded:
            raise stopped
        return _joined(loaded, missing, request)

    def _one(self, symbol: str, request: Request, progress: Progress) -> Loaded:
        ticker = ticker_of(symbol)
        if ticker is None:
            raise Refused(Fault.UNKNOWN, "Alpha Vantage has no indices or futures")
        into = Loaded(symbol)
        calls = Calls(self._client, request, self._now().astimezone(ZONE).date(), progress)
        {"bars": calls.bars, "news": calls.news, "fundamentals": calls.fundamentals}[request.kind](ticker, into)
        return into


def _missing(error: Refused) -> Missing:
    if error.fault is Fault.UNKNOWN:
        return Missing("symbol", error.detail)
    return Missing("range" if error.fault is Fault.EMPTY else "failure", error.detail)


def _joined(loaded: list[Loaded], missing: dict[str, Missing], request: Request) -> Fetched:
    """Return the frames of all symbols, in the range; a symbol without rows in it is missing."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for each in loaded:
        rows = 0
        for table, parts in each.frames.items():
            whole = pd.concat(parts, ignore_index=True)
            kept = whole if table == "listings" else _between(whole, request.start, request.end)
            frames.setdefault(table, []).append(kept)
            rows += len(kept) if table == request.kind else 0
        if not rows:
            missing[each.symbol] = Missing("range", _held(each, request.kind))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}
    return Fetched(
        **tables,
        missing=missing,
        raw=tuple(raw for each in loaded for raw in each.raw),
        notes=tuple(note for each in loaded for note in each.notes),
    )


def _held(each: Loaded, table: str) -> str:
    """Return what there is outside the range."""
    parts = [part["ts"].dropna() for part in each.frames.get(table, [])]
    times = pd.concat([part for part in parts if not part.empty]) if any(map(len, parts)) else None
    if times is None:
        return "Alpha Vantage has nothing for it"
    return f"Alpha Vantage has {times.min().date()} to {times.max().date()}"


def _between(frame: pd.DataFrame, start: date | None, end: date | None) -> pd.DataFrame:
    """Return the rows between two days, both included; rows without a time stay, for the checks."""
    keep = pd.Series(data=True, index=frame.index)
    if start is not None:
        keep &= ~(frame["ts"] < pd.Timestamp(start))
    if end is not None:
        keep &= ~(frame["ts"] >= pd.Timestamp(end + timedelta(days=1)))
    return frame[keep].reset_index(drop=True)
