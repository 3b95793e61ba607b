"""Expressions typed into a request: `close / sma(200)`, `rank(returns(63)) - rank(volatility(20))`, word for word.

Found by their form; whether one means anything is for the tools to say, which point at the character that is wrong.
A name that nobody knows counts where it is called (`foo(close, 5)`), so that it is answered and not overlooked.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from copilot.planner.mention import Mention
from tools.features.catalog import FEATURES, parse_feature
from tools.kernel.errors import BadRequest

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![\w.]*[A-Za-z]))|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*(?=\())*)"
    r"|(?P<sign>\*\*|[<>=!]=|[-+*/<>(),])"
)
_ID = re.compile(r"[a-z]+(?:_[a-z]+)*(?:_[0-9]{1,4})+")
_LOGIC = frozenset({"and", "or", "not", "if", "else"})
LONGEST_RUN = 400  # tokens; a longer run is taken whole or not at all
MOST_TRIED = 400  # ways to cut a run


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    depth: int


def find_expressions(text: str, *, bare: bool) -> Iterator[Mention]:
    """Yield expressions as typed; a call of one library feature as its id.

    `bare`: also those without a call or an id, such as `high - low`, which may be plain words elsewhere.
    """
    for run in _runs(text):
        yield from _in_run(text, run, bare=bare)


def is_condition(typed: str) -> bool:
    """Tell whether an expression as typed is a condition."""
    tree = _parsed(typed)
    return tree is not None and _is_condition(tree)


def _runs(text: str) -> Iterator[list[_Token]]:
    """Yield stretches of text that consist of what expressions consist of."""
    run: list[_Token] = []
    depth, position = 0, 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        gap = text[position : match.start()]
        if run and (gap.strip() or "\n" in gap):
            yield run
            run, depth = [], 0
        position = match.end()
        called = text[match.end() : match.end() + 1] == "("
        if depth == 0 and not _belongs(word, called=called):
            if run:
                yield run
            run = []
            continue
        depth -= word == ")" and depth > 0
        run.append(_Token(word, match.start(), match.end(), depth))
        depth += word == "("
    if run:
        yield run


def _belongs(word: str, *, called: bool) -> bool:
    """Tell whether a word outside brackets may be part of an expression."""
    if word in (",", ")"):
        return False
    lower = word.lower().partition(".")[0]
    return not word[0].isalpha() or called or lower in _names() or lower in _LOGIC or bool(_ID.fullmatch(lower))


def _in_run(text: str, run: list[_Token], *, bare: bool) -> Iterator[Mention]:
    """Yield the longest expressions in a run, from the left."""
    edges = [place for place, token in enumerate(run) if token.depth == 0]
    tried, begin = 0, 0
    while begin < len(edges) and len(run) <= LONGEST_RUN:
        first = run[edges[begin]]
        if first.text in "+-" and text[first.start - 1 : first.start].isalnum():  # "3-month": no sign
            begin += 1
            continue
        for last in range(len(edges) - 1, begin - 1, -1):
            tried += 1
            start, end = first.start, run[edges[last]].end
            if value := _read(text[start:end], bare=bare):
                yield Mention("feature", start, end, value)
                begin = last
                break
            if tried > MOST_TRIED:
                return
        begin += 1


def _read(typed: str, *, bare: bool) -> str | None:
    """Return an expression as typed, the id of a lone feature, or None where `typed` is neither."""
    tree = _parsed(typed)
    if tree is None or not any(isinstance(node, ast.Name) for node in ast.walk(tree)):
        return None
    if isinstance(tree, ast.Call):
        return _lone(typed, tree)
    if not isinstance(tree, ast.BinOp | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.IfExp):
        return None
    if isinstance(tree, ast.BoolOp) and not all(map(_is_condition, tree.values)):
        return None  # "rsi(14) and skew(60)" names two features
    nodes = list(ast.walk(tree))
    marked = any(isinstance(node, ast.Call) for node in nodes) or any(
        isinstance(node, ast.Name) and _ID.fullmatch(node.id.lower()) for node in nodes
    )
    hyphened = re.search(r"\w-[A-Za-z]", typed) is not None  # "3-month", "high-low": words
    plain = bare and not hyphened and not isinstance(tree, ast.UnaryOp)
    return typed if marked or plain else None


def _parsed(typed: str) -> ast.expr | None:
    """Return the syntax tree of one expression of Python, None where it is not one."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SyntaxWarning
        )  # `1(2)` and the like, which the tool refuses in its own words
        try:
            return ast.parse(" ".join(typed.split()), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _lone(typed: str, tree: ast.Call) -> str | None:
    """Return a call alone: the id where it names a library feature, else as typed."""
    if isinstance(tree.func, ast.Attribute):
        return typed
    if not isinstance(tree.func, ast.Name) or not tree.args:
        return None
    if all(isinstance(each, ast.Constant) for each in tree.args):
        try:
            return parse_feature(typed).id
        except BadRequest:
            pass  # an operator, or a number that the feature does not take: the tool explains
    known = tree.func.id.lower() in _names()
    return typed if known or any(isinstance(each, ast.Call) for each in tree.args) else None


def _is_condition(tree: ast.expr) -> bool:
    if isinstance(tree, ast.UnaryOp):
        return _is_condition(tree.operand)
    crosses = isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id.startswith("crosses")
    return crosses or isinstance(tree, ast.Compare | ast.BoolOp)


@cache
def _library() -> frozenset[str]:
    return frozenset(feature.name for feature in FEATURES)


@cache
def _names() -> frozenset[str]:
    """Return the names that the language knows, in lower case."""
    from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS

    return _library() | {*FIELDS, *FUNCTIONS, *ALIASES, "adv"}
