"""News, fundamentals, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pandas as pd
from yahoo_server import CRUMB, Fault, Listed, YahooServer

from tools.ingest.source import Fetched, Missing
from tools.ingest.yahoo import open_source
from tools.ingest.yahoo.fundamentals import snake
from tools.kernel.spec import Context

Fetch = Callable[..., Fetched]


def article(identity: str, published: str, **changes: object) -> dict[str, object]:
    content = {
        "id": identity,
        "contentType": "STORY",
        "title": f"Title {identity}",
        "summary": "Something happened.",
        "pubDate": published,
        "provider": {"displayName": "A Paper"},
        "canonicalUrl": {"url": f"https://example.com/{identity}"},
    }
    return {"id": identity, "content": content | changes}


NEWS = [
    article("b", "2025-03-27T22:15:00Z"),
    article("a", "2025-03-20T09:00:00Z", provider=None, canonicalUrl=None, summary=None),
    article("b", "2025-03-27T22:15:00Z"),
    {"id": "paid", "ad": [{"id": 1}], "content": {}},
]


def test_headlines(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", news=NEWS))
    fetched = fetch("ACME", kind="news")
    assert fetched.news.to_dict("records") == [
        {
            "symbol": "ACME",
            "ts": pd.Timestamp("2025-03-20 09:00"),
            "id": "a",
            "title": "Title a",
            "publisher": "",
            "url": "",
            "summary": "",
            "source": "yahoo",
        },
        {
            "symbol": "ACME",
            "ts": pd.Timestamp("2025-03-27 22:15"),
            "id": "b",
            "title": "Title b",
            "publisher": "A Paper",
            "url": "https://example.com/b",
            "summary": "Something happened.",
            "source": "yahoo",
        },
    ]
    (raw,) = fetched.raw
    assert raw.request.startswith("POST https://finance.yahoo.com/xhr/ncp?queryRef=latestNews")
    assert '"ACME"' in raw.request
    assert CRUMB not in raw.request
    assert fetched.bars.empty


def test_headlines_of_a_range(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", news=NEWS), Listed("QUIET"))
    assert fetch("ACME", kind="news", start="2025-03-25").news["id"].tolist() == ["b"]
    fetched = fetch("ACME", "QUIET", kind="news", end="2024-01-01")
    assert fetched.missing == {
        "ACME": Missing(
            "range", "Yahoo hands out the latest headlines only, now those of 2025-03-20 to 2025-03-27"
        ),
        "QUIET": Missing("range", "Yahoo has no headlines on it now"),
    }


def test_headlines_of_another_shape(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", news=[{"id": "x", "content": {"title": "no date"}}]))
    missing = fetch("ACME", kind="news").missing["ACME"]
    assert missing.kind == "failure"
    assert "unexpected shape" in missing.detail


INFO = {
    "marketCap": 3_000_000_000,
    "trailingPE": 21.5,
    "beta": "Infinity",
    "currency": "GBp",
    "financialCurrency": "GBP",
    "enterpriseValue": 3_500_000_000,
}
STATEMENTS = {
    "annualTotalRevenue": [("2023-12-31", 900.0), ("2024-12-31", 1000.0)],
    "annualNetIncome": [("2024-12-31", 100.0)],
    "annualTotalAssets": [("2024-12-31", 5000.0)],
    "quarterlyFreeCashFlow": [("2024-12-31", 42.0)],
}


def figures(fetched: Fetched) -> set[tuple[str, str, str, float, str]]:
    rows = fetched.fundamentals.itertuples()
    return {(str(row.ts.date()), row.period, row.metric, row.value, row.currency) for row in rows}


def test_fundamentals(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", info=INFO, statements=STATEMENTS))
    yahoo.crumb_needed = True
    fetched = fetch("ACME", kind="fundamentals")
    assert figures(fetched) == {
        ("2023-12-31", "annual", "total_revenue", 900.0, "GBP"),
        ("2024-12-31", "annual", "total_revenue", 1000.0, "GBP"),
        ("2024-12-31", "annual", "net_income", 100.0, "GBP"),
        ("2024-12-31", "annual", "total_assets", 5000.0, "GBP"),
        ("2024-12-31", "quarterly", "free_cash_flow", 42.0, "GBP"),
        ("2025-03-28", "current", "market_cap", 3e9, "GBp"),
        ("2025-03-28", "current", "enterprise_value", 3.5e9, "GBP"),
        ("2025-03-28", "current", "trailing_pe", 21.5, ""),
    }
    assert len(fetched.raw) >= 6
    late = fetch("ACME", kind="fundamentals", start="2025-01-01")
    assert {row[1] for row in figures(late)} == {"current"}


def test_what_has_no_fundamentals(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("EURUSD=X", kind="CURRENCY"), Listed("ACME", info=INFO))
    fetched = fetch("EURUSD=X", "ACME", kind="fundamentals")
    assert fetched.missing == {"EURUSD=X": Missing("symbol", "No fundamentals data found for symbol: EURUSD=X")}
    assert {row[1] for row in figures(fetched)} == {"current"}


def test_fundamentals_that_fail_halfway(yahoo: YahooServer, fetch: Fetch):
    yahoo.add(Listed("ACME", info=INFO, statements=STATEMENTS))
    yahoo.faults = [Fault("fundamentals-timeseries", 500)]
    fetched = fetch("ACME", kind="fundamentals")
    assert fetched.missing == {"ACME": Missing("failure", "Yahoo answers with an error of its own (500)")}
    assert fetched.fundamentals.empty


def test_metric_names():
    assert [snake(name) for name in ("TotalRevenue", "NetPPE", "EBITDA", "trailingPE", "BasicEPS")] == [
        "total_revenue",
        "net_ppe",
        "ebitda",
        "trailing_pe",
        "basic_eps",
    ]


def test_the_factory_needs_no_network(context: Context):
    source = open_source(context)
    assert source.name == "yahoo"
    assert source.symbols("bars", "1d") is None


def test_importing_the_package_is_cheap():
    code = (
        "import sys, tools.ingest.yahoo, tools.catalog, tools.ingest.tool;"
        "print([n for n in ('yfinance', 'curl_cffi', 'peewee', 'pandas', 'tenacity') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
