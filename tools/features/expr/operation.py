"""What an operator of the language is: its operands, its parameters, and the rules for types, units and warm-up.

There is no rule about the future because nothing can reach it: parameters are lags and windows, counted
backwards, and the functions behind the operators (`tools.features.operators`) read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.features.expr.node import Node, Number, Type
from tools.features.expr.unit import NONE, Unit
from tools.features.feature import Parameter

LARGEST_POWER = 10_000_000
UnitRule = Callable[[Sequence[Node], Sequence[int]], Unit]


class UnitFault(Exception):
    """The operands have units that the operator cannot take; the text says why, without naming the operator."""


def same(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the unit of the last operand: of branches and bounds all have it."""
    return operands[-1].unit


def plain(_operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return no unit: ranks, scores, correlations and conditions are plain numbers."""
    return NONE


def spread(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the unit of a difference or a standard deviation."""
    return operands[0].unit.difference()


def magnitude(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the unit of the operand, which is no logarithm: its size would depend on the unit's."""
    return _no_logarithm(operands)[0]


def product(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the product of the units."""
    one, other = _no_logarithm(operands)
    return one * other


def quotient(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the quotient of the units."""
    one, other = _no_logarithm(operands)
    return one / other


def covariance(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the product of the units of the two deviations."""
    one, other = (operand.unit.difference() for operand in operands)
    return one * other


def root(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the square root of the unit."""
    return _no_logarithm(operands)[0].raised(0.5)


def power(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the unit to the power that is written; a power that varies needs plain numbers."""
    base, exponent = _no_logarithm(operands)
    if not exponent.plain:
        raise UnitFault(f"the exponent is {exponent}, and must be a plain number")
    if base.plain:
        return NONE
    if not isinstance(operands[1], Number):
        raise UnitFault(f"the base is {base}, so the exponent must be a written number")
    unit = base.raised(operands[1].value)
    if any(abs(part) > LARGEST_POWER for part in unit.powers):
        raise UnitFault("the exponent is too large")
    return unit


def window_product(operands: Sequence[Node], parameters: Sequence[int]) -> Unit:
    """Return the unit to the power of the window."""
    return _no_logarithm(operands)[0].raised(parameters[0])


def logarithm(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return the logarithm of the unit."""
    return _no_logarithm(operands)[0].log()


def exponential(operands: Sequence[Node], _parameters: Sequence[int]) -> Unit:
    """Return no unit; the operand has none either."""
    unit = operands[0].unit
    if not unit.plain:
        raise UnitFault(f"the exponent is {unit}, and must be a plain number")
    return NONE


def _no_logarithm(operands: Sequence[Node]) -> list[Unit]:
    units = [operand.unit for operand in operands]
    for unit in units:
        if unit.logarithm:
            raise UnitFault(f"a {unit} can only be compared or subtracted")
    return units


def no_bars(*_parameters: int) -> int:
    """Return 0: the bar itself is enough."""
    return 0


def lag_bars(lag: int) -> int:
    """Return the bars before a value that is `lag` bars old."""
    return lag


def window_bars(window: int) -> int:
    """Return the bars before a full window."""
    return window - 1


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of the language.

    Attributes:
        name: as it is written: a word, or the symbol between the operands.
        target: the function of `tools.features.operators` that computes it; empty for + - *, which frames have.
        operands: an example of each operand, in order; the only one before parameters may be left out: `close`.
        unit: the unit of the result from the units of the operands and the parameters.
        parameters: whole numbers after the operands: lags and windows.
        look_back: (*parameters) -> bars it needs before the one it is for.
        type: of the result.
        alike: places of the operands that must have the same unit.
        conditions: places of the operands that must be conditions.
        literals: places of the operands that may be written numbers.
        most_operands: how many operands it may take where that is more than it has to.
        description: one line for people.
    """

    name: str
    target: str
    operands: tuple[str, ...]
    unit: UnitRule
    parameters: tuple[Parameter, ...] = ()
    look_back: Callable[..., int] = no_bars
    type: Type = "number"
    alike: tuple[int, ...] = ()
    conditions: tuple[int, ...] = ()
    literals: tuple[int, ...] = ()
    most_operands: int = 0
    description: str = ""

    @property
    def example(self) -> str:
        """A call with every argument written out."""
        return f"{self.name}({', '.join((*self.operands, *(str(part.default) for part in self.parameters)))})"

    @property
    def takes_close(self) -> bool:
        """Whether `sma(20)` means `sma(close, 20)`."""
        return len(self.operands) == 1 and bool(self.parameters)
