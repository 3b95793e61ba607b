"""Questions about stored numbers, answered by one SELECT from a short list of safe forms.

A question that fits a form becomes its SQL: the price of a day, an average, highest, lowest or sum over a period,
a count of bars, the first and last day, the correlation of two symbols' daily returns. One that only resembles them
is asked back. Prices are as stored, not adjusted, and each source is a row of its own; returns
allow for splits, not for dividends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.planner.evidence import Evidence, period_of

_COLUMNS = (
    ("volume", r"volumes?|(?:shares|stock) (?:were )?traded"),
    ("open", r"opens?|opened|opening(?: price)?"),
    ("high", r"highs|(?:daily|day's|intraday) high|high(?= price| of the day)|(?:the|its|'s) high(?= |$|\?)"),
    ("low", r"lows?(?= price| of|$|\?| on| in| between)|(?:daily|day's|intraday) low"),
    ("close", r"clos(?:e|es|ed|ing)(?: price)?|prices?|worth|cost|trad(?:e|ing) at|quotes?"),
)  # fmt: skip
_MEASURES = (
    ("avg", r"averages?|avg|mean"),
    ("max", r"max(?:imum)?|highest|peak|top(?= close| price| volume)"),
    ("min", r"min(?:imum)?|lowest|bottom(?= close| price)"),
    ("sum", r"total|sum"),
)  # fmt: skip
_ASKS = re.compile(
    r"^\W*(?:(?:please |and |so |now |can you |could you |tell me |show me |give me |find |get me |i want "
    r"|i need )*"
    r"(?:what|what's|whats|which|when|where|how|at what|on what|on which|on how|the|close|closing|open|opening"
    r"|high|highest"
    r"|low|lowest|average|avg|mean|max|min|maximum|minimum|total|volume|correlation|corr|price|first|last|count"
    r"|number|median|biggest|largest|daily|by how)\b|\w+(?:'s)? (?:close|closing|open|opening|high|low|volume"
    r"|price)\b)",
    re.IGNORECASE,
)
_OTHER_BUSINESS = re.compile(
    r"\b(?:test|predict\w*|forecast\w*|backtest\w*|load|download|fetch|ingest|import|hold|train|experiments?|runs?"
    r"|strateg\w+|sharpe|knew|known?|as of|believe[d]?|snapshots?|gaps?|splits?|dividends?|changed|reports?|invest"
    r"|trade|buy|sell|ticket|source|sources|hourly|minute|tickets?|features?|missing|momentum|news|earnings)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:how many|number of|count(?: of)?(?: the)?) (?:daily |trading )?(?:bars|rows|sessions"
    r"|candles|days)\b",
                    re.IGNORECASE)  # fmt: skip
_HELD = re.compile(r"\b(?:have|hold|stored|loaded|there|got|disk|lake|own|store)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\b(?:when (?:does|do|did) .*\b(?:begin|start|end|stop)s?|(?:first|last|earliest) (?:date|day|bar"
    r"|session)s? (?:of|for|in))\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"\bcorrelat\w*|\bcorr\b", re.IGNORECASE)
_RESEMBLES = re.compile(
    r"\b(?:how many (?:days|times|weeks|months|years)|(?:on )?(?:which|what) (?:day|date|week|month|year)"
    r"|median|percentiles?"
    r"|(?:biggest|largest|greatest|worst|best|smallest) (?:\w+ )?(?:drop|gain|rise|fall|move|loss|jump|day)s?"
    r"|variance|how (?:much|far|often) (?:did|has|have|does) .*\b(?:rise|rose|fall|fell|drop|gain|lose|grow|move"
    r"|return)\w*|covariance|more volatile|what (?:is|was|were) (?:the )?(?:\w+ )?(?:volatility|returns?"
    r"|drawdown|atr|rsi)|what did .*\b(?:return|gain|lose|make)|all[- ]time (?:high|low)"
    r"|standard deviation of (?:the )?(?:close|returns|volume)|per (?:year|month|week))\b",
    re.IGNORECASE,
)
PAIR = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A question about stored numbers: its SQL, or None where it fits no form."""

    sql: str | None


