"""Does a result give a reason to believe in the strategy? Plain sentences where it does not.

A rough first reading: two standard errors of the Sharpe ratio, and the equal-weight portfolio of the same symbols.
It knows nothing of how many other hypotheses were tried before this one.
"""

from __future__ import annotations

from tools.backtest.record import Metrics

STANDARD_ERRORS = 2.0
OLD_DATA = "Old data:"  # begins the warning that a ticket replaces by its own, sterner one


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
