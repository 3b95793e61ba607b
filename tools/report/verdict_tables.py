"""The verdict as the page shows it: what its grade means, what each rule found, and the figures they judge."""

from __future__ import annotations

from collections.abc import Iterator

from tools.backtest.record import Experiment
from tools.backtest.statistics.grade import Grade, StrategyEvidence, Verdict
from tools.report.number import NARROW, format_number, typeset
from tools.report.tables import Cell, Row, Tile

DAYS_A_YEAR = 252
CENTURY_YEARS = 100
MEANINGS: dict[Grade, str] = {
    "no edge": "Nothing shows that it earns more than chance, its market and its costs explain.",
    "fragile": "More than chance, but it rests on little: one choice, one period, thin costs or a short record.",
    "plausible": "It holds at the usual level of proof, not at the strict one.",
    "strong": "It holds at the strict level of every rule. Hindsight and trials nobody recorded would not show.",
}


def reason_rows(verdict: Verdict) -> list[Row]:
    """Return a row a rule, the most damaging first: the best grade that it allows, and its finding."""
    return [
        Row(reason.rule, (Cell(reason.allows, negative=_weak(reason.allows)), Cell(typeset(reason.text))))
        for reason in verdict.reasons
    ]


def judged_tiles(record: Experiment) -> list[Tile]:
    """Return the figures that the verdict rests on; none where the record has no verdict."""
    if record.strategy is None or record.verdict is None:
        return []
    allows = {reason.rule: reason.allows for reason in record.verdict.reasons}
    return [
        Tile(label, Cell(figure, negative=_weak(allows.get(rule, "strong"))), "", note)
        for label, rule, figure, note in _figures(record.strategy)
    ]


def _figures(known: StrategyEvidence) -> Iterator[tuple[str, str, str, str]]:
    """Yield label, rule, figure and note of each tile."""
    without = f"without {known.benchmark}" if known.benchmark else "no benchmark"
    overfit = "of choosing the best" if known.trials > 1 else "needs two trials"
    length = f"{known.days / DAYS_A_YEAR:.1f}{NARROW}y on record"
    yield "Trials so far", "", format_number(known.trials), "of this hypothesis"
    yield "Deflated Sharpe", "selection", format_number(known.deflated_sharpe, "fraction"), "probability above zero"
    yield "Deflated alpha", "benchmark", format_number(known.deflated_alpha, "fraction"), without
    yield "Overfitting (PBO)", "overfitting", format_number(known.overfitting, "fraction"), overfit
    yield "Placebo p", "placebo", format_number(known.placebo_p, "fraction"), "placebos as good"
    yield "Proof takes", "", _proof(known.min_track_record), length


def _proof(days: float | None) -> str:
    """Return how long a record must be to prove a ratio like this one."""
    if days is None:
        return "forever"
    years = days / DAYS_A_YEAR
    return f"> {CENTURY_YEARS}{NARROW}y" if years > CENTURY_YEARS else f"{years:.1f}{NARROW}y"


def _weak(grade: Grade) -> bool:
    return grade in ("no edge", "fragile")
