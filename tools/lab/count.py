"""A feature that was looked at is a trial: its information coefficient was seen, and the next idea builds on it.

It counts toward the hypothesis that an experiment with default settings on the same bars belongs to: up or down
over the horizon of the coefficient. Looking twice at the same feature on the same bars counts once.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.backtest.trial_log import count_trials
from tools.backtest.trials import PREDICTED, Family, Trial
from tools.features.evidence import Evidence
from tools.kernel.fingerprint import of_json
from tools.kernel.spec import Context
from tools.lab.examine import Ground


def count_looks(ctx: Context, on: Ground, seen: Sequence[Evidence]) -> None:
    """Count features whose evidence is about to be shown. Raises WorkspaceError where that cannot be recorded."""
    trials = []
    for evidence in seen:
        family = Family(
            symbols=on.panel.symbols,
            interval="1d",
            horizon_days=evidence.horizon_days,
            label=PREDICTED,
            sources=on.bars.sources,
        )
        trials.append(
            Trial(
                family=family.id,
                hypothesis=family,
                name="",
                made_at=ctx.now(),
                settings=f"looked at {evidence.feature}",
                sharpe_per_bar=None,
                bars=evidence.bars,
                output_sha256=of_json([evidence.feature, on.bars.sha256]),
            )
        )
    count_trials(ctx.workspace, trials)
