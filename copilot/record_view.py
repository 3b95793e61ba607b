"""The record of a tool that SLQ has no view for, one of a plugin: its fields as they are. Pure."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from copilot.table import Record
from copilot.untrusted import plain
from tools.kernel.format import counted, format_value
from tools.kernel.types import unit_of

MOST = 40  # values of a list


def record_view(model: type[BaseModel], record: Record) -> RenderableType:
    """Return a row for each field of a record, and within it for each field of a record or value of a list."""
    grid = Table.grid(padding=(0, 2))
    _add(grid, model, record, "")
    return grid


def _add(grid: Table, model: type[BaseModel], value: Any, path: str) -> None:
    if isinstance(value, dict):
        for name, each in value.items():
            _add(grid, model, each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for place, each in enumerate(value[:MOST]):
            _add(grid, model, each, f"{path}.{place}")
        if len(value) > MOST:
            grid.add_row("", Text(f"... and {counted(len(value) - MOST, 'more value')}", style="quiet"))
    else:
        label = path.replace("_", " ").replace(".", " ")
        grid.add_row(plain(label, "field"), plain(format_value(value, unit_of(model, path))))
