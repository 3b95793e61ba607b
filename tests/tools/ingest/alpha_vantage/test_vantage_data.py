"""Alpha Vantage on loopback: what its good answers become."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import vantage_server as av
from vantage_server import Vendor, by_query

from tools.ingest.alpha_vantage import AlphaVantageSource
from tools.ingest.alpha_vantage.accounts import number, snake
from tools.ingest.alpha_vantage.ticker import Ticker, ticker_of
from tools.ingest.source import Request
from tools.kernel.spec import silent

Open = Callable[..., AlphaVantageSource]


def test_adjusted_answers_give_raw_bars_splits_and_dividends(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": av.adjusted()}
    got = opened().fetch(Request(("NVDA",)), silent)
    assert list(got.bars["close"]) == [1208.88, 121.79, 120.91, 125.20]
    assert got.bars["volume"].iloc[0] == 41238580
    assert got.bars["ts"].iloc[0] == pd.Timestamp("2024-06-07")
    assert got.actions[["ts", "kind", "value"]].to_numpy().tolist() == [
        [pd.Timestamp("2024-06-10"), "split", 10.0],
        [pd.Timestamp("2024-06-11"), "dividend", 0.01],
    ]
    assert vendor.queries[0]["outputsize"] == "full"
    assert [(raw.symbol, raw.suffix) for raw in got.raw] == [("NVDA", "json")]


def test_a_free_key_gets_the_same_from_three_calls_and_asks_for_the_premium_one_once(
    vendor: Vendor, opened: Open
) -> None:
    vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": av.PREMIUM, "TIME_SERIES_DAILY": av.daily()}
    vendor.replies |= {"SPLITS": av.SPLITS, "DIVIDENDS": av.DIVIDENDS}
    free = opened().fetch(Request(("NVDA",)), silent)
    vendor.replies["TIME_SERIES_DAILY_ADJUSTED"] = av.adjusted()
    assert opened().fetch(Request(("NVDA",)), silent).bars.equals(free.bars)
    assert vendor.functions().count("TIME_SERIES_DAILY_ADJUSTED") == 1
    assert set(free.actions["kind"]) == {"split", "dividend"}
    assert not free.notes


def test_where_the_full_history_is_premium_the_last_bars_come_with_a_note(vendor: Vendor, opened: Open) -> None:
    def sized(query: dict[str, str]) -> dict[str, object]:
        return av.FULL_PREMIUM if query["outputsize"] == "full" else av.daily()

    vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": av.PREMIUM, "TIME_SERIES_DAILY": by_query(sized)}
    got = opened().fetch(Request(("NVDA",)), silent)
    assert len(got.bars) == 4
    assert "only the last 100 bars" in got.notes[0]
    assert "splits were not loaded" in got.notes[1]


def test_a_recent_range_asks_for_the_short_answer_and_is_cut_to_it(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": av.adjusted()}
    got = opened().fetch(Request(("NVDA",), start=date(2024, 6, 10), end=date(2024, 6, 11)), silent)
    assert vendor.queries[0]["outputsize"] == "compact"
    assert len(got.bars) == 2
    outside = opened().fetch(Request(("NVDA",), start=date(2024, 6, 1), end=date(2024, 6, 2)), silent)
    assert outside.missing["NVDA"].detail == "Alpha Vantage has 2024-06-07 to 2024-06-12"


def test_intraday_months_are_raw_regular_hours_in_utc(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"TIME_SERIES_INTRADAY": by_query(av.intraday)}
    asked = Request(("NVDA",), interval="1m", start=date(2024, 2, 1), end=date(2024, 3, 31))
    got = opened().fetch(asked, silent)
    assert [query["month"] for query in vendor.queries] == ["2024-03", "2024-02"]
    assert {query["adjusted"] + query["extended_hours"] for query in vendor.queries} == {"falsefalse"}
    stamps = set(got.bars["ts"])
    assert {pd.Timestamp("2024-02-10 14:30"), pd.Timestamp("2024-03-10 13:30")} < stamps  # either side of 10 March
    assert vendor.queries[0]["interval"] == "1min"
    opened().fetch(Request(("NVDA",), interval="1h", start=date(2024, 3, 1), end=date(2024, 3, 31)), silent)
    assert vendor.queries[-1]["interval"] == "60min"


def test_a_month_that_fails_costs_only_that_month(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {
        "TIME_SERIES_INTRADAY": [av.intraday({"month": "2024-03", "interval": "1min"}), 500, 500, 500, av.UNKNOWN]
    }
    asked = Request(("NVDA",), interval="1m", start=date(2024, 2, 1), end=date(2024, 3, 31))
    got = opened().fetch(asked, silent)
    assert len(got.bars) == 2
    assert got.notes == ("NVDA: 2024-02 was not loaded: its server failed (status 500).",)


def test_currencies_have_no_volume(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"FX_DAILY": by_query(av.currency), "FX_INTRADAY": by_query(av.currency)}
    daily = opened().fetch(Request(("EURUSD=X", "JPY=X")), silent)
    assert [(query["from_symbol"], query["to_symbol"]) for query in vendor.queries] == [
        ("EUR", "USD"),
        ("USD", "JPY"),
    ]
    assert daily.bars["volume"].eq(0).all()
    assert set(daily.bars["symbol"]) == {"EURUSD=X", "JPY=X"}
    hourly = opened().fetch(Request(("EURUSD=X",), interval="1h"), silent)
    assert list(hourly.bars["ts"]) == [pd.Timestamp("2024-06-10 09:30")]


def test_news(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"NEWS_SENTIMENT": av.NEWS}
    asked = Request(("NVDA",), kind="news", start=date(2024, 6, 1), end=date(2024, 6, 12))
    got = opened().fetch(asked, silent)
    assert vendor.queries[0]["time_from"] == "20240601T0000"
    assert vendor.queries[0]["time_to"] == "20240612T2359"
    (row,) = got.news.to_dict("records")
    assert (row["ts"], row["title"], row["publisher"]) == (
        pd.Timestamp("2024-06-10 15:30"),
        "Chips rally",
        "Example Wire",
    )
    vendor.replies = {"NEWS_SENTIMENT": av.NO_ARTICLES}
    assert opened().fetch(asked, silent).missing["NVDA"].kind == "range"


def test_fundamentals(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {
        "OVERVIEW": [av.OVERVIEW, {}],
        "INCOME_STATEMENT": av.statement(totalRevenue="60922000000", netIncome="29760000000"),
        "BALANCE_SHEET": av.statement(totalAssets="65728000000", goodwill="None"),
        "CASH_FLOW": av.statement(netIncome="29760000000", operatingCashflow="28090000000"),
    }
    got = opened().fetch(Request(("NVDA", "NOPE"), kind="fundamentals"), silent)
    figures = got.fundamentals.set_index(["period", "ts", "metric"])["value"]
    assert figures["annual", pd.Timestamp("2024-01-31"), "total_revenue"] == 60922000000
    assert figures["current", pd.Timestamp("2024-06-13"), "52_week_high"] == 126.88
    assert not figures.index.duplicated().any()
    assert "goodwill" not in set(got.fundamentals["metric"])
    assert not {"cik", "latest_quarter"} & set(got.fundamentals["metric"])
    assert got.listings.iloc[0][["name", "exchange", "type"]].tolist() == ["NVIDIA Corporation", "NASDAQ", "equity"]
    assert got.missing["NOPE"].kind == "symbol"


def test_names_and_numbers() -> None:
    assert snake("PERatio") == "pe_ratio"
    assert snake("totalRevenue") == "total_revenue"
    assert snake("EBITDA") == "ebitda"
    assert [number(text) for text in ("1.5", "-3", "None", "-", "2024-01-31", "1e3", None)] == [
        1.5,
        -3.0,
        None,
        None,
        None,
        1000.0,
        None,
    ]
    assert ticker_of("^GSPC") is None
    assert ticker_of("CL=F") is None
    assert ticker_of("AZN.L") == Ticker("stock", "AZN.LON")
    assert ticker_of("BRK-B") == Ticker("stock", "BRK-B")
    assert ticker_of("BTC-USD") == Ticker("coin", "BTC", "USD")
