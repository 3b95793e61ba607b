"""A tree as a list of steps: what evaluation runs and what generated source writes, so the two cannot differ.

Every distinct sub-expression is one step, after those it needs. A step's frame is dropped after its last use.
"""

from __future__ import annotations

import itertools
import operator as arithmetic
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tools.features.expr.canonical import number_text
from tools.features.expr.node import Field, LibraryFeature, Node, Number, Operation

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

_ON_FRAMES: MappingProxyType[tuple[str, int], Callable[..., Any]] = MappingProxyType(
    {("+", 2): arithmetic.add, ("-", 2): arithmetic.sub, ("*", 2): arithmetic.mul, ("-", 1): arithmetic.neg}
)
_COMPUTED_FIELDS = ("typical", "market")


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment: `name` is given the value of `node`; afterwards the frames called `spent` are not needed."""

    name: str
    node: Node
    spent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """The steps of an expression; the last one is its value."""

    steps: tuple[Step, ...]
    names: MappingProxyType[int, str]

    @classmethod
    def of(cls, root: Node) -> Program:
        """Return the program of a tree."""
        order = [node for node in distinct(root) if not isinstance(node, Number)]
        numbered = itertools.count(1)
        names = {id(node): _name(node) or f"x{next(numbered)}" for node in order}
        last_use: dict[str, int] = {}
        for at, node in enumerate(order):
            last_use |= {names[id(child)]: at for child in node.children if id(child) in names}
        spent: dict[int, list[str]] = {}
        for name, at in last_use.items():
            spent.setdefault(at, []).append(name)
        steps = tuple(Step(names[id(node)], node, tuple(spent.get(at, ()))) for at, node in enumerate(order))
        return cls(steps, MappingProxyType(names))

    def run(self, panel: Panel) -> pd.DataFrame:
        """Return the value of the last step, not yet masked in the warm-up."""
        frames: dict[str, pd.DataFrame] = {}
        for step in self.steps:
            frames[step.name] = self._value(step.node, panel, frames)
            for name in step.spent:
                del frames[name]
        return frames[self.steps[-1].name]

    def source(self, warmup: int) -> str:
        """Return the same as Python: assignments, and a `return` of the masked value; needs `panel`."""
        lines = [f"{step.name} = {self._written(step.node)}" for step in self.steps]
        lines.append(f"return operators.settled({self.steps[-1].name}, panel, {warmup})")
        return "\n".join(lines) + "\n"

    def _value(self, node: Node, panel: Panel, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
        from tools.features import operators

        match node:
            case Field(name=name):
                return getattr(operators, name)(panel) if name in _COMPUTED_FIELDS else getattr(panel, name)
            case LibraryFeature(bound=bound):
                return bound.compute(panel)
            case Operation(operator=operator, children=children, parameters=parameters):
                operands = [
                    child.value if isinstance(child, Number) else frames[self.names[id(child)]]
                    for child in children
                ]
                if operator.target:
                    return getattr(operators, operator.target)(*operands, *parameters)
                return _ON_FRAMES[operator.name, len(operands)](*operands)
        raise TypeError(node)

    def _written(self, node: Node) -> str:
        match node:
            case Field(name=name):
                return f"operators.{name}(panel)" if name in _COMPUTED_FIELDS else f"panel.{name}"
            case LibraryFeature(bound=bound):
                return f'parse_feature("{bound.id}").compute(panel)'
            case Operation(operator=operator, children=children, parameters=parameters):
                operands = [
                    number_text(child.value) if isinstance(child, Number) else self.names[id(child)]
                    for child in children
                ]
                if operator.target:
                    return f"operators.{operator.target}({', '.join([*operands, *map(str, parameters)])})"
                return f" {operator.name} ".join(operands) if len(operands) > 1 else f"-{operands[0]}"
        raise TypeError(node)


def distinct(root: Node) -> Iterator[Node]:
    """Yield every node once, operands before what uses them."""
    seen: set[int] = set()

    def visit(node: Node) -> Iterator[Node]:
        if id(node) not in seen:
            seen.add(id(node))
            for child in node.children:
                yield from visit(child)
            yield node

    return visit(root)


def _name(node: Node) -> str:
    """Return the variable that a field or a feature is known by; none for other nodes."""
    match node:
        case Field(name=name):
            return "open_" if name == "open" else name  # Python has an `open` of its own
        case LibraryFeature(bound=bound):
            return bound.id
    return ""
