"""`slq plan --batch`: one conversation a line in, the planned call a line out.

The observations in a line are free-form JSON of other programs: what cannot be understood in them is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from copilot.messages import Call, Failure, LiveState, Observation, Status, Turn
from copilot.plan import Planner
from tools.kernel.errors import BadRequest

SHAPE = '{"id": "a", "turns": [{"user": "what data do I have"}]}'


def plan_batch(lines: Iterable[str], state: LiveState, planner: Planner) -> Iterator[str]:
    """Yield `{"id", "call": {"tool", "args"}, "margin", "ms"}` for each line; blank lines are passed over.

    Raises:
        BadRequest: a line is not of this shape; names its number. The lines before it have been answered.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, turns = read_line(line, number)
        plan = planner.plan(turns, state)
        answer = {
            "id": name,
            "call": plan.call.model_dump(mode="json"),
            "margin": round(plan.margin, 4),
            "ms": round(plan.ms, 1),
        }
        yield json.dumps(answer, ensure_ascii=False)


def read_state(path: Path) -> LiveState:
    """Read STATE.json: lists of `symbols`, `experiments` and `features`. Raises BadRequest."""
    try:
        return LiveState.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadRequest(f"Cannot read {path}: {error.strerror}.", hint="Check the path.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadRequest(
            f"{path}: {where}: {first['msg']}.",
            hint='Allowed are lists of names: {"symbols": [], "experiments": [], "features": []}',
        ) from None


def read_line(line: str, number: int) -> tuple[str, list[Turn]]:
    """Return the id and the turns of one line. Raises BadRequest naming the line."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise _malformed(number, "is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("turns"), list) or "id" not in value:
        raise _malformed(number, 'needs an "id" and a list of "turns"')
    turns: list[Turn] = []
    for part in value["turns"]:
        _add(turns, part, number)
    if not turns:
        raise _malformed(number, "has no turn of the user")
    return str(value["id"]), turns


def _add(turns: list[Turn], part: Any, number: int) -> None:
    if not isinstance(part, Mapping):
        raise _malformed(number, "has a turn that is not an object")
    if isinstance(part.get("user"), str):
        turns.append(_said(part))
        return
    call = part.get("call")
    if not isinstance(call, Mapping) or not isinstance(call.get("tool"), str):
        raise _malformed(number, 'has a turn with neither "user" nor "call"')
    if not turns:
        raise _malformed(number, "begins with a call: the user speaks first")
    args = call.get("args")
    turns[-1] = _observed(
        turns[-1], Call(tool=call["tool"], args=dict(args) if isinstance(args, Mapping) else {}), part
    )


def _said(part: Mapping[str, Any]) -> Turn:
    """Return what the user said, with the `steps` and the `answer` on record for it where they stand beside it."""
    known = {name: part[name] for name in ("user", "steps", "answer") if part.get(name) is not None}
    try:
        return Turn.model_validate(known)
    except ValidationError:
        return Turn(user=part["user"])


def _observed(turn: Turn, call: Call, part: Mapping[str, Any]) -> Turn:
    """Return `turn` with one more step; a reply is its answer, as it is in a live conversation."""
    if call.tool == "reply":
        words = call.args.get("ask") or call.args.get("text") or call.args.get("refuse") or ""
        return turn.model_copy(update={"answer": str(words)})
    step = read_observation(call, part.get("observation"))
    return turn.model_copy(update={"steps": (*turn.steps, step)})


def read_observation(call: Call, seen: Any) -> Observation:
    """Return an observation from free-form JSON: `status`, `result` and an error where they can be recognised."""
    fields: Mapping[str, Any] = seen if isinstance(seen, Mapping) else {}
    failure = _failure(fields)
    status = fields.get("status")
    if status not in get_args(Status):
        status = "failed" if failure is not None or status in ("error", "failure") else "ok"
    result = fields.get("result")
    return Observation(
        call=call,
        status=status,
        result=dict(result) if isinstance(result, Mapping) else dict(fields),
        failure=failure,
    )


def _failure(fields: Mapping[str, Any]) -> Failure | None:
    found = fields.get("failure") or fields.get("error")
    if not found:
        return None
    if not isinstance(found, Mapping):
        return Failure(
            kind=str(fields.get("kind", "BadRequest")), message=str(found), suggestion=_suggestion(fields)
        )
    kind = found.get("kind") or found.get("type") or "BadRequest"
    suggestion = _suggestion(found) or _suggestion(fields)
    return Failure(kind=str(kind), message=str(found.get("message", "")), suggestion=suggestion)


def _suggestion(fields: Mapping[str, Any]) -> Call | None:
    found = fields.get("suggestion")
    if not isinstance(found, Mapping) or not isinstance(found.get("tool"), str):
        return None
    args = found.get("args")
    return Call(tool=found["tool"], args=dict(args) if isinstance(args, Mapping) else {})


def _malformed(number: int, problem: str) -> BadRequest:
    return BadRequest(f"Line {number} {problem}.", hint=f"One JSON object a line: {SHAPE}")
