"""Calls that need no choice of a tool: words of our own, a look-up of numbers, what follows an observation."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.messages import Call, LiveState, Turn
from copilot.planner import lab, talk
from copilot.planner.analysis import analysis
from copilot.planner.evidence import Evidence
from copilot.planner.questions import data_question
from copilot.planner.refuse import forbidden
from copilot.planner.rule import without_orders
from tools.kernel.errors import BadRequest


def own_words(text: str, evidence: Evidence) -> Call | None:
    """Return the reply to a request that needs no tool: refused, a definition, a how-to; None for the others."""
    if not text.strip():
        return Call(tool="reply", args={"ask": talk.reply("ask_unclear")})
    typed = bool(evidence.of("sql") or evidence.of("code"))
    if not typed and (label := _refused(text, evidence)):
        return Call(tool="reply", args={"refuse": talk.reply(label)})
    named = bool(evidence.of("symbol") or evidence.of("experiment"))
    if typed or (named and not talk.is_replay(text)):
        return None
    words = talk.definition(text) or (talk.small_talk(text) if talk.is_how_to(text) else None)
    return Call(tool="reply", args={"text": words}) if words else None


def next_term(text: str, history: Sequence[Turn]) -> Call | None:
    """Return the definition of a term that is all that was said after words of ours: "and PBO?"; else None."""
    last = history[-1] if history else None
    if last is None or any(step.call.tool != "reply" for step in last.steps):
        return None
    words = None if last.answer.rstrip().endswith("?") else talk.term_alone(text)
    return Call(tool="reply", args={"text": words}) if words else None


def _refused(text: str, evidence: Evidence) -> str | None:
    """Return the reason's label where what is asked for is never done."""
    for path in evidence.of("path"):
        text = text.replace(text[path.start : path.end], " " * (path.end - path.start))
    meant = without_orders(text) if evidence.of("entry") else text
    return forbidden(meant) or ("refuse_future" if lab.uses_the_future(evidence) else None)


def looked_up(evidence: Evidence, state: LiveState) -> Call | None:
    """Return the query for a question about stored numbers, a question back, or None for other requests."""
    found = analysis(evidence)
    ours = found is not None and (found.clear or found.group is not None)
    if ours or evidence.of("entry") or lab.wants_made(evidence) or lab.wants_checked(evidence):
        return None
    try:
        question = data_question(evidence, state.symbols)
    except BadRequest as unknown:
        words = f"{unknown.message} {unknown.hint or ''}".replace("{", "(").replace("}", ")")
        asked = words if words.endswith("?") else f"{words} {talk.reply('ask_clear_symbol')}"
        return Call(tool="reply", args={"ask": asked})
    if question is None:
        return None
    if question.sql is None:
        return Call(tool="reply", args={"ask": talk.reply("ask_data_question")})
    return Call(tool="query_data", args={"sql": question.sql})


def words_for(label: str, text: str) -> Call:
    """Return the reply that the label of a reading stands for."""
    if label == "text":
        return Call(tool="reply", args={"text": talk.small_talk(text)})
    branch = "ask" if label.startswith("ask_") else "refuse"
    return Call(tool="reply", args={branch: talk.reply(label)})


def after(turn: Turn) -> Call:
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
