"""Python's syntax tree -> our typed tree: every form the language has, and a refusal for every other.

Arithmetic on written numbers is done here (`1 - 0.3` is 0.7), so every window is known before anything runs.
"""

from __future__ import annotations

import ast
import math
import operator as arithmetic
from collections.abc import Callable

from tools.features.expr.apply import Placed, apply
from tools.features.expr.call import call
from tools.features.expr.fault import Span, fault
from tools.features.expr.names import explain_unknown, feature_by_id, operator_called
from tools.features.expr.node import LibraryFeature, Node, Number, Operation
from tools.features.expr.table import FIELDS, FUNCTIONS, NEGATIVE, NOT, SYMBOLS
from tools.kernel.errors import BadRequest

_FOLDED: dict[str, Callable[[float, float], float]] = {
    "+": arithmetic.add,
    "-": arithmetic.sub,
    "*": arithmetic.mul,
    "/": arithmetic.truediv,
    "**": arithmetic.pow,
}
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_METHODS = {"shift": "delay", "diff": "delta", "rolling": "sma", "ewm": "ema", "mean": "sma", "std": "stddev"}


def span_of(tree: ast.expr) -> Span:
    """Return where `tree` stands in the text."""
    return Span(tree.col_offset, tree.end_col_offset or tree.col_offset + 1)


