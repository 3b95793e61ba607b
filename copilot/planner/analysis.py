"""Statistics of stored bars in words, as a few lines of Python: "the average overnight gap of IBM by weekday".

A statistic of a quantity, grouped or not, or a chart of one; the words are in `prompts/plan/analysis.json`, the
code in `prompts/plan/script.j2`. The model writes no code. What a plain SELECT answers is left to
`copilot.planner.questions`. What has a condition, or words that nothing here accounts for, is asked back and never
answered without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from copilot.planner.candidates import Candidates, one, period
from copilot.planner.evidence import Evidence
from copilot.planner.unheard import is_vocabulary
from copilot.planner.vocabulary import load_plan_file
from copilot.planner.windows import BEFORE, bars_of

# What a SELECT answers where nothing is grouped.
_STORED = frozenset({"open", "high", "low", "close", "volume"})
_IN_SQL = frozenset({"mean", "max", "min", "sum", "count"})
_EXTREME_DAYS = ("best day", "worst day")
SHARES = ("share up", "share down")  # what "share" of days becomes
_DOWN = re.compile(
    r"\b(?:down|lower|negative|falls?|falling|fell|red|loss|losses|lose|loses|declin\w+|below)\b", re.IGNORECASE
)
_UP = re.compile(
    r"\b(?:up|higher|positive|rises?|rising|rose|green|gains?|advanc\w+|(?:above|below) (?:zero|nought|0))\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\b(?:moving|rolling) averages?\b|\baverage true range\b|\bmean[- ]rever\w+", re.IGNORECASE)
_WINDOW = re.compile(
    rf"\b(?P<length>{BEFORE})[ -](?:(?:rolling|moving|realised|realized|annualised|annualized"
    rf"|historical) )*(?:volatility|vol|average|mean|sma|ma)\b",
    re.IGNORECASE,
)
_VOLATILITY = re.compile(r"\bvol(?:atility)?\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z%$][\w'%.-]*|[0-9][\w.,%]*")
_PLAIN_WINDOW = 20
BUSINESS = re.compile(
    r"\b(?:predict\w*|forecast\w*|tests?|backtests?|experiments?|train\w*|strateg\w+|reports?|results?|equity|sharpe"
    r"|drawdown|features?|signals?|tickets?|portfolio|load|fetch|download|import|model|run|runs|importance|turnover)\b",
    re.IGNORECASE,
)
_OWN_WORDS = (
    "gap",
    "volatility",
    "dollar_volume",
    "returns",
    "day_of_week",
    "month",
)  # features that are quantities here


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is asked for; None where it was not said."""

    statistic: str | None
    quantity: str | None
    group: str | None
    plot: bool = False
    window: int | None = None
    clear: bool = True  # nothing was said that this leaves out

    @property
    def whole(self) -> bool:
        """Tell whether there is enough to compute."""
        return self.quantity is not None and (self.statistic is not None or self.plot)


def analysis(evidence: Evidence) -> Analysis | None:
    """Return the analysis that a request asks for, None where it asks for something else."""
    found = read(evidence)
    if not found.whole or (not evidence.symbols and found.group is None):
        return None
    if found.statistic in _IN_SQL and found.group is None and found.quantity in _STORED and not found.plot:
        return None
    kinds = {mention.kind for mention in evidence.mentions}
    if kinds & {"sql", "path", "source", "experiment", "winner", "money", "interval", "code", "name"}:
        return None
    return None if _other_business(evidence, found) else found


def candidates(found: Analysis, evidence: Evidence) -> Candidates:
    """Return the arguments of `run_python` for an analysis."""
    return {"code": one(script(found)), "symbols": one(evidence.symbols), **period(evidence)}


def script(found: Analysis) -> str:
    """Return the Python of an analysis that is whole."""
    window = found.window or (_PLAIN_WINDOW if found.quantity == "volatility" else None)
    return prompts.render(
        "plan/script.j2",
        statistic=found.statistic or "",
        quantity=found.quantity,
        group=found.group,
        plot=found.plot,
        window=window,
        title=_title(found, window),
    ).strip()


