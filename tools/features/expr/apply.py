"""Apply an operator to operands: check conditions, series and units, then make the node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.features.expr.canonical import canonical
from tools.features.expr.fault import Span, fault
from tools.features.expr.node import Node, Number, Operation
from tools.features.expr.operation import Operator, UnitFault
from tools.features.expr.unit import Unit

UNITS_HINT = "Bring both to plain numbers first: close / sma(close, 20) is one, and so is volume / adv(20)."
LOGARITHM_HINT = "Take the logarithm of a ratio, such as log(close / delay(close, 20))."
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Placed:
    """A node and where it stands in the text."""

    node: Node
    span: Span


def apply(
    text: str, span: Span, operator: Operator, operands: Sequence[Placed], parameters: tuple[int, ...] = ()
) -> Operation:
    """Return the node of `operator` applied to `operands`; `span` is where the operator stands.

    Raises:
        BadRequest: an operand is of the wrong type, or the units do not go together.
    """
    _check_conditions(text, operator, operands)
    _check_series(text, span, operator, operands)
    children = _in_one_unit(text, span, operator, operands)
    try:
        unit = operator.unit(children, parameters)
    except UnitFault as error:
        raise fault(text, span, f"{operator.name} cannot take this: {error}", UNITS_HINT) from None
    warmup = operator.look_back(*parameters) + max(child.warmup for child in children)
    return Operation(operator, children, parameters, unit, warmup)


def _check_conditions(text: str, operator: Operator, operands: Sequence[Placed]) -> None:
    for place in operator.conditions:
        node, span = operands[place].node, operands[place].span
        if node.type != "boolean":
            what = f"{operator.name} needs a condition here, and {_short(node)} is a number"
            raise fault(text, span, what, "Compare it with something, such as rsi(14) < 30.")


def _check_series(text: str, span: Span, operator: Operator, operands: Sequence[Placed]) -> None:
    """Refuse written numbers where bars are needed."""
    for place, operand in enumerate(operands):
        if isinstance(operand.node, Number) and place not in operator.literals:
            raise fault(
                text,
                operand.span,
                f"{operator.name} needs a series here, not a number",
                f"Write {operator.example}.",
            )
    if all(isinstance(operand.node, Number) for operand in operands):
        raise fault(text, span, f"{operator.name} has only numbers to work on", "Use a field, such as close.")


def _in_one_unit(text: str, span: Span, operator: Operator, operands: Sequence[Placed]) -> tuple[Node, ...]:
    """Return the operands; written numbers get the unit of those they are compared with or added to."""
    nodes = [operand.node for operand in operands]
    alike = [place for place in operator.alike if place < len(nodes)]
    found = [nodes[place] for place in alike if not isinstance(nodes[place], Number)]
    if not found:
        return tuple(nodes)
    for other in found[1:]:
        if other.unit != found[0].unit:
            what = (
                f"{operator.name} needs two of a kind: {_short(found[0])} is {_kind(found[0].unit)}, "
                f"{_short(other)} is {_kind(other.unit)}"
            )
            raise fault(text, span, what, UNITS_HINT)
    for place in alike:
        node = nodes[place]
        if isinstance(node, Number):
            if found[0].unit.logarithm and operator.type == "number":
                what = f"{operator.name} cannot mix a {found[0].unit} with a number: the result would be a level"
                raise fault(text, operands[place].span, what, LOGARITHM_HINT)
            nodes[place] = replace(node, unit=found[0].unit)
    return tuple(nodes)


def _kind(unit: Unit) -> str:
    return "a plain number" if unit.plain else f"in units of {unit}"


def _short(node: Node) -> str:
    text = canonical(node)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 3] + "..."
