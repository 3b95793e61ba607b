"""The sealed holdout as the page shows it: what is sealed, or how the experiment did where it was opened."""

from __future__ import annotations

from tools.backtest.record import Experiment, Holdout, Metrics
from tools.report.number import format_number, typeset
from tools.report.tables import METRIC_LABELS, Row, metric_cell

FIELDS = ("sharpe", "sharpe_stderr", "cagr", "volatility", "max_drawdown", "total_return", "days")


def holdout_columns(holdout: Holdout, roles: list[str]) -> list[str]:
    """Return the roles that the holdout has figures of: the strategy, then benchmarks."""
    return ["strategy", *(role for role in roles if role in holdout.benchmarks)]


def holdout_rows(record: Experiment, holdout: Holdout, roles: list[str]) -> list[Row]:
    """Return a row a metric; two cells a series: walk-forward, holdout."""
    columns: list[Metrics] = []
    for role in holdout_columns(holdout, roles):
        before, on = (
            (holdout.walk_forward, holdout.oos)
            if role == "strategy"
            else (record.benchmarks[role], holdout.benchmarks[role])
        )
        columns += [before, on]
    return [Row(METRIC_LABELS[field], tuple(metric_cell(each, field) for each in columns)) for field in FIELDS]


def holdout_sentence(holdout: Holdout) -> str:
    """Return in one sentence how the holdout compares with what came before it."""
    before, on = holdout.walk_forward.sharpe, holdout.oos.sharpe
    if before is None or on is None:
        return "The Sharpe ratio is undefined on one side, so the two cannot be compared."
    error = holdout.oos.sharpe_stderr
    around = "" if error is None else f" ± {format_number(error, 'ratio')}"
    change = "fell" if on < before else "rose"
    fresh = "" if holdout.seen_by else " that nothing had been chosen on"
    return typeset(
        f"The Sharpe ratio {change} from {before:.2f} walk-forward to {on:.2f}{around} on "
        f"{format_number(holdout.oos.days)} days{fresh}."
    )


def unclean(holdout: Holdout) -> str:
    """Return why the holdout is no clean test; empty where it is one."""
    if not holdout.seen_by:
        return ""
    names = ", ".join(holdout.seen_by)
    count = len(holdout.seen_by)
    read = "one experiment had" if count == 1 else f"{count} experiments had"
    return f"This is no clean test: {read} already read some of these bars before they were opened: {names}."
