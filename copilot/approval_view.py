"""Which kinds of calls run at once and which ask first, for human eyes. Pure."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from copilot.approval import CLASSES, MEANING, Approved
from copilot.table import new_table
from copilot.untrusted import plain


def approval_view(approved: Approved) -> RenderableType:
    """Return a row for each kind of call."""
    table = new_table("kind", "", "what such a call does", numeric=99)
    table.columns[-1].no_wrap = False
    for effect in CLASSES:
        at_once = approved.covers(effect)
        runs = Text("runs at once" if at_once else "asks first", style="good" if at_once else "warn")
        table.add_row(Text(effect.value, style=f"effect.{effect.value}"), runs, plain(MEANING[effect]))
    hint = "/approve read,execute lets those run in this conversation and asks about the others; none is no kind."
    return Group(table, Text(hint, style="quiet"))
