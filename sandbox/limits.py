"""What one sandboxed call may use, and what it did use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.layers import Layer

if TYPE_CHECKING:
    import pandas as pd

Value: TypeAlias = "pd.DataFrame | float | int | bool | dict[str, Any]"


@dataclass(frozen=True)
class Limits:
    """The most that one call may use; all positive and finite.

    Attributes:
        wall_seconds: on the clock, from the request to the last byte of the answer; the parent kills at its end.
        cpu_seconds: of processor time, rounded up to whole seconds; the kernel kills.
        memory_bytes: of address space beyond the interpreter, its libraries and the inputs.
        output_bytes: of the answer; the parent kills the sender of more.
    """

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        """Raise ValueError where a limit is not positive and finite."""
        given = (self.wall_seconds, self.cpu_seconds, self.memory_bytes, self.output_bytes)
        if not all(0 < limit < math.inf for limit in given):
            raise ValueError(f"limits must be positive and finite: {self}")


@dataclass(frozen=True)
class Outcome:
    """What a call gave.

    Attributes:
        value: a float64 frame (feature); a number, a table or a Plotly figure as plain dicts and lists (script).
        layers: the protections it ran under.
        wall_seconds: as the caller waited.
        cpu_seconds: processor time of the child; 0.0 where the system does not say.
        peak_bytes: the child's largest resident memory, shared pages of the interpreter included; 0 where unknown.
    """

    value: Value
    layers: tuple[Layer, ...]
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
