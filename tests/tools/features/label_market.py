"""A seeded panel with gaps, holes and a late listing, for the labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.panel import Panel


def market(seed: int, *, bars: int = 90, symbols: int = 3, holes: float = 0.03) -> Panel:
    """Return bars whose high and low hold open and close, with jumps overnight and missing bars."""
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (bars, symbols)), axis=0))
    open_ = np.vstack([close[:1], close[:-1]]) * np.exp(rng.normal(0, 0.01, (bars, symbols)))
    high = np.maximum(open_, close) * np.exp(abs(rng.normal(0, 0.01, (bars, symbols))))
    low = np.minimum(open_, close) * np.exp(-abs(rng.normal(0, 0.01, (bars, symbols))))
    gone = rng.random((bars, symbols)) < holes
    gone[: bars // 5, 0] = True
    index = pd.date_range("2020-01-06", periods=bars, freq="B", name="ts")
    columns = [f"S{number}" for number in range(symbols)]
    frames = [pd.DataFrame(np.where(gone, np.nan, field), index, columns) for field in (open_, high, low, close)]
    return Panel(*frames, frames[3] * 0 + 1e6)
