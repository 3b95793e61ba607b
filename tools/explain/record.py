"""What `explain_experiment` is asked and what it answers.

Whatever is said of scores is of the model of the last walk-forward step, on that step's own test window: out of
sample, and a small part of the history. Importance is over all steps, positions are over all test bars.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from tools.backtest.record import Metrics
from tools.backtest.statistics.grade import Verdict
from tools.kernel.types import Args, Correlation, Count, Fraction, Ratio, Record, Result

ScoreUnit = Literal["log-odds", "return", "order"]


class ExplainArgs(Args):
    """Which experiment: its id, a unique part of it, or `latest`."""

    experiment: str = "latest"


class FeatureEffect(Record):
    """One feature of the model.

    Attributes:
        feature: its id.
        share: its part of the mean size of all contributions; None where the model has none.
        direction: Spearman correlation of its values with its contributions, above 0 where a higher value raises
            the score; None where either does not vary.
        importance: its share of what the model learnt, mean over the steps.
        importance_sd: standard deviation of that share over the steps (ddof 1); None for one step.
        top_third: share of the steps in which it is in the most important third of the features.
    """

    feature: str
    share: Fraction | None
    direction: Correlation | None
    importance: Fraction
    importance_sd: Fraction | None
    top_third: Fraction


class Stability(Record):
    """Do the steps agree on which features matter? Means of Spearman correlations of importance.

    Attributes:
        steps: walk-forward steps.
        consecutive: between neighbouring steps, most of whose training bars are the same; None where undefined.
        apart: between steps that share no training bar; None where there are none such.
        leader: the feature that is most important on average; None where nothing was learnt.
        leader_top_third: share of the steps in which it is in the most important third.
        stable: whether the steps agree; see `tools.explain.stability`. None where they cannot be compared.
    """

    steps: Count
    consecutive: Correlation | None
    apart: Correlation | None
    leader: str | None
    leader_top_third: Fraction
    stable: bool | None


class Curve(Record):
    """Partial dependence: the mean score `y` if every test row had the value `x` of the feature."""

    feature: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Part(Record):
    """What a feature adds to one score; `over_others`: beyond what it adds to the mean of that bar's symbols."""

    feature: str
    value: float | None
    contribution: float
    over_others: float


class Holding(Record):
    """Why a symbol is held after the last signal.

    Attributes:
        symbol: what is held.
        weight: fraction of the capital; below 0 is a short sale.
        score: at the last signal.
        rank: its place among the scores of that bar, 1 the highest; None where it has no score there.
        of: scores there.
        chosen: whether its place is among those that the last signal holds; if not, an earlier one still does.
        parts: what speaks most for its place, or against it, the largest first; none where it has no score there.
    """

    symbol: str
    weight: Fraction
    score: Fraction
    rank: Count | None
    of: Count
    chosen: bool
    parts: tuple[Part, ...]


class Earned(Record):
    """What a symbol earned after its trading costs, in fractions of the starting capital.

    `in_market`: share of the bars at whose close it was held; `spells`: how often it was taken up.
    """

    symbol: str
    earned: Fraction
    in_market: Fraction
    spells: Count


class Positions(Record):
    """What was held over the test bars, and what came of it.

    Attributes:
        bars: test bars.
        in_market: share of them at whose close anything was held.
        spells: uninterrupted holdings of a symbol.
        holding_bars: mean length of a spell, in bars; None where there was none.
        total: what was earned, as a fraction of the starting capital.
        earned: by symbol, the highest first; of many symbols those that gained and lost most.
        elsewhere: part of `total` that is not in `earned`: symbols left out, interest and fees.
    """

    bars: Count
    in_market: Fraction
    spells: Count
    holding_bars: Ratio | None
    total: Fraction
    earned: tuple[Earned, ...]
    elsewhere: Fraction


class Conditions(Record):
    """The conditions of a rule, and the share of known cases (a bar of a symbol) in which each one holds."""

    entry: str
    entry_true: Fraction | None
    exit: str | None
    exit_true: Fraction | None


class Explanation(Result):
    """Why an experiment did what it did.

    Attributes:
        experiment: its id.
        model: what made the scores, or "rule".
        oos: figures of the experiment, out of sample and after costs.
        verdict: on the experiment; None in older records.
        window_start: first day of the last test window; None where nothing was trained.
        window_end: its last day.
        rows: scored (bar, symbol) pairs of the window.
        score_unit: the scale on which contributions add up; None where there are none.
        base: the score before any feature is known, on that scale.
        features: the largest share of the contributions first, else the most important first.
        stability: None where nothing was trained.
        curves: of the features with the largest shares.
        holdings: the largest weight first.
        positions: what was held.
        conditions: of a rule.
        narrative: paragraphs whose figures and names are references to this record (`{ID.features.0.share}`).
        warnings: what keeps this from being the reason why it worked.
    """

    experiment: str
    model: str
    oos: Metrics
    verdict: Verdict | None
    window_start: date | None
    window_end: date | None
    rows: Count
    score_unit: ScoreUnit | None
    base: float | None
    features: tuple[FeatureEffect, ...]
    stability: Stability | None
    curves: tuple[Curve, ...]
    holdings: tuple[Holding, ...]
    positions: Positions
    conditions: Conditions | None
    narrative: tuple[str, ...]
    warnings: tuple[str, ...]
