"""A lone figure in a variation of a call: "and a month?", "make it 3", "too tight, 25", "halve that limit"."""

from __future__ import annotations

import re

from copilot.messages import Call
from copilot.planner.candidates import Candidates
from copilot.planner.emit import args_of
from copilot.planner.evidence import Evidence
from copilot.planner.figures import figures_in
from copilot.planner.given_up import SAID_AS

_SCALED = re.compile(
    r"\b(?P<how>halve|double|half|twice) (?:of )?(?:that|the|this|its|my)(?: \w+)? ?(?:limit|cap|stop|target"
    r"|maximum|weight)?\b",
    re.IGNORECASE,
)
_OF_NAMES = re.compile(r"\b(?:max\w*|at most|no more|only|lines|names|positions|holdings)\b", re.IGNORECASE)
_OF_A_LIMIT = re.compile(
    r"\b(?:cap|limit|stop|target|tight|loose|strict|generous|low|high|much|little|raise|lower|loosen|tighten"
    r"|relax|bump)\w*\b",
    re.IGNORECASE,
)
_OF_A_FEATURE = re.compile(r"\b(?:version|variant|look-?back)\b", re.IGNORECASE)
_COUNTS = {"run_experiment": "top_n", "propose_trades": "max_positions"}


def left_figures(previous: Call, evidence: Evidence) -> Candidates:
    """Return the setting that a lone figure is for in a variation of `previous`: "and a month?", "make it 3"."""
    claimed = [each for each in evidence.mentions if each.kind != "number"]
    shares = {
        name: [round(float(match["n"]) / 100, 6)]
        for name, said in SAID_AS.items()
        if name in previous.args
        and (
            match := re.search(
                rf"\b{said}\b[^.;,]{{0,12}}? (?P<n>[0-9]{{1,2}})\b(?! ?(?:days?|%))", evidence.text, re.IGNORECASE
            )
        )
    }
    if shares := shares or _scaled(previous, evidence) or _lone_share(previous, evidence):
        return dict(shares)
    found = [each for each in figures_in(evidence.text) if not any(other.overlaps(each) for other in claimed)]
    if (
        previous.tool not in _COUNTS
        or len({each.kind for each in found}) != 1
        or _OF_A_FEATURE.search(evidence.text)
    ):
        return {}
    name = {"length": "horizon_days", "count": _COUNTS[previous.tool]}.get(found[0].kind)
    if name not in args_of(previous.tool).model_fields:
        return {}
    meant = name in previous.args or name == "horizon_days" or _OF_NAMES.search(evidence.text)
    return {name: [int(found[0].value)]} if name and meant else {}


def _scaled(previous: Call, evidence: Evidence) -> Candidates:
    """Return the only limit of `previous`, halved or doubled: "halve that limit"."""
    held = [name for name in SAID_AS if name in previous.args]
    said = _SCALED.search(evidence.text)
    if len(held) != 1 or said is None:
        return {}
    factor = 2.0 if said["how"].lower() in ("double", "twice") else 0.5
    return {held[0]: [round(float(previous.args[held[0]]) * factor, 6)]}


def _lone_share(previous: Call, evidence: Evidence) -> Candidates:
    """Return the only limit of `previous` with the only figure said of it: "too tight, 25", "raise it to 35 %"."""
    held = [name for name in SAID_AS if name in previous.args]
    figures = re.findall(r"(?<![\w.])([0-9]{1,2}(?:\.[0-9])?)(?= ?(?:%|pct|per ?cent)|\W|$)", evidence.text)
    kinds = {each.kind for each in evidence.mentions} - {"number", "option"}
    kinds |= {each.value[0] for each in evidence.of("option")} & SAID_AS.keys() - {*held}  # it is of another one
    if len(held) != 1 or len(figures) != 1 or kinds or not _OF_A_LIMIT.search(evidence.text):
        return {}
    return {held[0]: [round(float(figures[0]) / 100, 6)]}
