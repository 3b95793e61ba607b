"""The sample: real prices whose adjustment agrees with the vendor's own."""

from __future__ import annotations

import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tools.ingest import sample
from tools.ingest.clean import clean_actions, clean_bars
from tools.ingest.sample import INDICES, STOCKS, SampleSource
from tools.ingest.sample.build import SPLITS, derive_actions, read_vendor
from tools.ingest.source import Fetched, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import silent
from tools.lake.adjust import adjusted


def fetch(symbols: tuple[str, ...], start: date | None, end: date | None) -> Fetched:
    return SampleSource().fetch(Request(tuple(symbols), start=start, end=end), silent)


@pytest.fixture(scope="module")
def vendor():
    return read_vendor()


@pytest.mark.parametrize("symbol", STOCKS)
def test_total_adjusted_close_is_proportional_to_the_vendors(vendor, symbol):
    fetched = fetch((symbol,), None, None)
    ours = adjusted(fetched.bars, fetched.actions, "total")
    theirs = vendor[vendor["symbol"] == symbol]
    assert list(ours["ts"]) == list(theirs["ts"])
    assert np.array_equal(ours["close_raw"], theirs["close"])
    ratio = ours["close"].to_numpy() / theirs["adj_close"].to_numpy()
    assert np.allclose(ratio, ratio[-1], rtol=1e-9)
    assert len(ours) == {"AAPL": 3270, "IBM": 3270, "MSFT": 3270, "GOOG": 2148, "FB": 196}[symbol]


def test_shipped_actions_are_those_the_build_derives(vendor):
    derived = derive_actions(vendor.reset_index(drop=True))
    shipped = pd.concat([fetch((symbol,), None, None).actions for symbol in STOCKS])
    assert list(shipped["ts"]) == list(derived["ts"])
    assert np.array_equal(shipped["value"], derived["value"])


def test_splits_are_the_real_ones_and_the_crash_is_none():
    fetched = fetch(STOCKS, None, None)
    splits = fetched.actions[fetched.actions["kind"] == "split"]
    found = {
        (symbol, ts.date()): value
        for symbol, ts, value in splits[["symbol", "ts", "value"]].itertuples(index=False)
    }
    assert found == SPLITS
    total = adjusted(fetched.bars, fetched.actions, "total")
    aapl = total[total["symbol"] == "AAPL"].set_index("ts")["close"].pct_change()
    assert aapl[pd.Timestamp("2000-09-29")] == pytest.approx(-0.519, abs=5e-4)
    assert abs(aapl[pd.Timestamp("2000-06-21")]) < 0.12
    assert abs(aapl[pd.Timestamp("2005-02-28")]) < 0.03


def test_special_dividend_of_microsoft():
    actions = fetch(("MSFT",), date(2004, 11, 15), date(2004, 11, 15)).actions
    assert actions["kind"].tolist() == ["dividend"]
    assert actions["value"][0] == pytest.approx(3.08, rel=0.02)


@pytest.mark.parametrize("symbol", [*STOCKS, *INDICES])
def test_every_row_passes_the_checks(symbol):
    fetched = fetch((symbol,), None, None)
    assert clean_bars(fetched.bars).rejected == {}
    assert clean_actions(fetched.actions).rejected == {}


def test_index_is_read_without_importing_arch(monkeypatch):
    sample._index.cache_clear()
    monkeypatch.setitem(sys.modules, "arch.data", None)
    bars = fetch(("^GSPC",), date(1999, 1, 4), date(1999, 1, 5)).bars
    assert bars["close"].tolist() == [1228.099976, 1244.780029]


def test_index_without_arch_says_what_to_install(monkeypatch):
    sample._index.cache_clear()
    monkeypatch.setattr(sample, "find_spec", lambda name: None)
    with pytest.raises(SourceUnavailable, match="not installed") as missing:
        fetch(("^IXIC",), None, None)
    assert "arch" in missing.value.hint


def test_what_is_missing_and_why():
    fetched = fetch(("SPY", "FB", "IBM"), date(2000, 1, 1), date(2001, 1, 1))
    assert fetched.missing["SPY"].kind == "symbol"
    assert (fetched.missing["FB"].kind, fetched.missing["FB"].detail) == (
        "range",
        "the sample has 2012-05-18 to 2013-03-01",
    )
    assert set(fetched.bars["symbol"]) == {"IBM"}
    assert SampleSource().symbols("bars", "1m") == ()