class Builder:
    """Builds the tree of one text; equal nodes become the same object."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._made: dict[tuple[object, ...], Node] = {}

    def build(self, tree: ast.expr) -> Node:
        """Return the typed node of `tree`. Raises BadRequest, pointing at what is wrong."""
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(value, span_of(tree))
            case ast.Name():
                return self._shared(self._named(tree))
            case ast.Call(func=ast.Name() as function, args=arguments, keywords=[]):
                return self._shared(call(self.text, function, [self.placed(argument) for argument in arguments]))
            case ast.UnaryOp():
                return self._unary(tree)
            case ast.BinOp():
                return self._binary(tree)
            case ast.BoolOp() | ast.Compare() | ast.IfExp():
                return self._logical(tree)
        raise self._refused(tree)

    def placed(self, tree: ast.expr) -> Placed:
        """Return the node of `tree` with its place."""
        return Placed(self.build(tree), span_of(tree))

    def _shared(self, node: Node) -> Node:
        """Return the node made before that is equal to this one, or this one."""
        return self._made.setdefault(_identity(node), node)

    def _number(self, value: float, span: Span) -> Node:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise fault(self.text, span, "This number is too large", "Write a smaller one.")
        return Number(number + 0.0)  # no negative zero

    def _named(self, tree: ast.Name) -> Node:
        name, span = tree.id.lower(), span_of(tree)
        if name in FIELDS:
            return FIELDS[name]
        feature = feature_by_id(name)
        if feature is not None:
            try:
                return LibraryFeature(feature[0].bind(feature[1]))
            except BadRequest as error:
                raise fault(self.text, span, error.message.rstrip("."), error.hint) from None
        operator = operator_called(name)
        if operator is not None:
            raise fault(self.text, span, f"{name} is an operator: it needs brackets", f"Write {operator.example}.")
        raise fault(self.text, span, *explain_unknown(name, called=False))

    def _unary(self, tree: ast.UnaryOp) -> Node:
        operand = self.placed(tree.operand)
        span = Span(tree.col_offset, tree.col_offset + 1)
        match tree.op:
            case ast.UAdd():
                return operand.node
            case ast.USub() if isinstance(operand.node, Number):
                return self._number(-operand.node.value, span)
            case ast.USub():
                return self._shared(apply(self.text, span, NEGATIVE, [operand]))
        return self._shared(apply(self.text, Span(span.start, span.start + 3), NOT, [operand]))

    def _binary(self, tree: ast.BinOp) -> Node:
        symbol = _BINARY[type(tree.op)]
        left, right = self.placed(tree.left), self.placed(tree.right)
        span = self._sign(symbol, left.span, right.span)
        if isinstance(left.node, Number) and isinstance(right.node, Number):
            return self._folded(symbol, span, left.node.value, right.node.value)
        return self._shared(apply(self.text, span, SYMBOLS[symbol], (left, right)))

    def _folded(self, symbol: str, span: Span, left: float, right: float) -> Node:
        """Compute with two written numbers."""
        try:
            value = _FOLDED[symbol](left, right)
        except ZeroDivisionError:
            raise fault(self.text, span, "This divides by zero", "Write another number.") from None
        except OverflowError:
            value = math.inf
        if isinstance(value, complex):
            raise fault(self.text, span, "This is no real number", "Take the root of a positive number.")
        return self._number(value, span)

    def _logical(self, tree: ast.BoolOp | ast.Compare | ast.IfExp) -> Node:
        match tree:
            case ast.BoolOp(op=op, values=values):
                return self._chain(["and" if isinstance(op, ast.And) else "or"] * (len(values) - 1), values)
            case ast.IfExp(test=test, body=body, orelse=other):
                operands = [self.placed(part) for part in (test, body, other)]
                return self._shared(apply(self.text, span_of(tree), FUNCTIONS["if_"], operands))
        return self._compared(tree)

    def _chain(self, symbols: list[str], trees: list[ast.expr]) -> Node:
        """Join operands from the left."""
        total = self.placed(trees[0])
        for symbol, tree in zip(symbols, trees[1:], strict=True):
            operand = self.placed(tree)
            span = self._sign(symbol, total.span, operand.span)
            node = self._shared(apply(self.text, span, SYMBOLS[symbol], (total, operand)))
            total = Placed(node, Span(total.span.start, operand.span.end))
        return total.node

    def _compared(self, tree: ast.Compare) -> Node:
        """Make `a < b < c` into `a < b and b < c`."""
        operands = [self.placed(part) for part in (tree.left, *tree.comparators)]
        node: Node | None = None
        for op, left, right in zip(tree.ops, operands, operands[1:], strict=False):
            symbol = _COMPARED.get(type(op))
            if symbol is None:
                between = Span(left.span.end, right.span.start)
                raise fault(self.text, between, "This is no comparison here", "Compare with < <= > >= == or !=.")
            span = self._sign(symbol, left.span, right.span)
            pair = self._shared(apply(self.text, span, SYMBOLS[symbol], (left, right)))
            node = pair if node is None else self._joined(span, node, pair)
        return node if node is not None else operands[0].node

    def _joined(self, span: Span, one: Node, other: Node) -> Node:
        return self._shared(apply(self.text, span, SYMBOLS["and"], (Placed(one, span), Placed(other, span))))

    def _sign(self, symbol: str, left: Span, right: Span) -> Span:
        """Return where the operator stands: between its operands, past any bracket."""
        at = self.text.find(symbol, left.end, right.start)
        return Span(at, at + len(symbol)) if at >= 0 else Span(left.end, right.start)

    def _refused(self, tree: ast.expr) -> BadRequest:
        """Return the error for a form that the language does not have."""
        span, hint = span_of(tree), "Use operators and functions only, as in zscore(volume, 20) * rsi(14)."
        match tree:
            case ast.Constant(value=value):
                return fault(self.text, span, *explain_unknown(str(value).lower(), called=False))
            case (
                ast.Call(func=ast.Attribute(value=value, attr=attribute))
                | ast.Attribute(value=value, attr=attribute)
            ):
                series = self.text[value.col_offset : value.end_col_offset]
                function = operator_called(_METHODS.get(attribute, attribute)) or FUNCTIONS["delay"]
                inside = function.example.replace(function.operands[0], series, 1)
                dot = Span((value.end_col_offset or 0), span_of(tree).end)
                return fault(self.text, dot, f".{attribute} is not part of the language", f"Write {inside}.")
        return fault(self.text, span, f"A {_form(tree)} is not part of the language", hint)


def _form(tree: ast.expr) -> str:
    """Return what a form of syntax is called."""
    names = {ast.Lambda: "lambda", ast.Tuple: "list of values", ast.GeneratorExp: "loop", ast.Starred: "*"}
    return names.get(type(tree), "call of this form" if isinstance(tree, ast.Call) else "form like this")


def _identity(node: Node) -> tuple[object, ...]:
    """Return what makes two nodes equal. The operands of an operation are shared already, but for numbers."""
    if not isinstance(node, Operation):
        return (node,)
    operands = (child if isinstance(child, Number) else id(child) for child in node.children)
    return (node.operator.name, *operands, *node.parameters)
