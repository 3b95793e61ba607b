"""The last call with something else in what it holds: "same query for MSFT", "again with 7 and 28", "half of it".

A query takes another symbol, a script other dates, a formula or a rule another length, a proposal another sum.

Only what was written out is changed, in its place; where the words ask for more than that, nothing is returned and
the request is read as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.dates import shifted
from copilot.planner.evidence import Evidence, period_of
from copilot.planner.features import with_window
from copilot.planner.history import last_call
from copilot.planner.making import find_names
from copilot.planner.numbers import SMALL, read_small
from copilot.planner.query_varied import query_varied
from copilot.planner.rule_varied import rule_varied
from copilot.planner.windows import BEFORE, bars_of

FEW = 3  # words, which hardly are a request of their own
_GOES_ON = re.compile(
    r"\b(?:same|again|another|rename|(?:call|name) (?:it|that)|once more|instead|as well|also|too|only|rather"
    r"|need|not|add|append|half|twice|double)\b"
    r"|^\W*(?:and|now|then|what (?:about|if)|how about|for|with|use|from|since|until|on|over|try(?: it)?"
    r"|give me|show me|make it|limit)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?![\w.%]*\w|%)")
_LENGTH = re.compile(r"(?<=[(, ])[0-9]+(?=\))")  # the last thing in a function's brackets
_SHIFT = re.compile(
    r"(?:(?:and|now|then|what about|how about|the same|same|again|exactly|precisely|just|but|ok(?:ay)?),? )*"
    rf"(?P<n>an?|{SMALL}) (?P<unit>day|week|month|year)s? (?:earlier|before(?: (?:that|then|this))?|prior|back"
    r"|(?P<later>later|after(?: (?:that|then|this))?))(?: (?:than that|instead|please))?"
    r"(?:,? (?:so |that is,? )?(?:on )?the [0-9]{1,2}(?:st|nd|rd|th))?",
    re.IGNORECASE,
)
_SHIFTED = re.compile(
    rf"\b(?:an?|{SMALL}) (?:day|week|month|year)s? (?:earlier|before that|prior|later|after that)\b", re.IGNORECASE
)
_MEANT = re.compile(
    r"(?:(?:oops|sorry|no|ah|oh|wait|hm+|i|typo|make it|that is|actually|of course)\b[, ]*)*(?:meant?"
    r"|make (?:it|that)|rather)(?: the year)? (?P<year>(?:19|20)[0-9]{2})(?: of course| sorry| please)?",
    re.IGNORECASE,
)
_TRIES = re.compile(r"\b(?:try|test|use|predict\w*|run|train|check)\b", re.IGNORECASE)
_PART = re.compile(
    r"(?:and |now |try |with |make it |what about )*(?P<part>half|twice|double)"
    r"(?: (?:that|the|this|of that|as much)(?: (?:amount|sum|money|capital))?)?(?: then| instead)?",
    re.IGNORECASE,
)
THOUSAND = 1000
_THOUSANDS = re.compile(
    r"(?:(?:no|and|now|ok|actually|hm+|or|then)[, ]+)*(?:make (?:it|that)|rather|better|say|do|go (?:with|for)"
    r"|what about|how about|with)(?: rather| only| just)? (?P<n>[1-9][0-9]{1,2})"
    r"(?: instead| rather| then| please)*",
    re.IGNORECASE,
)
_OTHER_LENGTH = re.compile(
    rf"(?:(?:and|now|ok|use|try|take|with|the|an?|make it|what about|how about|rather)[, ]+)*"
    rf"(?P<length>{BEFORE})[ -](?:version|variant|one|lookback|look-back|window|flavou?r)"
    r"(?: of (?:it|that))?(?: instead| rather| then| please)*",
    re.IGNORECASE,
)
_UNDATED = re.compile(
    r"\b(?:without|drop|lose|no|ignore|forget) (?:the |any )?(?:dates?|period|start|limits?)\b|\b(?:full|whole"
    r"|entire) history\b",
    re.IGNORECASE,
)
_OF_IT = {
    "alone", "only", "just", "once", "more", "dates", "date", "run", "period", "year", "years", "history", "full",
    "whole", "without", "drop", "lose", "ignore", "forget",
    "code", "script", "python", "query", "sql", "thing", "calculation", "snippet", "same", "again", "possible",
}  # fmt: skip

_SPAN = {"window", "length", "lookback", "period", "span"}


def again(history: Sequence[Turn], evidence: Evidence) -> Call | None:
    """Return the last call with what was said put into its query, script or formula; None where nothing fits."""
    before = last_call(history)
    said = evidence.text
    if before is not None and (
        args := _shifted(before.args, said) or _year(before.args, said) or _shifted_elsewhere(before.args, evidence)
    ):
        return before.model_copy(update={"args": args})
    if before is None or evidence.of("sql") or evidence.of("code"):
        return None
    if not _GOES_ON.search(evidence.text) and len(evidence.text.split()) > FEW:
        return None
    vary = _VARIED.get(before.tool)
    args = vary(before.args, evidence) if vary is not None else None
    return before.model_copy(update={"args": args}) if args and args != dict(before.args) else None


def _year(args: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """Return the call with another year in its only date: "oops, meant 2011"."""
    said = _MEANT.fullmatch(text.strip(" .!?,"))
    dated = [name for name in ("start", "end", "as_of") if args.get(name)]
    if said is None or len(dated) != 1:
        return None
    day = date.fromisoformat(str(args[dated[0]]))
    return {**args, dated[0]: shifted(day, day.year - int(said["year"]), "year").isoformat()}


def _shifted(args: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """Return the call about as much earlier or later as is said: "and a year before that?"."""
    said = _SHIFT.fullmatch(text.strip(" .!?,"))
    days = {name: date.fromisoformat(str(args[name])) for name in ("start", "end", "as_of") if args.get(name)}
    if said is None or not days:
        return None
    many = (1 if said["n"].lower() in ("a", "an") else read_small(said["n"])) * (-1 if said["later"] else 1)
    return {**args, **{name: shifted(day, many, said["unit"].lower()).isoformat() for name, day in days.items()}}


def _shifted_elsewhere(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the call on other symbols and so much later: "now Microsoft, exactly one year later"."""
    said = _SHIFTED.search(evidence.text)
    kinds = {each.kind for each in evidence.mentions} - {"symbol", "period", "number", "horizon"}
    if said is None or not (evidence.symbols and evidence.continues) or kinds:
        return None
    moved = _shifted(args, said[0])
    return {**moved, "symbols": evidence.symbols} if moved else None


