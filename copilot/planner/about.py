"""Questions about the result that was just shown: why, is that significant, what did the costs take.

The words come from `prompts/plan/about.json`; every number in them is a reference to the stored record. Which
sentence fits is read off the record here, as the summaries under `prompts/answers` do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from copilot.messages import Turn
from copilot.planner.limits import says_no, says_yes
from copilot.planner.talk import reply
from copilot.planner.vocabulary import load_plan_file

STANDARD_ERRORS = 2
_WITH_FIGURES = ("run_experiment", "run_backtest", "show_report", "explain_experiment")
_COSTS = re.compile(
    r"^\W*(?:and |now |ok |so |but |same |what about |what if |run it )*"
    r"(?:without|with no|with zero|no|zero|before|ignoring) (?:any |the |all )?(?:trading |transaction )*"
    r"(?:fees?|costs?|commissions?|slippage)\W*$"
    r"|\b(?:how (?:much|many)|what|did|do|does|are|were)\b.*\b(?:costs?|fees|slippage)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^\W*(?:but |and |so |ok |hm+ )*(?:why(?: not| so| is that| was that)?|how come|what went wrong"
    r"|what happened)\W*$|\b(?:reason|cause) (?:for|of|behind) (?:the|this|that|its) (?:loss|result|outcome"
    r"|drawdown)"
    r"|^\W*(?:but |and |so )*(?:why|how come)\b.*\b(?:it|that|this|result|strategy|sharpe|return|model|lose"
    r"|lost|losing|bad|negative|low|poor|fail)\b",
    re.IGNORECASE,
)
_WORTH = re.compile(
    r"\bsignifican(?:t|ce)\b|^\W*(?:but |and |so |ok )*(?:is|was|are) (?:it|that|this|those|these)(?: result"
    r"| sharpe)?"
    r" (?:any )?(?:good|bad|real|luck|random|noise|enough|reliable|trustworthy|ok|a good (?:result|sharpe))\b"
    r"|^\W*(?:but |and |so |ok )*(?:does|did|do|will) (?:it|that|this|they) (?:really |actually )?"
    r"(?:work|hold up|mean anything)\W*$|^\W*(?:but |and |so )*what does (?:it|that|this) mean\W*$"
    r"|\b(?:is|was) (?:it|that|this) (?:just )?(?:luck|chance|noise)\b"
    r"|^\W*(?:so|and) what\W*$|\b(?:can|should) i (?:trust|believe) (?:it|that|this)\b|\b(?:is|was) there (?:an"
    r"|any) (?:edge|alpha)\W*$|\bhow (?:sure|certain|confident) (?:are you|is that)\b",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(
    r"(?P<mean>-?[0-9]+(?:\.[0-9]+)?) ?(?:\+ ?/ ?-|\u00b1|plus[ /]or[ /]minus|plus[ /-]minus"
    r"|with (?:a |an )?(?:standard error|s\.?e\.?)(?: of)?) ?(?P<error>[0-9]+(?:\.[0-9]+)?)",
    re.IGNORECASE,
)


def about_last(text: str, history: Sequence[Turn]) -> str | None:
    """Return the words to a question about the newest result, or to a yes or no that answers nothing; else None."""
    if says_no(text) and len(text.split()) == 1:
        return reply("declined")
    if says_yes(text) and re.match(r"\W*(?:yes|y|yep|yeah|go ahead|do it)\b", text, re.IGNORECASE):
        return reply("nothing_open")
    if given := _ESTIMATE.search(text):
        enough = abs(float(given["mean"])) > STANDARD_ERRORS * float(given["error"])
        return reply("rule_significant" if enough else "rule_insignificant")
    topic = next(
        (name for name, sign in (("why", _WHY), ("worth", _WORTH), ("costs", _COSTS)) if sign.search(text)), None
    )
    if topic is None:
        return None
    name, record = _newest(history)
    if name:
        return _words(topic, record).replace("[r]", name)
    return reply("no_result") if topic != "costs" else None


def _newest(history: Sequence[Turn]) -> tuple[str, Mapping[str, Any]]:
    """Return the name under which the newest record with figures can be referred to, and the record."""
    steps = [step for turn in history for step in turn.steps if step.result is not None]
    for step in reversed(steps):
        record = step.result or {}
        if isinstance(record.get("oos"), Mapping) and step.call.tool in _WITH_FIGURES:
            return step.call_id or ("last" if step is steps[-1] else ""), record
    return "", {}


def _words(topic: str, record: Mapping[str, Any]) -> str:
    about = load_plan_file("about.json")
    oos = record["oos"]
    sharpe, error = oos.get("sharpe"), oos.get("sharpe_stderr")
    if sharpe is None or error is None:
        return str(about["undefined"])
    if topic == "worth":
        verdict = "within" if abs(sharpe) <= STANDARD_ERRORS * error else "beyond" if sharpe > 0 else "below"
        return f"{about['figures']} {about[verdict]}"
    gross = _gross(record)
    parts = [about["figures"]]
    if gross is not None:
        place, value = gross
        parts.append(about["gross"].replace("[free]", str(place)))
        parts.append(about["took_it" if value > 0 >= sharpe else "no_signal" if value <= 0 else "took_some"])
    if topic == "why":
        held = (record.get("benchmarks") or {}).get("equal_weight") or {}
        if held.get("sharpe") is not None:
            parts.append(about["held"])
        parts.append(about["no_cause"])
    return " ".join(parts)


def _gross(record: Mapping[str, Any]) -> tuple[int, float] | None:
    """Return place and Sharpe ratio of the point without costs, where the record has one."""
    for place, point in enumerate(record.get("cost_curve") or ()):
        if point.get("multiple") == 0 and point.get("sharpe") is not None:
            return place, float(point["sharpe"])
    return None
