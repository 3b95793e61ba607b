"""The call before a request with what is said now in it: what varies it, adds to it or leaves something out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.candidates import Candidates
from copilot.planner.edits import NAMES, edited_names, some_of_before
from copilot.planner.evidence import Evidence
from copilot.planner.fill_data import in_the_same_folder, says_bars
from copilot.planner.given_up import given_up, without
from copilot.planner.history import last_call
from copilot.planner.loose_figures import left_figures
from copilot.planner.models import USUAL

ADDS_CONDITION = re.compile(
    r"\bonly (?:buy|enter|go long|get in|go in) (?:if|when|while)\b|^\W*(?:and|but) (?:also )?only (?:if|when"
    r"|while)\b|\b(?:add(?:itional(?:ly)?)?|extra"
    r"|(?:another|one more|second) condition|also (?:require|demand|need|only)"
    r"|in addition|on top of (?:that|it))\b",
    re.IGNORECASE,
)
_FIGURE = r"(?P<figure>[0-9]+(?:\.[0-9]+)?)(?![\w.%]*[\w%])(?! ?(?:%|per ?cent|day|week|month))"
_LEVELS: Mapping[str, re.Pattern[str]] = {
    field: re.compile(
        rf"\b(?:{verbs})(?: (?:it|out|already|only|instead))*(?: (?:at|above|below|over|under|on"
        rf"|when it (?:hits|reaches|is at)))+ {_FIGURE}"
        rf"|\b(?:over|above|below|under|at|hits?|reach(?:es)?|wait(?:ed|ing)? (?:for|until|till))"
        rf" {_FIGURE.replace('figure', 'before')},? (?:to|before|and then) (?:i |we )?(?:{verbs})\b",
        re.IGNORECASE,
    )
    for field, verbs in {
        "entry": r"buy(?:ing)?|bought|enter(?:ed|ing)?|entry|get in|got in|getting in",
        "exit": r"sell(?:ing)?|sold|exit(?:ed|ing)?|leav(?:e|ing)|left|get out|got out|getting out|out",
    }.items()
}
_OF_A_LEVEL = frozenset({"number", "entry", "exit"})


def carry_over(previous: Call, said: Candidates, evidence: Evidence) -> Candidates:
    """Return the arguments of `previous` changed by what was said now."""
    carried: Candidates = {name: [_plain(value)] for name, value in previous.args.items() if value is not None}
    said = {**left_figures(previous, evidence), **said, **levels(previous, evidence.text)}
    models = [each.value for each in evidence.of("model") if each.value != previous.args.get("model", USUAL)]
    if models and "model" in said:
        said["model"] = models[:1]  # "swap ridge for logistic" names both
    dropped = given_up(previous, evidence)
    for name in dropped:
        said = without(name, _plain(previous.args[name]), said)
    carried, said = _rule(previous, carried, {**said}, evidence)
    merged = {**{name: values for name, values in carried.items() if name not in dropped}, **said}
    if evidence.adds and "features" in said and "features" in carried and "symbols" not in said:
        merged["features"] = [list(dict.fromkeys([*carried["features"][0], *said["features"][0]]))]
    for field in carried.keys() & NAMES.keys() if previous.tool != "ingest_data" else ():
        if (names := edited_names(previous, evidence, field)) is not None:
            merged[field] = [names]
    if previous.tool == "ingest_data":
        merged = _loaded_again(previous, merged, evidence)
    if (some := some_of_before(previous, evidence)) is not None:
        merged["symbols"] = [some]
    return merged


def _rule(
    previous: Call, carried: Candidates, said: Candidates, evidence: Evidence
) -> tuple[Candidates, Candidates]:
    """Return the conditions of the rule before and those said now: one more, another rule, or another exit."""
    revised = levels(previous, evidence.text)
    if "entry" in said and "entry" in carried and ADDS_CONDITION.search(evidence.text):
        said["entry"] = [f"{carried['entry'][0]} and {said['entry'][0]}"]
    elif "entry" in said and "entry" not in revised:
        carried = {name: values for name, values in carried.items() if name != "exit"}  # of another rule
    elif "exit" in said and "exit" not in revised:
        said["exit"] = [_of_what(said["exit"][0], previous)]
    return carried, said


def _loaded_again(previous: Call, merged: Candidates, evidence: Evidence) -> Candidates:
    """Return what is to be loaded with the folder of the file before, and of bars where those are named."""
    kept = {name: values for name, values in merged.items() if name != "kind" or not says_bars(evidence)}
    if "path" in merged and previous.args.get("path"):
        folder = str(previous.args["path"])
        kept["path"] = [in_the_same_folder(str(merged["path"][0]), folder, evidence.text)]
    return kept


def at_other_levels(turns: Sequence[Turn], evidence: Evidence) -> Call | None:
    """Return the rule before at another level, where that is all that is said: "sell at 60 already"."""
    before = last_call(turns)
    if before is None or {each.kind for each in evidence.mentions} - _OF_A_LEVEL:
        return None
    new = {name: values[0] for name, values in levels(before, evidence.text).items()}
    return before.model_copy(update={"args": {**before.args, **new}}) if new else None


def levels(previous: Call, text: str) -> Candidates:
    """Return the conditions of a rule with the level that is now said for one: "exit at 55 instead"."""
    found: Candidates = {}
    for field, pattern in _LEVELS.items():
        match = pattern.search(text) if previous.tool == "run_backtest" else None
        held = re.fullmatch(r"(?P<what>.+ [<>]=?) (?P<figure>-?[0-9.]+)", str(previous.args.get(field, "")))
        if match and held:
            found[field] = [f"{held['what']} {match['figure'] or match['before']}"]
    return found


def _of_what(condition: str, previous: Call) -> str:
    """Return "sell above 70" as a condition on what the rule before was about, where that was no price."""
    level = re.fullmatch(r"close (?P<sign>[<>]=?) (?P<figure>[0-9.]+)", condition)
    rules = [str(previous.args[name]) for name in ("exit", "entry") if previous.args.get(name)]
    subject = re.match(r"(?P<what>(?!close\b)\w+(?:\([^()]*\))?) [<>]=? [0-9.]+$", rules[0]) if rules else None
    return f"{subject['what']} {level['sign']} {level['figure']}" if level and subject else condition


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
