"""RestrictedPython's transformer, narrowed where it is too wide and widened where small models need it.

Narrower: list targets are unpacked by the guard like tuple targets, spread values go through the iteration guard,
f-strings and `%` go through the formatting guard, attributes can be assigned only where a table has them. Wider:
`df["x"] += 1`, `x: int = 1`, annotations (dropped), `import pandas as pd` (bound to the facade).
"""

# ruff: noqa: N802  ast.NodeVisitor finds these methods by the names of the node classes

from __future__ import annotations

import ast
from typing import TypeVar, cast

from RestrictedPython.transformer import IOPERATOR_TO_STR, RestrictingNodeTransformer, copy_locations

Node = TypeVar("Node", bound=ast.AST)
_WORDING = {
    "attribute name": "attributes that begin with an underscore are not available; use the values directly",
    'starts with "_"': "names cannot begin with an underscore here; rename it",
    "restricted name": "looking inside Python is not possible here; use the values directly",
    "reserved name": "this name is taken here; rename it",
}
_WRITABLE_ATTRIBUTES = ("columns", "index", "name", "names")


class Rewriter(RestrictingNodeTransformer):
    """One use only. `refused` collects (line, column, sentence)."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[tuple[int, int, str]] = []

    def error(self, node: ast.AST, info: str) -> None:
        """Collect a refusal of RestrictedPython, in this project's words."""
        sentence = next((ours for theirs, ours in _WORDING.items() if theirs in info), info)
        self.refused.append((getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1, sentence))

    # Names: `print` is an ordinary name here (bound to a function that does nothing).

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Check the name; `print` may be called but not rebound."""
        if not (node.id == "print" and isinstance(node.ctx, ast.Load)):
            self.check_name(node, node.id)
        return node

    # Imports become assignments of facades.

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """Bind the facade of each module."""
        return self._bind(node, [(alias.asname or alias.name, alias.name, None) for alias in node.names])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """Bind single names of a facade; typing and __future__ serve only annotations, which are dropped."""
        if node.module in {"typing", "__future__"}:
            return ast.copy_location(ast.Pass(), node)
        module = node.module or ""
        return self._bind(node, [(alias.asname or alias.name, module, alias.name) for alias in node.names])

    def _bind(self, node: ast.Import | ast.ImportFrom, names: list[tuple[str, str, str | None]]) -> ast.AST:
        targets: list[ast.expr] = []
        values: list[ast.expr] = []
        for name, module, attribute in names:
            self.check_name(node, name)
            value: ast.expr = _call("_module_", ast.Constant(module))
            if attribute is not None:
                self.check_name(node, attribute)
                value = _call("_getattr_", value, ast.Constant(attribute))
            targets.append(ast.Name(name, ast.Store()))
            values.append(value)
        assign = ast.Assign([ast.Tuple(targets, ast.Store())], ast.Tuple(values, ast.Load()))
        copy_locations(assign, node)
        return assign

    # Targets: a list target is a tuple target.

    def visit_List(self, node: ast.List) -> ast.AST:
        """Guard spread values; a list that is assigned to becomes a tuple."""
        if isinstance(node.ctx, ast.Load):
            return cast("ast.AST", self.node_contents_visit(node))
        return self.visit_Tuple(ast.copy_location(ast.Tuple(node.elts, node.ctx), node))

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """Visit the elements."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        """Send a spread value (`[*x]`) through the iteration guard."""
        node = self.node_contents_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = _located(_call("_getiter_", node.value), node)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        """Send a spread dictionary (`{**x}`) through its guard."""
        node = self.node_contents_visit(node)
        node.values = [
            value if key is not None else _located(_call("_mapping_", value), value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST]:
        """Turn list targets into tuple targets before RestrictedPython looks for them."""
        node.targets = [_tupled(target) for target in node.targets]
        return cast("ast.AST | list[ast.AST]", super().visit_Assign(node))

    def visit_For(self, node: ast.For) -> ast.AST:
        """As `visit_Assign`."""
        node.target = _tupled(node.target)
        return cast("ast.AST", super().visit_For(node))

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """As `visit_Assign`."""
        node.target = _tupled(node.target)
        return cast("ast.AST", super().visit_comprehension(node))

    # Assignments

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | list[ast.AST]:
        """`x: int = 1` is `x = 1`; a bare `x: int` is nothing."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return self.visit_Assign(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`a[k] += v` becomes a guarded call that evaluates `a` and `k` once; `x += v` stays, but for `%=`."""
        if isinstance(node.target, ast.Name) and not isinstance(node.op, ast.Mod):
            return cast("ast.AST", self.node_contents_visit(node))
        if not isinstance(node.target, ast.Subscript):
            return cast("ast.AST", super().visit_AugAssign(node))
        target, value = node.target, node.value
        container = self.visit(target.value)
        key = self.visit(target.slice)
        operator = ast.Constant(IOPERATOR_TO_STR[type(node.op)])
        call = _call("_inplaceitem_", operator, container, key, self.visit(value))
        return _located(ast.Expr(call), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Loads as RestrictedPython does; only a few attributes can be assigned, none deleted."""
        if isinstance(node.ctx, ast.Load):
            return cast("ast.AST", super().visit_Attribute(node))
        if not isinstance(node.ctx, ast.Store) or node.attr not in _WRITABLE_ATTRIBUTES:
            self.error(node, f"`.{node.attr}` cannot be assigned or deleted; assign to a column: df['x'] = ...")
            return node
        node.value = _located(_call("_owner_", self.visit(node.value)), node)
        return node

    # Text

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        """`{x:.2f}` becomes `{_format_(x, conversion, '.2f')}`: only plain values, only short specifications."""
        specification = self.visit(node.format_spec) if node.format_spec else ast.Constant("")
        text = _call("_format_", self.visit(node.value), ast.Constant(node.conversion), specification)
        return _located(ast.FormattedValue(text, -1, None), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """`%` formats where its left side is text, and formatting has a guard."""
        node = self.node_contents_visit(node)
        return _located(_call("_mod_", node.left, node.right), node) if isinstance(node.op, ast.Mod) else node

    # Annotations are dropped: they would be evaluated.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop what the function says it returns."""
        node.returns = None
        return cast("ast.AST", super().visit_FunctionDef(node))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Drop the annotation of an argument."""
        node.annotation = None
        return cast("ast.AST", super().visit_arg(node))


def _call(function: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(args), [])


def _located(new: Node, old: ast.AST) -> Node:
    """Give a new node the place of the old one; the nodes in it get theirs when the whole tree is completed."""
    return ast.copy_location(new, old)


def _tupled(target: ast.expr) -> ast.expr:
    """Return an assignment target with every list in it turned into a tuple."""
    match target:
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            return ast.copy_location(ast.Tuple([_tupled(element) for element in elts], ast.Store()), target)
        case ast.Starred(value=value):
            return ast.copy_location(ast.Starred(_tupled(value), ast.Store()), target)
        case _:
            return target
