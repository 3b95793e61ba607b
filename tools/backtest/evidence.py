"""Does a result give a reason to believe in the strategy? Plain sentences where it does not.

A verdict (`tools.backtest.statistics.verdict`) says it where a record has one. Older records have none; for them
a rough reading serves: two standard errors of the Sharpe ratio, and the equal-weight portfolio of the same symbols.
It knows nothing of how many other hypotheses were tried before.
"""

from __future__ import annotations

from tools.backtest.record import Experiment, Metrics

STANDARD_ERRORS = 2.0
OLD_DATA = "Old data:"  # begins the warning that a ticket replaces by its own, sterner one


def doubts(record: Experiment) -> tuple[str, ...]:
    """Return the rough reading of a record without a verdict; nothing where the verdict speaks."""
    return () if record.verdict is not None else _reading(record)


def other_warnings(record: Experiment) -> tuple[str, ...]:
    """Return the record's warnings less those that its verdict, or the rough reading, says."""
    said = _reading(record)
    return tuple(warning for warning in record.warnings if warning not in said)


def _reading(record: Experiment) -> tuple[str, ...]:
    return edge_warnings(record.oos, record.benchmarks.get("equal_weight"))


def edge_warnings(oos: Metrics, equal_weight: Metrics | None) -> tuple[str, ...]:
    """Return why `oos` is no evidence of an edge; nothing where it clears zero and the benchmark.

    Args:
        oos: out-of-sample figures of the strategy, after costs.
        equal_weight: the same for holding every symbol equally, or None where unknown.
    """
    if oos.sharpe is None or oos.sharpe_stderr is None:
        return ("No evidence of an edge: the Sharpe ratio is undefined.",)
    found = []
    if oos.sharpe < STANDARD_ERRORS * oos.sharpe_stderr:
        where = "is negative" if oos.sharpe < 0 else "is within two standard errors of zero"
        found.append(
            f"No evidence of an edge: the Sharpe ratio {oos.sharpe:.2f} ± {oos.sharpe_stderr:.2f} {where}."
        )
    if equal_weight is not None and equal_weight.sharpe is not None and oos.sharpe <= equal_weight.sharpe:
        found.append(
            f"Not better than simply holding the same symbols: Sharpe ratio {oos.sharpe:.2f} "
            f"against {equal_weight.sharpe:.2f}."
        )
    return tuple(found)
