"""From the schema of a call's arguments to a Lark grammar of `{key:value,...}`, as FunctionGemma writes calls.

Strings stand between two marks instead of quotes, keys are bare and in alphabetical order, lists and numbers are as
in JSON. Covers what `copilot.planner.prompted.said` makes: enums, patterns, bounded text, booleans, lists.
"""

from __future__ import annotations

import json
from typing import Any

from copilot.model.llm import Lark
from copilot.planner.prompted.catalogue import Schema

LONGEST_TEXT = 400


def call_grammar(opening: str, args: Schema, closing: str, mark: str) -> Lark:
    """Return the grammar of a call.

    Args:
        opening: what stands before the arguments, as Lark: literals and tokens.
        args: `properties` and `required`.
        closing: what stands behind them, as Lark.
        mark: the delimiter of strings, as Lark.
    """
    lines = [f"start: {opening} {_quoted('{')} first_0 {_quoted('}')} {closing}"]
    names = sorted(args["properties"])
    for place, name in enumerate(names):
        # Two rules a field, so that a comma stands between two fields only: nothing written yet, something written.
        skip = name not in args["required"]
        field = f"{_quoted(name + ':')} value_{place} next_{place + 1}"
        lines.append(f"first_{place}: {field}" + (f" | first_{place + 1}" if skip else ""))
        comma = _quoted(",")
        lines.append(f"next_{place}: {comma} {field}" + (f" | next_{place + 1}" if skip else ""))
        lines.append(f"value_{place}: {_value(args['properties'][name], mark)}")
    lines += [f"first_{len(names)}: {_quoted('')}", f"next_{len(names)}: {_quoted('')}"]
    return Lark("\n".join(lines) + "\n")


def _value(schema: Schema, mark: str) -> str:
    if "anyOf" in schema:
        return " | ".join(f"({_value(each, mark)})" for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(_constant(each, mark) for each in schema["enum"])
    if schema["type"] == "boolean":
        return f"{_quoted('true')} | {_quoted('false')}"
    if schema["type"] == "array":
        item, most = f"({_value(schema['items'], mark)})", schema["maxItems"]
        more = f" ({_quoted(',')} {item}){{0,{most - 1}}}" if most > 1 else ""
        return f"{_quoted('[')} {item}{more} {_quoted(']')}"
    return f"{mark} {_text(schema)} {mark}"


def _constant(value: Any, mark: str) -> str:
    return f"{mark} {_quoted(value)} {mark}" if isinstance(value, str) else _quoted(json.dumps(value))


def _text(schema: Schema) -> str:
    if "pattern" in schema:
        pattern = str(schema["pattern"]).removeprefix("^").removesuffix("$")
        return "/" + pattern.replace("/", r"\/") + "/"
    return f"/[^<]{{{schema.get('minLength', 0)},{min(LONGEST_TEXT, schema.get('maxLength', LONGEST_TEXT))}}}/"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
