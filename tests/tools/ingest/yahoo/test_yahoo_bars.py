"""Bars through the real client: raw prices, actions, windows, time zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from yahoo_server import DAY_S, Listed, YahooServer, schedule

from tools.ingest.source import Fetched, Missing, Request
from tools.ingest.yahoo.source import YahooSource
from tools.kernel.errors import BadRequest
from tools.kernel.spec import silent
from tools.lake.adjust import adjusted

Fetch = Callable[..., Fetched]
COLUMNS = ["open", "high", "low", "close", "volume"]


def test_a_split_is_undone_exactly(yahoo: YahooServer, fetch: Fetch):
    listed = Listed("ACME", splits={"2024-06-10": (4, 1)}, dividends={"2024-05-10": 0.88, "2024-08-12": 0.25})
    yahoo.add(listed)
    fetched = fetch("ACME")
    planted = listed.raw()
    bars = fetched.bars
    assert bars[COLUMNS].to_numpy().tolist() == planted[COLUMNS].to_numpy().tolist()
    assert bars["ts"].tolist() == planted.index.tolist()
    assert set(bars["symbol"]) == {"ACME"}
    assert set(bars["interval"]) == {"1d"}
    assert set(bars["source"]) == {"yahoo"}
    actions = [(str(row.ts.date()), row.kind, row.value) for row in fetched.actions.itertuples()]
    assert actions == [
        ("2024-05-10", "dividend", 0.88),
        ("2024-06-10", "split", 4.0),
        ("2024-08-12", "dividend", 0.25),
    ]
    level = adjusted(bars, fetched.actions, "split")["close"]
    assert abs(np.log(level).diff()).max() < 0.001
    assert fetched.missing == {}
    assert fetched.notes == ()


def test_a_split_after_the_range_is_undone_too(yahoo: YahooServer, fetch: Fetch):
    listed = Listed("ACME", splits={"2024-06-10": (4, 1), "2025-01-06": (1, 10)})
    yahoo.add(listed)
    bars = fetch("ACME", start="2024-02-01", end="2024-03-01").bars
    planted = listed.raw().loc["2024-02-01":"2024-03-01"]
    assert bars[COLUMNS].to_numpy().tolist() == planted[COLUMNS].to_numpy().tolist()


@pytest.mark.parametrize("interval", ["1h", "1m"])
def test_intraday_bars_are_as_traded(yahoo: YahooServer, fetch: Fetch, interval: str):
    listed = Listed("ACME", splits={"2025-03-17": (4, 1)}, dividends={"2025-03-10": 1.2})
    yahoo.add(listed)
    fetched = fetch("ACME", start="2025-03-10", end="2025-03-20", interval=interval)
    bars = fetched.bars.assign(day=fetched.bars["ts"].dt.normalize())
    closes = bars.groupby("day")["close"].agg(["min", "max"])
    planted = listed.raw()["close"].loc["2025-03-10":"2025-03-20"]
    assert closes["min"].tolist() == closes["max"].tolist() == planted.tolist()
    assert set(bars["volume"]) == {100.0}
    assert [(row.kind, row.value) for row in fetched.actions.itertuples()] == [("dividend", 1.2), ("split", 4.0)]


def test_a_split_that_was_not_applied_is_told(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", splits={"2024-06-10": (4, 1)}, split_applied=False))
    (note,) = fetch("ACME").notes
    assert note.startswith("ACME: Yahoo's prices jump at the split of 2024-06-10 (4 for 1)")


def test_empty_bars_are_counted(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", nulls=("2024-05-06", "2024-05-07")))
    fetched = fetch("ACME", start="2024-05-01", end="2024-05-31")
    assert len(fetched.bars) == 20
    assert fetched.notes == ("ACME: 2 bars without prices left out.",)
    assert fetched.bars[COLUMNS].notna().all(axis=None)


def test_a_partial_last_bar_is_delivered(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", last="2025-03-26", partial=(412.5, 4321)))
    last = fetch("ACME").bars.iloc[-1]
    assert (last["ts"], last["close"], last["volume"]) == (pd.Timestamp("2025-03-27"), 412.5, 4321)


def test_capital_gains_of_a_fund_are_told(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("FUND", kind="ETF", gains={"2024-12-20": 1.5}))
    fetched = fetch("FUND")
    assert fetched.notes == ("FUND: capital gains paid on 1 days are not stored.",)
    assert fetched.listings["type"].tolist() == ["etf"]
    assert fetched.actions.empty


@pytest.mark.parametrize(
    ("symbol", "kind", "type_"),
    [("EURUSD=X", "CURRENCY", "currency"), ("^GSPC", "INDEX", "index"), ("BTC-USD", "CRYPTOCURRENCY", "crypto")],
)
def test_other_kinds_of_symbols(yahoo: YahooServer, fetch: Fetch, symbol: str, kind: str, type_: str):
    yahoo.add(Listed(symbol, kind=kind, name="The name"))
    fetched = fetch(symbol)
    assert len(fetched.bars) > 300
    assert fetched.listings.to_dict("records") == [
        {
            "symbol": symbol,
            "name": "The name",
            "exchange": "Test Exchange",
            "timezone": "America/New_York",
            "currency": "USD",
            "type": type_,
            "source": "yahoo",
        }
    ]


def test_pence_stay_pence(yahoo: YahooServer, fetch: Fetch):
    listed = Listed("VOD.L", "XLON", "Europe/London", "GBp")
    yahoo.add(listed)
    fetched = fetch("VOD.L")
    assert fetched.listings["currency"].tolist() == ["GBp"]
    assert fetched.bars["close"].tolist() == listed.raw()["close"].tolist()


def test_minute_bars_of_thirty_days_come_in_windows(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME"))
    fetched = fetch("ACME", interval="1m")
    windows = [query for query in yahoo.charts("ACME") if query["interval"] == "1m"]
    edges = [(int(query["period1"]), int(query["period2"])) for query in windows]
    assert len(edges) == 5
    assert all(stop - start <= 8 * DAY_S for start, stop in edges)
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    sessions = schedule("XNYS").loc["2025-02-27":"2025-03-28"]
    assert len(fetched.bars) == len(sessions) * 390
    assert fetched.bars["ts"].is_unique
    assert fetched.bars["ts"].iloc[0] == pd.Timestamp("2025-02-27 14:30")
    assert fetched.notes == ()


def test_hourly_bars_of_two_years_come_in_windows(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", first="2023-01-03"))
    fetched = fetch("ACME", start="2022-01-01", interval="1h")
    windows = [query for query in yahoo.charts("ACME") if query["interval"] == "1h"]
    assert len(windows) == 2
    assert fetched.notes == (
        "Yahoo keeps hourly bars for 730 days: asked from 2022-01-01, there is nothing before 2023-03-30.",
    )
    sessions = schedule("XNYS").loc["2023-03-30":"2025-03-28"]
    hours = ((sessions["close"] - sessions["open"]).dt.total_seconds() / 3600).apply(np.ceil).sum()
    assert len(fetched.bars) == hours


def test_minute_bars_from_before_they_are_kept(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME"))
    fetched = fetch("ACME", start="2024-06-03", end="2024-06-07", interval="1m")
    assert fetched.missing == {
        "ACME": Missing("range", "Yahoo keeps 1-minute bars for 30 days: there is nothing before 2025-02-27")
    }
    assert fetched.bars.empty


def test_a_window_without_bars_is_told(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("NEWBIE", first="2025-03-20"))
    fetched = fetch("NEWBIE", interval="1m")
    assert len(fetched.bars) == 7 * 390
    assert fetched.notes[0].startswith("NEWBIE: nothing from 2025-02-27 to 2025-03-05. Yahoo says: ")
    assert len(fetched.notes) == 3


OPENS = {  # by hand: standard and summer time around the change of each zone in March 2025
    "XNYS": ("America/New_York", "2025-03-09", {"2025-03-07": "14:30", "2025-03-10": "13:30"}, 390),
    "XLON": ("Europe/London", "2025-03-30", {"2025-03-28": "08:00", "2025-03-31": "07:00"}, 510),
    "XHKG": ("Asia/Hong_Kong", "2025-03-09", {"2025-03-07": "01:30", "2025-03-10": "01:30"}, 330),
}


@pytest.mark.parametrize("code", OPENS)
def test_minute_bars_across_the_clock_change(yahoo: YahooServer, fetch: Fetch, code: str):
    zone, _, opens, count = OPENS[code]
    yahoo.now = datetime(2025, 4, 1, 23, 0, tzinfo=UTC)
    listed = Listed("ACME", code, zone, last="2025-04-01", splits={"2025-04-01": (2, 1)})
    yahoo.add(listed)
    first, last = opens
    try:
        minute = fetch("ACME", start=first, end=last, interval="1m").bars
        hourly = fetch("ACME", start=first, end=last, interval="1h").bars
        daily = fetch("ACME", start=first, end=last).bars
    finally:
        yahoo.now = datetime(2025, 3, 28, 23, 0, tzinfo=UTC)
    assert daily["ts"].tolist() == [pd.Timestamp(first), pd.Timestamp(last)]
    assert daily["close"].tolist() == listed.raw()["close"].loc[first:last].tolist()
    expected = [pd.Timestamp(f"{day} {at}") for day, at in opens.items()]
    for bars in (minute, hourly):
        days = bars.groupby(bars["ts"].dt.date)["ts"]
        assert days.min().tolist() == expected
        assert bars["close"].unique().tolist() == listed.raw()["close"].loc[first:last].tolist()
    assert minute.groupby(minute["ts"].dt.date).size().tolist() == [count, count]


def test_a_daily_range_before_the_first_bar(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME"))
    assert fetch("ACME", start="2000-01-01", end="2001-01-01").missing == {
        "ACME": Missing("range", "Yahoo has 2024-01-02 to 2025-03-28")
    }
    assert fetch("ACME", start="2031-01-01").missing == {"ACME": Missing("range", "2031-01-01 is in the future")}


def test_a_backward_range_is_refused(source: Callable[..., YahooSource]):
    with pytest.raises(BadRequest, match="before it starts"):
        source().fetch(Request(("A",), start=date(2024, 2, 1), end=date(2024, 1, 1)), silent)


def test_what_yahoo_sent_is_kept_without_secrets(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME"), Listed("OTHER"))
    fetched = fetch("ACME", "OTHER")
    assert {raw.symbol for raw in fetched.raw} == {"ACME", "OTHER"}
    for raw in fetched.raw:
        assert raw.request.startswith(f"GET https://query2.finance.yahoo.com/v8/finance/chart/{raw.symbol}?")
        assert raw.body.startswith(b'{"chart"')
        assert raw.suffix == "json"
    assert any("crumb" in query for query in yahoo.charts("ACME"))
    assert "canary" not in repr([(raw.request, raw.body) for raw in fetched.raw])


def test_a_second_download_sees_what_yahoo_says_now(yahoo: YahooServer, source: Callable[..., YahooSource]):
    yahoo.add(Listed("ACME"))
    request = Request(("ACME",), "bars", "1m", date(2025, 3, 10), date(2025, 3, 14))
    same = source()
    first = same.fetch(request, silent)
    yahoo.add(Listed("ACME", splits={"2024-06-10": (2, 1)}))
    second = same.fetch(request, silent)
    assert len(first.raw) <= len(second.raw) + 1
    assert second.bars["close"].iloc[0] * 2 == pytest.approx(first.bars["close"].iloc[0], abs=0.02)
