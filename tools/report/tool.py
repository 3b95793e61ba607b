"""`show_report`: find the report of an experiment."""

from __future__ import annotations

from tools.backtest.record import Holdout, Metrics
from tools.backtest.statistics.grade import StrategyEvidence, Verdict
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Result


class ReportArgs(Args):
    """Which experiment: its id, a unique part of it, or `latest`; or the name of a generated feature."""

    experiment: str = "latest"


class ReportResult(Result):
    """Where the page is, its headline figures and its verdict; a feature's page has neither."""

    experiment: str
    path: str
    oos: Metrics | None
    benchmarks: dict[str, Metrics]
    strategy: StrategyEvidence | None = None
    verdict: Verdict | None = None
    holdout: Holdout | None = None
    warnings: tuple[str, ...]


def show_report(ctx: Context, args: ReportArgs) -> ReportResult:
    """Open the HTML report of an experiment: equity curve, drawdown, metrics, feature importance."""
    from tools.backtest.folder import find_experiment, load_experiment, load_holdout
    from tools.features.registry import PREFIX

    if args.experiment.startswith(PREFIX):
        return _feature(ctx, args.experiment)
    folder = find_experiment(ctx.workspace, args.experiment)
    record = load_experiment(folder)
    path = folder / "report.html"
    if not path.is_file():
        from tools.report.page import write_report

        path = write_report(folder)
    return ReportResult(
        experiment=record.experiment,
        path=str(path.resolve()),
        oos=record.oos,
        benchmarks=record.benchmarks,
        strategy=record.strategy,
        verdict=record.verdict,
        holdout=load_holdout(folder),
        warnings=record.warnings,
    )


def _feature(ctx: Context, name: str) -> ReportResult:
    """Return the page of a generated feature. Raises BadRequest, and WorkspaceError where it is missing."""
    from tools.features.registry import find
    from tools.kernel.errors import WorkspaceError

    find(ctx.workspace, name)
    path = ctx.workspace.features / f"{name}.html"
    if not path.is_file():
        raise WorkspaceError(f"The page of {name} is missing: {path}.", hint="Make the feature again.")
    return ReportResult(experiment=name, path=str(path.resolve()), oos=None, benchmarks={}, warnings=())


SHOW_REPORT = Tool(
    name="show_report",
    args=ReportArgs,
    result=ReportResult,
    effect=Effect.READ,
    run=show_report,
    positional="experiment",
    examples=("open the report", "show me the results of the last run"),
)
