"""A call as the slash command that types it: what a person edits, and what a turn names as not begun.

The inverse of `copilot.slash`: parsed again it is the same call. Not so for a list whose item has a comma outside
of brackets, and code that is one quoted string; no tool takes either in a useful way.
"""

from __future__ import annotations

import re

from copilot.messages import Call
from tools.catalog import find_tool

_PLAIN = re.compile(r"[^\s\"'\\]+(?: [^\s\"'\\]+)*")
LONGEST = 100


def slash_form(call: Call) -> str:
    """Return `call` as it would be typed, slash included. Raises BadRequest for an unknown tool."""
    tool = find_tool(call.tool)
    args = {name: value for name, value in call.args.items() if value is not None}
    if tool.positional == "sql":
        return f"/{call.tool} {args.get('sql', '')}".rstrip()
    code = args.pop("code", None)
    words = [f"/{call.tool}"]
    if tool.positional in args:
        first = _text(args.pop(tool.positional))
        words.append(f"--{_flag(tool.positional)}={_quoted(first)}" if first.startswith("-") else _quoted(first))
    for name, value in args.items():
        text = _text(value)
        words.append(f"--{_flag(name)}{'=' if text.startswith('-') else ' '}{_quoted(text)}")
    if code is not None:
        words.append(f"--code {code}")
    return " ".join(words)


def short_form(call: Call) -> str:
    """Return the slash form on one line, cut where it is long."""
    text = " ".join(slash_form(call).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        items = ", ".join(str(item) for item in value)
        return f"{items}," if len(value) == 1 and " " in items and items.isupper() else items
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _quoted(text: str) -> str:
    """Return `text` so that the parser's shlex leaves it whole; words that shlex would not touch stay bare."""
    if _PLAIN.fullmatch(text) and " --" not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
