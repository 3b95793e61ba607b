"""The audit log for human eyes."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from copilot.audit import Body, Verification, read_records, verify
from copilot.untrusted import plain
from tools.kernel.format import counted, format_seconds

HASH_SHOWN = 12


def audit_table(path: Path, last: int) -> RenderableType:
    """Return the last records of the log at `path`. Raises WorkspaceError where there is none or it is damaged."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for column in ("#", "time (UTC)", "kind", "call", "tool", "status", "what"):
        table.add_column(column, overflow="fold")
    for entry in deque(read_records(path), maxlen=last):
        body = entry.body
        table.add_row(
            str(body.seq),
            body.ts[:19].replace("T", " "),
            Text(body.kind, style="tool" if body.kind == "decision" else "field"),
            body.call_id or "",
            body.tool or "",
            _status(body),
            plain(_what(body), "quiet"),
        )
    return table


def _status(body: Body) -> Text:
    style = {"ok": "good", "confirmed": "good", "failed": "bad", "crashed": "bad"}.get(body.status or "", "warn")
    return Text(body.status or "", style=style)


def _what(body: Body) -> str:
    words = [f"{name}={value}" for name, value in (body.args_redacted or {}).items()]
    if body.rusage is not None:
        words.append(format_seconds(body.rusage.wall_ms / 1000))
    return "  ".join(words)[:200]


def verification_line(path: Path) -> Text:
    """Return one line: intact with its head, or the number of the first bad record and what is wrong with it."""
    return _line(verify(path))


def _line(found: Verification) -> Text:
    if found.ok:
        return Text(
            f"The audit log is intact: {counted(found.records, 'record')}, head {found.head[:HASH_SHOWN]}.",
            style="good",
        )
    where = f"record {found.first_bad_record}: " if found.first_bad_record is not None else ""
    return Text(f"The audit log is NOT intact: {where}{found.problem}", style="bad")


def verification_report(path: Path, anchor: str | None = None) -> tuple[bool, Text]:
    """Return whether the log is intact, and the lines that say so, with what the check cannot see."""
    found = verify(path, anchor=anchor)
    report = _line(found)
    if found.head:
        report.append(f"\nhead {found.head}", style="accent")
    for note in found.notes:
        report.append(f"\n{note}", style="quiet")
    return found.ok, report
