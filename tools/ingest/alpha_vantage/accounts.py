"""Fundamentals: the overview of a company and its statements, as rows of period, metric and value.

`ts` is the end of the period; for the overview, whose figures are current ones, the day it was asked. Figures that
are not numbers are left out; the texts of the overview make a row of `listings`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from tools.ingest.alpha_vantage.answer import Answer, Fault, Refused
from tools.ingest.alpha_vantage.series import NAME
from tools.lake.tables import FUNDAMENTALS, LISTINGS, conform, empty

STATEMENTS = ("INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW")
PERIODS = {"annualReports": "annual", "quarterlyReports": "quarterly"}
NOT_FIGURES = frozenset({"fiscal_date_ending", "reported_currency", "cik", "latest_quarter", "fiscal_year_end"})
TYPES = {"Common Stock": "equity", "ETF": "etf"}
REPEATED = {"CASH_FLOW": frozenset({"net_income"})}
"""Figures that an earlier statement has under the same name: one row for each, from the first."""


def read_overview(answer: Answer, symbol: str, today: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the current figures and the listing of OVERVIEW. Raises Refused where the symbol is unknown ({})."""
    if not answer.get("Symbol"):
        raise Refused(Fault.UNKNOWN, "Alpha Vantage does not know it")
    currency = str(answer.get("Currency", ""))
    rows = _rows(answer, symbol, pd.Timestamp(today), "current", currency)
    listing = {
        "symbol": symbol,
        "name": str(answer.get("Name", "")),
        "exchange": str(answer.get("Exchange", "")),
        "timezone": "",
        "currency": currency,
        "type": TYPES.get(str(answer.get("AssetType", "")), "other"),
        "source": NAME,
    }
    return _frame(rows), conform(pd.DataFrame([listing]), LISTINGS)


def read_statement(answer: Answer, symbol: str, statement: str) -> pd.DataFrame:
    """Return the figures of one statement, annual and quarterly. Raises Refused for an answer of another form."""
    rows: list[dict[str, Any]] = []
    for name, period in PERIODS.items():
        reports = answer.get(name, [])
        if not isinstance(reports, list) or not all(isinstance(each, Mapping) for each in reports):
            raise Refused(Fault.BROKEN, "its answer has an unknown form")
        for report in reports:
            ts = pd.to_datetime(str(report.get("fiscalDateEnding", "")), format="%Y-%m-%d", errors="coerce")
            rows += _rows(report, symbol, ts, period, str(report.get("reportedCurrency", "")))
    return _frame([row for row in rows if row["metric"] not in REPEATED.get(statement, ())])


def _rows(
    figures: Mapping[str, Any], symbol: str, ts: pd.Timestamp, period: str, currency: str
) -> list[dict[str, Any]]:
    rows = []
    for name, text in figures.items():
        metric, value = snake(name), number(text)
        if value is not None and metric not in NOT_FIGURES:
            row = {"symbol": symbol, "ts": ts, "period": period, "metric": metric, "value": value}
            rows.append(row | {"currency": currency, "source": NAME})
    return rows


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), FUNDAMENTALS) if rows else empty(FUNDAMENTALS)


def number(text: object) -> float | None:
    """Return a finite number written as text; None for "None", "-", dates and words."""
    if not isinstance(text, str) or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text.strip()):
        return None
    return float(text)


def snake(name: str) -> str:
    """Return "totalRevenue" as total_revenue, "PERatio" as pe_ratio, "52WeekHigh" as 52_week_high."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
