"""An experiment on a symbol that is held from two vendors says which one it used."""

from __future__ import annotations

import pandas as pd
from research_market import long_bars

from tools.features.bars import read_bars
from tools.lake.store import open_lake


def test_the_source_that_was_used_is_named(workspace):
    bars = long_bars(["AAPL", "IBM"], years=1).assign(interval="1d")
    one, two = bars.assign(source="one"), bars[bars["symbol"] == "IBM"].tail(100).assign(source="two")
    with open_lake(workspace) as lake:
        lake.write({"bars": pd.concat([one, two])}, message="x")
    read = read_bars(workspace, ("AAPL", "IBM"))
    assert read.warnings == ("IBM is held from one, two; one was used.",)
    assert len(read.panel.close) == 252
