"""Answers with a time series, as bars, splits and dividends.

The prices are those traded; the vendor's adjusted close is not used. Intraday stamps are in the zone that the
answer names, US/Eastern for stocks, and are the start of the bar; stamps in the hour that occurs twice or never
when clocks change are left without a time, for the checks. Currencies have no volume, which is 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tools.ingest.alpha_vantage.answer import DETAILS, Answer, Fault, Refused
from tools.ingest.source import Interval
from tools.lake.tables import ACTIONS, BARS, conform, empty

NAME = "alpha_vantage"
FIELDS = ("open", "high", "low", "close", "volume")
ZONES = {"US/Eastern": "America/New_York", "GMT": "UTC"}
DEFAULT_ZONE = "US/Eastern"
BROKEN = "its answer has an unknown form"


def read_bars(answer: Answer, symbol: str, interval: Interval) -> pd.DataFrame:
    """Return the bars of a series answer, in the columns of the table. Raises Refused where it holds no series."""
    table = _table(answer)
    if table.empty:
        return empty(BARS)
    ts = _stamps(table, answer, interval)
    columns = {name: _numbers(table, name) for name in FIELDS}
    if "volume" not in table:
        columns["volume"] = pd.Series(0.0, index=table.index)
    bars = pd.DataFrame({"symbol": symbol, "interval": interval, "ts": ts, **columns, "source": NAME})
    return conform(bars.sort_values("ts", kind="stable"), BARS)


def read_adjusted_actions(answer: Answer, symbol: str) -> pd.DataFrame:
    """Return the splits and dividends that stand in the rows of TIME_SERIES_DAILY_ADJUSTED."""
    table = _table(answer)
    if table.empty:
        return empty(ACTIONS)
    ts = _stamps(table, answer, "1d")
    parts = []
    for column, kind, nothing in (("dividend amount", "dividend", 0.0), ("split coefficient", "split", 1.0)):
        value = _numbers(table, column)
        at = value.notna() & (value != nothing)
        parts.append(
            pd.DataFrame({"symbol": symbol, "ts": ts[at], "kind": kind, "value": value[at], "source": NAME})
        )
    return conform(pd.concat(parts, ignore_index=True).sort_values("ts", kind="stable"), ACTIONS)


def read_actions(answer: Answer, symbol: str, kind: str) -> pd.DataFrame:
    """Return the splits or dividends of the endpoints SPLITS and DIVIDENDS. Raises Refused for another answer."""
    date, value = ("effective_date", "split_factor") if kind == "split" else ("ex_dividend_date", "amount")
    rows = answer.get("data")
    if not isinstance(rows, list):
        raise Refused(Fault.BROKEN, f"its answer has no {kind}s")
    if not rows:
        return empty(ACTIONS)
    table = pd.DataFrame(rows, columns=[date, value])
    ts = pd.to_datetime(table[date], format="%Y-%m-%d", errors="coerce")
    values = pd.to_numeric(table[value], errors="coerce")
    return conform(
        pd.DataFrame({"symbol": symbol, "ts": ts, "kind": kind, "value": values, "source": NAME}), ACTIONS
    )


def _table(answer: Answer) -> pd.DataFrame:
    """Return the series, one row a stamp, columns without their numbers ("4. close" is close)."""
    series = next((value for name, value in answer.items() if name.startswith("Time Series")), None)
    if series is None:
        raise Refused(Fault.BROKEN, BROKEN) if answer else Refused(Fault.UNKNOWN, DETAILS[Fault.UNKNOWN])
    if not isinstance(series, Mapping) or not all(isinstance(row, Mapping) for row in series.values()):
        raise Refused(Fault.BROKEN, BROKEN)
    table = pd.DataFrame.from_dict(dict(series), orient="index", dtype="object")
    return table.rename(columns=_plain)


def _plain(column: object) -> str:
    """Return "4. close" and "4a. close (USD)" as close."""
    return str(column).partition(". ")[2].partition(" (")[0]


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(float("nan"), index=table.index)
    return pd.to_numeric(table[column], errors="coerce").astype("float64")


def _stamps(table: pd.DataFrame, answer: Answer, interval: Interval) -> pd.Series:
    """Return the times of the rows: midnight of the session, or UTC of intraday stamps."""
    ts = pd.Series(pd.to_datetime(table.index, format="ISO8601", errors="coerce"), index=table.index)
    if interval == "1d":
        return ts.dt.normalize()
    facts = answer.get("Meta Data", {})
    named = next((str(text) for name, text in facts.items() if "Time Zone" in str(name)), DEFAULT_ZONE)
    local = ts.dt.tz_localize(ZONES.get(named, named), ambiguous="NaT", nonexistent="NaT")
    return local.dt.tz_convert("UTC").dt.tz_localize(None)
