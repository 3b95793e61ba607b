"""The first planner: rules refuse, retrieval chooses the tool, what was said fills it, the model writes the call.

For a small model without training. It knows the phrasings of `prompts/plan/examples.json` and their neighbours;
where two tools are close, the margin says so and the user is asked. A tuned model takes its place behind the same
protocol.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from copilot.messages import Call, LiveState, Plan, Turn
from copilot.model.llm import LLM
from copilot.planner import talk
from copilot.planner.candidates import Candidates
from copilot.planner.emit import Missing, emit
from copilot.planner.evidence import Evidence, gather
from copilot.planner.fill import fill
from copilot.planner.fill_data import lacks_path
from copilot.planner.history import carry_over, last_call, last_symbols, open_request, ranked_ids
from copilot.planner.refuse import forbidden
from copilot.planner.retrieve import Reading, Retriever, terms_of
from copilot.planner.vocabulary import load_plan_file
from tools.catalog import TOOLS

UNSURE = 0.5  # below this margin the next readings are worked out too
SURE = 0.6  # a share of certainty above this makes a few words a request of their own
UNKNOWN_SCORE = 0.3  # a best score below this is a request about something else
UNKNOWN_COVERAGE = 0.65  # or one whose words are mostly new, with nothing named that the tools know
SHORT = 2  # words of substance up to which an answer to a question is only an answer
MOST_ALTERNATIVES = 2
# What only these tools know; a request that names one is not about something else.
_SUBJECTS = frozenset({"symbol", "feature", "experiment", "winner", "money", "path"})
_PRONOUN = re.compile(r"\b(?:its?|them|their|those|these|that|this|the same|there(?=\W*$))\b", re.IGNORECASE)
_COMPARED = ("exp_20000101_LGBM_A_1d",)  # "the better one" is a mention in the examples too
_ASK = {
    ("ingest_data", "path"): "ask_path",
    ("ingest_data", "interval"): "ask_interval",
    ("show_data", "interval"): "ask_interval",
    ("ingest_data", "symbols"): "ask_symbols_ingest",
    ("run_experiment", "symbols"): "ask_symbols_experiment",
    ("propose_trades", "capital_usd"): "ask_capital",
    ("query_data", "sql"): "ask_sql",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request with what it may lean on."""

    evidence: Evidence
    history: tuple[Turn, ...]
    state: LiveState

    @property
    def text(self) -> str:
        """The words that were searched."""
        return self.evidence.text


