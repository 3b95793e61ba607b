"""The close-only universe: what it holds, and that it says what it is."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from tools.ingest.sample import closes
from tools.ingest.source import Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Context, silent


def test_twenty_adjusted_closes_under_a_name_of_their_own(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "skfolio", raising=False)
    source = closes.open_source(context)
    names = source.symbols("bars", "1d")
    assert len(names) == 20
    got = source.fetch(Request((*names, "GOOG")), silent)
    assert len(got.bars) == 20 * 8313
    assert set(got.bars["source"]) == {"sample_skfolio"}
    assert got.bars[["open", "high", "low", "volume"]].isna().all(axis=None)
    assert got.bars["close"].gt(0).all()
    assert got.actions.empty
    assert got.missing["GOOG"].kind == "symbol"
    assert "adjusted" in got.notes[0]
    assert "skfolio" not in sys.modules


def test_a_range_and_a_range_without_rows(context: Context) -> None:
    source = closes.open_source(context)
    day = date(2022, 12, 28)
    (row,) = source.fetch(Request(("AAPL",), start=day, end=day), silent).bars.to_dict("records")
    assert row["close"] == 125.674
    late = source.fetch(Request(("AAPL",), start=date(2030, 1, 1)), silent)
    assert late.missing["AAPL"].detail == "it has 1990-01-02 to 2022-12-28"
    assert source.symbols("bars", "1m") == source.symbols("news", "1d") == ()


def test_without_skfolio_it_says_so(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closes, "find_spec", lambda name: None)
    with pytest.raises(SourceUnavailable, match="not installed"):
        closes.open_source(context)
