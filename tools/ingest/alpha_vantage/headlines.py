"""News: the feed of NEWS_SENTIMENT as rows of `news`. The vendor has no id for an article, so its address is one.

The sentiment scores are not kept: they are the vendor's opinion, and change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from tools.ingest.alpha_vantage.answer import Answer, Fault, Refused
from tools.ingest.alpha_vantage.series import NAME
from tools.lake.tables import NEWS, conform, empty

MOST = 1000
"""The largest number of articles that one call returns."""


def news_parameters(ticker: str, start: date | None, end: date | None) -> dict[str, str]:
    """Return the parameters of a call for the latest articles of a range, both days included."""
    asked = {"function": "NEWS_SENTIMENT", "tickers": ticker, "sort": "LATEST", "limit": str(MOST)}
    if start is not None:
        asked["time_from"] = f"{start:%Y%m%d}T0000"
    if end is not None:
        asked["time_to"] = f"{end:%Y%m%d}T2359"
    return asked


def read_news(answer: Answer, symbol: str) -> pd.DataFrame:
    """Return the articles of a feed; times are UTC. Raises Refused for an answer without one."""
    feed = answer.get("feed")
    if not isinstance(feed, list) or not all(isinstance(each, Mapping) for each in feed):
        raise Refused(Fault.BROKEN, "its answer has no feed")
    if not feed:
        return empty(NEWS)
    stamps = [str(each.get("time_published", "")) for each in feed]
    columns = {
        "symbol": [symbol] * len(feed),
        "ts": pd.to_datetime(pd.Series(stamps), format="%Y%m%dT%H%M%S", errors="coerce"),
        "id": [str(each.get("url", "")) for each in feed],
        "title": [str(each.get("title", "")) for each in feed],
        "publisher": [str(each.get("source", "")) for each in feed],
        "url": [str(each.get("url", "")) for each in feed],
        "summary": [str(each.get("summary", "")) for each in feed],
        "source": [NAME] * len(feed),
    }
    return conform(pd.DataFrame(columns), NEWS).drop_duplicates("id", ignore_index=True)
