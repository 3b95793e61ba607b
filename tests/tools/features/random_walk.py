"""A panel of random walks with consistent bars, for tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tools.features.panel import FIELDS, Panel


def random_walk(symbols: int = 12, bars: int = 400, seed: int = 0, *, holes: bool = False) -> Panel:
    """Return bars of `symbols` random walks and an index; with `holes`, some bars are missing."""
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2015-01-01", periods=bars, name="ts")
    names = pd.Index([f"S{number:02d}" for number in range(symbols)], name="symbol")
    close = 50 * np.exp(rng.normal(0.0002, 0.02, (bars, symbols)).cumsum(axis=0))
    opens = close * np.exp(rng.normal(0, 0.01, close.shape))
    reach = np.exp(np.abs(rng.normal(0, 0.01, (2, *close.shape))))
    values = {
        "open": opens,
        "high": np.maximum(opens, close) * reach[0],
        "low": np.minimum(opens, close) / reach[1],
        "close": close,
        "volume": np.round(1e6 * np.exp(rng.normal(0, 0.5, close.shape))),
    }
    frames = {field: pd.DataFrame(values[field], index=sessions, columns=names) for field in FIELDS}
    if holes:
        gone = rng.random(close.shape) < 0.002
        gone[: bars // 4, ::5] = True
        frames = {field: frame.mask(gone) for field, frame in frames.items()}
    return Panel(**frames, market=frames["close"].mean(axis=1))


def rescaled(panel: Panel, symbol: str, factor: float) -> Panel:
    """Return the panel in other units for one symbol: prices times `factor`, volume divided by it.

    With a power of two the numbers keep their digits, so that what is free of scale stays equal to the bit.
    """
    frames = {}
    for field in FIELDS:
        frame = getattr(panel, field).copy()
        frame[symbol] = frame[symbol] / factor if field == "volume" else frame[symbol] * factor
        frames[field] = frame
    return replace(panel, **frames)
