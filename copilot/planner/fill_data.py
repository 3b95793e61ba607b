"""Candidates of the tools about data: loading it, listing it, looking at it, SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import cast

from copilot.messages import LiveState
from copilot.planner.candidates import Candidates, first, one, period
from copilot.planner.evidence import Evidence
from copilot.planner.paths import symbol_in
from copilot.planner.points import read_point
from copilot.planner.vocabulary import load_plan_file

_TRIALS = (
    r"\b(?:trials?|hypothes[ei]s|tried|did (?:i|we) (?:already |ever )?try)\b"
    r"|\b(?:times|often|attempts)\b(?=.*\b(?:test|ran|run|backtest)\w*)"
)
_KINDS = (
    ("tickets", r"\b(?:tickets?|proposals?|decisions?)\b"),
    ("snapshots", r"\b(?:snapshots?|versions?|vintages?|(?:earlier|past|old|previous|saved) (?:states?|copies))\b"),
    ("models", r"\bmodels?\b"),
    ("features", r"\b(?:features?|indicators?|signals?|predictors?|factors?)\b"),
    ("trials", _TRIALS),
    ("experiments", r"\b(?:experiments?|runs?|ran|backtests?|tests?|studies)\b"),
    ("data", r"\b(?:data|datasets?|symbols?|tickers?|bars?|prices?|stocks?|lake|rows?)\b"),
)  # fmt: skip
_COUNTED = re.compile(  # the summary counts them
    r"\b(?:how many|(?:number|count|amount) of) (?:\w+ ){0,2}(?:bars|rows|candles|prices|quotes)\b", re.IGNORECASE
)
_SAMPLE = re.compile(
    r"\b(?:sample (?:data|prices|bars|set|stocks|market|source|universe)"
    r"|(?:the|from|load|ingest|import|get|use) sample|embedded|built[- ]?in|bundled|shipped)\b",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\b(?:csv|parquet|spreadsheet|excel|xlsx)\b(?! (?:export|format))"
    r"|\b(?:from|load|import|read|ingest|add) (?:an? |my |the |this |that |our )?(?:own |local )?files?\b",
    re.IGNORECASE,
)
_DAILY = re.compile(r"\b(?:daily|1d|end[- ]of[- ]day|eod)\b", re.IGNORECASE)
_AS_OF = re.compile(
    r"\b(?:as of|as at|as per|know|knew|known|believed?|thought|look(?:ed)?|stood|state|back (?:on|in|then)|vintage"
    r"|point in time|at the time)\b",
    re.IGNORECASE,
)
_BARS = re.compile(r"\b(?:(?:price )?bars|prices|price history|quotes|candles)\b", re.IGNORECASE)
_INSTEAD_OF = re.compile(
    r"\b(?:rather than|instead of|in place of|and not|but not|not) (?:the |its |their |any )?", re.IGNORECASE
)
_SAME_FOLDER = re.compile(r"\bsame (?:folder|directory|dir|place|path|location)\b", re.IGNORECASE)
_NAMED_AS = re.compile(
    r"\b(?:as|under|call(?:ed)?|named?|into|symbol|ticker)(?: (?:it|them|the|name|symbol|ticker|is))*:? "
    r"(?P<name>\w[\w.^=-]*)\b",
    re.IGNORECASE,
)
_PRESENT_ONLY = ("gaps", "sources", "quarantine")  # views without an `as_of`


def ingest(evidence: Evidence, _state: LiveState) -> Candidates:
    """Return what to load. A file needs a symbol to be stored under; its name serves where it is a ticker."""
    paths = [mention.value for mention in evidence.of("path")]
    symbols = evidence.symbols
    source = first(evidence, "source")
    if paths:  # a path without a source is a file
        source = []
        named = {match["name"].lower() for match in _NAMED_AS.finditer(evidence.text)}
        one_of = [name for name in symbols if name.lower() in named]  # "General Motors ... under ticker GM"
        symbols = one_of or symbols or _stored_as(evidence, paths[0])
    elif not source and _SAMPLE.search(evidence.text):
        source = ["sample"]
    kind = topic(evidence)
    return {
        "symbols": one(symbols),
        "kind": one(kind),
        "interval": [] if kind else _interval(evidence),
        **period(evidence),
        "source": source,
        "path": paths[:1],
        "timezone": first(evidence, "timezone"),
    }


def lacks_path(evidence: Evidence) -> bool:
    """Tell whether a file is to be loaded of which nobody said where it is."""
    return not evidence.of("path") and _FILE.search(_plain(evidence)) is not None


def inventory(evidence: Evidence, _state: LiveState) -> Candidates:
    """Return the shelf to list."""
    named = _spotted(_KINDS, evidence.text)
    # "data" beside another noun is filler: "the data versions", "which runs used my data".
    return {"kind": one(min(named, key=lambda each: each[1] == "data")[1] if named else None)}


def query(evidence: Evidence, _state: LiveState) -> Candidates:
    """Return the SQL as typed."""
    return {"sql": first(evidence, "sql")}


def show(evidence: Evidence, _state: LiveState) -> Candidates:
    """Return what to look at in the lake."""
    view = _view(evidence)
    dated = view not in _PRESENT_ONLY or _AS_OF.search(evidence.text)  # the tool says what it cannot
    moment = _moment(evidence) if dated else None
    vendors = first(evidence, "source")
    return {
        "symbols": one(evidence.symbols),
        "view": one(view),
        "interval": _interval(evidence),
        "as_of": one(moment and moment.isoformat()),
        "source": vendors if view != "sources" else [],
    }


def topic(evidence: Evidence) -> str | None:
    """Return what is to be loaded where that is no bars: news, fundamentals."""
    named = _spotted(_patterns("topics"), _INSTEAD_OF.split(_plain(evidence))[0])
    return named[0][1] if named else None


def in_the_same_folder(path: str, before: str, text: str) -> str:
    """Return a file's name with the folder of the one loaded before, where it is said to lie there."""
    if "/" in path or "\\" in path or not _SAME_FOLDER.search(text):
        return path
    return before[: max(before.rfind("/"), before.rfind("\\")) + 1] + path


