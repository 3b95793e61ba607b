"""The tree of an expression: frozen nodes that know their type, unit and warm-up.

Built only by `build`, which checks them. Equal nodes of one expression are the same object, so a sub-expression
written twice is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tools.features.expr.unit import NONE, Unit
from tools.features.feature import BoundFeature

if TYPE_CHECKING:
    from tools.features.expr.operation import Operator

Type = Literal["number", "boolean"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the text, or computed from such; its partner in a sum or comparison gives it a unit."""

    value: float
    unit: Unit = NONE

    children: tuple[Node, ...] = ()
    type: Type = "number"
    warmup: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the bars."""

    name: str
    unit: Unit

    children: tuple[Node, ...] = ()
    type: Type = "number"
    warmup: int = 0


@dataclass(frozen=True, slots=True)
class LibraryFeature:
    """A feature of the library with its parameters: a plain number, masked in its own warm-up."""

    bound: BoundFeature

    unit: Unit = NONE
    children: tuple[Node, ...] = ()
    type: Type = "number"

    @property
    def warmup(self) -> int:
        """Leading bars of a symbol without a value."""
        return self.bound.warmup


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator applied to operands and fixed parameters.

    Attributes:
        operator: what is done.
        children: the operands.
        parameters: lags, windows and the like.
        unit: of the result.
        warmup: leading bars of a symbol without a value: its own, on top of the longest of its operands.
    """

    operator: Operator
    children: tuple[Node, ...]
    parameters: tuple[int, ...]
    unit: Unit
    warmup: int

    @property
    def type(self) -> Type:
        """What the operator returns."""
        return self.operator.type


Node = Number | Field | LibraryFeature | Operation
