"""The grammar of one call: a JSON schema that admits the candidates and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.planner.candidates import Candidates


def call_schema(tool: str, candidates: Candidates) -> dict[str, Any]:
    """Return the schema of `{"tool": ..., "args": {...}}` for one tool.

    Fields come in the order of `candidates`, all required: a field without evidence must not be in there.
    """
    fields = {name: _field(values) for name, values in candidates.items()}
    return _object({"tool": {"const": tool}, "args": _object(fields)})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _field(values: list[Any]) -> dict[str, Any]:
    if len(values) > 1:
        return {"enum": list(values)}
    if isinstance(values[0], list):
        items = [{"const": item} for item in values[0]]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    return {"const": values[0]}
