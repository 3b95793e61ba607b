"""A context whose lake holds the prices of `trade_records`."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from trade_records import CLOSES, NOW

from tools.kernel.spec import Context
from tools.lake.store import open_lake
from tools.lake.tables import ACTIONS, empty


@pytest.fixture
def ctx(context: Context) -> Context:
    """Return a context whose clock stands a day after the last close in its lake."""
    rows = [
        {"symbol": symbol, "interval": "1d", "ts": pd.Timestamp(day), "source": "sample", "volume": 1e6}
        | dict.fromkeys(("open", "high", "low", "close"), close * factor)
        for symbol, close in CLOSES.items()
        for day, factor in (("2013-02-28", 0.99), ("2013-03-01", 1.0), ("2013-03-04", 1.5))
    ]
    with open_lake(context.workspace) as lake:
        lake.write_bars(pd.DataFrame(rows), empty(ACTIONS), message="test prices")
    return replace(context, now=lambda: NOW)
