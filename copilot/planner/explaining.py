"""Requests to explain an experiment, by their words: why it worked, what drives it, why it holds a symbol.

The plain forms are in `prompts/plan/explain.json`; other phrasings are left to the examples. A bare "why?" after a
result asks about its figures (`copilot.planner.about`), and "what is feature importance" asks for a definition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from copilot.messages import LiveState, Turn
from copilot.planner.candidates import Candidates
from copilot.planner.earlier import experiment_meant
from copilot.planner.evidence import Evidence
from copilot.planner.experiments import in_order
from copilot.planner.history import last_call
from copilot.planner.vocabulary import load_plan_file


def asks_why(evidence: Evidence) -> bool:
    """Tell whether a request plainly asks for an explanation of an experiment."""
    if evidence.of("sql") or evidence.of("code") or evidence.of("path"):
        return False
    return any(pattern.search(evidence.text) for pattern in _asks())


def about_a_holding(text: str) -> bool:
    """Tell whether a symbol in `text` is one that is held, rather than one that an experiment was run on."""
    holds = load_plan_file("explain.json")["holds"]
    return re.search(rf"\b{holds}\b|^\W*(?:and |but )?why [\w.]+\W*$", text, re.IGNORECASE) is not None


def with_shown(said: Candidates, evidence: Evidence, history: Sequence[Turn], state: LiveState) -> Candidates:
    """Return the arguments with the experiment shown last, where none is named and it is not the latest."""
    if "experiment" in said or evidence.of("experiment"):
        return said
    ids = in_order(state.experiments)
    name = experiment_meant(evidence, history)
    before = last_call(history)
    named = before is not None and before.args.get("experiment") == name
    return {"experiment": [name], **said} if name is not None and (named or name in ids[:-1]) else said


@cache
def _asks() -> tuple[re.Pattern[str], ...]:
    words = load_plan_file("explain.json")
    it = words["it"].replace("<run>", words["run"])
    patterns = (
        text.replace("<it>", it).replace("<run>", words["run"]).replace("<holds>", words["holds"])
        for text in words["asks"]
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
