"""The last rule with an indicator of another length or kind in it, or with one condition more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from copilot.planner.conditions import condition_at
from copilot.planner.evidence import Evidence
from copilot.planner.part import as_call

_TYPED = re.compile(r"\b(?:[a-z]+_)*[a-z]+\([0-9][0-9, ]*\)(?! *[<>=])")
_AS_WELL = re.compile(
    r"(?:and|but|plus|also)(?: only)?(?: (?:if|when|while|with))? (?P<what>.+?),? (?:as well|too|also|on top)",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b[se]ma\(([0-9]+)\)")
_OF_TWO = re.compile(
    r"\b(?:the )?(?:(?P<fast>short(?:er)?|fast(?:er)?|quick(?:er)?)|(?:long(?:er)?|slow(?:er)?))"
    r"(?: (?:one|average|ma|sma|ema|leg|line|side))?(?: (?:is|was|were|at|to|with|of|on)|=)+"
    r" (?P<n>[1-9][0-9]{0,2})\b(?! ?%)",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"\b(?P<kind>ema|exponential|simple|sma)s?(?: (?:moving )?(?:averages?|ones?))?\b", re.IGNORECASE
)


def rule_varied(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the rule with an indicator of another length or kind, or one condition more."""
    if more := _with_condition(args, evidence.text) or _with_other_average(args, evidence):
        return more
    if said := _OF_TWO.search(evidence.text):
        return _with_one_length(args, said)
    typed = _TYPED.findall(evidence.text)
    if {each.kind for each in evidence.mentions} - {"feature"} or len(evidence.features or typed) != 1:
        return None
    new = typed[0] if typed else as_call(evidence.features[0])
    old = re.compile(rf"\b{re.escape(new.split('(')[0])}\([0-9, ]*\)")
    return {name: old.sub(new, value) if name in ("entry", "exit") else value for name, value in args.items()}


def _with_one_length(args: Mapping[str, Any], said: re.Match[str]) -> dict[str, Any] | None:
    """Return the rule with another length of its fast or slow average: "what if the short one is 20"."""
    lengths = {int(each) for name in ("entry", "exit") for each in _AVERAGE.findall(str(args.get(name) or ""))}
    if len(lengths) != 2:  # noqa: PLR2004  a fast one and a slow one
        return None
    old = min(lengths) if said["fast"] else max(lengths)
    changed = re.compile(rf"(?<=ma\(){old}(?=\))")
    return {
        name: changed.sub(said["n"], value) if name in ("entry", "exit") else value for name, value in args.items()
    }


def _with_condition(args: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """Return the rule with another condition to buy on: "and RSI under 70 as well"."""
    said = _AS_WELL.fullmatch(text.strip(" .!?,"))
    known = condition_at(text, text.index(said["what"])) if said else None
    if said is None or known is None or known.end < text.index(said["what"]) + len(said["what"]):
        return None
    return {**args, "entry": f"{args['entry']} and {known.text}"} if args.get("entry") else None


def _with_other_average(args: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """Return the rule on averages of the other kind: "exponential average instead"."""
    said = _KIND.search(evidence.text)
    if said is None or evidence.mentions:
        return None
    old, new = ("sma(", "ema(") if said["kind"].lower().startswith("e") else ("ema(", "sma(")
    return {name: value.replace(old, new) if name in ("entry", "exit") else value for name, value in args.items()}
