"""What `slq data` found out, as rich renderables. Pure: nothing here prints, reads or decides."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.ingest.raw_upkeep import RawCheck
from tools.kernel.format import counted, format_value
from tools.lake.compact import Compacted
from tools.lake.diff import Diff
from tools.lake.verify import Verification


def _table(*columns: str, numeric: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for position, name in enumerate(columns):
        table.add_column(name, justify="right" if position >= numeric else "left", overflow="fold")
    return table


def diff_view(found: Diff) -> RenderableType:
    """Return counts by table and symbol, then every restated value."""
    head = Text(f"snapshot {found.before} → {found.after}", style="quiet")
    if not found.changed:
        return Group(head, Text("Nothing differs."))
    counts = _table("symbol", "table", "new", "restated", "removed", numeric=2)
    for each in found.changed:
        counts.add_row(each.symbol, each.table, f"{each.new:,}", f"{each.restated:,}", f"{each.removed:,}")
    parts: list[RenderableType] = [head, counts]
    if found.restated:
        values = _table("symbol", "table", "when", "which", "field", "old", "new", numeric=5)
        for change in found.restated:
            when = "" if change.ts is None else f"{change.ts}".removesuffix(" 00:00:00")
            old, new = format_value(change.old), format_value(change.new)
            values.add_row(change.symbol, change.table, when, change.key, change.field, old, new)
        parts += [Text(), values]
    if found.truncated:
        parts.append(Text("... and more; --limit shows more of them.", style="quiet"))
    return Group(*parts)


def verify_view(found: Verification, raw: RawCheck) -> RenderableType:
    """Return a line a subject, then everything that is wrong."""
    rows = ", ".join(f"{number:,} {name}" for name, number in found.rows.items() if number) or "none read"
    unchecked = f", {found.unchecked_files:,} in a bucket not fetched" if found.unchecked_files else ""
    lines = [
        _line(not found.file_faults, "files", f"{found.files:,}, {_size(found.size_bytes)}{unchecked}"),
        _line(not found.row_faults and bool(found.rows), "rows", rows),
        _line(not raw.faults, "raw", f"{raw.files:,} files, {_size(raw.size_bytes)}, each against its SHA-256"),
        _line(bool(found.snapshots), "states", counted(found.snapshots, "snapshot")),
    ]
    wrong = [f"{fault.path}: {fault.problem}" for fault in found.file_faults]
    wrong += [
        f"{fault.symbol}: {counted(fault.rows, 'row')} of {fault.table}: {fault.reason}"
        for fault in found.row_faults
    ]
    wrong += list(raw.faults)
    notes = [
        f"{each.symbol}: {counted(each.rows, 'row')} in quarantine: {each.reason}" for each in found.quarantined
    ]
    if raw.torn_lines:
        notes.append(
            f"{raw.torn_lines} line of the raw manifest was cut off by a crash; its file is not referred to."
        )
    bad = [Text(f"✗ {line}", style="bad") for line in wrong]
    return Group(*lines, *bad, *(Text(f"! {line}", style="warn") for line in notes))


def compact_view(done: Compacted, raw_files: int) -> RenderableType:
    """Return what was merged, what went, and from when on the past can still be read."""
    lines = []
    if done.files_before is not None and done.files_after is not None:
        sizes = f"{_size(done.size_bytes_before or 0)} → {_size(done.size_bytes_after or 0)}"
        lines.append(Text(f"files {done.files_before:,} → {done.files_after:,}, {sizes}"))
    if done.expired:
        when = done.oldest.time.isoformat(timespec="seconds")
        lines.append(
            Text(f"{len(done.expired):,} snapshots went; as of any moment before {when} is gone.", style="warn")
        )
    else:
        lines.append(Text("Every snapshot is kept."))
    if raw_files:
        lines.append(Text(f"{raw_files:,} raw files went.", style="warn"))
    return Group(*lines)


def _line(good: bool, subject: str, detail: str) -> Text:
    mark = ("✓ ", "good") if good else ("✗ ", "bad")
    return Text.assemble(mark, (f"{subject:8}", "field"), detail)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
