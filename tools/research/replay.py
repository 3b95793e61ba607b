"""Repeating a recorded run with the same bars, settings, seed and thread count, and comparing what comes out.

It trains and backtests again, and nothing else: leak checks, placebos, combinatorial paths, the verdict and the
report are not repeated, no trial is counted, and nothing is written. Of a sweep the chosen rule is repeated. The
file of the fitted model is not compared: what it scored is.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tools.backtest.folder import find_experiment, load_experiment
from tools.backtest.record import Experiment
from tools.backtest.reread import TRADES_FILE, reread_bars, reread_fills
from tools.backtest.rules import rule_of, rule_targets
from tools.features.bars import Bars
from tools.features.resolve import Resolved, require_index, resolve_all, sources_of
from tools.kernel import fingerprint
from tools.kernel.errors import BadRequest, NoData, SandboxError, WorkspaceError
from tools.kernel.spec import Context
from tools.research.experiment import run_study
from tools.research.recorded import libraries, output_sha256
from tools.research.replayed import (
    Output,
    Replayed,
    first_parting,
    first_trade,
    judge_replay,
    other_environment,
    other_figures,
)
from tools.research.rule import study_of
from tools.research.skill import room_of, skill_of
from tools.research.stages import Stages
from tools.research.study import Study


def replay(ctx: Context, name: str) -> Replayed:
    """Repeat the experiment called `name` (its id, a part of it, or "latest") and compare.

    Raises:
        BadRequest: no such experiment; or, though all is as on record, it cannot be run again.
        NoData: there is no experiment.
        SandboxError: though all is as on record, the Python source of a feature failed.
        WorkspaceError: a file of the experiment is missing or damaged, or the lake cannot be read.
    """
    began = time.perf_counter()
    folder = find_experiment(ctx.workspace, name)
    record = load_experiment(folder)
    _, equity = reread_fills(folder)
    bars, lost = _bars(ctx, record)
    signals, changed = _signals(ctx, record)
    reasons = (
        *other_environment(record.provenance, fingerprint.code_version(), libraries()),
        *lost,
        *changed,
    )
    output = None
    if bars is not None and signals is not None:
        try:
            output = _output(record, folder, equity, bars, _study(ctx, record, bars, signals))
        except (BadRequest, NoData, SandboxError) as error:
            if not reasons:
                raise
            reasons = (*reasons, f"It could not be run again: {error.message}")
    return Replayed(
        experiment=record.experiment,
        outcome=judge_replay(reasons, record.provenance, output),
        reasons=reasons,
        same_data=None if bars is None else bars.sha256 == record.provenance.data_sha256,
        same_output=None if output is None else output.sha256 == record.provenance.output_sha256,
        output=output,
        recorded=record.provenance,
        seconds=time.perf_counter() - began,
    )


def _bars(ctx: Context, record: Experiment) -> tuple[Bars | None, tuple[str, ...]]:
    """Return the bars to repeat the run on, and why they are not those on record.

    Where the snapshot is gone they are those of the lake as it is now: often the same ones.
    """
    snapshot, wanted = record.provenance.data_snapshot, record.provenance.data_sha256
    try:
        bars = reread_bars(ctx.workspace, record, as_of=snapshot)
    except (BadRequest, NoData) as error:
        gone = f"The bars of snapshot {snapshot} cannot be read any more: {error.message}"
    else:
        other = f"The bars of snapshot {snapshot} are not those on record."
        return bars, () if bars.sha256 == wanted else (other,)
    try:
        bars = reread_bars(ctx.workspace, record, as_of=None)
    except (BadRequest, NoData):
        return None, (gone,)
    same = "the same as those on record" if bars.sha256 == wanted else "not those on record"
    return bars, (gone, f"The bars of snapshot {bars.snapshot}, taken instead, are {same}.")


def _signals(ctx: Context, record: Experiment) -> tuple[Sequence[Resolved] | None, tuple[str, ...]]:
    """Return the features of the run as they are now, and in what they are not those on record."""
    if record.config.is_rule:
        return (), ()
    try:
        signals = resolve_all(ctx, record.config.features)
    except (BadRequest, WorkspaceError) as error:
        return None, (f"A feature is not what it was: {error.message}",)
    before, now = record.provenance.features, sources_of(signals)
    changed = ", ".join(sorted(name for name in before | now if before.get(name) != now.get(name)))
    return signals, (f"The source of {changed} is not what it was.",) if changed else ()


def _study(ctx: Context, record: Experiment, bars: Bars, signals: Sequence[Resolved]) -> Study:
    """Run it again. The first bar of a rule's run is the record's: in a sweep the slowest rule decides on it."""
    config = record.config
    if config.entry is None:
        require_index(signals, bars.panel)
        threads = record.provenance.threads
        return run_study(ctx, config, bars, signals, Stages(), threads=threads)
    targets = rule_targets(bars.panel, rule_of(config.entry, config.exit))
    return study_of(bars, targets.tail(record.oos.days + 1), config, ctx.progress)


def _output(record: Experiment, folder: Path, equity: pd.Series, bars: Bars, study: Study) -> Output:
    ledger = study.backtest.ledger
    recorded = (folder / TRADES_FILE).read_text(encoding="utf-8")
    return Output(
        sha256=output_sha256(study),
        parting=first_parting(equity, ledger.equity),
        trade=first_trade(recorded, ledger.trades.to_csv(index=False, lineterminator="\n")),
        figures=other_figures(record, _figures(record, bars, study)),
    )


def _figures(record: Experiment, bars: Bars, study: Study) -> dict[str, Any]:
    """Return the fields of the record that a study gives."""
    tested = study.backtest
    return {
        "oos": study.oos,
        "benchmarks": tested.benchmarks,
        "cost_curve": tested.cost_curve,
        "folds": study.folds,
        "targets": study.targets,
        "signal_date": tested.targets.index[-1].date(),
        "orders": tested.ledger.orders_sent,
        "fills": tested.ledger.orders,
        "rejects": tested.ledger.rejects,
        "clamps": tested.clamps,
        "skill": skill_of(bars.panel, study.scores, record.config),
        "room": room_of(bars.panel, tested.ledger),
    }
