"""What the arguments of a tool may be: as they were said, and where they were not, as the turns before say.

"Tune it", "same on QQQ", "both of them", "back to the first rule", "and beta_63?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.messages import Call, Turn
from copilot.planner import workbench
from copilot.planner.candidates import Candidates
from copilot.planner.carried import ADDS_CONDITION, carry_over
from copilot.planner.earlier import SAME_RULE, VARIED, gone_back_to, of_both, speaks_of_that_run, without_its_names
from copilot.planner.edits import NAMES
from copilot.planner.emit import Missing, args_of
from copilot.planner.evidence import Evidence
from copilot.planner.explaining import with_shown
from copilot.planner.fill import comparison, fill, tickers
from copilot.planner.fill_data import lacks_path
from copilot.planner.history import last_call, last_symbols
from copilot.planner.numbers import SMALL, read_small
from copilot.planner.request import Request, goes_with, leans_on_symbols

_ENDS: tuple[str, ...] = ("start", "end")
_AGAIN = re.compile(
    r"\b(?:re-?run|repeat|redo) (?:the|that|my|this)(?: same)? (?:test|experiment|run|backtest|rule)\b"
    r"|\b(?:the|that|my|this)(?: same)? (?:test|experiment|run|backtest|rule) (?:once )?(?:again|more)\b"
    r"|\bsame (?:test|experiment|backtest|(?:down)?load|import|pull)\b",
    re.IGNORECASE,
)
_SHOWS = re.compile(r"\b(?:show|see|print|display|list|look|give me|open)\b", re.IGNORECASE)
_THERE = re.compile(
    r"\b(?:on|for) (?:it|them|that one|those|these|(?:that|those|the same) (?:symbols?|stocks?|names?|tickers?))\b",
    re.IGNORECASE,
)
_ON_IT = re.compile(r"\b(?:on|for|with|to) (?:it|them|those|these|that one)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every\w*|any(?:thing| symbols?)|lake|which (?:symbols?|stocks?|tickers?)|whole)\b", re.IGNORECASE
)
_OTHERS = re.compile(
    rf"\bthe (?:other|remaining)(?: (?P<n>{SMALL})\b(?! (?:run|experiment|feature|report|year|day|month)s?)"
    r"| (?:stocks|symbols|names|tickers|companies)\b)|\bthe rest of (?:them|the (?:stocks|symbols|names))\b",
    re.IGNORECASE,
)
_DATES = re.compile(
    r"\b(?:same|identical)(?: [a-z]+(?:,| and))? (?:dates?|period|span|range|years|window|time ?frame|start)\b",
    re.IGNORECASE,
)


def candidates_for(tool: str, request: Request, earlier: Evidence | None) -> Candidates:
    """Return field -> candidates for `tool`.

    Args:
        tool: its name.
        request: what was said, and the turns before.
        earlier: the request before this one, where it is on record.

    Raises:
        Missing: what was said cannot be read, or a file is meant and not named.
    """
    evidence = request.evidence
    if tool == "ingest_data" and lacks_path(evidence):
        raise Missing("path")
    if any(mention.value is None for mention in evidence.mentions):
        raise Missing("entry")  # a condition was said that nobody can read
    said = workbench.arguments(
        fill(tool, evidence, request.state),
        tool=tool,
        evidence=evidence,
        history=request.history,
        state=request.state,
        earlier=earlier,
    )
    if workbench.lacks_symbols(tool, said, evidence):
        raise Missing("symbols" if "code" in said else "code")
    said = {**_of_both(tool, said, request), **said}
    if tool in workbench.OWN:
        return _on_top_of_the_last(tool, said, request)
    about = tool in ("explain_experiment", "show_report")
    if about or (tool == "propose_trades" and "experiment" not in said and speaks_of_that_run(evidence)):
        return with_shown(said, evidence, request.history, request.state)
    if tool == "compare_experiments":
        return comparison(evidence, request.state, request.history)
    return _varied(tool, said, request)


def _varied(tool: str, said: Candidates, request: Request) -> Candidates:
    """Return what was said on top of the call that it varies, or of the symbols that it leans on."""
    evidence, history = request.evidence, request.history
    if (back := gone_back_to(evidence, history, tool)) is not None:
        changed = without_its_names(evidence, back)
        return carry_over(back, fill(tool, changed, request.state), changed)
    # A hypothesis is varied across other calls ("again with volatility"); a report only right after it.
    again = tool in (*VARIED, "ingest_data") and _AGAIN.search(evidence.text) is not None
    again = again or (
        tool == "run_backtest"
        and (
            SAME_RULE.search(evidence.text) is not None
            or ("symbols" not in said and bool(ADDS_CONDITION.search(evidence.text)))
        )
    )
    previous = last_call(history, tool if tool == "run_experiment" or again else None)
    if previous is not None and previous.tool == tool and (again or goes_with(previous, evidence)):
        loaded = last_call(history)
        if loaded is not None and loaded.tool == "ingest_data" and _ON_IT.search(evidence.text):
            said = {"symbols": [list(loaded.args["symbols"])], **said}  # "the same test on it": what was loaded
        return carry_over(previous, _same_view(tool, said, request), evidence)
    said = _same_view(tool, _same_dates(said, evidence, history), request)
    if (
        "symbols" not in said
        and (leans_on_symbols(tool, request) or _looks_at_loaded(tool, said, request))
        and (symbols := last_symbols(history))
    ):
        return {"symbols": [symbols], **_of_those_bars(tool, request), **said}
    return said


def _of_those_bars(tool: str, request: Request) -> Candidates:
    """Return the length of the bars just loaded, which are the ones to look at: "any holes in them?"."""
    before = last_call(request.history)
    loaded = tool == "show_data" and before is not None and before.tool == "ingest_data"
    return {"interval": [before.args["interval"]]} if before and loaded and "interval" in before.args else {}


def _looks_at_loaded(tool: str, said: Candidates, request: Request) -> bool:
    """Tell whether what was just loaded or shown is to be looked at: "load Adobe", then "are there any gaps"."""
    before = last_call(request.history)
    there = before is not None and before.tool in ("ingest_data", "show_data")
    return tool == "show_data" and there and bool(said.get("view")) and not _ALL.search(request.text)


def _same_view(tool: str, said: Candidates, request: Request) -> Candidates:
    """Return what was said without "bars" as a view where it only names other bars: "and in the hourly bars?"."""
    before = last_call(request.history)
    if before is None or tool != "show_data" or before.tool != tool or not before.args.get("view"):
        return said
    if said.get("view") != ["bars"] or not said.get("interval") or _SHOWS.search(request.text):
        return said
    return {**said, "view": [before.args["view"]]}


def _same_dates(said: Candidates, evidence: Evidence, history: Sequence[Turn]) -> Candidates:
    """Return what was said with the period of the last call that had one, where "the same dates" are meant."""
    if not _DATES.search(evidence.text) or {"start", "end"} & said.keys():
        return said
    for turn in reversed(history):
        for step in reversed(turn.steps):
            args = step.call.args
            if dates := {name: [str(args[name])] for name in _ENDS if name in args}:
                return {**said, **dates}
    return said


def _of_both(tool: str, said: Candidates, request: Request) -> Candidates:
    """Return what "both" stands for among the names that a tool takes and that were not said."""
    fields = [field for field in NAMES if field in args_of(tool).model_fields and field not in said]
    both = {field: of_both(request.evidence, request.history, field) for field in fields}
    others = _others(request) if "symbols" in fields else []
    return {field: [names] for field, names in both.items() if names} | ({"symbols": [others]} if others else {})


def _others(request: Request) -> list[str]:
    """Return the stored symbols but for those of the call before, where these are meant: "and the other four"."""
    said = _OTHERS.search(request.text)
    named = {each.upper() for each in tickers(last_symbols(request.history))}
    others = [each for each in request.state.symbols if each.upper() not in named]
    if said is None or not named or len(others) == len(request.state.symbols):
        return []
    return others if said["n"] is None or read_small(said["n"]) == len(others) else []


def _on_top_of_the_last(tool: str, said: Candidates, request: Request) -> Candidates:
    """Return a check or a feature on top of the call before: "and beta_63?", "on IBM too"."""
    before: Call | None = last_call(request.history)
    if tool == "generate_features" and "symbols" not in said and _THERE.search(request.text):
        symbols = last_symbols(request.history)
        return {**said, "symbols": [symbols]} if symbols else said  # "the same on that symbol"
    follows = tool == "check_features" and request.evidence.continues and bool(said)
    if not follows or before is None or before.tool != tool:
        return said
    held: Candidates = {name: [list(before.args[name])] for name in NAMES if before.args.get(name)}
    if request.evidence.adds and "symbols" in said and "symbols" in held:
        said = {**said, "symbols": [list(dict.fromkeys([*held["symbols"][0], *said["symbols"][0]]))]}
    return {**held, **said}
