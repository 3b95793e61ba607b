"""The planner of the embedded model with its adapter: resolvers hear, the tuned model chooses and writes.

It shares the first planner's rules (refusals, definitions, follow-ups, what is asked back) and its retrieval. The
model's own view of which tool is meant joins that of the examples, and the arguments come from the model within
what `copilot.planner.offers` found in the words.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from copilot.messages import Call, LiveState, Turn
from copilot.model.llm import PlanningLLM
from copilot.planner import talk
from copilot.planner.answers import LIKELY
from copilot.planner.as_meant import as_meant
from copilot.planner.asides import without_asides
from copilot.planner.candidates import Candidates
from copilot.planner.edits import NAMES
from copilot.planner.emit import Missing, args_of, without_defaults
from copilot.planner.evidence import Evidence, gather
from copilot.planner.first import FirstPlanner
from copilot.planner.history import last_call, ranked_ids, usable
from copilot.planner.joints import parts
from copilot.planner.leeway import is_choice, readable, unspent
from copilot.planner.linear import load
from copilot.planner.offers import closed, offers
from copilot.planner.phrasebook import INDEX, ROUGH, shares_of, terms_with
from copilot.planner.refuse import forbidden
from copilot.planner.request import Request, tool_names
from copilot.planner.retrieve import Reading
from copilot.planner.sight import sight
from copilot.planner.unheard import kinds_unused, unknown_words
from copilot.planner.votes import FOLDED, folded, joined
from copilot.planner.written import write
from tools.catalog import TOOLS

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
MOST_READ = 4
LEAST = 0.01  # share below which the model's opinion is not looked up
_ORDERED = re.compile(
    r"^\W*(?:please )?guarantee\b|\b[0-9][0-9,]* (?:more )?(?:shares?|lots?|contracts?)\b", re.IGNORECASE
)
PLAINLY = frozenset({"refuse_outside"})  # what goes out of this machine is told by its words alone
PLAIN = 7.0  # log odds that a plain rule adds
STRANGE = 8.0  # log odds that words of which none is known add to "something outside"
KNOWN = 2.0  # log odds that known words alone take from "not offered here"
NO_QUERY = 1.0  # log odds that a query takes which nobody typed
UNUSED = 1.0  # log odds that a named thing without an argument takes
AGREED = 0.9  # share by words of what the examples say too: the model is not asked (of 190 it changed none)
CLEAR = 0.8  # share within a tool from which its closed choices are taken from the words
EXCLUDED, CERTAIN = 0.1, 0.6  # shares at which the model overrules a rule


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

    def __init__(self, llm: PlanningLLM, today: Callable[[], date], index: Path = INDEX) -> None:
        super().__init__(llm, today)
        self._model = llm
        self._index = index
        self._options = options()
        self._choices: dict[str, float] = {}
        self._seen: tuple[str, dict[str, float]] = ("", {})  # the last prompt, and what the model made of it
        self._kind = ""  # of words, as the model saw the last request

    def prompt_for(self, turns: Sequence[Turn], state: LiveState) -> str | None:
        """Return what the model reads for the last turn; see `copilot.plan.TellsPrompt`."""
        history = usable(tuple(turns[:-1]))
        user = as_meant(turns[-1].user, (*state.features, *state.symbols))
        return sight(history, gather(user, state, self._today(), ranked_ids(history)), state)

    def parts(self, text: str, history: Sequence[Turn], state: LiveState) -> list[str]:
        """Return a request in the parts that ask for different things; see `copilot.plan.TellsParts`."""
        evidence = gather(as_meant(text, (*state.features, *state.symbols)), state, self._today())
        before = last_call(history)
        found = parts(evidence, before.tool if before else None, self._index)
        return found if len(found) > 1 else [text]

    def shares(self, request: Request, cancel: threading.Event | None = None) -> dict[str, float]:
        """Return the model's share of certainty for each label that it holds likely."""
        prompt = sight(request.history, request.evidence, request.state)
        if prompt == self._seen[0]:
            return self._seen[1]
        found: dict[str, float] = {}
        self._kind = ""
        for each in self._model.rank(prompt, list(self._options), most=MOST_READ, least=LEAST, cancel=cancel):
            label, _, kind = self._options[each.option].partition(" ")
            self._kind = self._kind or kind
            found[label] = found.get(label, 0.0) + each.share
        self._seen = prompt, found
        return found

    def _asking(self, evidence: Evidence, history: tuple[Turn, ...]) -> str:
        before = last_call(history)
        return without_asides(evidence, before.tool if before else None, self._index)

    def _doubts(self, settled: Call, request: Request) -> bool:
        """Tell whether the model all but excludes what the rules settled, and is sure of a tool."""
        if "refuse" in settled.args and (_ORDERED.search(request.text) or forbidden(request.text) in PLAINLY):
            return False  # so many shares of something are an order, whatever comes with it
        if settled.args.get("text") and settled.args["text"] == talk.term_alone(request.text):
            return False
        before = last_call(request.history)
        if before is not None and settled.tool == before.tool and settled.args != before.args:
            return False  # a figure put in another's place
        shares = self.shares(request)
        agreeing = sum(share for label, share in shares.items() if _is_like(label, settled))
        best = max(shares, key=lambda label: shares[label])
        return agreeing < EXCLUDED and best in tool_names() and shares[best] > CERTAIN

    def _foreign(self, label: str, readings: list[Reading]) -> list[Reading]:  # noqa: ARG002  the model knows more
        """Return the readings as they are: that the examples lack the words says little."""
        return readings

    def _readings(self, request: Request) -> list[Reading]:
        """Return what the request may be about: a plain rule, the words' and the model's view of it joined."""
        first = super()._readings(request)[0]
        before = last_call(request.history)
        by_words = shares_of(request.evidence, before.tool if before else None, self._index)
        self._choices = by_words
        words = folded(by_words)
        if first.label in tool_names() - words.keys() and first.share > LIKELY:
            return [first, Reading("text", 0.0, 0.0)]  # a plugin's tool, of which neither was taught
        plain = first.label if first.share == 1.0 else None
        unused = {label: kinds_unused(label, request.evidence) for label in tool_names()}
        odds = {label: -UNUSED * many for label, many in unused.items()}
        odds["refuse_outside"] = STRANGE * load(self._index).strangeness(terms_with(request.evidence, None))
        if not unknown_words(request.evidence):
            odds["ask_without"] = -KNOWN  # a wish that nobody here can meet has a name of its own
        if not request.evidence.of("sql"):
            odds["query_data"] = odds.get("query_data", 0.0) - NO_QUERY  # what is to be looked up has been by now
        if plain:
            odds[plain] = odds.get(plain, 0.0) + PLAIN
        agreed = first.label in tool_names() and words.get(first.label, 0.0) >= AGREED
        return joined(words, words if agreed else self.shares(request), odds)

    def _write(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        if label not in tool_names():
            return self._say(label, request, cancel)
        try:
            request = readable(label, request)
            said = self._candidates(label, request)
            offered = offers(label, request.evidence, request.state)
            said = {**self._chosen(label, said), **said}
            offered = {name: values for name, values in offered.items() if name not in closed(label)}
            offered |= unspent(offered, said)
            sure = {
                name: values
                for name, values in said.items()
                if not is_choice(name, values, offered, request.evidence)
            }
            needed = [name for name in NAMES if said.get(name)]
            needed += ["name"] if offered.get("name") else []
            prompt = sight(request.history, request.evidence, request.state)
            call = write(self._model, prompt, label, sure, offered, needed=needed, cancel=cancel)
            return _without_same_exit(call)
        except Missing as missing:
            return self._ask(label, missing, request, cancel)

    def _chosen(self, tool: str, said: Candidates) -> Candidates:
        """Return the closed choices that the words stand for, where that is clear and no resolver heard any."""
        inside = {label: share for label, share in self._choices.items() if label.split()[0] == tool}
        best = max(inside, key=lambda label: inside[label], default="")
        heard = closed(tool) & said.keys() - (frozenset() if tool == "run_experiment" else ROUGH)
        if not inside or inside[best] < CLEAR * sum(inside.values()) or heard:
            return {}
        return {name: [json.loads(value)] for name, value in (each.split("=", 1) for each in best.split()[1:])}

    def _emit_exact(self, request: str, call: Call, cancel: threading.Event | None) -> Call:  # noqa: ARG002
        """Return a call that is settled, checked: the grammar would leave the model nothing to choose."""
        if call.args == {"text": ""}:
            return call
        return call.model_copy(update={"args": without_defaults(_checked(call), dict(call.args))})

    def _say(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        """Return words in place of a call."""
        if label == "text" and self._kind:
            words = talk.words_of_kind(self._kind, request.text)
            return self._emit_exact(request.text, Call(tool="reply", args={"text": words}), cancel)
        if label == "ask_without":
            return self._emit_exact(request.text, Call(tool="reply", args={"ask": talk.reply("ask_wish")}), cancel)
        return super()._write(label, request, cancel)


def _without_same_exit(call: Call) -> Call:
    """Return a rule without an exit on the very condition that it enters on: it holds while that is true."""
    if call.args.get("exit") is None or call.args["exit"] != call.args.get("entry"):
        return call
    return call.model_copy(update={"args": {name: value for name, value in call.args.items() if name != "exit"}})


def _checked(call: Call) -> BaseModel:
    return args_of(call.tool).model_validate_json(json.dumps(call.args))


def _is_like(label: str, call: Call) -> bool:
    """Tell whether a label stands for the same kind of answer as `call`."""
    if call.tool != "reply":
        return label == call.tool
    return label.startswith(tuple(name for name, value in call.args.items() if value is not None))
