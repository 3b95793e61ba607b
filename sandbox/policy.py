"""The first two layers: how big generated source may be, and which Python it may be written in.

The source is parsed, measured, searched for what is refused (each with a sentence that says what to write
instead), rewritten by a subclass of RestrictedPython's transformer so that every attribute, item, loop, unpacking
and text formatting goes through a guard of `sandbox.guard`, and compiled. RestrictedPython is a policy on the API,
not a boundary (its own documentation says so): the boundary is the child process.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from types import CodeType

from sandbox.refusal import FILENAME, rejected
from sandbox.refused import NAMES, NODES
from sandbox.rewrite import Rewriter

MODULES = ("pandas", "numpy", "math")
_IGNORED_MODULES = ("__future__", "typing")  # they serve annotations only, and annotations are dropped


def compile_source(
    source: str, *, max_bytes: int = 16_384, max_nodes: int = 2_000, max_depth: int = 100
) -> CodeType:
    """Return code to be executed in a namespace made by `sandbox.guard.namespace`.

    Raises:
        Rejected: too long, not Python, or Python that is refused; one plain sentence with the line.
    """
    tree = _parse(source, max_bytes)
    _search(_nodes(tree, max_nodes, max_depth))
    rewriter = Rewriter()
    rewritten = rewriter.visit(tree)
    if rewriter.refused:
        line, column, sentence = min(rewriter.refused)
        raise rejected(sentence, line, column)
    ast.fix_missing_locations(rewritten)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(rewritten, FILENAME, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise _not_python(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise rejected(
                f"this is not Python that can be compiled ({type(error).__name__}); simplify it", 0
            ) from None


def _parse(source: str, max_bytes: int) -> ast.Module:
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise rejected(f"the code is {size:,} bytes long, at most {max_bytes:,} are accepted; shorten it", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source, FILENAME)
        except SyntaxError as error:
            raise _not_python(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise rejected(
                f"this is not Python that can be read ({type(error).__name__}); simplify it", 0
            ) from None


def _not_python(error: SyntaxError) -> Exception:
    reason = "".join(c for c in error.msg if c.isprintable())[:200]
    return rejected(f"this is not valid Python: {reason}", error.lineno or 0, error.offset or 0)


def _nodes(tree: ast.Module, max_nodes: int, max_depth: int) -> list[ast.AST]:
    """Return every node. Refuses big or deep trees, without recursion: the compiler itself recurses."""
    nodes: list[ast.AST] = []
    pending: list[tuple[ast.AST, int, int]] = [(tree, 1, 1)]
    while pending:
        node, depth, line = pending.pop()
        nodes.append(node)
        line = getattr(node, "lineno", line)
        if len(nodes) > max_nodes:
            raise rejected(f"the code has more than {max_nodes:,} parts; split it or shorten it", line)
        if depth > max_depth:
            raise rejected(f"the code is nested more than {max_depth} deep; use more, simpler lines", line)
        pending.extend((child, depth + 1, line) for child in ast.iter_child_nodes(node))
    return nodes


def _search(nodes: list[ast.AST]) -> None:
    """Refuse the first thing, in reading order, that has a sentence of its own."""
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    found = [finding for node in nodes for finding in _findings(node, bound)]
    if found:
        line, column, sentence = min(found)
        raise rejected(sentence, line, column)


def _findings(node: ast.AST, bound: set[str]) -> Iterator[tuple[int, int, str]]:
    sentence = NODES.get(type(node)) or _sentence(node, bound)
    if sentence:
        yield getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1, sentence
    if isinstance(node, ast.Try):
        for leaving in _leaves(node.finalbody):
            yield (
                leaving.lineno,
                leaving.col_offset + 1,
                "a `finally` block cannot leave by itself; end the block first",
            )


def _sentence(node: ast.AST, bound: set[str]) -> str:
    sentence = ""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES and name not in bound:
            sentence = f"`{name}` is not available: {NAMES[name]}"
        case ast.ExceptHandler(type=None):
            sentence = "say which error is meant, for example `except ValueError:`"
        case ast.Import(names=names):
            sentence = next((text for alias in names if (text := _import_sentence(alias.name))), "")
        case ast.ImportFrom(module=module, level=level, names=names):
            sentence = _import_from_sentence(module or "", level, [alias.name for alias in names])
        case ast.Call(args=args, keywords=keywords) if _is_spread(args, keywords):
            sentence = "arguments cannot be spread with `*` or `**` in a call; write them out"
        case ast.AugAssign(target=ast.Attribute()):
            sentence = "an attribute cannot be changed in place; assign to a column: df['x'] = df['x'] + 1"
    return sentence


def _import_sentence(module: str) -> str:
    if module in MODULES or module in _IGNORED_MODULES:
        return ""
    root = module.partition(".")[0]
    if root in MODULES:
        return f"`{module}` cannot be imported; write `import {root}` and use what it has"
    return f"`{module}` cannot be imported; only {', '.join(MODULES)} are available"


def _import_from_sentence(module: str, level: int, names: list[str]) -> str:
    if level:
        return "nothing can be imported from files; only pandas, numpy and math are available"
    if "*" in names and module not in _IGNORED_MODULES:
        return f"`import *` is not available; write `import {module}`"
    return _import_sentence(module)


def _is_spread(args: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in args) or any(keyword.arg is None for keyword in keywords)


def _leaves(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what would leave a `finally` block, and with it swallow an error on its way out."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return | ast.Break | ast.Continue):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
