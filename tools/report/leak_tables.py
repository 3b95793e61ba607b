"""The leak firewall's evidence as table rows and sentences for people who do not know its probes by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.features.evidence import Check, Evidence
from tools.kernel.format import counted
from tools.report.number import EN_DASH, UNDEFINED, format_number, typeset
from tools.report.tables import Cell, Row

QUESTIONS = {
    "shape": "Does it give one value for every bar and symbol?",
    "determinism": "Does it give the same values when computed again?",
    "finite": "Are all its values finite?",
    "truncation": "Does the past stay as it was when later bars are cut off?",
    "future": "Does the past stay as it was when later bars are rewritten?",
    "delisting": "Does the past stay as it was when symbols stop trading later?",
    "listing": "Does the past stay as it was when symbols are listed later?",
    "every bar": "Does each single bar's value hold, whatever follows it?",
    "single bars": "Does a bar's value hold, whatever the next bar is?",
    "warm-up": "After its warm-up, is it free of where history starts?",
    "split": "Is it free of adjusted price levels, which a later split changes?",
    "lag": "Is what it knows about returns believable, and does it last a bar longer?",
    "placebo": "Is it blind to the returns of other days?",
}
MARKS = {True: ("✓", "holds"), False: ("✗", "fails"), None: (EN_DASH, "not run")}


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe, ready to be shown: a mark with its word, a question, what was found."""

    mark: str
    word: str
    question: str
    found: str


def probe_rows(evidence: Evidence) -> list[Probe]:
    """Return every probe; what failed first, then what could not run, then the rest in their order."""
    order = {False: 0, None: 1, True: 2}
    return [_probe(check) for check in sorted(evidence.checks, key=lambda check: order[check.passed])]


def _probe(check: Check) -> Probe:
    mark, word = MARKS[check.passed]
    found = check.detail.removeprefix("not run: ")
    question = QUESTIONS.get(check.name, check.name.capitalize())
    return Probe(mark, word, question, found[:1].upper() + typeset(found[1:]).rstrip(".") + ".")


def probes_run(evidence: Evidence) -> int:
    """Return how many probes came to a finding."""
    return sum(check.passed is not None for check in evidence.checks)


def leak_verdict(evidence: Evidence) -> str:
    """Return in one sentence whether the feature is free of look-ahead."""
    if evidence.failed:
        return typeset(evidence.failed[0].detail)
    if evidence.missing:
        names = ", ".join(check.name for check in evidence.missing)
        return f"Not proved free of look-ahead: these checks could not run: {names}."
    return f"No look-ahead found by {probes_run(evidence)} probes. Whether it is any good, an experiment tells."


def spread(value: float | None) -> str:
    """Return a correlation that has no direction, without a sign."""
    return format_number(value, "correlation").removeprefix("+")


def evidence_rows(evidence: Sequence[Evidence]) -> list[Row]:
    """Return a row a feature: result, probes, information coefficient, the same a bar late, placebo."""
    return [
        Row(
            each.feature,
            (
                Cell("holds" if each.holds else "does not hold", negative=not each.holds),
                Cell(f"{sum(check.passed is True for check in each.checks)} of {len(each.checks)}"),
                Cell(format_number(each.ic, "correlation")),
                Cell(format_number(each.ic_lagged, "correlation")),
                Cell(spread(each.placebo_p95)),
            ),
        )
        for each in evidence
    ]


def fact_rows(evidence: Evidence, unit: str) -> list[Row]:
    """Return what the feature was examined on, in words."""
    across = {True: "other symbols of the same bar, too", False: "its own symbol only", None: UNDEFINED}
    facts = {
        "unit": unit,
        "warm-up": counted(evidence.warmup_bars, "bar"),
        "a value depends on": across[evidence.cross_sectional],
        "examined on": f"{counted(evidence.bars, 'bar')} of {counted(evidence.symbols, 'symbol')}",
        "return looked at": f"{counted(evidence.horizon_days, 'bar')} ahead",
        "seed": str(evidence.seed),
    }
    return [Row(name, (Cell(text),)) for name, text in facts.items()]
