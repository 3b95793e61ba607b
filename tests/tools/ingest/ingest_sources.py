"""A source that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tools.ingest.source import Fetched, Missing, Raw, Request
from tools.kernel.errors import SLQError
from tools.kernel.spec import Progress
from tools.lake.tables import BARS, NEWS, conform


def bars_of(symbol: str, source: str, *, days: int = 10, interval: str = "1d") -> pd.DataFrame:
    """Return daily bars from 2020-01-01, on every day of the week."""
    close = 100 + np.arange(days, dtype=float)
    made = pd.DataFrame({"ts": pd.date_range("2020-01-01", periods=days), "close": close})
    made = made.assign(symbol=symbol, interval=interval, source=source, volume=0.0)
    return conform(made.assign(open=close, high=close + 1, low=close - 1), BARS)


def news_of(symbol: str, source: str) -> pd.DataFrame:
    """Return two headlines."""
    made = pd.DataFrame({"ts": pd.date_range("2020-01-01", periods=2), "id": ["1", "2"], "title": ["up", "down"]})
    return conform(made.assign(symbol=symbol, publisher="p", url="u", summary=None, source=source), NEWS)


@dataclass
class Scripted:
    """Delivers bars or news for any symbol, unless told otherwise; remembers what it was asked."""

    name: str
    raw: Mapping[str, bytes] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    fails: SLQError | None = None
    bars: Callable[[str], pd.DataFrame] | None = None
    requests: list[Request] = field(default_factory=list)

    def symbols(self, kind: str, interval: str) -> None:
        """Carry anything."""

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        self.requests.append(request)
        if self.fails is not None:
            raise self.fails
        asked = [symbol for symbol in request.symbols if symbol not in self.missing]
        raw = tuple(
            Raw(symbol, f"chart/{symbol}", "json", self.raw[symbol]) for symbol in asked if symbol in self.raw
        )
        missing = {symbol: why for symbol, why in self.missing.items() if symbol in request.symbols}
        if request.kind == "news":
            return Fetched(
                news=pd.concat([news_of(symbol, self.name) for symbol in asked]), missing=missing, raw=raw
            )
        make = self.bars or (lambda symbol: bars_of(symbol, self.name))
        frames = [make(symbol) for symbol in asked]
        bars = pd.concat(frames, ignore_index=True) if frames else Fetched().bars
        low, high = pd.Timestamp(request.start or "1900-01-01"), pd.Timestamp(request.end or "2200-01-01")
        inside = bars[(bars["ts"] >= low) & (bars["ts"] < high + pd.Timedelta(days=1))]
        return Fetched(bars=inside, missing=missing, raw=raw)
