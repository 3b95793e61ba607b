"""What a request takes from the turns before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from copilot.messages import Call, Observation, Turn
from copilot.planner.evidence import Evidence

_MEANT = {
    "oh", "ah", "hm", "well", "sorry", "oops", "typo", "meant", "mean", "course", "yes", "instead", "name",
    "correct", "right", "called",
}  # fmt: skip

_COMMAND = re.compile(
    r"\W*(?:(?:please|now|ok(?:ay)?|then|so|can you|could you|let's|first)\W+)*(?:run|tests?|backtest|train|load"
    r"|fetch|download|import|ingest|make|create|build|generate|open|show|list|compare|rank|check|plot|draw|chart"
    r"|compute|calculate|propose|draft)\b",
    re.IGNORECASE,
)
_WON = re.compile(r"\b(?:better|best|won|wins?|winner|beats?|highest|strongest|ahead)\b", re.IGNORECASE)
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
