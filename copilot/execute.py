"""The one way a call runs: validate, record the intent, run, record the result, settle tickets.

Nothing runs that is not on the audit log first, and nothing is shown that is not on it afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from copilot.audit import AuditLog
from copilot.gate import Gate
from copilot.messages import Call, Failure, Observation
from tools.catalog import find_tool
from tools.kernel.confined import watched
from tools.kernel.errors import BadRequest, NoData, SLQError
from tools.kernel.fingerprint import code_version, of_json
from tools.kernel.spec import Context, Effect, Reach, Tool
from tools.kernel.types import Args, Result


def validate(tool: Tool[Any, Any], args: dict[str, Any]) -> Args:
    """Return the typed arguments. Raises BadRequest naming the first argument that is wrong."""
    schema: type[Args] = tool.args
    try:
        return schema.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        message = f"{tool.name}: {where} {_in_words(first)}."
        raise BadRequest(message, hint=f"It takes: {', '.join(tool.args.model_fields)}.") from None


def _in_words(error: ErrorDetails) -> str:
    """Return what is wrong with an argument, as the rest of a sentence that begins with its name."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is needed"
    if kind == "extra_forbidden":
        return "is not an argument of it"
    if kind.startswith("date"):
        return f"must be a date such as 2010-06-30, not {error['input']!r}"
    if kind == "literal_error":
        return f"must be one of {context['expected']}, not {error['input']!r}"
    return f"is not valid: {error['msg'][0].lower()}{error['msg'][1:]}"


def failure_of(error: SLQError) -> Failure:
    """Return the record of an expected error."""
    suggestion = error.suggestion if isinstance(error, NoData) else None
    return Failure(
        kind=type(error).__name__,
        message=error.message,
        hint=error.hint,
        suggestion=None if suggestion is None else Call(tool=suggestion.tool, args=suggestion.args),
    )


class Executor:
    """Runs calls for one process, on one audit log."""

    def __init__(self, context: Context, log: AuditLog, gate: Gate) -> None:
        self._context = context
        self._log = log
        self._gate = gate

    def run(self, call: Call) -> Observation:
        """Run `call` and return what came of it; an expected failure is an observation, a bug propagates."""
        started = time.perf_counter()
        try:
            tool = find_tool(call.tool)
            args = validate(tool, call.args)
        except BadRequest as error:
            return Observation(call=call, status="failed", failure=failure_of(error))
        call_id = self._log.intent(
            call.tool, call.args, input_sha256=of_json(args.model_dump(mode="json")), code_sha256=code_version()
        )
        announced = replace(self._context, audit_head=self._log.head)
        observation = self._attempt(call, call_id, lambda: tool.run(announced, args))
        observation = observation.model_copy(update={"seconds": time.perf_counter() - started})
        if tool.effect is Effect.TRADE and observation.status == "ok":
            observation = self._gate.settle(observation)
        return observation

    def reach(self, call: Call) -> Reach:
        """Tell how far `call` would go; an invalid one fails before it does anything."""
        try:
            tool = find_tool(call.tool)
            args = validate(tool, call.args)
        except BadRequest:
            return Reach(Effect.NONE)
        return Reach(tool.effect) if tool.reach is None else tool.reach(self._context, args)

    def _attempt(self, call: Call, call_id: str, work: Callable[[], Result]) -> Observation:
        with watched() as layers:
            try:
                record = work().model_dump(mode="json")
                digest = of_json(record)
            except SLQError as error:
                details = {"error": type(error).__name__, "message": error.message}
                self._log.result(call_id, "failed", details=details, layers=layers)
                return Observation(call=call, call_id=call_id, status="failed", failure=failure_of(error))
            except KeyboardInterrupt:
                self._log.result(call_id, "cancelled", layers=layers)
                return Observation(call=call, call_id=call_id, status="cancelled")
            except BaseException as error:
                self._log.result(call_id, "crashed", details={"error": type(error).__name__}, layers=layers)
                raise
            self._log.result(call_id, "ok", output_sha256=digest, layers=layers)
        return Observation(call=call, call_id=call_id, status="ok", result=record)
