"""Seeded random markets for the tests of the library, and cuts of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.panel import FIELDS, Panel


def random_market(seed: int, bars: int = 420, *, holes: bool = True) -> Panel:
    """Return three symbols and an index; with holes, one starts late and one lacks three bars."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2010-01-04", periods=bars, freq="B", name="ts")
    close = pd.DataFrame(
        100 * np.exp(np.cumsum(rng.normal(0, 0.02, (bars, 3)), axis=0)), index=index, columns=["A", "B", "C"]
    )
    frames = {
        "open": close * np.exp(rng.normal(0, 0.01, close.shape)),
        "close": close,
        "volume": close * 0 + rng.lognormal(13, 1, close.shape),
    }
    frames["high"] = np.maximum(frames["open"], close) * np.exp(rng.uniform(0, 0.02, close.shape))
    frames["low"] = np.minimum(frames["open"], close) * np.exp(-rng.uniform(0, 0.02, close.shape))
    if holes:
        lost = close < 0
        lost.iloc[: bars // 5, 1] = True
        lost.iloc[rng.integers(0, bars, 3), 2] = True
        frames = {name: frame.mask(lost) for name, frame in frames.items()}
    market = pd.Series(1000 * np.exp(np.cumsum(rng.normal(0, 0.01, bars))), index=index)
    return Panel(**frames, market=market)


def rows(panel: Panel, chosen: slice) -> Panel:
    """Return some bars of a market."""
    assert panel.market is not None
    frames = {field: getattr(panel, field).iloc[chosen] for field in FIELDS}
    return Panel(**frames, market=panel.market.iloc[chosen])


def scaled(panel: Panel, price: object, volume: object) -> Panel:
    """Return the market with prices and volumes multiplied; the index is left as it is."""
    frames = {field: getattr(panel, field) * (volume if field == "volume" else price) for field in FIELDS}
    return Panel(**frames, market=panel.market)
