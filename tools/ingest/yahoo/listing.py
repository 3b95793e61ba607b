"""What Yahoo says a symbol is: one row from the metadata that come with its bars."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from tools.ingest.yahoo import NAME
from tools.lake.tables import LISTINGS, conform

TYPES = MappingProxyType(
    {"EQUITY": "equity", "ETF": "etf", "INDEX": "index", "CURRENCY": "currency", "CRYPTOCURRENCY": "crypto"}
)


def listing(symbol: str, metadata: Mapping[str, Any]) -> pd.DataFrame:
    """Return the row of `symbol`; a field Yahoo leaves out is empty text. London's pence are the currency GBp."""

    def first(*names: str) -> str:
        return next((str(metadata[name]) for name in names if metadata.get(name)), "")

    row = {
        "symbol": symbol,
        "name": first("longName", "shortName"),
        "exchange": first("fullExchangeName", "exchangeName"),
        "timezone": first("exchangeTimezoneName"),
        "currency": first("currency"),
        "type": TYPES.get(first("instrumentType"), "other"),
        "source": NAME,
    }
    return conform(pd.DataFrame([row]), LISTINGS)
