"""The canonical text of a tree: fixed spacing, the fewest brackets, every argument written out.

It parses back to the same tree. Operands are not put in an order: `a + b + c` and `c + b + a` are rounded
differently, and equal text has to mean equal values, to the last bit.
"""

from __future__ import annotations

from tools.features.expr.node import Field, LibraryFeature, Node, Number, Operation

_ATOM = 9
_POWER = 8
_UNARY = 7
_NOT = 3
_LEVELS = {
    "or": 1, "and": 2, ">": 4, ">=": 4, "<": 4, "<=": 4, "==": 4, "!=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "**": _POWER,
}  # fmt: skip
_COMPARISON = 4
_EXACT_INTEGERS = 1e15


def number_text(value: float) -> str:
    """Write a number so that it reads back as the same number."""
    return str(int(value)) if value == int(value) and abs(value) < _EXACT_INTEGERS else repr(value)


def canonical(node: Node) -> str:
    """Return the canonical text of `node`."""
    return _written(node)[0]


def _written(node: Node) -> tuple[str, int]:
    """Return the text of a node and how tightly it binds, as Python's operators do."""
    match node:
        case Number():
            return number_text(node.value), _UNARY if node.value < 0 else _ATOM
        case Field():
            return node.name, _ATOM
        case LibraryFeature():
            return f"{node.bound.feature.name}({', '.join(map(str, node.bound.params))})", _ATOM
        case Operation() if node.operator.name.isidentifier() and node.operator.name not in _LEVELS:
            return _called(node)
    return _between(node)


def _called(node: Operation) -> tuple[str, int]:
    if node.operator.name == "not":
        return f"not {_bracketed(node.children[0], _NOT)}", _NOT
    parts = [*map(canonical, node.children), *map(str, node.parameters)]
    return f"{node.operator.name}({', '.join(parts)})", _ATOM


def _between(node: Operation) -> tuple[str, int]:
    symbol = node.operator.name
    if len(node.children) == 1:
        return f"-{_bracketed(node.children[0], _UNARY)}", _UNARY
    level = _LEVELS[symbol]
    left, right = node.children
    # a comparison inside a comparison needs brackets on both sides: bare, it would be read as a chain
    before = _bracketed(left, level + (symbol == "**" or level == _COMPARISON))
    after = _bracketed(right, _UNARY if symbol == "**" else level + 1)
    return f"{before} {symbol} {after}", level


def _bracketed(node: Node, least: int) -> str:
    text, level = _written(node)
    return text if level >= least else f"({text})"
