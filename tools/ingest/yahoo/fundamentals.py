"""Fundamental figures of one symbol: annual and quarterly statements, and a few current ones.

Yahoo serves about four years and five quarters, as restated up to now: figures as they are known today, never as
first reported. `ts` is the end of the period; when a figure became known is the lake's snapshot, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import yfinance
from yfinance.exceptions import YFException

from tools.ingest.source import Missing, Request
from tools.ingest.yahoo import NAME
from tools.ingest.yahoo.client import ask
from tools.ingest.yahoo.pace import Undelivered
from tools.ingest.yahoo.part import Part
from tools.lake.tables import FUNDAMENTALS, conform

Figure = tuple[Any, str, str, float, str]
"""End of the period, kind of period, metric, value, currency."""

PERIODS = (("annual", "yearly"), ("quarterly", "quarterly"))

CURRENT: Mapping[str, str] = MappingProxyType(
    {
        "marketCap": "currency", "bookValue": "currency", "enterpriseValue": "financialCurrency",
        "trailingPE": "", "forwardPE": "", "priceToBook": "", "dividendYield": "", "payoutRatio": "", "beta": "",
        "profitMargins": "", "returnOnEquity": "", "debtToEquity": "", "sharesOutstanding": "", "floatShares": "",
    }
)  # fmt: skip
"""Current figures by Yahoo's name, with the field that holds their currency; ratios and counts have none."""


def fetch_fundamentals(ticker: yfinance.Ticker, symbol: str, request: Request, now: datetime) -> Part:
    """Return statements with a period end between `start` and `end`, and today's figures. Raises Undelivered."""
    about = ask(ticker.get_info)
    currency = str(about.get("financialCurrency") or about.get("currency") or "")
    rows = [*_statements(ticker, currency), *_current(about, now)]
    table = pd.DataFrame(rows, columns=["ts", "period", "metric", "value", "currency"])
    table = conform(table.assign(symbol=symbol, source=NAME), FUNDAMENTALS)
    if table.empty:
        raise Undelivered(Missing("symbol", "Yahoo has no fundamental figures on it"))
    days = table["ts"].dt.date
    inside = table[(days >= (request.start or days.min())) & (days <= (request.end or days.max()))]
    if inside.empty:
        raise Undelivered(Missing("range", f"Yahoo has figures of {days.min()} to {days.max()}"))
    return Part({"fundamentals": inside.reset_index(drop=True)})


def snake(name: str) -> str:
    """Return `name` in snake case: TotalRevenue is total_revenue, NetPPE net_ppe, trailingPE trailing_pe."""
    parts = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", parts).lower()


def _statements(ticker: yfinance.Ticker, currency: str) -> list[Figure]:
    statements = (ticker.get_income_stmt, ticker.get_balance_sheet, ticker.get_cash_flow)
    rows: list[Figure] = []
    for period, words in PERIODS:
        for statement in statements:
            table = ask(partial(_or_none, statement, words))
            for metric, values in table.iterrows():
                given = [(end, float(value)) for end, value in values.items() if np.isfinite(value)]
                rows.extend((end, period, snake(str(metric)), value, currency) for end, value in given)
    return rows


def _or_none(statement: Callable[..., pd.DataFrame], words: str) -> pd.DataFrame:
    """Return the statement; a frame without rows where Yahoo has none, which the client takes for an error."""
    try:
        return statement(freq=words)
    except YFException:
        return pd.DataFrame()


def _current(about: Mapping[str, Any], now: datetime) -> list[Figure]:
    today = pd.Timestamp(now.date())
    return [
        (today, "current", snake(name), float(about[name]), str(about.get(unit) or "") if unit else "")
        for name, unit in CURRENT.items()
        if isinstance(about.get(name), int | float) and np.isfinite(about[name])
    ]
