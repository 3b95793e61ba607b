"""Markets for the firewall's tests: seeded, ragged, with or without alpha; and features from source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tools.features.panel import FIELDS, Panel
from tools.kernel.errors import SandboxError


def market(seed: int = 0, *, bars: int = 700, symbols: int = 8, ic: float = 0.0, ragged: bool = True) -> Panel:
    """Return a random market with an index; with `ic`, volume knows that much of the next tradable return."""
    rng = np.random.default_rng(seed)
    shape = (bars, symbols)
    index = pd.date_range("2008-01-02", periods=bars, freq="B", name="ts")
    columns = pd.Index([f"S{number}" for number in range(symbols)], name="symbol")
    signal = rng.normal(size=shape)
    overnight = rng.normal(0, 0.004, shape)
    noise = rng.normal(size=shape)
    # open[t+1] to open[t+2] is known to the signal of bar t
    daily = 0.015 * (ic * np.roll(signal, 1, axis=0) + (1 - ic**2) ** 0.5 * noise)
    opened = (
        50
        * np.exp(np.cumsum(np.vstack([np.zeros(symbols), daily[:-1]]), axis=0))
        * np.exp(rng.normal(0, 0.5, symbols))
    )
    close = opened * np.exp(daily - overnight)
    spread = np.exp(np.abs(rng.normal(0, 0.005, (2, *shape))))
    fields = {
        "open": opened,
        "high": np.maximum(opened, close) * spread[0],
        "low": np.minimum(opened, close) / spread[1],
        "close": close,
        "volume": np.round(1e6 * np.exp(0.4 * signal + rng.normal(0, 0.3, shape).cumsum(axis=0) * 0.05)),
    }
    lost = np.zeros(shape, dtype=bool)
    if ragged and symbols > 3:
        lost[: bars // 4, 1] = True  # listed late
        lost[-bars // 5 :, 2] = True  # delisted
        lost[rng.integers(0, bars, 6), 3] = True  # bars missing
    frames = {name: pd.DataFrame(values, index, columns).mask(lost) for name, values in fields.items()}
    index_close = pd.Series(1000 * np.exp(np.cumsum(daily.mean(axis=1) + rng.normal(0, 0.004, bars))), index=index)
    return Panel(**{name: frames[name] for name in FIELDS}, market=index_close)


@dataclass(frozen=True)
class Source:
    """A signal from Python source in the form that generated code has: `def feature(bars)`."""

    id: str
    source: str
    warmup: int = 0
    needs_market: bool = False

    def compute(self, panel: Panel) -> pd.DataFrame:
        bars: dict[str, Any] = {field: getattr(panel, field).copy() for field in FIELDS}
        if panel.market is not None:
            bars["market"] = panel.market.copy()
        names: dict[str, Any] = {}
        exec(compile(self.source, self.id, "exec"), names)
        feature: Callable[..., pd.DataFrame] = names["feature"]
        try:
            value = feature(bars)
        except Exception as error:  # as the sandbox does
            raise SandboxError(f"{type(error).__name__}: {error}") from error
        return pd.DataFrame(value).astype(float)


def intraday(panel: Panel) -> Panel:
    """Return the same bars as 5-minute bars, 78 a day."""
    days = pd.date_range("2020-01-02 14:30", periods=len(panel.close) // 78 + 1, freq="D")
    stamps = [stamp for day in days for stamp in pd.date_range(day, periods=78, freq="5min")]
    index = pd.DatetimeIndex(stamps[: len(panel.close)], name="ts")
    frames = {field: getattr(panel, field).set_axis(index) for field in FIELDS}
    return Panel(**frames, market=None if panel.market is None else panel.market.set_axis(index))
