"""Text -> Python's syntax tree of one expression, within limits. Nothing is compiled or run.

Only characters the language has get as far as the parser: no quotes, brackets, colons or comments, and no letter
outside ASCII, so that columns are characters and look-alike letters cannot hide.
"""

from __future__ import annotations

import ast
import re

from tools.features.expr.fault import Span, fault
from tools.kernel.errors import BadRequest

MOST_CHARACTERS = 2000
MOST_NODES = 300
MOST_DEPTH = 60
EXAMPLE = "rank(returns(63)) - rank(volatility(20))"

_FOREIGN = re.compile(r"[^A-Za-z0-9_.,()+\-*/<>=! \t\r\n]")
_GLUED = re.compile(r"(?<![A-Za-z0-9_.])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?+([A-Za-z_])")
_DOUBTFUL = re.compile(r"//|<<|>>|!(?!=)|(?<![<>=!])=(?!=)")
_INSTEAD = {
    "^": "Write ** for a power.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "~": "Write `not`.",
    "!": "Write `not`.",
    "?": "Write if_(condition, a, b).",
    ":": "Write if_(condition, a, b) for a choice; there are no functions to define and no slices.",
    "[": "Write delay(close, 1) for the value one bar ago.",
    "{": "Use round brackets.",
    "#": "An expression has no comments.",
    "%": "A remainder has no place in a feature; write 0.05 for 5 %.",
    "@": "Write * for a product.",
    ";": "Write one expression.",
    "'": "There is no text in an expression; write names bare, such as close.",
    '"': "There is no text in an expression; write names bare, such as close.",
    "=": "Write == to compare; arguments are given in order, as in sma(close, 20).",
    "//": "Write / to divide.",
    "<<": "Write < to compare.",
    ">>": "Write > to compare.",
    "\N{MULTIPLICATION SIGN}": "Write *.",
    "\N{MIDDLE DOT}": "Write *.",
    "\N{DIVISION SIGN}": "Write /.",
    "\N{MINUS SIGN}": "Write -.",
    "\N{EN DASH}": "Write -.",
    "\N{EM DASH}": "Write -.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
    "²": "Write ** 2.",
    "√": "Write sqrt(x).",
}


def parse(text: str) -> ast.expr:
    """Return the tree of `text`.

    Raises:
        BadRequest: the text is empty, too long or too deep, or not one expression; the message points at the place.
    """
    if not text.strip():
        raise BadRequest("The expression is empty.", hint=f"Write {EXAMPLE}, for example.")
    if len(text) > MOST_CHARACTERS:
        raise BadRequest(
            f"The expression has {len(text):,} characters; at most {MOST_CHARACTERS:,} are allowed.",
            hint="Make two features of it.",
        )
    _check_characters(text)
    tree = _parsed(text)
    _check_size(text, tree)
    return tree


def _check_characters(text: str) -> None:
    foreign = _FOREIGN.search(text)
    doubtful = _DOUBTFUL.search(text)
    glued = _GLUED.search(text)
    if foreign:
        sign = foreign.group()
        shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
        hint = _INSTEAD.get(sign, "Use plain letters, digits and the signs + - * / ** < <= > >= == != ( ) only.")
        raise fault(text, Span(*foreign.span()), f"{shown} is not part of the language", hint)
    if doubtful:
        raise fault(
            text, Span(*doubtful.span()), f"{doubtful.group()} is not an operator", _INSTEAD[doubtful.group()]
        )
    if glued:
        raise fault(
            text,
            Span(*glued.span(1)),
            "A number runs into a name",
            "Put an operator between them; a name cannot begin with a digit.",
        )


def _parsed(text: str) -> ast.expr:
    flat = text.translate({ord(sign): " " for sign in "\t\r\n"})
    bare = flat.lstrip()
    indent = len(flat) - len(bare)
    try:
        return _moved(ast.parse(bare, mode="eval").body, indent)
    except SyntaxError as error:
        raise _syntax_fault(text, error, indent) from None
    except (MemoryError, RecursionError, ValueError):  # how the parser gives up on nesting and on giant numbers
        raise fault(
            text, Span(0, len(text)), "The expression is too complicated", "Make two features of it."
        ) from None


def _moved(tree: ast.expr, indent: int) -> ast.expr:
    """Undo the effect of leading blanks on the columns."""
    if indent:
        for node in ast.walk(tree):
            if isinstance(node, (ast.expr, ast.keyword)):
                node.col_offset += indent
                node.end_col_offset = (node.end_col_offset or 0) + indent
    return tree


def _syntax_fault(text: str, error: SyntaxError, indent: int) -> BadRequest:
    said = error.msg.lower()
    at = indent + (error.offset or 0) - 1
    if "never closed" in said:
        return fault(text, Span(at, at + 1), "This bracket is never closed", "Add a ) where the arguments end.")
    if "unmatched" in said:
        return fault(text, Span(at, at + 1), "This bracket was never opened", "Take it away, or add a ( before.")
    if "too many" in said or "limit" in said:
        return _too_large(text, "is too complicated")
    if at < indent:  # the parser reached the end and wanted more
        end = len(text.rstrip())
        return fault(text, Span(end - 1, end), "The expression stops short", "Add what is missing after this.")
    span = Span(at, indent + max((error.end_offset or 0) - 1, 0))
    if text[at : span.end].strip() == "if":
        return fault(text, span, "A choice is not written like this", "Write if_(condition, a, b).")
    hint = f"Put an operator or a comma between two values; {EXAMPLE}, for example."
    return fault(text, span, "This does not fit here", hint)


def _too_large(text: str, why: str) -> BadRequest:
    return fault(text, Span(0, len(text)), f"The expression {why}", "Make two features of it.")


def _check_size(text: str, tree: ast.expr) -> None:
    """Refuse what is too large before anything recurses into it."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MOST_NODES or depth > MOST_DEPTH:
            what = f"{MOST_NODES} parts" if count > MOST_NODES else f"{MOST_DEPTH} levels"
            raise fault(
                text, Span(0, len(text)), f"The expression has more than {what}", "Make two features of it."
            )
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
