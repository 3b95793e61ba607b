"""What a request takes from the turns before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from copilot.messages import Call, Observation, Turn
from copilot.planner.candidates import Candidates
from copilot.planner.edits import NAMES, edited_names, left_figures, some_of_before
from copilot.planner.evidence import Evidence
from copilot.planner.fill_data import in_the_same_folder, says_bars
from copilot.planner.given_up import given_up, without
from copilot.planner.models import USUAL

_MEANT = {
    "oh", "ah", "hm", "well", "sorry", "oops", "typo", "meant", "mean", "course", "yes", "instead", "name",
    "correct", "right", "called",
}  # fmt: skip

_COMMAND = re.compile(
    r"\W*(?:(?:please|now|ok(?:ay)?|then|so|can you|could you|let's|first)\W+)*(?:run|tests?|backtest|train|load"
    r"|fetch|download|import|ingest|make|create|build|generate|open|show|list|compare|rank|check|plot|draw|chart"
    r"|compute"
    r"|calculate|propose|draft)\b",
    re.IGNORECASE,
)
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
        rf"|when it (?:hits|reaches|is at)))+"
        rf" {_FIGURE}"
        rf"|\b(?:over|above|below|under|at|hits?|reach(?:es)?) {_FIGURE.replace('figure', 'before')},? (?:to"
        rf"|before|and then) "
        rf"(?:i |we )?(?:{verbs})\b",
        re.IGNORECASE,
    )
    for field, verbs in {
        "entry": r"buy(?:ing)?|bought|enter(?:ed|ing)?|entry|get in|got in|getting in",
        "exit": r"sell(?:ing)?|sold|exit(?:ed|ing)?|leav(?:e|ing)|left|get out|got out|getting out|out",
    }.items()
}
_WON = re.compile(r"\b(?:better|best|won|wins?|winner|beats?|highest|strongest|ahead)\b", re.IGNORECASE)
_OF_A_LEVEL = frozenset({"number", "entry", "exit"})
_BEFORE = re.compile(r"\b(?:it|them|that|this|those|these|too|as well|also|instead|again|same)\b", re.IGNORECASE)


def usable(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the turns without failed calls, so that what was never done supplies nothing to what follows.

    A failure at the very end stays, for an answer to it ("times are in New York"); not so an unknown symbol.
    """
    newest = turns[-1].steps[-1:] if turns else ()
    return tuple(
        turn.model_copy(
            update={
                "steps": tuple(
                    step
                    for step in turn.steps
                    if step.status != "failed"
                    or (turn is turns[-1] and (step,) == newest and not unknown_names(step))
                )
            }
        )
        for turn in turns
    )


def unknown_names(step: Observation) -> list[str]:
    """Return the symbols of a failed call that its error calls unknown."""
    if step.failure is None or "is not a symbol" not in step.failure.message:
        return []
    return [str(name) for name in step.call.args.get("symbols") or () if repr(str(name)) in step.failure.message]


def corrected(turns: Sequence[Turn], evidence: Evidence, *, agrees: bool) -> Call | None:
    """Return the failed call before with another name in place of the unknown one, where one is given or taken."""
    steps = turns[-1].steps if turns else ()
    unknown = unknown_names(steps[-1]) if steps else []
    if not unknown:
        return None
    call, names = steps[-1].call, evidence.symbols
    if agrees and not names:
        hint = steps[-1].failure.hint if steps[-1].failure is not None else ""
        names = re.findall(r"(?:mean |or )([A-Z0-9^][\w.^=-]*)(?= \(|\?| or)", hint)
        names = names if len(names) == 1 else []
    if not names or any(word not in _MEANT for word in evidence.content):
        return None
    kept = [name for name in call.args["symbols"] if name not in unknown]
    return call.model_copy(update={"args": {**call.args, "symbols": [*kept, *names]}})


def last_call(turns: Sequence[Turn], tool: str | None = None) -> Call | None:
    """Return the newest call of `tool`, or of any tool, words aside."""
    calls = [step.call for turn in turns for step in turn.steps if step.call.tool != "reply"]
    calls = [call for call in calls if tool in (None, call.tool)]
    return calls[-1] if calls else None


def last_symbols(turns: Sequence[Turn]) -> list[str]:
    """Return the symbols of the newest call that had any."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            symbols = step.call.args.get("symbols")
            if isinstance(symbols, list | tuple) and symbols:
                return [str(symbol) for symbol in symbols]
    return []


def ranked_ids(turns: Sequence[Turn]) -> list[str]:
    """Return the experiments of the newest comparison by Sharpe ratio, highest first; empty without one."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            rows = (step.result or {}).get("experiments")
            if step.call.tool == "compare_experiments" and isinstance(rows, list | tuple):
                ratios = {name: sharpe for row in rows for name, sharpe in _ratio(row)}
                return sorted(ratios, key=lambda name: ratios[name], reverse=True)
            if step.call.tool == "compare_experiments":
                told = list(dict.fromkeys(re.findall(r"\bexp_[\w.-]*\w", turn.answer)))
                others = [each for each in step.call.args.get("experiments") or () if each not in told]
                if len(told) > 1 and (winner := _winner(turn.answer)):
                    return [winner, *(each for each in told if each != winner)]
                return [*told, *others] if len(told) == 1 else []
    return []


def _winner(answer: str) -> str | None:
    """Return the experiment of which an answer says that it did best."""
    ids = list(re.finditer(r"\bexp_[\w.-]*\w", answer))
    ends = [*(each.start() for each in ids[1:]), len(answer)]
    return next(
        (each[0] for each, end in zip(ids, ends, strict=True) if _WON.search(answer, each.end(), end)), None
    )


def _ratio(row: Any) -> list[tuple[str, float]]:
    """Return id and Sharpe ratio of one compared experiment; nothing where either is missing."""
    if not isinstance(row, Mapping):
        return []
    name, sharpe = row.get("experiment"), row.get("sharpe")
    return [(name, float(sharpe))] if isinstance(name, str) and isinstance(sharpe, int | float) else []


def commands(text: str) -> bool:
    """Tell whether the words begin with what is to be done, and lean on nothing said before."""
    return _COMMAND.match(text) is not None and _BEFORE.search(text) is None


def open_request(turns: Sequence[Turn]) -> list[str]:
    """Return the user's messages that were answered by a question and are still open, oldest first."""
    words: list[str] = []
    for turn in reversed(turns):
        if any(step.call.tool != "reply" for step in turn.steps) or not turn.answer.rstrip().endswith("?"):
            break
        words.insert(0, turn.user)
    return words


def carry_over(previous: Call, said: Candidates, evidence: Evidence) -> Candidates:
    """Return the arguments of `previous` changed by what was said now."""
    carried: Candidates = {name: [_plain(value)] for name, value in previous.args.items() if value is not None}
    revised = levels(previous, evidence.text)
    said = {**left_figures(previous, evidence), **said, **revised}
    models = [each.value for each in evidence.of("model") if each.value != previous.args.get("model", USUAL)]
    if models and "model" in said:
        said["model"] = models[:1]  # "swap ridge for logistic" names both
    dropped = given_up(previous, evidence)
    for name in dropped:
        said = without(name, _plain(previous.args[name]), said)
    if "entry" in said and "entry" in carried and ADDS_CONDITION.search(evidence.text):
        said = {**said, "entry": [f"{carried['entry'][0]} and {said['entry'][0]}"]}
    elif "entry" in said and "entry" not in revised:
        carried.pop("exit", None)  # the exit of another rule
    elif "exit" in said and "exit" not in revised:
        said["exit"] = [_of_what(said["exit"][0], previous)]
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
