"""Findings of the lake as records of `show_data`."""

from __future__ import annotations

from tools.ingest.shown import AgreementShown, GapShown, RunShown
from tools.lake.gaps import Gaps
from tools.lake.reconcile import Agreement

LISTED = 20
"""How many bars, runs of missing bars, dates or values a record lists at most."""


def shown_gap(found: Gaps) -> GapShown:
    """Return one series against its calendar."""
    return GapShown(
        symbol=found.symbol,
        source=found.source,
        exchange=found.exchange,
        first=found.first.date(),
        last=found.last.date(),
        expected=found.expected,
        held=found.held,
        missing=len(found.missing),
        extra=len(found.extra),
        unchecked=found.unchecked,
        runs=tuple(RunShown(first=run.first, last=run.last, bars=run.bars) for run in found.runs[:LISTED]),
        extras=tuple(stamp.to_pydatetime() for stamp in found.extra[:LISTED]),
        truncated=len(found.runs) > LISTED or len(found.extra) > LISTED,
    )


def shown_agreement(found: Agreement) -> AgreementShown:
    """Return two sources of one series compared."""
    worst = max(found.worst, key=lambda each: each.difference, default=None)
    return AgreementShown(
        symbol=found.symbol,
        left=found.left,
        right=found.right,
        bars=found.bars,
        beyond=len(found.beyond),
        tolerance=found.tolerance,
        worst_field=worst.field if worst else None,
        worst_difference=worst.difference if worst else None,
        worst_at=worst.ts if worst else None,
        dates=tuple(stamp.date() for stamp in found.beyond[:LISTED]),
    )
