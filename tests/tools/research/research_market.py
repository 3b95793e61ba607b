"""A small seeded market, and a lake that holds it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.lake.store import open_lake
from tools.lake.tables import ACTIONS

SYMBOLS = ("AAPL", "IBM", "MSFT")


def long_bars(symbols=SYMBOLS, *, years=5, seed=1, persistence=0.0):
    """Return bars whose open-to-open returns follow the day before's with weight `persistence`."""
    days = pd.bdate_range("2004-01-01", periods=252 * years)
    rng = np.random.default_rng(seed)
    frames = []
    for symbol in symbols:
        steps = rng.normal(0, 0.01, len(days))
        for day in range(2, len(days)):
            steps[day] += persistence * steps[day - 1]
        close = 50 * np.exp(np.cumsum(steps))
        open_ = np.concatenate([[50.0], close[:-1]])
        frames.append(
            pd.DataFrame(
                {
                    "symbol": symbol,
                    "ts": days,
                    "open": open_,
                    "high": np.maximum(open_, close) * 1.002,
                    "low": np.minimum(open_, close) * 0.998,
                    "close": close,
                    "volume": rng.integers(1_000, 9_000, len(days)).astype(float),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def store(workspace, bars):
    with open_lake(workspace) as lake:
        empty = pd.DataFrame({name: [] for name in ACTIONS})
        lake.write_bars(bars.assign(interval="1d", source="test"), empty, message="test")
