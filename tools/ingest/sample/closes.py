"""A wider sample for those who have the package skfolio: closes of 20 large US stocks, 1990 to 2022.

They are closes ADJUSTED for splits and dividends, rounded to a tenth of a cent, without open, high, low or volume.
The lake otherwise keeps raw prices, so this is a source of its own, `sample_skfolio`: it has to be asked for by
name, its rows carry that name, and AAPL from it is never mixed with AAPL from `sample`. The 20 were picked because
they survived: equal weight in them earned 18 % a year, the index 7 %.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from tools.ingest.source import Fetched, Interval, Kind, Missing, Raw, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Context, Progress
from tools.lake.tables import BARS, conform, empty

NAME = "sample_skfolio"
NOTE = (
    "sample_skfolio has closes adjusted for splits and dividends, not raw prices, and 20 stocks picked with "
    "hindsight: results on them flatter."
)


def open_source(ctx: Context) -> ClosesSource:  # noqa: ARG001 - every source is opened with a context
    """Return the source. Raises SourceUnavailable without skfolio."""
    _path()
    return ClosesSource()


class ClosesSource:
    """The closes as a `tools.ingest.source.Source`."""

    name = NAME

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...]:
        """Return the 20 symbols: daily bars only. Raises SourceUnavailable without skfolio."""
        return tuple(_table().columns) if (kind, interval) == ("bars", "1d") else ()

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return the closes between `start` and `end`. Raises SourceUnavailable without skfolio."""
        carried = self.symbols(request.kind, request.interval)
        bars, missing = [empty(BARS)], {}
        for done, symbol in enumerate(request.symbols):
            progress(f"loading {symbol}", done, len(request.symbols))
            if symbol not in carried:
                missing[symbol] = Missing("symbol", "not in the sample of skfolio")
                continue
            rows = _bars(symbol, request.start, request.end)
            if rows.empty:
                dates = _table().index
                missing[symbol] = Missing("range", f"it has {dates[0].date()} to {dates[-1].date()}")
            bars.append(rows)
        whole = pd.concat(bars, ignore_index=True)
        if whole.empty:
            return Fetched(missing=missing)
        raw = Raw(request.symbols[0], "sp500_dataset of skfolio", "csv.gz", _path().read_bytes())
        return Fetched(bars=whole, missing=missing, raw=(raw,), notes=(NOTE,))


def _bars(symbol: str, start: date | None, end: date | None) -> pd.DataFrame:
    closes = _table()[symbol].dropna()
    low, high = pd.Timestamp(start or date(1900, 1, 1)), pd.Timestamp(end or date(2200, 1, 1)) + timedelta(days=1)
    closes = closes[(closes.index >= low) & (closes.index < high)]
    columns = {"symbol": symbol, "interval": "1d", "ts": closes.index, "close": closes.to_numpy(), "source": NAME}
    absent = dict.fromkeys(("open", "high", "low", "volume"), np.nan)
    return conform(pd.DataFrame(columns | absent), BARS)


def _path() -> Path:
    """Return the data file, found without importing skfolio: that takes seconds."""
    spec = find_spec("skfolio")
    if spec is None or spec.origin is None:
        raise SourceUnavailable(
            "sample_skfolio comes from the package skfolio, which is not installed.",
            hint="Run: pip install 'skfolio==1.12.2'",
        )
    return Path(spec.origin).parent / "datasets" / "data" / "sp500_dataset.csv.gz"


@cache
def _table() -> pd.DataFrame:
    """Return dates by symbols. Raises SourceUnavailable where the file is missing or damaged."""
    path = _path()
    try:
        return pd.read_csv(path, index_col="Date", parse_dates=["Date"], date_format="%Y-%m-%d").astype("float64")
    except (OSError, ValueError, EOFError) as error:
        raise SourceUnavailable(f"{path} cannot be read.", hint="Install the package skfolio again.") from error
