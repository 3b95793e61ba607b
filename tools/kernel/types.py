"""Base records and the units that result fields carry.

A field annotated `Fraction`, `Usd`, ... carries its unit in the JSON schema (`"unit": "fraction"`), so that views
and answers can format a number without guessing. Values are plain SI-like floats: 0.12 is twelve per cent.
"""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """An immutable record that rejects unknown fields, NaN and infinities: an undefined figure is None."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Args(Record):
    """Base of tool arguments: flat, few, with defaults."""


class Result(Record):
    """Base of tool results: named, unit-bearing fields; never a frame, never prose."""


def _unit(name: str) -> object:
    return Field(json_schema_extra={"unit": name})


Fraction = Annotated[float, _unit("fraction")]
Ratio = Annotated[float, _unit("ratio")]
Correlation = Annotated[float, _unit("correlation")]
Usd = Annotated[float, _unit("usd")]
Bps = Annotated[float, _unit("bps")]
Seconds = Annotated[float, _unit("seconds")]
Days = Annotated[int, _unit("days")]
Count = Annotated[int, _unit("count")]


def _nested(annotation: object) -> tuple[type[BaseModel] | None, object]:
    """Return the record type inside `annotation` (through Optional, tuple, dict), if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, annotation
    for part in get_args(annotation):
        found = _nested(part)
        if found[0] is not None:
            return found
    return None, annotation


def _unit_within(annotation: object) -> str | None:
    """Return the unit that an annotation inside `annotation` carries, as in `Ratio | None`."""
    for part in get_args(annotation):
        extra = getattr(part, "json_schema_extra", None)
        if isinstance(extra, dict) and "unit" in extra:
            return str(extra["unit"])
        found = _unit_within(part)
        if found is not None:
            return found
    return None


def unit_of(model: type[BaseModel], path: str) -> str | None:
    """Return the unit of the field at dotted `path` in `model`, or None where it has none.

    Path elements that index into tuples or dicts (`trades.0.price_usd`) are skipped over.
    """
    here: type[BaseModel] | None = model
    unit: str | None = None
    for name in path.split("."):
        if here is None or name not in here.model_fields:
            continue
        info = here.model_fields[name]
        extra = info.json_schema_extra
        unit = str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else _unit_within(info.annotation)
        here = _nested(info.annotation)[0]
    return unit
