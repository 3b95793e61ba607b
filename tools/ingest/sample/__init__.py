"""The embedded sample: real daily bars that need no network.

AAPL, IBM, MSFT (2000-03-01 to 2013-03-01), GOOG (from 2004-08-19) and FB (from 2012-05-18) are kept beside this
file (`build.py` made them; public domain). The S&P 500 (^GSPC) and the Nasdaq Composite (^IXIC), 1999 to 2018, are
read from the data files of the installed package `arch`.

Splits are the real ones. Dividend amounts are those implied by the vendor's adjusted close, which was once rounded:
they differ from the declared amounts by a few per cent (MSFT's of 2004-11-15 is 3.03, not 3.08). The five stocks
were picked with hindsight: results on them say nothing about how stocks do in general.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tools.ingest.source import Fetched, Interval, Kind, Missing, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Progress
from tools.lake.tables import ACTIONS, BARS, conform, empty

NAME = "sample"
FOLDER = Path(__file__).parent
STOCKS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
INDICES = {"^GSPC": "sp500", "^IXIC": "nasdaq"}


class SampleSource:
    """The sample as a `tools.ingest.source.Source`."""

    name = NAME

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...]:
        """Return what the sample holds: daily bars only."""
        return (*STOCKS, *INDICES) if (kind, interval) == ("bars", "1d") else ()

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return bars and actions between `start` and `end`. Raises SourceUnavailable where a file is missing."""
        bars, actions, missing = [empty(BARS)], [empty(ACTIONS)], {}
        start, end = request.start, request.end
        for done, symbol in enumerate(request.symbols):
            progress(f"loading {symbol}", done, len(request.symbols))
            if symbol not in self.symbols(request.kind, request.interval):
                missing[symbol] = Missing("symbol", "not in the sample")
                continue
            series = _bars(symbol)
            rows = _between(series, start, end)
            if rows.empty:
                first, last = series["ts"].iloc[0].date(), series["ts"].iloc[-1].date()
                missing[symbol] = Missing("range", f"the sample has {first} to {last}")
                continue
            bars.append(rows)
            actions.append(_between(_actions(symbol), start, end))
        return Fetched(
            bars=pd.concat(bars, ignore_index=True), actions=pd.concat(actions, ignore_index=True), missing=missing
        )


def _between(frame: pd.DataFrame, start: date | None, end: date | None) -> pd.DataFrame:
    low = pd.Timestamp(start or date(1900, 1, 1))
    high = pd.Timestamp(end or date(2200, 1, 1))
    return frame[(frame["ts"] >= low) & (frame["ts"] <= high)]


@cache
def _table(name: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(FOLDER / f"{name}.parquet")
    except (OSError, ValueError) as error:
        raise SourceUnavailable(
            f"The sample file {name}.parquet is missing or damaged.", hint="Install SLQ again."
        ) from error


def _bars(symbol: str) -> pd.DataFrame:
    if symbol in INDICES:
        return _index(symbol)
    stocks = _table("stocks")
    return conform(stocks[stocks["symbol"] == symbol], BARS)


def _actions(symbol: str) -> pd.DataFrame:
    actions = _table("actions")
    return conform(actions[actions["symbol"] == symbol], ACTIONS)


@cache
def _index(symbol: str) -> pd.DataFrame:
    """Read an index from the files of `arch`, without importing it: that takes seconds."""
    name = INDICES[symbol]
    spec = find_spec("arch")
    if spec is None or spec.origin is None:
        raise SourceUnavailable(
            f"{symbol} comes from the package arch, which is not installed.", hint="Run: pip install 'arch>=8,<9'"
        )
    path = Path(spec.origin).parent / "data" / name / f"{name}.csv.gz"
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise SourceUnavailable(
            f"{symbol}: {path} cannot be read.", hint="Install the package arch again."
        ) from error
    table = table.rename(columns=str.lower)
    table["ts"] = pd.to_datetime(table["date"], format="%m/%d/%Y")
    return conform(table.assign(symbol=symbol, interval="1d", source=NAME), BARS)
