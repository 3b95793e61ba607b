"""A call in the text -> an operator with operands and whole-number parameters, or a library feature."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tools.features.expr.apply import Placed, apply
from tools.features.expr.canonical import number_text
from tools.features.expr.fault import Span, fault
from tools.features.expr.names import explain_unknown, feature_called, operator_called
from tools.features.expr.node import LibraryFeature, Node, Number
from tools.features.expr.operation import Operator
from tools.features.expr.table import FIELDS, FUNCTIONS
from tools.features.feature import Feature, Parameter

AVERAGE_VOLUME = "adv"
_BACKWARDS = ("lag", "window", "span")


def call(text: str, function: ast.Name, arguments: Sequence[Placed]) -> Node:
    """Return the node of `function` applied to `arguments`.

    Raises:
        BadRequest: nothing is called so, or it cannot take these arguments; the message points at the place.
    """
    name = function.id.lower()
    span = Span(function.col_offset, function.end_col_offset or 0)
    operator, feature = operator_called(name), feature_called(name)
    if name in FIELDS:
        hint = f"Write {name} for the bar itself, delay({name}, 5) for five bars ago."
        raise fault(text, span, f"{name} is a field and takes no arguments", hint)
    if name == AVERAGE_VOLUME:
        return _average_volume(text, span, arguments)
    series = any(not isinstance(argument.node, Number) for argument in arguments)
    if feature is not None and not (operator is not None and series):  # `correlation` is both: by what it is given
        return _feature(text, span, feature, arguments)
    if operator is not None:
        return _operation(text, span, operator, arguments)
    raise fault(text, span, *explain_unknown(name, called=True))


def _average_volume(text: str, span: Span, arguments: Sequence[Placed]) -> Node:
    """Return the node of `adv(20)`, which is `sma(volume, 20)`."""
    if len(arguments) > 1 or not all(isinstance(argument.node, Number) for argument in arguments):
        raise fault(text, span, "adv takes a window only", "Write adv(20): the average volume in shares.")
    return _operation(text, span, FUNCTIONS["sma"], [Placed(FIELDS["volume"], span), *arguments])


def _operation(text: str, span: Span, operator: Operator, arguments: Sequence[Placed]) -> Node:
    """Split the arguments into operands and parameters, and apply the operator."""
    given = list(arguments)
    if operator.takes_close and (not given or isinstance(given[0].node, Number)):
        given.insert(0, Placed(FIELDS["close"], span))
    most = max(operator.most_operands, len(operator.operands) + len(operator.parameters))
    if not len(operator.operands) <= len(given) <= most:
        raise fault(text, span, _count(operator, len(arguments)), f"Write {operator.example}, for example.")
    fixed = len(given) if operator.most_operands else len(operator.operands)
    parameters = _parameters(text, operator.name, operator.parameters, given[fixed:], operator.example)
    return apply(text, span, operator, given[:fixed], parameters)


def _count(operator: Operator, given: int) -> str:
    """Say how many arguments there are and how many there should be."""
    least, most = len(operator.operands), len(operator.operands) + len(operator.parameters)
    if operator.most_operands:
        wanted = f"{least} to {operator.most_operands}"
    else:
        wanted = str(most) if least == most else f"{least} or {most}"
    return f"{operator.name} takes {wanted} argument{'s' * (wanted != '1')} and got {given}"


def _feature(text: str, span: Span, feature: Feature, arguments: Sequence[Placed]) -> Node:
    """Return the node of a library feature; its arguments are whole numbers only."""
    numbers = [number_text(argument.node.value) for argument in arguments if isinstance(argument.node, Number)]
    for argument in arguments:
        if not isinstance(argument.node, Number):
            what = f"{feature.name} is a feature of the bars and takes whole numbers only"
            raise fault(text, argument.span, what, f"Write {_example(feature, numbers)}.")
    if len(arguments) > len(feature.parameters):
        names = ", ".join(parameter.name for parameter in feature.parameters) or "none"
        what = f"{feature.name} was given {len(arguments)} numbers; its parameters are: {names}"
        raise fault(text, span, what, f"Write {_example(feature, [])}, for example.")
    values = _parameters(text, feature.name, feature.parameters, arguments, _example(feature, []))
    return LibraryFeature(feature.bind(values))


def _example(feature: Feature, numbers: Sequence[str]) -> str:
    """Return a call with these numbers, or with the defaults."""
    return f"{feature.name}({', '.join(numbers or map(str, feature.default_params))})"


def _parameters(
    text: str, name: str, parameters: Sequence[Parameter], arguments: Sequence[Placed], example: str
) -> tuple[int, ...]:
    """Return the whole numbers that are given, and the defaults of those that are not."""
    given = [
        _whole(text, name, parameter, argument, example)
        for parameter, argument in zip(parameters, arguments, strict=False)
    ]
    return (*given, *(parameter.default for parameter in parameters[len(given) :]))


def _whole(text: str, name: str, parameter: Parameter, argument: Placed, example: str) -> int:
    """Return a parameter that is a whole number in its range, known beforehand."""
    node, span, called = argument.node, argument.span, f"The {parameter.name} of {name}"
    if not isinstance(node, Number):
        what = f"{called} must be a written number, so that how far it looks back is known beforehand"
        raise fault(text, span, what, f"Write {example}.")
    if node.value < 0 and parameter.name in _BACKWARDS:
        what = f"{called} counts bars back and cannot be negative: that would read the future"
        raise fault(text, span, what, f"Write {example}.")
    if node.value != int(node.value):
        whole = max(int(node.value), parameter.minimum)
        raise fault(text, span, f"{called} must be a whole number of bars", f"Write {whole}.")
    if not parameter.minimum <= node.value <= parameter.maximum:
        what = f"{called} must be {parameter.minimum} to {parameter.maximum}, not {number_text(node.value)}"
        raise fault(text, span, what, f"Write {example}.")
    return int(node.value)