def data_question(evidence: Evidence, known: Collection[str]) -> Question | None:
    """Return the question in a request, None where it is about something else.

    Args:
        evidence: the request.
        known: the symbols of the lake, beside those of the tables.

    Raises:
        BadRequest: a symbol is unknown; the hint names the nearest.
    """
    text = _plain(evidence)
    other = {"money", "path", "source", "experiment", "winner", "interval", "feature", "horizon"}
    kinds = {mention.kind for mention in evidence.mentions}
    if not evidence.symbols or kinds & (other - _allowed(text)) or _OTHER_BUSINESS.search(text):
        return None
    if _TOGETHER.search(text):
        symbols = _resolved(evidence.symbols, known)
        return Question(_correlation(symbols, evidence) if len(symbols) == PAIR else None)
    if not _ASKS.search(evidence.text):
        return None
    return _about_one(text, evidence, known)


def _allowed(text: str) -> set[str]:
    """Kinds of mention that are words of such questions too: "high volume", "daily"."""
    return {"feature", "horizon"} if _TOGETHER.search(text) or _RESEMBLES.search(text) else {"horizon"}


def _about_one(text: str, evidence: Evidence, known: Collection[str]) -> Question | None:
    start, end = period_of(evidence.of("period"))
    column = next(
        (name for name, pattern in _COLUMNS if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE)), None
    )
    measure = next(
        (name for name, pattern in _MEASURES if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE)), None
    )
    if _RESEMBLES.search(text):
        return Question(None)
    if _COUNT.search(text):
        select = None if _HELD.search(text) else "count(*) AS bars"
    elif _SPAN.search(text):
        select, start, end = "min(ts::DATE) AS first_day, max(ts::DATE) AS last_day", None, None
    elif measure and column:
        select = f"{measure}({column}) AS {measure}_{column}"
    elif column and start is not None and start == end:
        symbol = _resolved(evidence.symbols, known)
        return Question(_of_a_day(symbol[0], column, start) if len(symbol) == 1 else None)
    else:
        return None
    if select is None:
        return None
    symbols = _resolved(evidence.symbols, known)
    return Question(_of_a_period(symbols[0], select, start, end) if len(symbols) == 1 else None)


def _resolved(names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    from tools.ingest.universe import resolve

    return resolve(names, extra=known)


def _of_a_day(symbol: str, column: str, day: date) -> str:
    return (
        f"SELECT source, ts::DATE AS day, {column} FROM bars WHERE symbol = {_literal(symbol)} AND interval = '1d'"  # noqa: S608
        f" AND ts::DATE = DATE '{day}' ORDER BY source"
    )


def _of_a_period(symbol: str, select: str, start: date | None, end: date | None) -> str:
    return (
        f"SELECT source, {select} FROM bars WHERE symbol = {_literal(symbol)} AND interval = '1d'"  # noqa: S608
        f"{_within('ts', start, end)} GROUP BY source ORDER BY source"
    )


def _correlation(symbols: Sequence[str], evidence: Evidence) -> str:
    """Return the correlation of daily close-to-close returns; a split multiplies the close of its ex-date."""
    one, other = map(_literal, symbols)
    start, end = period_of(evidence.of("period"))
    return (
        "WITH daily AS (SELECT b.source, b.symbol, b.ts, b.close * coalesce(s.value, 1)"  # noqa: S608
        " / lag(b.close) OVER (PARTITION BY b.source, b.symbol ORDER BY b.ts) - 1 AS change FROM bars b"
        " LEFT JOIN actions s ON s.symbol = b.symbol AND s.source = b.source AND s.kind = 'split'"
        f" AND s.ts::DATE = b.ts::DATE WHERE b.interval = '1d' AND b.symbol IN ({one}, {other}))"
        " SELECT x.source, corr(x.change, y.change) AS correlation, count(x.change) AS days FROM daily x"
        f" JOIN daily y ON x.source = y.source AND x.ts = y.ts WHERE x.symbol = {one} AND y.symbol = {other}"
        f"{_within('x.ts', start, end)} GROUP BY x.source ORDER BY x.source"
    )


def _within(column: str, start: date | None, end: date | None) -> str:
    since = f" AND {column}::DATE >= DATE '{start}'" if start else ""
    return since + (f" AND {column}::DATE <= DATE '{end}'" if end else "")


def _literal(symbol: str) -> str:
    return "'" + symbol.replace("'", "''") + "'"


def _plain(evidence: Evidence) -> str:
    """Return the request with its symbols and periods blanked, so that no name is taken for a word."""
    text = evidence.text
    for mention in evidence.mentions:
        if mention.kind in ("symbol", "period"):
            text = text[: mention.start] + "_" * (mention.end - mention.start) + text[mention.end :]
    return text
