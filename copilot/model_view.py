"""Models as rows and tables: which there are, what each takes, and how fast they are. Pure but for file sizes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from copilot.model.locate import locate_embedded
from copilot.model.pins import model_file, state_of
from copilot.model.registry import (
    EMBEDDED,
    EMBEDDED_GOOD_FOR,
    EMBEDDED_KV_BYTES_PER_TOKEN,
    EMBEDDED_LICENCE,
    EMBEDDED_VOCABULARY,
    KNOWN,
    memory_bytes,
)
from copilot.model_bench import ModelSpeed
from copilot.table import new_table
from copilot.untrusted import plain
from tools.kernel.format import counted
from tools.kernel.types import Record


class ModelRow(Record):
    """One model in the list. Sizes in bytes; `memory_bytes` is an estimate for the context that is set."""

    name: str
    state: str
    in_use: bool
    size_bytes: int
    memory_bytes: int | None
    licence: str
    good_for: str
    path: str | None
    repo: str | None = None
    revision: str | None = None
    sha256: str | None = None


def model_rows(folder: Path, chosen: Path | None, context_tokens: int) -> list[ModelRow]:
    """Return the embedded model, those of the registry, and the one in use where it is none of these.

    Raises:
        ModelError: the embedded model is missing.
    """
    rows = [_embedded_row(chosen, context_tokens)]
    used = chosen.expanduser().resolve() if chosen is not None else None
    for known in KNOWN:
        state, path = state_of(folder, known), model_file(folder, known)
        rows.append(
            ModelRow(
                name=known.name,
                state=state,
                in_use=used == path.resolve(),
                size_bytes=known.size_bytes,
                memory_bytes=known.memory_bytes(context_tokens),
                licence=known.licence,
                good_for=known.good_for,
                path=str(path) if state == "pulled" else None,
                repo=known.repo,
                revision=known.revision,
                sha256=known.sha256,
            )
        )
    if used is not None and not any(row.in_use for row in rows):
        rows.append(_own_row(used))
    return rows


def _embedded_row(chosen: Path | None, context_tokens: int) -> ModelRow:
    path = locate_embedded()
    size_bytes = path.stat().st_size
    return ModelRow(
        name=EMBEDDED,
        state="embedded",
        in_use=chosen is None or chosen.expanduser().resolve() == path.resolve(),
        size_bytes=size_bytes,
        memory_bytes=memory_bytes(size_bytes, EMBEDDED_KV_BYTES_PER_TOKEN * context_tokens, EMBEDDED_VOCABULARY),
        licence=EMBEDDED_LICENCE,
        good_for=EMBEDDED_GOOD_FOR,
        path=str(path),
    )


def _own_row(path: Path) -> ModelRow:
    there = path.is_file()
    return ModelRow(
        name=path.stem,
        state="your file" if there else "missing",
        in_use=True,
        size_bytes=path.stat().st_size if there else 0,
        memory_bytes=None,
        licence="its maker's",
        good_for="Chosen by SLQ_MODEL or --model.",
        path=str(path),
    )


def rows_view(rows: Sequence[ModelRow]) -> RenderableType:
    """Return the two tables of `slq model list`: what each model takes, and what it is for."""
    made = new_table("name", "state", "licence", "size", "needs", numeric=3)
    purposes = new_table("name", "good for", numeric=2)
    for row in rows:
        state = f"{row.state}, in use" if row.in_use else row.state
        style = "good" if row.in_use else "" if row.path else "quiet"
        needs = "unknown" if row.memory_bytes is None else gigabytes(row.memory_bytes)
        cells = (row.name, state, row.licence, gigabytes(row.size_bytes), needs)
        made.add_row(*(plain(cell, style) for cell in cells))
        purposes.add_row(plain(row.name, style), plain(row.good_for, style))
    return Group(made, "", purposes)


def speeds_view(speeds: Sequence[ModelSpeed]) -> RenderableType:
    """Return the table of `slq model bench`, and what its figures are."""
    made = new_table("model", "load s", "read", "decode", "p50 ms", "p95 ms", "MB", "its own")
    for speed in speeds:
        peak, before = speed.peak_mb, speed.before_mb
        figures = (speed.load_s, speed.prefill_tokens_per_s, speed.decode_tokens_per_s)
        made.add_row(
            plain(speed.model),
            *(f"{figure:,.1f}" for figure in figures),
            f"{speed.call_p50_ms:,.0f}",
            f"{speed.call_p95_ms:,.0f}",
            "unknown" if peak is None else f"{peak:,.0f}",
            "unknown" if peak is None or before is None else f"{peak - before:,.0f}",
        )
    first = speeds[0]
    words = (
        f"\nTokens a second read and decoded; times of {first.calls} fixed requests planned under the grammar, on "
        f"{counted(first.threads, 'thread')}; the most memory the process held, and the model's part of it. A busy "
        "machine slows all of it."
    )
    return Group(made, Text(words, style="quiet"))


def gigabytes(count: int) -> str:
    """Return a number of bytes as `98 MB` or `2.50 GB`, in powers of ten."""
    return f"{count / 1e6:,.0f} MB" if count < 10**9 else f"{count / 1e9:,.2f} GB"
