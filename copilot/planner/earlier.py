"""What words point at further back than the last call: "both", "the other one", "back to the first rule".

Only calls are looked at, never answers. Where the words point at nothing that is on record, nothing is returned and
the request is read without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from copilot.messages import Call, Observation, Turn
from copilot.planner.evidence import Evidence
from copilot.planner.own_features import names_of

_BOTH = re.compile(
    r"\b(?:both|the (?:two|pair)\b(?! (?:weeks?|months?|days?|years?|latest|last|newest))|(?:all )?(?:two"
    r"|three) of them|them (?:both|all|together)|(?:these|those) two|all of (?:them|those|these)|together)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\bthe other(?: (?:one|run|experiment|report|test|model|backtest))?\b", re.IGNORECASE)
_FORMER = re.compile(r"\bthe (?P<which>former|latter)\b", re.IGNORECASE)
_THAT = re.compile(r"\b(?:it|its|that|this|that one|this one)\b", re.IGNORECASE)
_THAT_RUN = re.compile(
    r"\b(?:that|this|the same|that same|this same|said) (?:experiment|run|one|report|test|model|backtest)\b"
    r"|\bwhat (?:(?:would|does|should|will|did) )?(?:it|that|this) (?:would |should |will )?(?:buy|hold|say"
    r"|own|pick|suggest|propose|tell)|\b(?:from|following|based on|according to) (?:it|that|this)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:(?:go|going|went|switch|change|return|revert|come|roll) back|back to|return(?:ing)? to|revert to"
    r"|revisit(?:ing)?|undo (?:that|this|it))\b"
    r"|\b(?P<first>first|original|initial|starting)\b.{0,40}\b(?:again|once more|back)\b"
    r"|\b(?P<again>earlier|previous|prior|old|before)\b.{0,40}\b(?:again|once more|back)\b"
    r"|\b(?:take|use|have|want)\b.{0,30}\bas before\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|original|initial|starting)\b", re.IGNORECASE)
SAME_RULE = re.compile(
    r"\b(?:same|that|this|identical) (?:trading )?(?:rule|strategy|conditions?)\b", re.IGNORECASE
)
_OPENS_IT = re.compile(
    r"\W*(?:(?:please|now|and|ok|okay|so|then|just|can you|could you|let me|let's|i want to|i'd like to"
    r"|go ahead and) )*"
    r"(?:open|show|display|view|see|pull up|bring up|pop up|pop open|render)(?: me| us)? (?:it|that|this)(?: one)?"
    r"(?: (?:up|open|for me|to me|please|now|then|in (?:the|my) browser))*\W*",
    re.IGNORECASE,
)
_TEST_AGAIN = re.compile(
    r"\b(?:repeat|redo|re-?run) (?:the|that|my|this)(?: same)? (?:test|run)\b"
    r"|\b(?:the|that|my|this)(?: same)? (?:test|run) (?:once )?(?:again|more)\b",
    re.IGNORECASE,
)
VARIED = frozenset({"run_experiment", "run_backtest"})


def of_both(evidence: Evidence, turns: Sequence[Turn], field: str) -> list[Any]:
    """Return what "both" stands for in `field`: several in the newest call, else those of the newest two.

    Empty where nothing was said of both, or there are not two.
    """
    if not _BOTH.search(evidence.text):
        return []
    found: list[Any] = []
    for step in _steps(turns):
        values = names_of(step) if _is_made(step, field) else list(step.call.args.get(field) or ())
        if not found and len(values) > 1:
            return values
        if values and set(map(str, values)).isdisjoint(map(str, found)):
            if found:
                return [*values, *found]
            found = values
    return []


def points_at_another(evidence: Evidence) -> bool:
    """Tell whether the words mean another experiment than the last: "the other one", "the latter"."""
    return _OTHER.search(evidence.text) is not None or _FORMER.search(evidence.text) is not None


def opens_it(text: str, turns: Sequence[Turn]) -> bool:
    """Tell whether the run just made is to be opened: "open it for me"."""
    newest = next(_backwards(turns), None)
    return newest is not None and newest.tool in VARIED and _OPENS_IT.fullmatch(text) is not None


def repeated_test(evidence: Evidence, turns: Sequence[Turn]) -> str | None:
    """Return the tool of the newest test where that is to be repeated, whatever came after it."""
    newest = next((call for call in _backwards(turns) if call.tool in VARIED), None)
    return newest.tool if newest is not None and _TEST_AGAIN.search(evidence.text) else None


def speaks_of_that_run(evidence: Evidence) -> bool:
    """Tell whether "that experiment" or "the same run" is spoken of."""
    return _THAT_RUN.search(evidence.text) is not None


def gone_back_to(evidence: Evidence, turns: Sequence[Turn], tool: str) -> Call | None:
    """Return the call before the newest one that is to be taken up again, None where the words do not say so.

    The one that has what is named ("back to the ridge"), else the first, where that is said, else the last but one.
    """
    calls = [call for call in _backwards(turns) if call.tool == tool]
    if tool not in VARIED or not calls or not _BACK.search(evidence.text):
        return None
    earlier = [call for call in calls[1:] if call.args != calls[0].args]
    named = {str(each.value) for kind in ("model", "feature", "symbol") for each in evidence.of(kind)}
    having = [call for call in earlier if named and named <= _values(call.args)]
    if having or not earlier:
        return having[0] if having else calls[0]
    return earlier[-1] if _FIRST.search(evidence.text) else earlier[0]


def without_its_names(evidence: Evidence, back: Call) -> Evidence:
    """Return the evidence without the names that only say which call is meant: "the one with the banks"."""
    whole = " ".join(_values(back.args)).lower()
    kept = [
        each
        for each in evidence.mentions
        if each.kind not in ("symbol", "feature") or str(each.value).lower() not in whole
    ]
    return Evidence(evidence.text, tuple(kept))


def experiments_used(turns: Sequence[Turn]) -> list[str | None]:
    """Return the experiments that the calls so far were about, oldest first; None for one that was just run."""
    used: list[str | None] = []
    for turn in turns:
        for step in turn.steps:
            args, told = step.call.args, (step.result or {}).get("experiment")
            if step.call.tool == "compare_experiments":
                used += [str(each) for each in args.get("experiments") or ()]
            elif step.call.tool in VARIED or isinstance(told, str):
                used.append(told if isinstance(told, str) else None)
            elif "experiment" in args:
                used.append(str(args["experiment"]))
    return used


def experiment_meant(evidence: Evidence, turns: Sequence[Turn]) -> str | None:
    """Return the experiment that "the other one", "the former" or the words of a follow-up mean."""
    used = experiments_used(turns)
    if not used:
        return None
    if former := _FORMER.search(evidence.text):
        pair = _last_two(used)
        return pair[0 if former["which"].lower() == "former" else 1] if pair else None
    if _OTHER.search(evidence.text):
        others = [each for each in reversed(used) if each != used[-1]]
        return others[0] if others else None
    return used[-1]


def compared_with(evidence: Evidence, turns: Sequence[Turn], named: Sequence[str]) -> list[str]:
    """Return the experiments to compare: "these two", "it" with the one that is named, else `named`."""
    used = experiments_used(turns)
    if not named and _BOTH.search(evidence.text):
        return _last_two(used)
    last = used[-1] if used else None
    if len(named) == 1 and last is not None and last not in named and _THAT.search(evidence.text):
        return [last, *named]
    return list(named)


def _last_two(used: Sequence[str | None]) -> list[str]:
    """Return the two experiments spoken of last, in the order they came up; empty where one was just run."""
    if None in used[-2:]:
        return []
    distinct = list(dict.fromkeys(each for each in reversed(used) if each is not None))
    pair = distinct[:2]
    return sorted(pair, key=used.index) if len(pair) > 1 else []


def _values(args: Mapping[str, Any]) -> set[str]:
    flat: set[str] = set()
    for value in args.values():
        flat |= {str(each) for each in value} if isinstance(value, list | tuple) else {str(value)}
    return flat


def _is_made(step: Observation, field: str) -> bool:
    """Tell whether a step made features, which go by their names from then on."""
    return field == "features" and step.call.tool == "generate_features"


def _backwards(turns: Sequence[Turn]) -> Iterator[Call]:
    return (step.call for step in _steps(turns))


def _steps(turns: Sequence[Turn]) -> Iterator[Observation]:
    for turn in reversed(turns):
        yield from (step for step in reversed(turn.steps) if step.call.tool != "reply")
