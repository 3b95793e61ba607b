"""The planner of a model that SLQ was not tuned for: it reads the catalogue, chooses a tool and writes the call.

What a promise depends on is not left to the model: orders, secrets and tampering are refused before it is asked, a
missing symbol's data is fetched as the error says, figures are copied from the words, answers hold no digit. The
choice of a tool is read from the model's own shares; the gap between the two likeliest is the margin. A call that
does not hold is written again at most twice, each time under a narrower grammar.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol

from pydantic import ValidationError

from copilot.loop import CHOICE_BELOW
from copilot.messages import Call, LiveState, Plan, Turn
from copilot.model.llm import Lark, PlanningLLM, Share
from copilot.planner import talk
from copilot.planner.direct import after, own_words
from copilot.planner.emit import Missing, args_of, without_defaults
from copilot.planner.evidence import gather
from copilot.planner.history import ranked_ids
from copilot.planner.missing import question_for
from copilot.planner.prompted.catalogue import DONE, WORDS, WRITTEN, Schema, entries, entry_of
from copilot.planner.prompted.dialogue import Exchange, fitted
from copilot.planner.prompted.narrow import Limits, after_failure, after_rejection, args_schema
from copilot.planner.prompted.said import Said
from copilot.planner.prompted.words import as_reply, words_schema
from copilot.planner.unheard import unheard

MOST_REPAIRS = 2
MOST_ALTERNATIVES = 2
ANSWER_TOKENS = 200  # of a call; code and queries take more
CODE_TOKENS = 400


class Syntax(Protocol):
    """How a model is told of tools, and how it writes a call."""

    def prompt(self, exchanges: Sequence[Exchange]) -> str:
        """Return the text that the model reads, up to where its call begins."""

    def option(self, name: str) -> str:
        """Return how a call of `name` begins, up to where no other call begins alike."""

    def grammar(self, name: str, args: Schema) -> Schema | Lark:
        """Return the grammar of a call of `name`."""

    def read(self, text: str) -> dict[str, Any]:
        """Return the arguments of a written call. Raises ValueError where it is cut off."""


class CataloguePlanner:
    """A `Planner` over a model and the syntax it calls tools in.

    Args:
        llm: the model.
        syntax: how it is told of tools and writes calls.
        context_tokens: what the model holds, prompt and answer together.
        today: dates phrases such as "the last five years".
    """

    def __init__(self, llm: PlanningLLM, syntax: Syntax, *, context_tokens: int, today: Callable[[], date]) -> None:
        self._llm, self._syntax, self._today = llm, syntax, today
        self._room = context_tokens - CODE_TOKENS

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call; see `Planner.plan`."""
        started = time.perf_counter()
        plan = self._settled(turns, state) or self._chosen(turns, state, cancel)
        return plan.model_copy(update={"ms": (time.perf_counter() - started) * 1e3})

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        return self._llm.count_tokens(text)

    def _settled(self, turns: Sequence[Turn], state: LiveState) -> Plan | None:
        """Return what is not left to the model: a refusal, fixed words, the call that an error asks for."""
        turn = turns[-1]
        if turn.steps:
            call = after(turn)
            ended = turn.steps[-1].status not in ("ok", "failed")
            return Plan(call=call, margin=1.0) if call.tool != "reply" or ended else None
        evidence = gather(turn.user, state, self._today(), ranked_ids(turns[:-1]))
        call_or_none = own_words(turn.user, evidence)
        return None if call_or_none is None else Plan(call=call_or_none, margin=1.0)

    def _chosen(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None) -> Plan:
        turn = turns[-1]
        evidence = gather(turn.user, state, self._today(), ranked_ids(turns[:-1]))
        said = Said(evidence, tuple(turns), state)
        prompt = self._syntax.prompt(fitted(turns, state, self._today(), fits=self._fits))
        names = [entry.name for entry in entries() if turn.steps or entry.name != DONE]
        options = {self._syntax.option(name): name for name in names}
        shares = self._llm.rank(prompt, list(options), most=MOST_ALTERNATIVES + 1, cancel=cancel)
        ranked = [Share(option=options[each.option], share=each.share) for each in shares]
        margin = ranked[0].share - ranked[1].share
        call = self._write(ranked[0].option, prompt, said, cancel)
        if any(call == step.call for step in turn.steps):
            call = as_reply(DONE, {})  # it was done already
        others: list[Call] = []
        if margin < CHOICE_BELOW and not turn.steps:
            others = self._others(ranked[1:], call, prompt, said, cancel)
        return Plan(
            call=call,
            margin=min(1.0, max(0.0, margin)),
            alternatives=tuple(others),
            unheard=() if turn.steps else unheard(call, evidence),
        )

    def _fits(self, exchanges: Sequence[Exchange]) -> bool:
        return self._llm.count_tokens(self._syntax.prompt(exchanges)) <= self._room

    def _others(
        self, ranked: Sequence[Share], chosen: Call, prompt: str, said: Said, cancel: threading.Event | None
    ) -> list[Call]:
        """Return the calls of the next likeliest tools; words are no choice to offer, and code takes too long."""
        found: list[Call] = []
        for each in ranked:
            if each.option not in WORDS and not entry_of(each.option).is_written:
                other = self._write(each.option, prompt, said, cancel)
                if other.tool != "reply" and other != chosen:
                    found.append(other)
        return found

    def _write(self, name: str, prompt: str, said: Said, cancel: threading.Event | None) -> Call:
        """Return the call of `name` that the model writes, or the question for what it lacks."""
        if name in WORDS:
            args = self._args(name, words_schema(name, said.history), prompt, cancel)
            return as_reply(name, args) if args is not None else _ask("unclear")
        limits = _limits_of(name, said)
        try:
            for _ in range(MOST_REPAIRS + 1):
                args = self._args(name, args_schema(entry_of(name), said, limits), prompt, cancel)
                if args is None:
                    break
                try:
                    checked = args_of(name).model_validate_json(json.dumps(args))
                except ValidationError as error:
                    limits = after_rejection(limits, args, error)
                    continue
                return Call(tool=name, args=without_defaults(checked, args))
        except Missing as missing:
            return _ask(missing.field, name)
        return _ask("unclear")

    def _args(
        self, name: str, schema: Schema, prompt: str, cancel: threading.Event | None
    ) -> dict[str, Any] | None:
        """Return the arguments that the model writes; None where the call was cut off."""
        most = CODE_TOKENS if WRITTEN & set(schema["properties"]) else ANSWER_TOKENS
        grammar = self._syntax.grammar(name, schema)
        made = self._llm.generate(prompt, schema=grammar, max_tokens=most, cancel=cancel)
        try:
            args = self._syntax.read(made.text)
        except ValueError:
            return None
        return {key: _distinct(value) for key, value in args.items()}


def _limits_of(name: str, said: Said) -> Limits:
    """Return what the last failed call of this turn forbids to another try with the same tool."""
    last = said.history[-1].steps[-1] if said.history[-1].steps else None
    if last is None or last.status != "failed" or last.call.tool != name:
        return Limits()
    return after_failure(last.call, last.failure)


def _ask(field: str, tool: str = "") -> Call:
    return Call(tool="reply", args={"ask": talk.reply(question_for(tool, field))})


def _distinct(value: Any) -> Any:
    return list(dict.fromkeys(value)) if isinstance(value, list) else value