class FirstPlanner:
    """A `Planner` over any `LLM`; `today` dates phrases such as "the last five years"."""

    def __init__(self, llm: LLM, today: Callable[[], date]) -> None:
        self._llm = llm
        self._today = today
        self._retriever = example_index()

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call; see `Planner.plan`."""
        started = time.perf_counter()
        turn = turns[-1]
        if turn.steps:
            call = self._emit_exact(turn.user, _after(turn), cancel)
            plan = Plan(call=call, margin=1.0)
        else:
            plan = self._plan_new(turn.user, tuple(turns[:-1]), state, cancel)
        return plan.model_copy(update={"ms": (time.perf_counter() - started) * 1e3})

    def _plan_new(
        self, user: str, history: tuple[Turn, ...], state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        evidence = gather(user, state, self._today(), ranked_ids(history))
        if words := _own_words(user, evidence):
            return Plan(call=self._emit_exact(user, words, cancel), margin=1.0)
        request = self._complete(Request(evidence, history, state))
        readings = self._readings(request)
        call = self._write(readings[0].label, request, cancel)
        margin = min(1.0, max(0.0, readings[0].share - readings[1].share))
        others: list[Call] = []
        if margin < UNSURE:
            written = (
                self._write(reading.label, request, cancel) for reading in readings[1 : MOST_ALTERNATIVES + 1]
            )
            others = [other for other in written if other != call]
        return Plan(call=call, margin=margin, alternatives=tuple(others))

    def _complete(self, request: Request) -> Request:
        """Put an answer to our own question behind the request that it answers."""
        asked = open_request(request.history)
        if not asked or len(request.evidence.content) > SHORT:
            return request
        both = gather(f"{asked}, {request.text}", request.state, self._today())
        if request.evidence.content and self._label(request.evidence) not in (None, self._label(both)):
            return request  # it has words of its own, and they ask for something else
        return replace(request, evidence=both)

    def _label(self, evidence: Evidence) -> str | None:
        """Return what `evidence` is about where that is clear by itself."""
        best = self._retriever.rank(terms_of(evidence.text, evidence.mentions))[0]
        return best.label if best.share > SURE else None

    def _readings(self, request: Request) -> list[Reading]:
        """Return what the request may be about, best first; at least two."""
        evidence = request.evidence
        if evidence.of("sql"):
            return _certain("query_data")
        terms = terms_of(evidence.text, evidence.mentions)
        readings = self._retriever.rank(terms)
        previous = last_call(request.history)
        if previous is not None and self._goes_on(previous, readings[0], request):
            return _certain(previous.tool)
        if self._is_foreign(readings[0], terms, evidence):
            return _certain("refuse_outside" if self._retriever.coverage(terms) else "ask_unclear")
        return readings

    def _goes_on(self, previous: Call, best: Reading, request: Request) -> bool:
        """Tell whether the request changes the call before it: "and IBM as well", "now with a weekly horizon"."""
        evidence = request.evidence
        fits = not evidence.content or best.label == previous.tool
        return fits and evidence.continues and bool(fill(previous.tool, evidence, request.state))

    def _is_foreign(self, best: Reading, terms: list[str], evidence: Evidence) -> bool:
        if {mention.kind for mention in evidence.mentions} & _SUBJECTS:
            return False
        return best.score < UNKNOWN_SCORE or self._retriever.coverage(terms) < UNKNOWN_COVERAGE

    def _write(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        """Return the call for one reading of the request."""
        if label not in _tool_names():
            return self._emit_exact(request.text, _words_for(label, request.text), cancel)
        try:
            return emit(self._llm, request.text, label, self._candidates(label, request), cancel)
        except Missing as missing:
            of_file = missing.field == "symbols" and bool(request.evidence.of("path"))
            name = "ask_symbols_file" if of_file else _ASK.get((label, missing.field), "ask_unclear")
            return self._emit_exact(request.text, Call(tool="reply", args={"ask": talk.reply(name)}), cancel)

    def _candidates(self, tool: str, request: Request) -> Candidates:
        """Return what the arguments of `tool` may be. Raises Missing where a file is meant and not named."""
        if tool == "ingest_data" and lacks_path(request.evidence):
            raise Missing("path")
        said = fill(tool, request.evidence, request.state)
        # A hypothesis is varied across other calls ("again with volatility"); a report only right after it.
        previous = last_call(request.history, tool if tool == "run_experiment" else None)
        if previous is not None and previous.tool == tool and _goes_with(previous, request.evidence):
            return carry_over(previous, said, request.evidence)
        if (
            "symbols" not in said
            and _leans_on_symbols(tool, request)
            and (symbols := last_symbols(request.history))
        ):
            return {"symbols": [symbols], **said}
        return said

    def _emit_exact(self, request: str, call: Call, cancel: threading.Event | None) -> Call:
        """Write a call that is settled: each argument has one candidate."""
        if call.args == {"text": ""}:
            return call  # the answer is the record's summary; there is nothing to write
        return emit(self._llm, request, call.tool, {name: [value] for name, value in call.args.items()}, cancel)


def _goes_with(previous: Call, evidence: Evidence) -> bool:
    """Tell whether a request for the tool used before means its arguments too: "which of them is better"."""
    again = previous.tool == "compare_experiments" and _PRONOUN.search(evidence.text) is not None
    return again or evidence.continues


def _leans_on_symbols(tool: str, request: Request) -> bool:
    """Tell whether a request without symbols means those of the call before: "and the news about them"."""
    evidence = request.evidence
    if tool in ("ingest_data", "show_data") and not evidence.of("path"):
        return evidence.continues or _PRONOUN.search(evidence.text) is not None
    return tool == "run_experiment"


def _own_words(text: str, evidence: Evidence) -> Call | None:
    """Return the reply to a request that needs no tool: refused, a definition, a how-to; None for the others."""
    if not text.strip():
        return Call(tool="reply", args={"ask": talk.reply("ask_unclear")})
    if not evidence.of("sql") and (label := forbidden(text)):
        return Call(tool="reply", args={"refuse": talk.reply(label)})
    if evidence.of("symbol") or evidence.of("experiment"):
        return None
    if meaning := talk.definition(text):
        return Call(tool="reply", args={"text": meaning})
    if talk.is_how_to(text):
        return Call(tool="reply", args={"text": talk.small_talk(text)})
    return None


def _words_for(label: str, text: str) -> Call:
    if label == "text":
        return Call(tool="reply", args={"text": talk.small_talk(text)})
    branch = "ask" if label.startswith("ask_") else "refuse"
    return Call(tool="reply", args={branch: talk.reply(label)})


def _after(turn: Turn) -> Call:
    """Return the call that follows an observation: fetch what was missing, repeat what needed it, or answer."""
    calls = [step.call for step in turn.steps]
    last = turn.steps[-1]
    suggestion = last.failure.suggestion if last.failure is not None else None
    if suggestion is not None and suggestion not in calls:
        return suggestion
    if last.status == "ok" and len(turn.steps) > 1:
        before = turn.steps[-2]
        if before.failure is not None and before.failure.suggestion == last.call:
            return before.call
    return Call(tool="reply", args={"text": ""})


def _certain(label: str) -> list[Reading]:
    return [Reading(label, 1.0, 1.0), Reading("text", 0.0, 0.0)]


@cache
def _tool_names() -> frozenset[str]:
    return frozenset(tool.name for tool in TOOLS)


@cache
def example_index() -> Retriever:
    """Return the index over the authored examples and those of the tools themselves."""
    examples: dict[str, list[str]] = {label: list(many) for label, many in load_plan_file("examples.json").items()}
    for tool in TOOLS:
        examples.setdefault(tool.name, []).extend([*tool.examples, tool.description])
    today = date(2000, 1, 1)  # the kind of a mention counts here, not its value
    return Retriever(
        {
            label: [
                terms_of(found.text, found.mentions)
                for found in (gather(each, LiveState(), today, _COMPARED) for each in many)
            ]
            for label, many in examples.items()
        }
    )
