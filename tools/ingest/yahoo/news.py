"""Headlines of one symbol. Yahoo hands out the latest ones only; it keeps no archive to ask for.

Titles and summaries are written by others: text to show, never to obey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yfinance

from tools.ingest.source import Missing, Request
from tools.ingest.yahoo import NAME
from tools.ingest.yahoo.client import ask
from tools.ingest.yahoo.pace import Undelivered
from tools.ingest.yahoo.part import Part
from tools.lake.tables import NEWS, conform

COUNT = 100


def fetch_news(ticker: yfinance.Ticker, symbol: str, request: Request) -> Part:
    """Return the latest headlines, at most 100, that fall between `start` and `end`. Raises Undelivered."""
    articles = ask(lambda: ticker.get_news(count=COUNT))
    table = ask(lambda: _table(symbol, articles))
    if table.empty:
        raise Undelivered(Missing("range", "Yahoo has no headlines on it now"))
    days = table["ts"].dt.date
    inside = table[(days >= (request.start or days.min())) & (days <= (request.end or days.max()))]
    if inside.empty:
        held = f"Yahoo hands out the latest headlines only, now those of {days.min()} to {days.max()}"
        raise Undelivered(Missing("range", held))
    return Part({"news": inside})


def _table(symbol: str, articles: list[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows of `articles`, each once. Raises LookupError, TypeError or ValueError for another shape."""
    rows = [_row(article.get("id"), article["content"]) for article in articles]
    table = pd.DataFrame(rows, columns=["id", "title", "publisher", "url", "summary", "ts"]).drop_duplicates("id")
    table["ts"] = pd.to_datetime(table["ts"], utc=True).dt.tz_localize(None)
    return conform(table.assign(symbol=symbol, source=NAME).sort_values("ts"), NEWS)


def _row(identity: str | None, content: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    link = content.get("canonicalUrl") or content.get("clickThroughUrl") or {}
    publisher = content.get("provider") or {}
    return (
        str(identity or content["id"]),
        str(content["title"]),
        str(publisher.get("displayName") or ""),
        str(link.get("url") or ""),
        str(content.get("summary") or ""),
        str(content["pubDate"]),
    )
