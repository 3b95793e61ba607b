"""Does a request change the call before it: "and IBM as well", "now weekly", "what about the ridge one"."""

from __future__ import annotations

import re

from copilot.messages import Call
from copilot.planner import workbench
from copilot.planner.earlier import SAME_RULE, points_at_another
from copilot.planner.edits import renames
from copilot.planner.evidence import Evidence
from copilot.planner.fill import fill
from copilot.planner.making import NOUN
from copilot.planner.request import Request
from copilot.planner.retrieve import Reading

SHOWN = ("show_report", "explain_experiment")
_TRIES = re.compile(r"\b(?:try|test|use|predict\w*|run)\b", re.IGNORECASE)
_BASED = re.compile(r"\b(?:base|bas(?:ed|is|ing)|from|following|according to|use|with|go by)\b", re.IGNORECASE)
_POINTING = {"ok", "okay", "other", "other's", "one", "one's", "ones", "s", "former", "latter"}
_CHECKS = re.compile(
    r"\b(?:check|vet|verify) (?:it|them|that|this) (?:on|for|with)\b|\bsame check\b", re.IGNORECASE
)
_HOW_IT_DID = re.compile(  # "how did that last one do in 2022 alone?"
    r"\W*(?:and |so |ok |but )*(?:how|what) (?:did|would|does|about) (?:it|that|this|the)(?: last| same)?"
    r"(?: one| rule| run| test| strategy)?(?: have)?"
    r" (?:do|done|go|gone|fare[ds]?|perform(?:ed)?|look(?:ed)?|behave[ds]?|hold up|work(?:ed)?)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(rf"\bthe other {NOUN}\b", re.IGNORECASE)
_ANOTHER_RUN = re.compile(
    r"\W*(?:and|what about|how about|now|same for|same with|ok(?:ay)?|then|and for)(?: for)? (?:the|my) "
    r"(?:[\w-]+ ){1,4}(?:one|run|experiment|test|backtest|report)\W*$",
    re.IGNORECASE,
)


def goes_on(previous: Call, best: Reading, request: Request) -> bool:
    """Tell whether a request changes `previous`; `best` is what it is most likely about by itself."""
    evidence = request.evidence
    if previous.tool in workbench.OWN and _TRIES.search(evidence.text):
        return False  # "try it on MSFT" tests what was made
    if evidence.of("money") and "capital_usd" not in previous.args:
        return False  # "30k on that" is about a proposal
    if _takes_it_up(previous, evidence):
        return True
    if previous.tool in SHOWN and points_at_another(evidence):
        return not set(evidence.content) - _POINTING
    fits = not evidence.content or best.label == previous.tool
    return fits and evidence.continues and bool(fill(previous.tool, evidence, request.state))


def _takes_it_up(previous: Call, evidence: Evidence) -> bool:
    """Tell whether the words plainly take up a call of this tool: the same rule, another run, names changed."""
    if previous.tool in SHOWN and _ANOTHER_RUN.match(evidence.text):
        return True
    if previous.tool == "check_features" and (_CHECKS.search(evidence.text) or _OTHER.search(evidence.text)):
        return True
    if previous.tool == "run_backtest" and SAME_RULE.search(evidence.text) and evidence.symbols:
        return True
    tests = previous.tool in ("run_experiment", "run_backtest")
    if tests and evidence.of("period") and _HOW_IT_DID.match(evidence.text):
        return True
    named = evidence.of("experiment") or evidence.of("model")
    if previous.tool == "propose_trades" and named and _BASED.search(evidence.text):
        return True
    changes = ("run_experiment", "run_backtest", "propose_trades", "ingest_data")
    return previous.tool in changes and renames(previous, evidence)
