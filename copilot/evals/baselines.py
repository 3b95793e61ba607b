"""Two simple planners to compare with: tools found by their words alone, and a model that writes without a grammar.

Both hear what the planner in use hears (`copilot.planner.evidence`), so that a difference is one of choosing the
tool or of writing the call, not of reading a date.
"""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from copilot.evals.bm25 import Bm25
from copilot.messages import Call, LiveState, Plan, Turn
from copilot.model.llm import PlanningLLM
from copilot.planner.as_meant import as_meant
from copilot.planner.candidates import Candidates
from copilot.planner.direct import after
from copilot.planner.emit import args_of, without_defaults
from copilot.planner.evidence import Evidence, gather
from copilot.planner.fill import fill
from copilot.planner.history import ranked_ids, usable
from copilot.planner.sight import sight
from copilot.planner.tuned import options
from copilot.planner.vocabulary import FUNCTION_WORDS, stem, words_of
from tools.catalog import TOOLS

NOT_A_CALL = Call(tool="not a call")
MOST_TOKENS = 256
COPIED = ("sql", "code")  # typed by the user, and copied by every planner here


class _Single(ABC):
    """The clock, the evidence, and what follows an observation: the same for both planners."""

    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call; see `Planner.plan`."""
        started = time.perf_counter()
        if turns[-1].steps:
            plan = Plan(call=after(turns[-1]), margin=1.0)
        else:
            text = as_meant(turns[-1].user, (*state.features, *state.symbols))
            evidence = gather(text, state, self._today(), ranked_ids(turns[:-1]))
            plan = self._new(evidence, turns[:-1], state, cancel)
        return plan.model_copy(update={"ms": (time.perf_counter() - started) * 1e3})

    @abstractmethod
    def _new(
        self, evidence: Evidence, history: Sequence[Turn], state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        """Return the plan for a request of which nothing has run yet."""


class Bm25Planner(_Single):
    """BM25 over descriptions and arguments chooses the tool, the resolvers fill it; no model, no conversation."""

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__(today)
        self._index = Bm25({tool.name: _terms(_text_of(tool.name, tool.description)) for tool in TOOLS})

    def _new(
        self,
        evidence: Evidence,
        history: Sequence[Turn],  # noqa: ARG002
        state: LiveState,
        cancel: threading.Event | None,  # noqa: ARG002
    ) -> Plan:
        (best, score), (_, second) = self._index.rank(_terms(evidence.text))[:2]
        if score == 0:
            return Plan(call=Call(tool="reply", args={"text": "No tool does that."}), margin=1.0)
        return Plan(call=_filled(best, fill(best, evidence, state)), margin=(score - second) / score)


class NoGrammarPlanner(_Single):
    """The tuned model writes whatever it holds likeliest; what is not a call counts as written.

    The margin is the gap between the two answers that it holds likeliest, as it is for the tuned planner.
    """

    def __init__(self, llm: PlanningLLM, today: Callable[[], date]) -> None:
        super().__init__(today)
        self._llm = llm
        self._options = list(options())

    def _new(
        self, evidence: Evidence, history: Sequence[Turn], state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        prompt = sight(usable(tuple(history)), evidence, state)
        first, second = self._llm.rank(prompt, self._options, most=2, cancel=cancel)
        text = self._llm.generate(prompt, max_tokens=MOST_TOKENS, cancel=cancel).text
        call = read_call(text)
        copied = {name: values[0] for name, values in fill(call.tool, evidence, state).items() if name in COPIED}
        call = call.model_copy(update={"args": {**call.args, **copied}})
        return Plan(call=call, margin=max(0.0, first.share - second.share))


def read_call(text: str) -> Call:
    """Return the call that a text is as a whole, `NOT_A_CALL` where it is none."""
    try:
        value = json.loads(text)
        return Call.model_validate(value)
    except (ValueError, RecursionError, ValidationError):
        return NOT_A_CALL


def _filled(tool: str, candidates: Candidates) -> Call:
    """Return the call with the first candidate of each argument; a question where it lacks what it needs."""
    model = args_of(tool)
    args: dict[str, Any] = {name: values[0] for name, values in candidates.items()}
    while True:
        try:
            checked = model.model_validate_json(json.dumps(args))
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else ""
            if field not in args:
                return Call(tool="reply", args={"ask": f"What is {field or 'it'} to be?"})
            del args[field]
            continue
        return Call(tool=tool, args=without_defaults(checked, args))


def _text_of(name: str, description: str) -> str:
    """Return what is written about a tool: its name, its docstring, and its arguments with their choices."""
    schema = args_of(name).model_json_schema()
    arguments = [
        f"{argument} {each.get('description', '')} {' '.join(map(str, each.get('enum', ())))}"
        for argument, each in schema.get("properties", {}).items()
    ]
    return " ".join([name, description, schema.get("description", ""), *arguments]).replace("_", " ")


def _terms(text: str) -> list[str]:
    return [stem(word) for word in words_of(text) if word not in FUNCTION_WORDS]