def says_bars(evidence: Evidence) -> bool:
    """Tell whether bars are asked for by name: after the news, "then its daily price bars"."""
    return topic(evidence) is None and _BARS.search(evidence.text) is not None


def _view(evidence: Evidence) -> str | None:
    """Return the view whose words occur; of several the first of the table."""
    vendors = {mention.value for mention in evidence.of("source")}
    if _SAMPLE.search(evidence.text):
        vendors.add("sample")
    if len(vendors) > 1:
        return "sources"
    said = {name for _, name in _spotted(_patterns("views"), _COUNTED.sub(" ", _plain(evidence)))}
    return next((name for name, _ in _patterns("views") if name in said), None)


@cache
def _patterns(table: str) -> tuple[tuple[str, str], ...]:
    words = load_plan_file("data_words.json")[table]
    return tuple((name, rf"\b(?:{'|'.join(patterns)})\b") for name, patterns in words.items())


def _interval(evidence: Evidence) -> list[str]:
    """Return the length of bar that is held, else the one that was asked for and is not."""
    said = [str(mention.value) for mention in evidence.of("interval")]
    held = [value for value in said if value in ("1h", "1m")]
    if not said and _DAILY.search(evidence.text):
        return ["1d"]
    return (held or said)[:1]


def _moment(evidence: Evidence) -> date | None:
    """Return the last day of the point in time whose knowledge is asked for; a date alone is such a point."""
    for mention in evidence.of("period"):
        start, end = mention.value
        point = read_point(evidence.text[mention.start : mention.end])
        if _AS_OF.search(evidence.text):
            return point[1] if point is not None else cast("date | None", end or start)
        if point is not None and start == end == point[0]:
            return point[0]
    return None


def _stored_as(evidence: Evidence, path: str) -> list[str]:
    """Return the name that a file's rows are to have: the one said ("as foo"), else its own if that is a ticker."""
    named = _NAMED_AS.search(_plain(evidence))
    if named is not None:
        return [named["name"]]
    own = symbol_in(path)
    return [own] if own else []


def _plain(evidence: Evidence) -> str:
    """Return the request without its symbols and paths, so that no name is taken for a word."""
    rest, position = "", 0
    for mention in evidence.mentions:
        if mention.kind in ("symbol", "path", "experiment", "timezone"):
            rest += evidence.text[position : mention.start] + " "
            position = mention.end
    return rest + evidence.text[position:]


def _spotted(table: Iterable[tuple[str, str]], text: str) -> list[tuple[int, str]]:
    """Return place and name of each entry of `table` that occurs, in order of appearance."""
    found = [(match.start(), name) for name, pattern in table if (match := re.search(pattern, text, re.IGNORECASE))]
    return sorted(found)
