"""The one look at the sealed bars: an experiment is carried on over them, once for its hypothesis.

The decision to look is a human's; `plan` says what it would be about, and `open_holdout` does it. The opening is in
the trial ledger before anything is read: a run that dies half-way has spent it, and only the same experiment may
finish it. The strategy starts the holdout in cash, decides at the close before its first bar, and pays the same
costs; its models were trained before the bars they score.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd

from tools.backtest import stats
from tools.backtest.families import families
from tools.backtest.folder import (
    HOLDOUT_EQUITY_FILE,
    HOLDOUT_FILE,
    list_experiments,
    load_experiment,
    load_holdout,
)
from tools.backtest.record import Experiment, Holdout
from tools.backtest.trial_log import read_ledger, record_opening
from tools.backtest.trials import Ledger, Opening
from tools.features.bars import read_bars
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace, unwritable
from tools.kernel.spec import Context
from tools.kernel.types import Count, Ratio, Record
from tools.lake.seal import Sealed
from tools.report.page import write_report
from tools.research.rerun import Rerun, rerun
from tools.research.study import Backtest, backtest

FEWEST_BARS = 2


class Planned(Record):
    """What an opening would be about.

    Attributes:
        family: the hypothesis.
        experiment: what would be run.
        start: first sealed bar may be on this day.
        end: last sealed day.
        seen_by: experiments that have read some of these bars, or were opened on them for another hypothesis, so
            that this is no clean test.
        resumed: whether it was opened before with this experiment, and never finished.
    """

    family: str
    experiment: str
    start: date
    end: date
    seen_by: tuple[str, ...]
    resumed: bool = False


class State(Record):
    """The holdout of one hypothesis: what is sealed of it, or what came of opening it.

    `experiment` is the one it was opened with, or the latest of the family, which would be the default.
    """

    family: str
    symbols: tuple[str, ...]
    trials: Count
    experiment: str
    sealed: Sealed | None
    opened: date | None
    walk_forward_sharpe: Ratio | None
    holdout_sharpe: Ratio | None


def plan(workspace: Workspace, family: str, experiment: str | None = None) -> Planned:
    """Return what opening the holdout of `family` means; by default with its latest experiment.

    Raises:
        NoData: no experiment of the family is recorded here.
        BadRequest: it was opened before, `experiment` is of another family, or there is nothing sealed.
    """
    record = _experiment(workspace, family, experiment)
    ledger = read_ledger(workspace)
    before = ledger.opening(family)
    if before is not None:
        if before.experiment != record.experiment or load_holdout(workspace.experiments / record.experiment):
            raise BadRequest(
                f"The holdout of {family} was opened on {before.made_at.date()} with {before.experiment}.",
                hint="It opens once: a second look would be a test on bars already seen.",
            )
        seen_by = _seen_by(workspace, ledger, record, before.start)
        same = before.model_dump(include={"family", "experiment", "start", "end"})
        return Planned(**same, seen_by=seen_by, resumed=True)
    sealed = read_bars(workspace, record.config.symbols, start=record.config.start).sealed
    if sealed is None:
        raise BadRequest(
            f"Nothing of {', '.join(record.config.symbols)} is sealed: the history is shorter than a year.",
            hint="Load a longer history.",
        )
    return Planned(
        family=family,
        experiment=record.experiment,
        start=sealed.start,
        end=sealed.end,
        seen_by=_seen_by(workspace, ledger, record, sealed.start),
    )


def states(workspace: Workspace) -> tuple[State, ...]:
    """Return the holdout of every hypothesis that has an experiment here, the one tried last at the end."""
    ledger, found = read_ledger(workspace), []
    for family in families(ledger):
        opening = ledger.opening(family.family)
        try:
            record = _experiment(workspace, family.family, opening.experiment if opening else None)
        except NoData:
            continue
        held = load_holdout(workspace.experiments / record.experiment)
        found.append(
            State(
                family=family.family,
                symbols=family.symbols,
                trials=family.count,
                experiment=record.experiment,
                sealed=record.sealed,
                opened=None if opening is None else opening.made_at.date(),
                walk_forward_sharpe=record.oos.sharpe,
                holdout_sharpe=None if held is None else held.oos.sharpe,
            )
        )
    return tuple(found)


def open_holdout(ctx: Context, planned: Planned, *, at: datetime) -> Holdout:
    """Spend the holdout of a family: run the experiment on it, and write the result and the report.

    Raises:
        BadRequest: it was opened meanwhile, or there are too few bars.
        WorkspaceError: the ledger or the folder cannot be written.
    """
    folder = ctx.workspace.experiments / planned.experiment
    record = load_experiment(folder)
    if not planned.resumed:
        opening = Opening(
            family=planned.family,
            made_at=at,
            experiment=planned.experiment,
            start=planned.start,
            end=planned.end,
        )
        record_opening(ctx.workspace, opening)
    again = rerun(ctx, record, since=planned.start)
    tested = _backtest(ctx, again, planned)
    held = _holdout(record, planned, tested, at=at, audit_head=ctx.audit_head)
    _write(folder, held, tested)
    write_report(folder)
    return held


def _experiment(workspace: Workspace, family: str, wanted: str | None) -> Experiment:
    """Return the experiment of `family` called `wanted`, or its latest one."""
    for name in reversed(list_experiments(workspace)):
        if wanted is not None and name != wanted:
            continue
        try:
            record = load_experiment(workspace.experiments / name)
        except WorkspaceError:
            continue
        if record.trials is not None and record.trials.family == family:
            return record
    what = f"an experiment called {wanted} of" if wanted else "a recorded experiment of"
    raise NoData(f"There is not {what} {family}.", hint="`slq holdout list` shows the hypotheses there are.")


def _seen_by(workspace: Workspace, ledger: Ledger, record: Experiment, start: date) -> tuple[str, ...]:
    """Return the experiments that read bars of the same symbols from `start` on; damaged records are skipped.

    Last come those opened for other hypotheses: on the same bars, this one is a second look.
    """
    found = []
    for name in list_experiments(workspace):
        try:
            other = load_experiment(workspace.experiments / name).config
        except WorkspaceError:
            continue
        if other.end >= start and set(other.symbols) & set(record.config.symbols):
            found.append(name)
    return tuple(dict.fromkeys((*found, *_opened_on(ledger, record, start))))


def _opened_on(ledger: Ledger, record: Experiment, start: date) -> tuple[str, ...]:
    """Return the experiments with which other hypotheses on the same symbols were opened, from `start` on."""
    own = None if record.trials is None else record.trials.family
    symbols = {trial.family: set(trial.hypothesis.symbols) for trial in ledger.trials}
    return tuple(
        each.experiment
        for each in ledger.entries
        if isinstance(each, Opening)
        and each.family != own
        and each.end >= start
        and symbols.get(each.family, set()) & set(record.config.symbols)
    )


def _backtest(ctx: Context, again: Rerun, planned: Planned) -> Backtest:
    """Trade the scores from the last bar before the holdout on: a decision there is filled on its first bar."""
    bars = again.scores.index
    first = int(bars.searchsorted(pd.Timestamp(planned.start)))
    scores = again.scores.iloc[max(first - 1, 0) :].loc[: pd.Timestamp(planned.end) + pd.Timedelta(days=1)]
    if len(scores) <= FEWEST_BARS:
        raise BadRequest("There are too few bars in the holdout to test on.", hint="Load more bars first.")
    index_close = again.bars.index_over(pd.DatetimeIndex(scores.index))
    return backtest(again.bars.panel, scores, again.config, index_close=index_close, progress=ctx.progress)


def _holdout(
    record: Experiment, planned: Planned, tested: Backtest, *, at: datetime, audit_head: str | None
) -> Holdout:
    ledger = tested.ledger
    return Holdout(
        family=planned.family,
        experiment=planned.experiment,
        opened_at=at,
        start=ledger.returns.index[0].date(),
        end=ledger.returns.index[-1].date(),
        oos=stats.summarise(ledger.returns, ledger.traded.iloc[1:]),
        benchmarks=tested.benchmarks,
        walk_forward=record.oos,
        seen_by=planned.seen_by,
        audit_head=audit_head,
    )


def _write(folder: Path, held: Holdout, tested: Backtest) -> None:
    """Write the series, then the result: it is there only when both are. Raises WorkspaceError."""
    try:
        tested.equity.rename_axis("ts").reset_index().to_parquet(folder / HOLDOUT_EQUITY_FILE, index=False)
    except OSError as error:
        raise unwritable(folder / HOLDOUT_EQUITY_FILE, error) from error
    write_atomic(folder / HOLDOUT_FILE, (held.model_dump_json(indent=2) + "\n").encode())
