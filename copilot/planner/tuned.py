"""The planner of the embedded model with its adapter: resolvers hear, the tuned model chooses and writes.

It shares the first planner's rules (refusals, definitions, follow-ups, what is asked back) and its retrieval. The
model's own view of which tool is meant joins that of the examples, and the arguments come from the model within
what `copilot.planner.offers` found in the words.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from copilot.messages import Call
from copilot.model.llm import PlanningLLM
from copilot.planner import talk
from copilot.planner.emit import Missing
from copilot.planner.evidence import Evidence
from copilot.planner.first import FirstPlanner
from copilot.planner.offers import Offers, offers
from copilot.planner.request import Request, tool_names
from copilot.planner.retrieve import Reading
from copilot.planner.sight import sight
from copilot.planner.written import write
from tools.catalog import TOOLS

# Where the model asks for something, the tool that would need it: the resolvers say whether it is missing.
FOLDED = {
    "ask_symbols_ingest": "ingest_data",
    "ask_path": "ingest_data",
    "ask_symbols_experiment": "run_experiment",
    "ask_condition": "run_backtest",
    "ask_capital": "propose_trades",
    "ask_feature": "generate_features",
    "ask_feature_part": "generate_features",
}
ASKS = (*FOLDED, "ask_without", "ask_unclear")
TEXTS = ("greeting", "thanks", "bye", "identity", "help", "definition", "how_to", "remark")
REFUSALS = (
    "refuse_broker",
    "refuse_secret",
    "refuse_guarantee",
    "refuse_tamper",
    "refuse_outside",
    "refuse_future",
    "refuse_holdout_misuse",
)
MOST_READ = 6
FLOOR = 1e-4
UNKNOWN = 0.5  # share of "something else" where no example has the words
EXCLUDED, CERTAIN = 0.1, 0.6  # shares at which the model overrules a rule
NAMES = ("symbols", "features")
CHOSEN = frozenset({*NAMES, "source"})


def options() -> dict[str, str]:
    """Return the beginning of every answer the model may give, with the label it stands for."""
    tools = {f'{{"tool":"{tool.name}"': tool.name for tool in TOOLS}
    asks = {_reply("ask", label): FOLDED.get(label, label) for label in ASKS}
    refusals = {_reply("refuse", label): label for label in REFUSALS}
    texts = {_reply("text", kind): f"text {kind}" for kind in TEXTS}
    return {**tools, **asks, **refusals, **texts}


def _reply(branch: str, label: str) -> str:
    return json.dumps({"tool": "reply", "args": {branch: label}}, separators=(",", ":"))


class TunedPlanner(FirstPlanner):
    """A `Planner` over the embedded model and its adapter."""

    def __init__(self, llm: PlanningLLM, today: Callable[[], date]) -> None:
        super().__init__(llm, today)
        self._model = llm
        self._options = options()
        self._kind = ""  # of words, as the model saw the last request

    def shares(self, request: Request, cancel: threading.Event | None = None) -> dict[str, float]:
        """Return the model's share of certainty for each label that it holds likely."""
        prompt = sight(request.history, request.evidence, request.state)
        found: dict[str, float] = {}
        self._kind = ""
        for each in self._model.rank(prompt, list(self._options), most=MOST_READ, cancel=cancel):
            label, _, kind = self._options[each.option].partition(" ")
            self._kind = self._kind or kind
            found[label] = found.get(label, 0.0) + each.share
        return found

    def _doubts(self, settled: Call, request: Request) -> bool:
        """Tell whether the model all but excludes what the rules settled, and is sure of a tool."""
        shares = self.shares(request)
        agreeing = sum(share for label, share in shares.items() if _is_like(label, settled))
        best = max(shares, key=lambda label: shares[label])
        return agreeing < EXCLUDED and best in tool_names() and shares[best] > CERTAIN

    def _foreign(self, label: str, readings: list[Reading]) -> list[Reading]:
        """Return what the examples say of words they do not have: little, and that is for the model to weigh."""
        return [Reading(label, 1.0, UNKNOWN), *(replace(each, share=each.share * UNKNOWN) for each in readings)]

    def _readings(self, request: Request) -> list[Reading]:
        """Return what the request may be about, the rules' and the examples' view joined with the model's."""
        return joined(super()._readings(request), self.shares(request))

    def _write(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        if label not in tool_names():
            return self._say(label, request, cancel)
        try:
            request = _readable(label, request)
            said = self._candidates(label, request)
            offered = offers(label, request.evidence, request.state)
            sure = {name: values for name, values in said.items() if not _is_choice(name, values, offered)}
            needed = [name for name in NAMES if said.get(name)]
            needed += ["name"] if offered.get("name") else []
            prompt = sight(request.history, request.evidence, request.state)
            return write(self._model, prompt, label, sure, offered, needed=needed, cancel=cancel)
        except Missing as missing:
            return self._ask(label, missing, request, cancel)

    def _say(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        """Return words in place of a call."""
        if label == "text" and self._kind:
            words = talk.words_of_kind(self._kind, request.text)
            return self._emit_exact(request.text, Call(tool="reply", args={"text": words}), cancel)
        if label == "ask_without":
            return self._emit_exact(request.text, Call(tool="reply", args={"ask": talk.reply("ask_wish")}), cancel)
        return super()._write(label, request, cancel)


def _readable(label: str, request: Request) -> Request:
    """Return a request without the conditions that no rule could place, where every one was read all the same."""
    unread = [each for each in request.evidence.mentions if each.value is None]
    read = offers(label, request.evidence, request.state).get("entry", []) if unread else []
    kinds = {each.kind for each in request.evidence.mentions if each.kind in ("entry", "exit")}
    if label != "run_backtest" or not unread or len(read) < len(kinds):
        return request
    kept = tuple(each for each in request.evidence.mentions if each.kind not in kinds)
    return replace(request, evidence=Evidence(request.text, kept))


def _is_like(label: str, call: Call) -> bool:
    """Tell whether a label stands for the same kind of answer as `call`."""
    if call.tool != "reply":
        return label == call.tool
    return label.startswith(tuple(name for name, value in call.args.items() if value is not None))


def _is_choice(field: str, values: list[Any], offered: Offers) -> bool:
    """Tell whether the model may choose the value of a field that the resolvers found.

    It may where it was taught better than the rules know: among names and closed choices that are in the words.
    """
    if field not in CHOSEN or not offered.get(field) or not values:
        return False
    said = values[0] if isinstance(values[0], list) else [values[0]]
    return set(said) <= {*offered[field]} and (field not in NAMES or len(offered[field]) > len(said))


def joined(first: list[Reading], shares: dict[str, float], weight: float = 0.5) -> list[Reading]:
    """Return the readings by the product of both shares, each to its weight; at least two."""
    labels = dict.fromkeys([*(reading.label for reading in first), *shares])
    retrieved = {reading.label: reading.share for reading in first}
    logs = {
        label: weight * math.log(max(FLOOR, shares.get(label, 0.0)))
        + (1 - weight) * math.log(max(FLOOR, retrieved.get(label, 0.0)))
        for label in labels
    }
    top = max(logs.values())
    powers = {label: math.exp((value - top) / max(weight, 1 - weight)) for label, value in logs.items()}
    whole = sum(powers.values())
    ranked = sorted(labels, key=lambda label: logs[label], reverse=True)
    return [Reading(label, retrieved.get(label, 0.0), powers[label] / whole) for label in ranked]
