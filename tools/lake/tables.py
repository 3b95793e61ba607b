"""The tables of the lake and the contract of their columns.

Values are kept as the vendor gave them: raw prices in the currency of the listing, raw volume, split ratios and
cash amounts a share. Adjusted prices are never stored; `tools.lake.adjust` derives them on read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

TEXT, TIME, NUMBER = "VARCHAR", "TIMESTAMP", "DOUBLE"

BARS: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "interval": TEXT,
        "ts": TIME,
        "open": NUMBER,
        "high": NUMBER,
        "low": NUMBER,
        "close": NUMBER,
        "volume": NUMBER,
        "source": TEXT,
    }
)
"""One row a bar. `ts` is the start of the bar in UTC, without a zone; midnight of the session for daily bars.

Where a vendor gives closes only, open, high, low and volume are null, all four.
"""

BAR_KEY = ("symbol", "interval", "ts", "source")

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "ts": TIME,
        "kind": TEXT,
        "value": NUMBER,
        "source": TEXT,
    }
)
"""One row a corporate action, at its ex-date. "split": `value` new shares for one old; "dividend": cash a share."""

ACTION_KEY = ("symbol", "ts", "kind", "source")

KINDS = ("split", "dividend")

NEWS: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "ts": TIME,
        "id": TEXT,
        "title": TEXT,
        "publisher": TEXT,
        "url": TEXT,
        "summary": TEXT,
        "source": TEXT,
    }
)
"""One row a headline and symbol; `ts` is when it was published, `id` the vendor's own. The text is untrusted."""

NEWS_KEY = ("symbol", "id", "source")

FUNDAMENTALS: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "ts": TIME,
        "period": TEXT,
        "metric": TEXT,
        "value": NUMBER,
        "currency": TEXT,
        "source": TEXT,
    }
)
"""One row a figure: `ts` is the end of the period it describes, NOT when it became known; that is the snapshot.

`period` is "annual", "quarterly" or "current"; `metric` is in snake case, as `total_revenue`.
"""

FUNDAMENTAL_KEY = ("symbol", "ts", "period", "metric", "source")

LISTINGS: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "name": TEXT,
        "exchange": TEXT,
        "timezone": TEXT,
        "currency": TEXT,
        "type": TEXT,
        "source": TEXT,
    }
)
"""One row a symbol and source: what the vendor says it is. `type`: equity, etf, index, currency, crypto, other."""

LISTING_KEY = ("symbol", "source")

QUARANTINE: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "table_name": TEXT,
        "interval": TEXT,
        "ts": TIME,
        "reason": TEXT,
        "row_json": TEXT,
        "source": TEXT,
    }
)
"""One row a vendor row that failed a check: the whole row as JSON, and the reason it is not in its table."""

QUARANTINE_KEY = ("symbol", "table_name", "row_json", "reason", "source")


FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "symbol": TEXT,
        "kind": TEXT,
        "spec": TEXT,
        "spec_sha256": TEXT,
        "file_sha256": TEXT,
        "evidence": TEXT,
        "source": TEXT,
    }
)
"""One row a generated feature. `symbol` is its name; `evidence` is JSON: the proof that it does not look ahead."""

FEATURE_KEY = ("symbol", "source")


class Table(NamedTuple):
    """A table of the lake: its columns with their types, and those that identify a row."""

    columns: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def restatable(self) -> tuple[str, ...]:
        """The columns that a restatement may change."""
        return tuple(name for name in self.columns if name not in self.key)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "bars": Table(BARS, BAR_KEY),
        "actions": Table(ACTIONS, ACTION_KEY),
        "news": Table(NEWS, NEWS_KEY),
        "fundamentals": Table(FUNDAMENTALS, FUNDAMENTAL_KEY),
        "listings": Table(LISTINGS, LISTING_KEY),
        "quarantine": Table(QUARANTINE, QUARANTINE_KEY),
        "features": Table(FEATURES, FEATURE_KEY),
    }
)


def ddl(name: str) -> tuple[str, ...]:
    """Return the statements that make the table `name`; the columns of its key may not be null."""
    columns, key = TABLES[name]
    defined = ", ".join(f"{each} {kind}{' NOT NULL' if each in key else ''}" for each, kind in columns.items())
    made = f"CREATE TABLE IF NOT EXISTS lake.{name} ({defined})"
    if name != "bars":
        return (made,)
    return made, "ALTER TABLE lake.bars SET PARTITIONED BY (symbol, interval)"


def conform(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return `frame` with exactly `columns`, in order and in their types; other columns are dropped.

    Raises ValueError naming the columns that are missing or cannot be converted, and where `ts` carries a zone.
    """
    if _conforms(frame, columns):
        return frame.reset_index(drop=True)
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"missing columns: {', '.join(missing)}")
    return pd.DataFrame({name: _cast(frame[name], kind) for name, kind in columns.items()}).reset_index(drop=True)


def _conforms(frame: pd.DataFrame, columns: Mapping[str, str]) -> bool:
    """Return whether `frame` has these columns in these types already: then nothing has to be copied."""
    types = {TEXT: "str", TIME: "datetime64[us]", NUMBER: "float64"}
    return list(frame.columns) == list(columns) and all(
        str(kind) == types[columns[str(name)]] for name, kind in frame.dtypes.items()
    )


def _cast(values: pd.Series, kind: str) -> pd.Series:
    try:
        if kind == TIME:
            return pd.to_datetime(values).astype("datetime64[us]")
        return values.astype("float64" if kind == NUMBER else "str")
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {values.name}: {error}") from error


def empty(columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame of `columns` without rows."""
    return conform(pd.DataFrame({name: [] for name in columns}), columns)
