"""The hypotheses in the trial ledger, each with how often it was tried, and whether the ledger is still whole.

Within the ledger a change shows by its chain of hashes. What was cut off at its end, or all of it, shows only
against a head kept elsewhere: every recorded experiment holds one, so the check asks them all. Somebody who
rewrites the ledger and every record can still fool it.
"""

from __future__ import annotations

import math
from datetime import date

from tools.backtest.folder import list_experiments, load_experiment
from tools.backtest.trial_log import read_heads
from tools.backtest.trials import Ledger
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.types import Count, Days, Ratio, Record

BARS_A_YEAR = 252


class FamilySummary(Record):
    """A hypothesis and how often it was tried.

    Attributes:
        family: its id.
        count: distinct trials that count.
        archived: those that count no more, by a human decision.
        opened: day on which its holdout was opened; None while it is sealed.
        symbols: the universe.
        interval: length of a bar.
        horizon_days: how far ahead returns are predicted.
        first: day of the first trial (UTC).
        last: day of the last one (UTC).
        best_sharpe: highest Sharpe ratio of a year among them, not corrected for their number; None where all are
            undefined.
        last_settings: features and model of the last one, in words.
    """

    family: str
    count: Count
    archived: Count
    opened: date | None
    symbols: tuple[str, ...]
    interval: str
    horizon_days: Days
    first: date
    last: date
    best_sharpe: Ratio | None
    last_settings: str


class LedgerCheck(Record):
    """What checking the ledger found.

    Attributes:
        trials: lines of the ledger.
        head: hash of the last one.
        results: experiments that hold a head of the ledger.
        missing: those whose head is not in the ledger: it was cut off or replaced after them.
        damaged: experiments whose record cannot be read.
    """

    trials: Count
    head: str
    results: Count
    missing: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every readable result finds its head in the ledger."""
        return not self.missing


def families(ledger: Ledger) -> tuple[FamilySummary, ...]:
    """Return every hypothesis of `ledger`, the one tried last at the end."""
    ids = {trial.family: position for position, trial in enumerate(ledger.trials)}
    return tuple(_summary(ledger, family) for family in sorted(ids, key=ids.__getitem__))


def _summary(ledger: Ledger, family: str) -> FamilySummary:
    tried = [trial for trial in ledger.trials if trial.family == family]
    counted, opening = ledger.of(family), ledger.opening(family)
    hypothesis = tried[0].hypothesis
    known = [trial.sharpe_per_bar for trial in counted if trial.sharpe_per_bar is not None]
    days = [trial.made_at.date() for trial in tried]
    return FamilySummary(
        family=family,
        count=len(counted),
        archived=ledger.archived(family),
        opened=None if opening is None else opening.made_at.date(),
        symbols=hypothesis.symbols,
        interval=hypothesis.interval,
        horizon_days=hypothesis.horizon_days,
        first=min(days),
        last=max(days),
        best_sharpe=max(known) * math.sqrt(BARS_A_YEAR) if known else None,
        last_settings=tried[-1].settings,
    )


def check_ledger(workspace: Workspace) -> LedgerCheck:
    """Check the chain, then that the ledger holds the head of every recorded experiment.

    Raises WorkspaceError: the ledger cannot be read, or a line was changed, removed or exchanged; says which.
    """
    heads = read_heads(workspace)
    held, missing, damaged = 0, [], []
    for name in list_experiments(workspace):
        try:
            trials = load_experiment(workspace.experiments / name).trials
        except WorkspaceError:
            damaged.append(name)
            continue
        if trials is not None:
            held += 1
            missing += [] if trials.head in heads else [name]
    return LedgerCheck(
        trials=len(heads) - 1, head=heads[-1], results=held, missing=tuple(missing), damaged=tuple(damaged)
    )
