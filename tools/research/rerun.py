"""A recorded experiment on bars that came after it: the same settings, carried on to the last bar there is.

This is the one door through the seal: it serves the opening of a holdout and the positions of today, and nothing
else may call it. Walk-forward training goes on as it began, so a model never saw the bars it scores. What the
source of a feature says when it fails is not told: it could tell the bars that nobody may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from tools.backtest.record import Config, Experiment
from tools.backtest.rules import rule_of, rule_targets
from tools.features.bars import Bars, read_bars
from tools.features.feature import Signal
from tools.features.resolve import require_index, resolve_all, sources_of
from tools.kernel import confined
from tools.kernel.errors import BadRequest, SandboxError
from tools.kernel.spec import Context
from tools.models.train import WalkForward
from tools.research.study import scored_window, train

SETTLING = timedelta(days=120)
"""How much before the last bar scores begin: the longest horizon is 63 bars, and books are built up over it."""


@dataclass(frozen=True)
class Rerun:
    """An experiment carried on.

    Attributes:
        bars: every bar of its universe, from its first one on.
        config: its settings, up to the last bar.
        scores: bars x symbols, at least from the bar asked for on; of a rule, its target weights.
        trained_to: last day that the newest model was trained on; None where nothing is trained.
    """

    bars: Bars
    config: Config
    scores: pd.DataFrame
    trained_to: date | None


def rerun(ctx: Context, record: Experiment, *, since: date | None = None) -> Rerun:
    """Score every bar from `since` on with the settings of `record`; by default the last ones.

    Raises:
        BadRequest: a generated feature is not what it was.
        NoData: a symbol or a feature is gone.
        SandboxError: the Python source of a feature failed.
    """
    config = record.config
    bars = read_bars(ctx.workspace, config.symbols, start=config.start, sealed=False)
    config = config.model_copy(update={"end": bars.panel.sessions[-1].date(), "index_symbol": bars.index_symbol})
    if config.entry is not None:
        return Rerun(bars, config, rule_targets(bars.panel, rule_of(config.entry, config.exit)), None)
    signals = resolve_all(ctx, config.features)
    require_index(signals, bars.panel)
    if sources_of(signals) != record.provenance.features:
        raise BadRequest(
            f"The Python source of a feature of {record.experiment} was changed since.",
            hint="Run the experiment again with the features as they are now.",
        )
    first = since or bars.panel.sessions[-1].date() - SETTLING
    trained = _train(ctx, record, bars, signals, config, since=first)
    return Rerun(bars, config, scored_window(trained), trained.folds[-1].train_end)


def _train(
    ctx: Context, record: Experiment, bars: Bars, signals: Sequence[Signal], config: Config, *, since: date
) -> WalkForward:
    """Train as `record` did. Raises SandboxError without the words of the source that failed."""
    if record.provenance.features:
        confined.layers(ctx.settings)  # that there is no sandbox is told in full
    try:
        return train(
            bars.panel, signals, config, threads=record.provenance.threads, progress=ctx.progress, since=since
        )
    except SandboxError as error:
        raise SandboxError(
            f"The Python source of a feature of {record.experiment} failed on the newest bars.",
            hint="What it said is not shown, as those bars are sealed; correct it, and run the experiment again.",
            layers=error.layers,
        ) from None
