"""`run_python`: a few lines of Python over bars or a query, in the sandbox."""

from __future__ import annotations

from tools.kernel.spec import Context, Effect, Tool
from tools.script.record import ScriptArgs, ScriptResult


def run_python(ctx: Context, args: ScriptArgs) -> ScriptResult:
    """Compute something from bars with Python, in the sandbox: averages by weekday, month or year, and the like."""
    from tools.script.run import run

    return run(ctx, args)


RUN_PYTHON = Tool(
    name="run_python",
    args=ScriptArgs,
    result=ScriptResult,
    effect=Effect.EXECUTE,
    run=run_python,
    positional="code",
    examples=(
        "compute the average overnight gap of IBM by weekday",
        "what is the mean daily return of AAPL by month",
    ),
)
