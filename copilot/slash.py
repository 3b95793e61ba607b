"""Typed tool calls: `/run_experiment tech stocks --features rsi_14,volume_spike_20` becomes a `Call`.

Words without a flag fill the tool's positional argument. Lists are separated by commas outside of brackets, or by
blanks where every word is an upper-case ticker; "50k" and "$1,000" are numbers. SQL and Python are taken as typed.
"""

from __future__ import annotations

import re
import shlex
from typing import Any, get_args, get_origin

from copilot.messages import Call
from tools.catalog import find_tool
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Tool

_AMOUNT = re.compile(r"\$?(\d[\d,]*(?:\.\d+)?)\s*([kKmM]?)")
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6}


def parse_slash(line: str) -> Call:
    """Return the call that `line` (without its slash) types. Raises BadRequest with the usage."""
    name, _, rest = line.strip().partition(" ")
    tool = find_tool(name)
    if tool.positional == "sql":
        return Call(tool=name, args={"sql": rest.strip()} if rest.strip() else {})
    rest, code = _without_code(tool, rest)
    try:
        return _typed(tool, rest, code)
    except ValueError as error:
        raise BadRequest(f"The quotes do not match: {error}.", hint=usage(tool)) from None


def _typed(tool: Tool[Any, Any], rest: str, code: dict[str, object]) -> Call:
    """Return the call of words and flags. Raises ValueError for quotes that do not match."""
    name, words = tool.name, shlex.split(rest)
    flags, plain = _split_flags(tool, words)
    if plain and tool.positional:
        flags.setdefault(tool.positional, []).extend(plain)
    elif plain:
        raise BadRequest(f"{name} takes no plain words; {' '.join(plain)!r} is left over.", hint=usage(tool))
    return Call(tool=name, args={**{field: _value(tool, field, given) for field, given in flags.items()}, **code})


def _without_code(tool: Tool[Any, Any], rest: str) -> tuple[str, dict[str, object]]:
    """Split off the Python, as typed: after `--code`, or all but the flags around it where it is positional."""
    if "code" not in tool.args.model_fields:
        return rest, {}
    if match := re.search(r"(?:^|\s)--code[ =\n]\s*(?P<code>.+)", rest, re.DOTALL):
        return rest[: match.start()], {"code": _unquoted(match["code"].strip())}
    if tool.positional != "code":
        return rest, {}
    names = "|".join(name.replace("_", "[_-]") for name in tool.args.model_fields)
    flag = rf"--(?:{names})[ =](?:\"[^\"]*\"|'[^']*'|[^\s\"']+(?:,\s*[^\s\"']+)*)"
    match = re.fullmatch(
        rf"\s*(?P<before>(?:{flag}\s+)*)(?P<code>.*?)(?P<after>(?:\s+{flag})*)\s*", rest, re.DOTALL
    )
    if match is None or not match["code"]:
        return rest, {}
    return f"{match['before']} {match['after']}", {"code": _unquoted(match["code"])}


def _unquoted(code: str) -> str:
    """Return code without one pair of quotes around all of it, as a shell would need them."""
    quoted = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", code, re.DOTALL)
    return (quoted[1] or quoted[2] or "") if quoted else code


def split_list(text: str) -> list[str]:
    """Return the parts between commas outside of brackets: `rsi(14) * zscore(volume, 20), skew_60` has two."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def usage(tool: Tool[Any, Any]) -> str:
    """Return the one-line usage of a tool as a slash command."""
    flags = " ".join(
        f"--{name.replace('_', '-')} ..." if info.is_required() else f"[--{name.replace('_', '-')} ...]"
        for name, info in tool.args.model_fields.items()
        if name != tool.positional
    )
    return f"Usage: /{tool.name} {f'<{tool.positional}> ' if tool.positional else ''}{flags}".rstrip()


def _split_flags(tool: Tool[Any, Any], words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    flags: dict[str, list[str]] = {}
    plain: list[str] = []
    current: list[str] = plain
    for word in words:
        if not word.startswith("--"):
            current.append(word)
            continue
        flag, equals, value = word[2:].partition("=")
        name = flag.replace("-", "_")
        if name not in tool.args.model_fields:
            raise BadRequest(f"{tool.name} has no argument --{flag}.", hint=usage(tool))
        current = flags.setdefault(name, [])
        if equals:
            current.append(value)
    return flags, plain


def _value(tool: Tool[Any, Any], field: str, given: list[str]) -> object:
    text = " ".join(given).strip()
    annotation = tool.args.model_fields[field].annotation
    if get_origin(annotation) is tuple:
        if "," not in text and all(word.isupper() for word in given):
            return [word for word in given if word]
        return split_list(text)
    amount = _AMOUNT.fullmatch(text)
    if amount and ({int, float} & {annotation, *get_args(annotation)}):
        number = float(amount.group(1).replace(",", "")) * _SCALE[amount.group(2).lower()]
        return int(number) if number.is_integer() else number
    return text
