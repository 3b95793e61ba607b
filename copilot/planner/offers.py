"""What each argument of a tool may be, by what stands in the request: the choices that the model is given.

Wider than the resolvers of `evidence`, which must be sure by themselves: every name in the request that is a known
ticker, company or group is offered, every figure for a number, every condition wherever it stands. The model
chooses among them, or leaves an argument out. What the words do not hold is not offered, so nothing is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from copilot.messages import LiveState
from copilot.planner.conditions import condition_at, words
from copilot.planner.emit import args_of
from copilot.planner.evidence import Evidence
from copilot.planner.figures import figures_in
from copilot.planner.mention import Kind
from copilot.planner.vocabulary import FUNCTION_WORDS, everyday_words

MOST_WORDS = 4  # of a name
MOST_CONDITIONS = 6
MOST_HELD = 100  # names in a book
_WORD = re.compile(r"[\w$^][\w.&'^=-]*[\w&]|[\w$^]")
_PRICE = re.compile(r"\bclose(?= *[<>=,)])")  # of an expression, not the word for leaving
_BARE = re.compile(r"\bhorizon\W{1,4}(?P<n>[0-9]{1,3})\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"\b[A-Za-z][A-Za-z0-9_]{2,30}\b")
_NAMING = re.compile(
    r"\b(?:(?:call(?:ed)?|named?)(?: (?:it|that one|this one|that|this))?|as|under(?: the name)?|define"
    r"|let)\s+(?!the\b)[`'\"]?"
    r"(?P<name>[A-Za-z][A-Za-z0-9_]{2,30})\b|\b(?P<before>[A-Za-z][A-Za-z0-9_]{2,30})\s*(?::=|=|:)(?!=)",
    re.IGNORECASE,
)

Offers = dict[str, list[Any]]
_EACH = re.compile(r"\b(?:one|any|each|single|every|per) $", re.IGNORECASE)


def offers(tool: str, evidence: Evidence, state: LiveState) -> Offers:
    """Return field -> the values it may take, for every field for which the request offers any."""
    found: Offers = {}
    for name, field in args_of(tool).model_fields.items():
        values = _closed(field)
        if values is None:
            finder = _FINDERS.get(name)
            values = finder(evidence, state) if finder else _by_type(field, evidence)
        if unique := list(dict.fromkeys(values)):
            found[name] = unique
    return found


def is_list(tool: str, field: str) -> bool:
    """Tell whether an argument takes several values."""
    return get_origin(args_of(tool).model_fields[field].annotation) is tuple


def closed(tool: str) -> set[str]:
    """Return the arguments that are a choice among fixed values."""
    return {name for name, field in args_of(tool).model_fields.items() if _closed(field) is not None}


def names_in(evidence: Evidence, _state: LiveState | None = None) -> list[str]:
    """Return what is a symbol, or may be one, as written and in order; the longest of overlapping names."""
    from tools.ingest.universe import is_known

    text = evidence.text
    words = list(_WORD.finditer(text))
    taken = [(mention.start, mention.end) for mention in evidence.mentions if mention.kind != "symbol"]
    found = [(mention.start, mention.end, mention.value) for mention in evidence.of("symbol")]
    for many in range(MOST_WORDS, 0, -1):
        for first, last in zip(words, words[many - 1 :], strict=False):
            start, end = first.start(), last.end()
            name = text[start:end].removesuffix("'s")
            if (many > 1 and first[0].lower() == "the") or (name.islower() and _EACH.search(text[:start])):
                continue  # "in one bank" is any of them
            if many == 1 and (name in FUNCTION_WORDS or (name.islower() and len(name) == 1)):
                continue  # "so" and "it" are tickers too
            covered = any(start < stop and begin < end for begin, stop, *_ in (*found, *taken))
            if not covered and len(name) < 40 and (is_known(name) or is_known(name.upper())):  # noqa: PLR2004
                found.append((start, start + len(name), name))
    return [name for *_, name in sorted(found)]


def _closed(field: FieldInfo) -> list[Any] | None:
    """Return the values of a closed choice other than its default, None for an open argument."""
    if get_origin(field.annotation) is Literal:
        return [value for value in get_args(field.annotation) if value != field.default]
    if field.annotation is bool:
        return [not field.default]
    return None


def _said(kind: Kind) -> Callable[[Evidence, LiveState], list[Any]]:
    def find(evidence: Evidence, _state: LiveState) -> list[Any]:
        return [mention.value for mention in evidence.of(kind) if mention.value is not None]

    return find


def _days_at(side: int) -> Callable[[Evidence, LiveState], list[Any]]:
    def find(evidence: Evidence, _state: LiveState) -> list[Any]:
        return [each.value[side].isoformat() for each in evidence.wanted("period") if each.value[side] is not None]

    return find


def _features(evidence: Evidence, state: LiveState) -> list[Any]:
    from copilot.planner.features import find_features
    from tools.features.catalog import feature_ids

    anywhere = sorted(find_features(evidence.text, state.features), key=lambda each: each.start)
    settings = [*evidence.of("option"), *evidence.of("model")]  # "12 % vol" is one, and no feature
    anywhere = [each for each in anywhere if not any(each.overlaps(other) for other in settings)]
    words = set(re.findall(r"[a-z]+", _left_over(evidence).lower()))
    found = [*evidence.features, *(each.value for each in anywhere)]
    known = {_family(name) for name in found}
    # Names that mean a feature only in some company: "beta", "month".
    bare = [name for name in feature_ids() if _family(name) in words and _family(name) not in known]
    return [*found, *bare]


def _left_over(evidence: Evidence) -> str:
    """Return the text without lengths of time, dates and settings: the "month" of "a month ahead" is no feature."""
    text = evidence.text
    for each in evidence.mentions:
        if each.kind in ("horizon", "period", "option", "model"):
            text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    return text


def _family(feature: str) -> str:
    return re.split(r"_[0-9]", feature)[0]


def _lengths(evidence: Evidence, _state: LiveState) -> list[Any]:
    found = [mention.value for mention in evidence.of("horizon")]
    found += [int(match["n"]) for match in _BARE.finditer(evidence.text)]
    named = evidence.of("feature")
    free = (each for each in figures_in(evidence.text) if not any(other.overlaps(each) for other in named))
    return [*found, *(int(each.value) for each in free if each.kind == "length")]


def _small(evidence: Evidence, _state: LiveState) -> list[Any]:
    found = [mention.value for mention in evidence.of("count")]
    named = [each for each in evidence.mentions if each.kind not in ("number", "count")]
    free = (each for each in figures_in(evidence.text) if not any(other.overlaps(each) for other in named))
    figures = [int(each.value) for each in free if each.kind == "count"]
    return [*found, *(each for each in figures if each <= MOST_HELD)]


def _amounts(evidence: Evidence, _state: LiveState) -> list[Any]:
    return [mention.value for mention in evidence.mentions if mention.kind in ("money", "number")]


def _share(name: str) -> Callable[[Evidence, LiveState], list[Any]]:
    def find(evidence: Evidence, _state: LiveState) -> list[Any]:
        said = [each.value[1] for each in evidence.of("option") if each.value[0] == name]
        return [*said, *(each.value for each in figures_in(evidence.text) if each.kind == "share")]

    return find


def _conditions(evidence: Evidence, _state: LiveState) -> list[Any]:
    """Return every condition in the request, wherever it stands; of two that overlap, the one that begins first."""
    text = evidence.text
    found = [each.value for each in evidence.mentions if each.kind in ("entry", "exit") and each.value]
    at = 0
    for match in re.finditer(r"\b(?=\w)|(?=[(])", text):
        if match.start() >= at and len(found) < MOST_CONDITIONS and (read := condition_at(text, match.start())):
            found.append(read.text)
            at = read.end
    return found


def _entries(evidence: Evidence, state: LiveState) -> list[Any]:
    """Return the conditions but those that are only for leaving: half a rule is asked about."""
    leaving = [each.value for each in evidence.of("exit")]
    entering = [each.value for each in evidence.of("entry")]
    return [each for each in _conditions(evidence, state) if each not in leaving or each in entering]


def _exits(evidence: Evidence, state: LiveState) -> list[Any]:
    """Return the conditions where leaving is spoken of: of two rules, the second is no exit of the first."""
    leaves = _leaving().search(_PRICE.sub("", evidence.text))
    return _conditions(evidence, state) if leaves else [each.value for each in evidence.of("exit") if each.value]


@cache
def _leaving() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words()['leave']}|until|till|out|flat|stop)\b", re.IGNORECASE)


def _names(evidence: Evidence, _state: LiveState) -> list[Any]:
    said = [mention.value for mention in evidence.of("name")]
    found = (match["name"] or match["before"] for match in _NAMING.finditer(evidence.text))
    return [*said, *(name for name in found if name.lower() not in everyday_words())]


def _nothing(_evidence: Evidence, _state: LiveState) -> list[Any]:
    return []


def _by_type(field: FieldInfo, evidence: Evidence) -> list[Any]:
    """Return what an argument that SLQ knows nothing about may be, by its type: figures, days, names, words."""
    kinds = {*get_args(field.annotation), field.annotation}
    if kinds & {int, float}:
        return [_number(match[0]) for match in re.finditer(r"[0-9]+(?:\.[0-9]+)?", evidence.text)]
    if date in kinds:
        return [day.isoformat() for each in evidence.of("period") for day in each.value if day is not None]
    if get_origin(field.annotation) is tuple:
        return names_in(evidence)
    return _phrases(evidence.text) if str in kinds else []


def _phrases(text: str) -> list[str]:
    """Return the runs of up to four words of a request, as written."""
    words = list(_WORD.finditer(text))
    return [
        text[first.start() : last.end()]
        for many in range(1, MOST_WORDS + 1)
        for first, last in zip(words, words[many - 1 :], strict=False)
    ]


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


_FINDERS: dict[str, Callable[[Evidence, LiveState], list[Any]]] = {
    "symbols": names_in,
    "features": _features,
    "start": _days_at(0),
    "end": _days_at(1),
    "as_of": _days_at(1),
    "horizon_days": _lengths,
    "top_n": _small,
    "max_positions": _small,
    "target_volatility": _share("target_volatility"),
    "max_position": _share("max_position"),
    "max_drawdown": _share("max_drawdown"),
    "capital_usd": _amounts,
    "entry": _entries,
    "exit": _exits,
    "source": _said("source"),
    "path": _said("path"),
    "timezone": _said("timezone"),
    "name": _names,
    # Ids are resolved, code and SQL are typed or written from the words: no choice of the model's.
    "experiment": _nothing,
    "experiments": _nothing,
    "sql": _nothing,
    "code": _nothing,
}
