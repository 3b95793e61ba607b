"""The words that end a turn: a template about the last record, with its numbers as references.

A template sees the record to choose its sentences, but prints a number only by reference; `copilot.references`
looks the value up in what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.messages import Call, Observation, Turn
from copilot.references import Source, resolve
from prompts import render, template_exists
from tools.catalog import find_tool


def _sources(turns: Sequence[Turn]) -> Iterator[tuple[str, Source]]:
    """Yield every record of the conversation under its call id, its own id, and (the newest) under `last`."""
    for turn in turns:
        for step in turn.steps:
            if step.result is None:
                continue
            source = Source(find_tool(step.call.tool).result, step.result)
            for name in (step.call_id, step.result.get("experiment"), "last"):
                if isinstance(name, str) and name:
                    yield name, source


def answer_for(turn: Turn, call: Call, history: Sequence[Turn]) -> str:
    """Return the answer of `turn`: the reply's own words, else a summary of its last observation.

    Raises:
        GateFailed: the words refer to something that no stored record holds.
    """
    sources = dict(_sources((*history, turn)))
    words = call.args.get("text") or call.args.get("ask") or call.args.get("refuse")
    if words:
        return resolve(str(words), sources)
    if not turn.steps:
        return render("answers/nothing.j2")
    return resolve(_summary(turn.steps[-1]), sources)


def _summary(step: Observation) -> str:
    if step.failure is not None:
        return render("answers/failed.j2", failure=step.failure)
    template = f"answers/{step.call.tool}.j2"
    if not template_exists(template):
        return render("answers/done.j2", tool=step.call.tool)
    paragraphs = render(template, r=step.result, args=step.call.args, status=step.status).split("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
