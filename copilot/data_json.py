"""Records of the lake as JSON."""

from __future__ import annotations

import dataclasses
from typing import Any


def as_json(value: Any) -> Any:
    """Return records of any kind as JSON can hold them: a name for every value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: as_json(part) for name, part in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return value
