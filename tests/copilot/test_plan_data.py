"""What a request about data names: files, zones, lengths of bars, vendors, symbols of any exchange, moments."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.evidence import gather
from copilot.planner.fill import fill
from copilot.planner.history import ranked_ids
from copilot.planner.paths import find_paths, symbol_in
from copilot.planner.supply import find_intervals, find_vendors
from copilot.planner.zones import find_zones

TODAY = date(2026, 11, 22)


def filled(tool: str, text: str) -> dict[str, Any]:
    found = fill(tool, gather(text, LiveState(symbols=("IBM",)), TODAY), LiveState())
    return {name: values[0] for name, values in found.items()}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("load ~/prices.csv as FOO", ["~/prices.csv"]),
        ("load ~/prices.csv.", ["~/prices.csv"]),
        (r"load C:\data\px.parquet as FOO", [r"C:\data\px.parquet"]),
        (r'load "C:\Users\Jane Doe\my prices.csv", please', [r"C:\Users\Jane Doe\my prices.csv"]),
        (r"load \\server\share\a.csv", [r"\\server\share\a.csv"]),
        ("take '/mnt/lse data/vod.parquet' for VOD.L", ["/mnt/lse data/vod.parquet"]),
        ("read ~/eod/*.csv and ./b.pq", ["~/eod/*.csv", "./b.pq"]),
        ("import prices.csv.gz (in UTC)", ["prices.csv.gz"]),
        ("read /srv/ticks/2024-*.parquet", ["/srv/ticks/2024-*.parquet"]),
        ("the folder /data/eod", ["/data/eod"]),
        ("get EUR/USD and/or GBP/USD, 24/7, from 06/30/2004", []),
        ("test the idea. then stop.", []),
        ("does a 50/200 cross work on BRK.B", []),
    ],
)
def test_paths_are_copied_as_typed(text: str, paths: list[str]) -> None:
    assert [mention.value for mention in find_paths(text)] == paths


@pytest.mark.parametrize(
    ("path", "symbol"),
    [("/a/IBM.csv", "IBM"), (r"C:\x\BRK-B.parquet", "BRK-B"), ("~/prices.csv", None), ("~/eod/*.csv", None)],
)
def test_a_file_named_like_a_ticker_names_it(path: str, symbol: str | None) -> None:
    assert symbol_in(path) == symbol


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("times are in New York", ["America/New_York"]),
        ("it is in Tokyo time", ["Asia/Tokyo"]),
        ("timestamps in UTC", ["UTC"]),
        ("time zone: Europe/Berlin", ["Europe/Berlin"]),
        ("the clock is Frankfurt", ["Europe/Berlin"]),
        ("US Eastern", ["America/New_York"]),
        ("London", ["Europe/London"]),
        ("load the London stocks", []),
        ("load EUR/USD", []),
    ],
)
def test_time_zones(text: str, zones: list[str]) -> None:
    assert list(dict.fromkeys(mention.value for mention in find_zones(text))) == zones


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("1-minute bars", ["1m"]),
        ("one minute candles", ["1m"]),
        ("minute by minute", ["1m"]),
        ("1m data", ["1m"]),
        ("hourly", ["1h"]),
        ("60 min bars", ["1h"]),
        ("every hour", ["1h"]),
        ("5-minute bars", ["5-minute"]),
        ("five minute bars", ["five minute"]),
        ("weekly candles", ["weekly"]),
        ("propose trades with 1m", []),
        ("wait a minute", []),
        ("a weekly horizon", []),
    ],
)
def test_lengths_of_bars(text: str, lengths: list[str]) -> None:
    assert [mention.value for mention in find_intervals(text)] == lengths


def test_vendors() -> None:
    said = "from Yahoo Finance, alphavantage, Alpha_Vantage's or source my_feed"
    assert [mention.value for mention in find_vendors(said)] == [
        "yahoo", "alpha_vantage", "alpha_vantage", "my_feed",
    ]  # fmt: skip
    assert [mention.value for mention in find_vendors("IBM, restricted to the source Stooq")] == ["stooq"]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("load 9988.HK, AZN.L and 7203.T", ["9988.HK", "AZN.L", "7203.T"]),
        ("get BRK-B, ^FTSE and BTC-USD", ["BRK-B", "^FTSE", "BTC-USD"]),
        ("pull EURUSD, EUR/GBP and usdsek", ["EURUSD", "EUR/GBP", "usdsek"]),
        ("gc=f and 0700.hk", ["gc=f", "0700.hk"]),
        ("euro dollar since 2010", ["euro dollar"]),
        ("load ZZQX", ["ZZQX"]),
        ("get Apple (AAPL) and Siemens (SIE.DE)", ["AAPL", "SIE.DE"]),
        ("e.g. a test, i.e. nothing", []),
    ],
)
def test_symbols_of_any_exchange_are_copied(text: str, symbols: list[str]) -> None:
    assert gather(text, LiveState(), TODAY).symbols == symbols


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("load ~/p.csv as foo, times in Chicago", {
            "symbols": ["foo"], "path": "~/p.csv", "timezone": "America/Chicago",
        }),
        ("load /data/IBM.csv", {"symbols": ["IBM"], "path": "/data/IBM.csv"}),
        ("yesterday's minute bars of SPY", {
            "symbols": ["SPY"], "interval": "1m", "start": "2026-11-21", "end": "2026-11-21",
        }),
        ("news of SPY in minutes", {"symbols": ["SPY"], "kind": "news"}),
    ],
)  # fmt: skip
def test_ingest(text: str, args: dict[str, Any]) -> None:
    assert filled("ingest_data", text) == args


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("what did we know about IBM on 2010-06-30", {"symbols": ["IBM"], "as_of": "2010-06-30"}),
        ("the bars of IBM as of March 2009", {"symbols": ["IBM"], "view": "bars", "as_of": "2009-03-31"}),
        ("what was known a year ago", {"as_of": "2025-11-22"}),
        ("gaps in IBM on 2008-01-02", {"symbols": ["IBM"], "view": "gaps"}),
        ("gaps in IBM in 2008", {"symbols": ["IBM"], "view": "gaps"}),
        ("does yahoo agree with the sample on IBM", {"symbols": ["IBM"], "view": "sources"}),
        ("IBM bars from yahoo", {"symbols": ["IBM"], "view": "bars", "source": "yahoo"}),
        ("splits of IBM", {"symbols": ["IBM"], "view": "actions"}),
    ],
)
def test_show(text: str, args: dict[str, Any]) -> None:
    assert filled("show_data", text) == args


def test_the_better_one_is_that_of_the_last_comparison() -> None:
    rows = [
        {"experiment": "a", "sharpe": 0.2},
        {"experiment": "b", "sharpe": 0.9},
        {"experiment": "c", "sharpe": None},
    ]
    step = Observation(call=Call(tool="compare_experiments"), status="ok", result={"experiments": rows})
    ranked = ranked_ids([Turn(user="compare", steps=(step,)), Turn(user="thanks")])
    assert ranked == ["b", "a"]
    for text, chosen in (("open the better one", "b"), ("the winner", "b"), ("show the worse run", "a")):
        evidence = gather(text, LiveState(), TODAY, ranked)
        assert fill("show_report", evidence, LiveState()) == {"experiment": [chosen]}
    assert not gather("open the better one", LiveState(), TODAY).of("winner")


@given(st.text(max_size=200))
def test_any_text_is_searched(text: str) -> None:
    for mention in (*find_paths(text), *find_zones(text), *find_intervals(text), *find_vendors(text)):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.value
