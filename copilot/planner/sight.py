"""What the tuned model reads: the workspace in a line, the last turns, what the resolvers heard, the request.

No catalogue of tools: they are learned. What the resolvers heard (tickers, dates, amounts, features) stands in the
prompt as values, so that the model copies them and never has to know that a month has 21 trading days. Training
and use build the prompt with this one function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import prompts
from copilot.messages import Call, LiveState, Turn
from copilot.planner.emit import args_of
from copilot.planner.evidence import Evidence, period_of
from copilot.planner.experiments import in_order, resolve

LAST_TURNS = 2
LONGEST_TURN = 160  # characters of an earlier message or answer
LONGEST_REQUEST = 700  # characters of the request
_FLAGS = ("sql", "code")  # whose text the model neither reads in full nor writes
_SINGLE = {
    "entry": "entry",
    "exit": "exit",
    "horizon": "horizon_days",
    "count": "count",
    "money": "money",
    "number": "number",
    "model": "model",
    "interval": "interval",
    "source": "source",
    "path": "path",
    "timezone": "timezone",
    "name": "name",
    "winner": "experiment",
}


def sight(turns: Sequence[Turn], evidence: Evidence, state: LiveState) -> str:
    """Return the prompt for a request; `turns` are those before it, and `evidence` is what was heard in it."""
    text = prompts.render(
        "plan/tuned.j2",
        symbols=len(state.symbols),
        experiments=len(state.experiments),
        own=sum(name.startswith("auto_") for name in state.features),
        before=[_earlier(turn) for turn in turns[-LAST_TURNS:]],
        heard=" ".join(f"{name}={_compact(value)}" for name, value in heard(evidence, state).items()),
        request=_cut(evidence.text, LONGEST_REQUEST),
    )
    return f"{text}\n"


def heard(evidence: Evidence, state: LiveState) -> dict[str, Any]:
    """Return the values that the words name, whichever tool they are for."""
    values: dict[str, Any] = {}
    if evidence.symbols:
        values["symbols"] = evidence.symbols
    if evidence.features:
        values["features"] = evidence.features
    start, end = period_of(evidence.of("period"))
    values |= {name: day.isoformat() for name, day in (("start", start), ("end", end)) if day is not None}
    for kind, name in _SINGLE.items():
        said = [mention.value for mention in evidence.mentions if mention.kind == kind]
        if said and said[0] is not None:
            values.setdefault(name, said[0])
    values |= dict(mention.value for mention in evidence.of("option"))
    if named := resolve(evidence.of("experiment"), in_order(state.experiments)):
        values["experiments"] = named
    return values | {kind: True for kind in _FLAGS if any(mention.kind == kind for mention in evidence.mentions)}


def written(call: Call) -> str:
    """Return a call as the model writes it: compact JSON, defaults and typed code left out."""
    fields = [name for name in args_of(call.tool).model_fields if name in call.args and name not in _FLAGS]
    return _compact({"tool": call.tool, "args": {name: call.args[name] for name in fields}})


def _earlier(turn: Turn) -> tuple[str, str]:
    """Return an earlier request and what came of it."""
    calls = [step.call for step in turn.steps if step.call.tool != "reply"]
    if calls:
        return _cut(turn.user, LONGEST_TURN), " ".join(written(call) for call in calls[-2:])
    last = re.split(r"(?<=[.?!]) ", turn.answer.strip())[-1]
    return _cut(turn.user, LONGEST_TURN), _cut(last, LONGEST_TURN)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split()).replace("<|", "< |")  # no marks of the chat template from outside
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
