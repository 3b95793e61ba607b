"""The grammar of one call: a JSON schema that admits the candidates and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.planner.candidates import Candidates


def call_schema(tool: str, candidates: Candidates) -> dict[str, Any]:
    """Return the schema of `{"tool": ..., "args": {...}}` for one tool.

    Fields come in the order of `candidates`, all required: a field without evidence must not be in there.
    """
    fields = {name: field_of(values) for name, values in candidates.items()}
    return object_of({"tool": {"const": tool}, "args": object_of(fields)})


def object_of(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the schema of an object with just these fields, all of them required where `required` is not given."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def field_of(values: list[Any]) -> dict[str, Any]:
    """Return the schema of a field that takes one of `values`; a single value is forced."""
    if len(values) > 1:
        return {"enum": list(values)}
    if isinstance(values[0], list):
        items = [{"const": item} for item in values[0]]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    return {"const": values[0]}
