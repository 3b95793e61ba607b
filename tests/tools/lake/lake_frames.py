"""Small frames in the columns of the lake."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.lake.tables import ACTIONS, BARS, conform, empty

NO_ACTIONS = empty(ACTIONS)


def make_bars(
    symbol: str, days: int = 5, *, start: str = "2020-01-01", seed: int = 0, source: str = "sample"
) -> pd.DataFrame:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, days)))
    return conform(
        pd.DataFrame(
            {
                "symbol": symbol,
                "interval": "1d",
                "ts": pd.date_range(start, periods=days),
                "open": close * 0.999,
                "high": close * 1.01,
                "low": close * 0.99,
                "close": close,
                "volume": 1000.0,
                "source": source,
            }
        ),
        BARS,
    )


def make_action(symbol: str, ts: str, kind: str, value: float) -> pd.DataFrame:
    row = {"symbol": [symbol], "ts": [ts], "kind": [kind], "value": [value], "source": ["sample"]}
    return conform(pd.DataFrame(row), ACTIONS)
