"""Acts of a person that are no tool calls, on the audit log like one: announced before, their end recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from copilot.app import App
from copilot.terminal import TerminalShell
from tools.kernel.confined import watched
from tools.kernel.errors import SLQError
from tools.kernel.fingerprint import code_version, of_json
from tools.kernel.spec import Context
from tools.kernel.types import Record

R = TypeVar("R", bound=Record)


def on_record(
    app: App,
    shell: TerminalShell,
    act: str,
    args: Mapping[str, Any],
    work: Callable[[Context], R],
    *,
    confirmed: str | None = None,
    details: Callable[[R], Mapping[str, Any]] | None = None,
) -> R:
    """Announce `act`, do its `work` and record what came of it.

    Args:
        app: whose log it is.
        shell: is told of progress.
        act: what is done, as the log names it.
        args: what it is done to.
        work: does it.
        confirmed: the subject whose id a person typed, where that was asked.
        details: what else of the result is to be read in the log.

    Raises what `work` raises; that is on the log too.
    """
    call_id = app.log.intent(act, args, input_sha256=of_json(args), code_sha256=code_version())
    if confirmed is not None:
        app.log.decision(confirmed, "confirmed", detail="its id was typed", call_id=call_id)
    ctx = Context(app.workspace, app.settings, shell.progress, audit_head=app.log.head)
    with watched() as layers:
        try:
            done = work(ctx)
        except SLQError as error:
            why = {"error": type(error).__name__, "message": error.message}
            app.log.result(call_id, "failed", details=why, layers=layers)
            raise
        except BaseException as error:
            app.log.result(call_id, "cancelled", details={"error": type(error).__name__}, layers=layers)
            raise
        finally:
            shell.stop_progress()
        digest, more = of_json(done.model_dump(mode="json")), details(done) if details else None
        app.log.result(call_id, "ok", output_sha256=digest, details=more, layers=layers)
    return done