def _title(found: Analysis, window: int | None) -> str:
    words = {"std": "standard deviation of", "share up": "share of days up,", "share down": "share of days down,"}
    parts = [
        f"{window}-day" if window else "",
        "average of" if window and found.quantity != "volatility" else "",
        words.get(found.statistic or "", found.statistic or ""),
        {"gap": "overnight gap"}.get(found.quantity or "", found.quantity or ""),
        f"by {found.group}" if found.group else "",
    ]
    return " ".join(part for part in parts if part)


def read(evidence: Evidence) -> Analysis:
    """Return what is said of an analysis, whole or not."""
    text = _plain(evidence)
    spans: list[tuple[int, int]] = []
    group = _first("groups", text, spans)
    plot = re.search(rf"\b(?:{load_plan_file('analysis.json')['asks']})\b", text, re.IGNORECASE) is not None
    statistic = _first("statistics", _without(_NAMES, text), spans)
    rolling = _WINDOW.search(evidence.text) if plot else None
    if plot and _VOLATILITY.search(evidence.text) and (statistic is None or rolling):
        window = bars_of(rolling["length"]) if rolling else None
        return Analysis(None, "volatility", None, plot=True, window=window)
    if statistic == "share":
        spans.pop()  # "the share of overnight gaps": the words hold the quantity too
    quantity = _first("quantities", _blank(text, spans), spans)
    quantity = quantity or {"count": "close", **dict.fromkeys(_EXTREME_DAYS, "daily return")}.get(statistic or "")
    if rolling:
        return Analysis(None, quantity or "close", None, plot=True, window=bars_of(rolling["length"]))
    if statistic == "share":
        _first("statistics", text, spans)
        moves = [match.span() for match in (*_DOWN.finditer(text), *_UP.finditer(text))]
        spans += moves
        statistic = "share down" if _DOWN.search(text) else "share up"
        of_days = quantity in _STORED and re.search(r"\b(?:gap)", text, re.IGNORECASE) is None
        if of_days or (quantity is None and moves):  # "how often was IBM up"
            quantity = "daily return"
    if plot and quantity is None and statistic is None and evidence.symbols:
        quantity = "close"
    one_day = statistic in _EXTREME_DAYS and (plot or group is not None)  # it has no groups
    return Analysis(statistic, quantity, group, plot=plot, clear=not one_day and _is_clear(text, spans))


def _plain(evidence: Evidence) -> str:
    """Return the text, as long as it was, without symbols, periods and code."""
    text = evidence.text
    for mention in evidence.mentions:
        if mention.kind in ("symbol", "period", "code"):
            text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text


def _first(table: str, text: str, spans: list[tuple[int, int]]) -> str | None:
    """Return the first entry of a table whose words occur, and note where."""
    for name, pattern in _patterns(table):
        if match := pattern.search(text):
            spans.append(match.span())
            return name
    return None


@cache
def _patterns(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = load_plan_file("analysis.json")[table]
    return tuple(
        (name, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)) for name, pattern in words.items()
    )


def _without(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _is_clear(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether every word is accounted for: no condition, no figure, nothing unknown."""
    rest = _blank(text, spans)
    if _conditions().search(rest):
        return False
    return all(is_vocabulary(match[0]) for match in _WORD.finditer(rest) if match[0] != "%")


def words_of(table: str) -> list[str]:
    """Return the entries of a table of words: statistics, quantities, groups."""
    return list(load_plan_file("analysis.json")[table])


@cache
def _conditions() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{load_plan_file('analysis.json')['conditions']})\b", re.IGNORECASE)


def _other_business(evidence: Evidence, found: Analysis) -> bool:
    """Tell whether the words belong to another tool: experiments, reports, loading, other features than these."""
    text = _plain(evidence)
    features = {mention.value for mention in evidence.of("feature")}
    own = {each for each in features if each.startswith(_OWN_WORDS)}
    return BUSINESS.search(text) is not None or (not found.plot and bool(features - own))
