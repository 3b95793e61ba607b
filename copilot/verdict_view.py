"""The verdict of a result in the terminal, and the trial ledger behind it. Pure: nothing here prints or reads."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.table import Record, few, new_table
from copilot.untrusted import plain
from tools.backtest.families import FamilySummary, LedgerCheck
from tools.backtest.statistics.grade import StrategyEvidence
from tools.kernel.format import format_value
from tools.kernel.types import unit_of

TONES = {"no edge": "bad", "fragile": "warn", "plausible": "accent", "strong": "good"}
SYMBOLS_SHOWN = 6
FIGURES = {
    "deflated_sharpe": "deflated Sharpe",
    "trials": "trials",
    "overfitting": "PBO",
    "placebo_p": "placebo p",
}


def grade_text(grade: str) -> Text:
    """Return a grade as a label that stands out, with and without colours."""
    return Text(f" {grade.upper()} ", style=f"{TONES.get(grade, 'warn')} reverse")


def verdict_lines(record: Record) -> tuple[RenderableType, ...]:
    """Return a blank line and the verdict of a record with its figures; nothing where the record has none."""
    verdict = record.get("verdict")
    if verdict is None:
        return ()
    line = Text.assemble(grade_text(verdict["grade"]), "  ", plain(verdict["against"]["text"]))
    known = record.get("strategy")
    archived = (record.get("trials") or {}).get("archived", 0)
    return (Text(), line) if known is None else (Text(), line, _figures(known, archived))


def _figures(known: Record, archived: int) -> Text:
    shown = [
        f"{label} {format_value(known[name], unit_of(StrategyEvidence, name))}"
        for name, label in FIGURES.items()
        if known[name] is not None
    ]
    shown += [f"{archived:,} earlier trials archived"] if archived else []
    return Text(" · ".join(shown), style="quiet")


def families_table(found: Sequence[FamilySummary]) -> Table:
    """Return a row a hypothesis; of many symbols the first few."""
    table = new_table("family", "symbols", "horizon", "trials", "first", "last", "best Sharpe", numeric=2)
    table.columns[0].no_wrap = True
    for each in found:
        table.add_row(
            plain(each.family, "accent"),
            plain(few(each.symbols, SYMBOLS_SHOWN)),
            f"{each.horizon_days} x {each.interval}",
            f"{each.count:,}" + (f" + {each.archived:,} archived" if each.archived else ""),
            each.first.isoformat(),
            each.last.isoformat(),
            format_value(each.best_sharpe, unit_of(FamilySummary, "best_sharpe")),
        )
    return table


def check_lines(found: LedgerCheck) -> RenderableType:
    """Return whether the trial ledger is whole, with its head, and what the check cannot see."""
    lines = [_whole(found), Text(f"head {found.head}", style="accent")]
    if found.missing:
        lines.append(plain(f"Their head is not in the ledger: {', '.join(found.missing)}", "bad"))
    if found.damaged:
        lines.append(plain(f"Not asked, their record is damaged: {', '.join(found.damaged)}", "warn"))
    lines.append(Text("A ledger and records that were all rewritten together would not show.", style="quiet"))
    return Group(*lines)


def _whole(found: LedgerCheck) -> Text:
    counted = f"{found.trials:,} line{'s' if found.trials != 1 else ''}"
    if found.ok:
        asked = f"{found.results:,} result{'s' if found.results != 1 else ''}"
        return Text(f"The trial ledger is intact: {counted}, the head of {asked} found in it.", style="good")
    return Text(
        f"The trial ledger is NOT whole: it has {counted}, and trials that were counted are gone.", style="bad"
    )