def _script(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the script on other symbols or over another period."""
    start, end = period_of(evidence.of("period"))
    dates = {name: day.isoformat() for name, day in (("start", start), ("end", end)) if day is not None}
    others = {each.kind for each in evidence.mentions} - {"symbol", "period"}
    undated = _UNDATED.search(evidence.text) is not None
    if others or set(evidence.content) - _OF_IT or "code" not in args or not (evidence.symbols or dates or undated):
        return None
    kept = {name: value for name, value in args.items() if not (undated and name in ("start", "end"))}
    return {**kept, **({"symbols": evidence.symbols} if evidence.symbols else {}), **dates}


def _amount(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the proposal over half or twice the sum, or over so many thousands: "make it 80" after 50k."""
    text, before = evidence.text.strip(" .!?,"), args.get("capital_usd")
    part, thousands = _PART.fullmatch(text), _THOUSANDS.fullmatch(text)
    if before is None:
        return None
    if thousands and "max_positions" not in args and before % THOUSAND == 0:
        return {**args, "capital_usd": int(thousands["n"]) * THOUSAND}
    if part is None:
        return None
    amount = before * (0.5 if part["part"].lower() == "half" else 2)
    return {**args, "capital_usd": int(amount) if float(amount).is_integer() else amount}


def _made(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    return _made_too(args, evidence) if evidence.features else _formula(args, evidence)


def _formula(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the formula with other numbers, another name or both."""
    names = evidence.of("name") or list(find_names(evidence.text))
    text = evidence.text
    for each in names:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    features, numbers = list(args.get("features") or ()), _NUMBER.findall(text)
    if len(features) != 1:
        return None
    if evidence.symbols:
        if _TRIES.search(evidence.text):
            return None  # "try it on MSFT" tests what was made
        whole = {each.kind for each in evidence.mentions} == {"symbol"} and not set(evidence.content) - _OF_IT
        return {**args, "symbols": evidence.symbols} if whole else None
    length = re.fullmatch(r"(?P<name>[a-z]+(?:_[a-z]+)*)_[0-9]+", str(features[0]))
    if length and len(numbers) == 1:
        features, numbers = [f"{length['name']}_{numbers[0]}"], []
    elif not (names or len(numbers) > 1 or len(_LENGTH.findall(str(features[0]))) == 1 == len(numbers)):
        return None
    changed = _renumbered(features[0], numbers)
    if changed is None:
        return None
    kept = {name: value for name, value in args.items() if name not in ("features", "name")}
    return {"features": [changed], **kept, **({"name": names[0].value} if names else {})}


def _made_too(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return another feature to be made like the one before: "kurtosis as well, over the same window"."""
    kinds = {each.kind for each in evidence.mentions}
    same = bool(evidence.content)
    if kinds != {"feature"} or not (evidence.adds or same) or set(evidence.content) - _SPAN:
        return None
    made = re.fullmatch(r"[a-z_]+_(?P<bars>[0-9]+)", str(args["features"][0]))
    others = [with_window(each, int(made["bars"])) for each in evidence.features] if made and same else None
    kept = {name: value for name, value in args.items() if name != "name"}
    return {**kept, "features": others or evidence.features}


def _renumbered(formula: str, numbers: Sequence[str]) -> str | None:
    """Return a formula with `numbers` for those in it, or for its lengths alone; None for another many."""
    for pattern in (_NUMBER, _LENGTH) if numbers else ():
        if len(pattern.findall(formula)) == len(numbers):
            rest = iter(numbers)
            return pattern.sub(lambda _, rest=rest: next(rest), formula)  # type: ignore[misc]
    return None if numbers else formula


def _version(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the experiment with its only feature over another length: "use the 60 day version"."""
    said = _OTHER_LENGTH.fullmatch(evidence.text.strip(" .!?,"))
    features = list(args.get("features") or ())
    if said is None or len(features) != 1:
        return None
    changed = with_window(str(features[0]), bars_of(said["length"]))
    return {**args, "features": [changed]} if changed != features[0] else None


_VARIED: Mapping[str, Callable[[Mapping[str, Any], Evidence], dict[str, Any] | None]] = {
    "query_data": query_varied,
    "run_python": _script,
    "generate_features": _made,
    "run_backtest": rule_varied,
    "run_experiment": _version,
    "propose_trades": _amount,
}
