"""A trained experiment: lake -> leak firewall -> features -> walk-forward training -> backtest -> record.

The shell around `tools.research.study`: it reads the lake once, so the whole run sees one snapshot.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pandas as pd

from tools.backtest.record import Config, Experiment
from tools.features.bars import Bars, read_bars
from tools.features.examine import admit
from tools.features.feature import Signal
from tools.features.panel import Panel
from tools.features.resolve import require_index, resolve_all
from tools.kernel.spec import Context
from tools.research.hypothesis import configure
from tools.research.judge import Tried, settings_of
from tools.research.record import ExperimentArgs
from tools.research.recorded import Worked, output_sha256, record_run
from tools.research.stages import Stages
from tools.research.study import Study, backtest, cross_validate, scored_window, summarise, train

MAX_THREADS = 2
MANY_CELLS = 5_000_000  # bars x symbols x features


def run(ctx: Context, args: ExperimentArgs) -> Experiment:
    """Run and record an experiment.

    Raises:
        BadRequest: the arguments are wrong or the history is too short.
        GateFailed: a feature looks ahead; nothing is trained then.
        SandboxError: the Python source of a generated feature failed.
        NoData: the lake lacks a symbol or the period.
        WorkspaceError: the folder cannot be written; nothing is left behind.
    """
    started, stages = ctx.now(), Stages()
    with stages.timed("lake"):
        signals = resolve_all(ctx, args.features)
        bars = read_bars(ctx.workspace, args.symbols, start=args.start, end=args.end)
        require_index(signals, bars.panel)
    config = configure(args, bars, signals, ctx.settings)

    def work() -> Worked:
        threads = training_threads(bars.panel, len(config.features))
        with stages.timed("leak checks"):
            evidence = admit(signals, bars.panel, horizon_days=config.horizon_days, progress=ctx.progress)
        study = run_study(ctx, config, bars, signals, stages, threads=threads)
        paths = _paths(ctx, config, bars, signals, stages, threads=threads)
        output = output_sha256(study)
        tried = (Tried(settings_of(config), study.backtest.ledger.returns, output),)
        return Worked(config, signals, evidence, study, output, tried, threads, paths)

    return record_run(ctx, bars, stages, started=started, model=config.model, work=work)


def run_study(
    ctx: Context, config: Config, bars: Bars, signals: Sequence[Signal], stages: Stages, *, threads: int
) -> Study:
    """Train walk-forward and backtest: all that `output_sha256` is of. Raises BadRequest: too short a history."""
    with stages.timed("train"):
        trained = train(bars.panel, signals, config, threads=threads, progress=ctx.progress)
    with stages.timed("backtest"):
        scores = scored_window(trained)
        index_close = bars.index_over(pd.DatetimeIndex(scores.index))
        tested = backtest(bars.panel, scores, config, index_close=index_close, progress=ctx.progress)
        return summarise(trained, scores, tested)


def _paths(
    ctx: Context, config: Config, bars: Bars, signals: Sequence[Signal], stages: Stages, *, threads: int
) -> tuple[float | None, ...]:
    if not config.combinatorial:
        return ()
    with stages.timed("paths"):
        return cross_validate(bars.panel, signals, config, threads=threads, progress=ctx.progress)


def training_threads(panel: Panel, features: int) -> int:
    """Return how many threads to train with: one, or two where there is enough to do and a second core.

    On small data a second thread gains nothing, and on a busy machine it costs a lot: threads that wait for each
    other spin. The count is recorded, since another count may give other trees.
    """
    cells = panel.close.size * features
    return min(MAX_THREADS, os.cpu_count() or 1) if cells >= MANY_CELLS else 1
