"""A run is counted as a trial of its hypothesis, then judged beside all the others that were tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from tools.backtest import stats
from tools.backtest.record import RULE, Config, Trials
from tools.backtest.rules import listed
from tools.backtest.special import special
from tools.backtest.statistics.gather import family, gather
from tools.backtest.statistics.grade import StrategyEvidence, Verdict
from tools.backtest.statistics.overfitting import probability_of_overfitting
from tools.backtest.statistics.placebo import placebo_p_value
from tools.backtest.statistics.relative import hedged_columns
from tools.backtest.statistics.sample import moments, sharpes_per_bar
from tools.backtest.statistics.verdict import verdict
from tools.backtest.trial_log import count_trials
from tools.backtest.trials import PREDICTED, Family, Ledger, Opening, Trial, sharpes
from tools.features.bars import Bars
from tools.kernel.fingerprint import of_frame
from tools.kernel.paths import Workspace
from tools.kernel.spec import Progress
from tools.research.portfolio import trade
from tools.research.study import Study

PLACEBOS = ((100_000, 99), (1_000_000, 39))  # most bars x symbols, placebos
FEWEST_PLACEBOS = 19
FEWEST_COMMON_BARS = 252


@dataclass(frozen=True, slots=True)
class Judgement:
    """How often the hypothesis was tried, what is known about this run, and what follows from it.

    `opened`: how its holdout was opened before this run; None while it is sealed.
    """

    trials: Trials
    evidence: StrategyEvidence
    verdict: Verdict
    opened: Opening | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial of a run; a sweep has many.

    Attributes:
        settings: what was tried, in words.
        returns: net, one a bar.
        output: fingerprint by which the ledger knows the trial again.
    """

    settings: str
    returns: pd.Series
    output: str

    @property
    def sharpe_per_bar(self) -> float | None:
        """The Sharpe ratio of one bar; None where it is undefined."""
        found = moments(self.returns)
        return None if found is None else found.sharpe_per_bar


def returns_sha256(returns: pd.Series) -> str:
    """Return the fingerprint of net returns: enough to know a rule again, and quick for a thousand of them."""
    return of_frame(returns.to_frame())


def hypothesis_of(config: Config, bars: Bars) -> Family:
    """Return the family that a run belongs to: features, model and label are what is varied within it.

    What a model learns from is a way to the same prediction, so another label does not count from one again.
    """
    return Family(
        symbols=config.symbols,
        interval=config.interval,
        horizon_days=config.horizon_days,
        label=RULE if config.label == RULE else PREDICTED,
        sources=bars.sources,
    )


def count(
    workspace: Workspace, config: Config, bars: Bars, tried: Sequence[Tried], *, name: str, at: datetime
) -> tuple[Family, Ledger]:
    """Count the trials of a run; they stay counted whatever happens afterwards. Raises WorkspaceError."""
    hypothesis = hypothesis_of(config, bars)
    trials = [
        Trial(
            family=hypothesis.id,
            hypothesis=hypothesis,
            name=name,
            made_at=at,
            settings=each.settings,
            sharpe_per_bar=each.sharpe_per_bar,
            bars=len(each.returns),
            output_sha256=each.output,
        )
        for each in tried
    ]
    return hypothesis, count_trials(workspace, trials)


def settings_of(config: Config) -> str:
    """Return in a line what varies within a family."""
    return f"{', '.join((config.model, f'best {config.top_n}', *special(config)))}: {' | '.join(config.features)}"


def judge(
    workspace: Workspace,
    hypothesis: Family,
    ledger: Ledger,
    study: Study,
    placebos: Sequence[float],
    *,
    beside: Sequence[Tried],
) -> Judgement:
    """Judge a run that has been counted.

    Args:
        workspace: where earlier trials left their returns; those that were deleted still count.
        hypothesis: its family.
        ledger: all trials, this one included.
        study: the run.
        placebos: Sharpe ratios of the placebos.
        beside: the trials of this run, the recorded one first.
    """
    tried, own = ledger.of(hypothesis.id), {each.output for each in beside}
    tested = study.backtest
    returns = tested.ledger.returns
    yardstick = tested.equity["equal_weight"].pct_change().iloc[1:]
    together = _returns_together(workspace, [trial for trial in tried if trial.output_sha256 not in own], beside)
    overfit = probability_of_overfitting(together.to_numpy()) if together.shape[1] > 1 else None
    market = yardstick.reindex(together.index).fillna(0.0).to_numpy()
    alphas = sharpes_per_bar(hedged_columns(together.to_numpy(), market)) if market.any() else np.empty(0)
    chosen_from = family(
        sharpes(tried),
        alphas_per_bar=alphas,
        trials=len(tried),
        overfitting=None if overfit is None else overfit.probability,
    )
    evidence = gather(
        returns,
        orders=tested.ledger.orders,
        chosen_from=chosen_from,
        benchmark=yardstick,
        benchmark_name="equal weight",
        placebo_p=None if study.oos.sharpe is None else placebo_p_value(study.oos.sharpe, placebos),
        costs=tested.cost_curve,
    )
    trials = Trials(
        family=hypothesis.id,
        count=len(tried),
        overfitting=chosen_from.overfitting,
        head=ledger.head,
        archived=ledger.archived(hypothesis.id),
    )
    return Judgement(trials, evidence, verdict(evidence), ledger.opening(hypothesis.id))


def placebo_sharpes(bars: Bars, scores: pd.DataFrame, config: Config, progress: Progress) -> tuple[float, ...]:
    """Return Sharpe ratios after costs of the same scores stamped with other days.

    The scores are rotated in time by random lengths, so their likings for symbols, their persistence and their
    turnover stay as they are, and only what they knew about the days is gone.
    """
    most = next((count for cells, count in PLACEBOS if scores.size <= cells), FEWEST_PLACEBOS)
    edge = max(1, len(scores) // 20)
    shifts = np.random.default_rng(config.seed).integers(edge, max(edge + 1, len(scores) - edge), most)
    close = bars.panel.close.loc[scores.index]
    there = listed(close) if config.is_rule else close.notna().to_numpy()
    found = []
    for done, shift in enumerate(shifts, start=1):
        rotated = pd.DataFrame(np.roll(scores.to_numpy(), int(shift), axis=0), scores.index, scores.columns)
        rotated = rotated.where(there)  # what cannot be bought is not chosen, here as in the run itself
        ratio = stats.sharpe(trade(bars.panel, rotated, config).returns)
        found.append(0.0 if ratio is None else ratio)
        progress("placebos", done, most)
    return tuple(found)


def _returns_together(workspace: Workspace, others: Sequence[Trial], beside: Sequence[Tried]) -> pd.DataFrame:
    """Return net returns of this run's trials and of the runs before it, on the bars they share, its own first.

    A run counts where its record is still there, with what it recorded; where too few bars are shared, none does.
    """
    own = pd.concat([each.returns for each in beside], axis=1, keys=range(len(beside)))
    columns = [own]
    for name in dict.fromkeys(trial.name for trial in others):
        path = workspace.experiments / name / "equity.parquet"
        if path.is_file():
            equity = pd.read_parquet(path, columns=["ts", "strategy"]).set_index("ts")["strategy"]
            columns.append(equity.pct_change().iloc[1:].rename(name))
    together = pd.concat(columns, axis=1, join="inner").fillna(0.0)
    return together if len(together) >= FEWEST_COMMON_BARS else own.fillna(0.0)
