"""The manual of one tool: its arguments, what they may be, and what they are when left out."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from copilot.slash import usage
from copilot.untrusted import plain
from tools.kernel.spec import Tool

Schema = dict[str, Any]


def tool_help(tool: Tool[Any, Any]) -> RenderableType:
    """Return the description, usage and arguments of a tool."""
    schema: Schema = tool.args.model_json_schema()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    for name, argument in schema["properties"].items():
        flag = f"--{name.replace('_', '-')}" + (" (or plain words)" if name == tool.positional else "")
        needed = name in schema.get("required", ())
        table.add_row(
            plain(flag, "accent"), plain(_allowed(argument)), plain(_when_left_out(argument, needed), "quiet")
        )
    return Group(plain(f"{tool.description}\n{usage(tool)}\n"), table)


def _allowed(argument: Schema) -> str:
    """Return the allowed values, or the kind of value."""
    for kind in (argument, *argument.get("anyOf", ())):
        if "enum" in kind:
            return " | ".join(kind["enum"])
        if kind.get("type", "null") != "null":
            name = str(kind.get("format") or kind["type"])
            return {"array": "list, separated by commas", "string": "text"}.get(name, name)
    return "text"


def _when_left_out(argument: Schema, needed: bool) -> str:
    if needed:
        return "needed"
    default = argument.get("default")
    if default in (None, []):
        return "optional"
    return f"default {', '.join(default) if isinstance(default, list) else default}"
