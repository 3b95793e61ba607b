"""What an experiment would hold now: its settings carried on to the newest bars, the sealed ones included.

A position has to be decided on today's bars, and those are sealed for research. So this reads them, says what is
held after the last one, and nothing of how the strategy did on the way there: no return of a sealed bar leaves it.
"""

from __future__ import annotations

from datetime import date

from tools.backtest.record import Experiment, Target
from tools.kernel.spec import Context
from tools.kernel.types import Record
from tools.research.portfolio import positions
from tools.research.rerun import rerun
from tools.research.study import last_targets

STOPPED = "drawdown_cap"


class Today(Record):
    """Targets after the bar of `signal_date`; the model was trained on bars up to `trained_to`."""

    targets: tuple[Target, ...]
    signal_date: date
    trained_to: date | None


def todays_targets(ctx: Context, record: Experiment) -> Today:
    """Return what `record` would hold after the newest bar. One that hit its limit on drawdown holds nothing.

    Raises what `tools.research.rerun.rerun` raises.
    """
    again = rerun(ctx, record)
    signal_date = again.scores.index[-1].date()
    if any(clamp.rule == STOPPED for clamp in record.clamps):
        return Today(targets=(), signal_date=signal_date, trained_to=again.trained_to)
    weights = positions(again.bars.panel, again.scores, again.config).weights
    targets = last_targets(weights, again.scores)
    return Today(targets=targets, signal_date=signal_date, trained_to=again.trained_to)
