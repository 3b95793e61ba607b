"""The last query with something else in it: "same for MSFT", "the minimum", "only 3 rows", "since 2012 instead".

Only queries over one view, without a second SELECT, are changed where a part has to be added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from copilot.planner.evidence import Evidence, period_of
from tools.ingest.universe import aliases

_ROWS = re.compile(
    r"\b(?P<n>[0-9]{1,6}) (?:rows|lines|results|entries)\b|\b(?:limit|top)(?: of| to|:)? (?P<top>[0-9]{1,6})\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\blimit\s+[0-9]+", re.IGNORECASE)
_LITERAL = re.compile(r"'(?P<name>[A-Z^][A-Z0-9.^=-]*)'")
_FUNCTIONS = {
    "max": "max", "maximum": "max", "highest": "max", "largest": "max", "min": "min", "minimum": "min",
    "lowest": "min", "smallest": "min", "avg": "avg", "average": "avg", "mean": "avg", "sum": "sum", "total": "sum",
    "median": "median", "count": "count",
}  # fmt: skip
_FUNCTION = re.compile(rf"\b(?P<name>{'|'.join(_FUNCTIONS)})\b", re.IGNORECASE)
_CALLED = re.compile(r"\b(?P<name>max|min|avg|sum|median|count)(?=\s*\((?!\s*\*))", re.IGNORECASE)
_ORDER = re.compile(r"\border by [a-z_]+(?:\([a-z_*]*\))?(?: (?:desc|asc))?(?![\w(])", re.IGNORECASE)
_SINCE = re.compile(r"(?P<before>>=?\s*(?:date\s*)?)'[0-9]{4}-[0-9]{2}-[0-9]{2}'", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(?:lake\.|main\.)?bars\b(?!\s*(?:,|\bjoin\b|\bas\b))", re.IGNORECASE)
_NESTED = re.compile(r"\bselect\b.*\bselect\b|\bjoin\b|\bwith\b", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)


def query_varied(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the query about another symbol, from another day on, with so many rows or another function."""
    sql, text = str(args["sql"]), evidence.text
    if evidence.symbols:
        found = _of_symbol(sql, evidence.symbols)
    else:
        found = _ordered(sql, text) or _since(sql, evidence) or _limited(sql, text) or _function(sql, text)
    return {"sql": found} if found else None


def _of_symbol(sql: str, names: list[str]) -> str | None:
    """Return the query about one other symbol, in the place of its only one or in a condition of its own."""
    ticker = aliases().get(names[0].lower(), (names[0].upper().replace("'", "''"),))
    if len(names) != 1 or len(ticker) != 1:
        return None
    if len(set(_LITERAL.findall(sql))) == 1:
        return _LITERAL.sub(f"'{ticker[0]}'", sql)
    if _LITERAL.search(sql) or _WHERE.search(sql) or _NESTED.search(sql):
        return None
    return _FROM.sub(lambda match: f"{match[0]} where symbol = '{ticker[0]}'", sql) if _FROM.search(sql) else None


def _since(sql: str, evidence: Evidence) -> str | None:
    """Return the query from another day on, where it begins at one."""
    start, end = period_of(evidence.of("period"))
    others = {each.kind for each in evidence.mentions} - {"period"}
    if start is None or end is not None or others or len(_SINCE.findall(sql)) != 1:
        return None
    return _SINCE.sub(rf"\g<before>'{start.isoformat()}'", sql)


def _ordered(sql: str, text: str) -> str | None:
    """Return the query in the order that is said in SQL: "add order by symbol"."""
    order = _ORDER.search(text)
    if order is None or _NESTED.search(sql):
        return None
    plain = re.sub(r"\s+order by\s+[^;]+?(?=\s+limit\b|\s*;?\s*$)", "", sql, flags=re.IGNORECASE)
    limit = _LIMIT.search(plain)
    body = plain[: limit.start()] if limit else plain
    return " ".join([body.rstrip("; \n"), order[0].lower(), *([limit[0]] if limit else [])])


def _limited(sql: str, text: str) -> str | None:
    """Return the query with another number of rows, or with one where it had none."""
    rows = _ROWS.search(text)
    if rows is None:
        return None
    limit = f"limit {rows['n'] or rows['top']}"
    if _LIMIT.search(sql):
        return _LIMIT.sub(limit, sql)
    return None if _NESTED.search(sql) else f"{sql.rstrip(' ;')} {limit}"


def _function(sql: str, text: str) -> str | None:
    """Return the query with another function in the place of its only one."""
    said = [_FUNCTIONS[each.lower()] for each in _FUNCTION.findall(text)]
    called = {each.lower() for each in _CALLED.findall(sql)}
    new = [each for each in said if each not in called]
    if len(called) != 1 or len(new) != 1:
        return None
    return re.sub(rf"\b{called.pop()}(?=_)", new[0], _CALLED.sub(new[0], sql))  # its alias too: max_close
