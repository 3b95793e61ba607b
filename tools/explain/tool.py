"""`explain_experiment`: why a recorded run did what it did."""

from __future__ import annotations

from tools.explain.record import ExplainArgs, Explanation
from tools.kernel.spec import Context, Effect, Tool


def explain_experiment(ctx: Context, args: ExplainArgs) -> Explanation:
    """Explain an experiment: which features drive it, how steadily, why it holds what it holds, what earned it."""
    from tools.explain.read import explain_recorded

    return explain_recorded(ctx, args.experiment)


EXPLAIN_EXPERIMENT = Tool(
    name="explain_experiment",
    args=ExplainArgs,
    result=Explanation,
    effect=Effect.READ,
    run=explain_experiment,
    positional="experiment",
    examples=("why did it work", "which features matter"),
)
