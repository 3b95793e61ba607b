"""The index that a request is compared with: authored examples of every tool and of every kind of reply."""

from __future__ import annotations

from datetime import date
from functools import cache

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.phrases import spoken
from copilot.planner.retrieve import Retriever, terms_of
from copilot.planner.vocabulary import load_plan_file
from tools.catalog import TOOLS

BY_FORM = frozenset({"run_backtest"})  # known by its conditions (`copilot.planner.rule`), not by phrasings
COMPARED = ("exp_20000101_LGBM_A_1d",)  # "the better one" is a mention in the examples too


@cache
def example_index() -> Retriever:
    """Return the index over the authored examples, those of the tools themselves, and the phrases of plugins."""
    examples: dict[str, list[str]] = {label: list(many) for label, many in load_plan_file("examples.json").items()}
    for tool in TOOLS:
        if tool.name in BY_FORM:
            continue
        examples.setdefault(tool.name, []).extend([*tool.examples, tool.description, *spoken(tool)])
    today = date(2000, 1, 1)  # the kind of a mention counts here, not its value
    return Retriever(
        {
            label: [
                terms_of(found.text, found.mentions)
                for found in (gather(each, LiveState(), today, COMPARED) for each in many)
            ]
            for label, many in examples.items()
        }
    )
