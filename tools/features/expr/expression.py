"""A compiled expression: a signal like any library feature, with its meaning stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.features.expr.build import Builder
from tools.features.expr.canonical import canonical
from tools.features.expr.fault import Span, fault
from tools.features.expr.node import Field, LibraryFeature, Node, Number, Type
from tools.features.expr.program import Program, distinct
from tools.features.expr.syntax import parse
from tools.kernel.errors import BadRequest
from tools.kernel.fingerprint import of_bytes

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

LANGUAGE_VERSION = 1
MOST_LOOK_BACK = 5040
IMPORTS = ("from tools.features import operators", "from tools.features.catalog import parse_feature")


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-expression as people read it.

    Attributes:
        text: canonical.
        type: number or boolean.
        unit: none, price, shares, dollars, index, or a product of powers such as price/shares.
        warmup: leading bars of a symbol without a value.
    """

    text: str
    type: Type
    unit: str
    warmup: int


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that has been checked; a `Signal`.

    Attributes:
        root: the tree.
        id: the canonical text, which compiles to an equal expression.
    """

    root: Node = field(repr=False)
    id: str

    @property
    def sha256(self) -> str:
        """What the expression says, and the version of the language it says it in."""
        return of_bytes(f"slq-expression/{LANGUAGE_VERSION}\0{self.id}".encode())

    @property
    def type(self) -> Type:
        """Whether it is a number or a condition; a condition computes to 1, 0 or NaN."""
        return self.root.type

    @property
    def unit(self) -> str:
        """The unit of the values: none, price, shares, dollars, ..."""
        return str(self.root.unit)

    @property
    def warmup(self) -> int:
        """Leading bars of a symbol that must not be used."""
        return self.root.warmup

    @property
    def needs_market(self) -> bool:
        """Whether it reads the index."""
        return any(
            node.name == "market" if isinstance(node, Field) else node.bound.needs_market
            for node in distinct(self.root)
            if isinstance(node, (Field, LibraryFeature))
        )

    def compute(self, panel: Panel) -> pd.DataFrame:
        """Return the values, bars x symbols; NaN in each symbol's warm-up and where a value is undefined.

        Raises:
            NoData: it reads the index, and the panel has none.
        """
        from tools.features import operators

        return operators.settled(Program.of(self.root).run(panel), panel, self.warmup)

    def nodes(self) -> tuple[Part, ...]:
        """Return every distinct sub-expression with its type and unit, operands first; the last is the whole."""
        parts = (Part(canonical(node), node.type, str(node.unit), node.warmup) for node in distinct(self.root))
        return tuple(dict.fromkeys(parts))

    def source(self) -> str:
        """Return the body of a Python function of `panel`: an assignment a sub-expression, then `return`.

        It needs the names that `imports` brings, and computes exactly what `compute` does.
        """
        return Program.of(self.root).source(self.warmup)

    def imports(self) -> tuple[str, ...]:
        """Return the import lines that `source` needs."""
        library = any(isinstance(node, LibraryFeature) for node in distinct(self.root))
        return IMPORTS if library else IMPORTS[:1]


def compile_expression(text: str) -> Expression:
    """Check `text` and return what it means.

    Raises:
        BadRequest: it is not an expression of the language; the message points at the character, the hint says what
            to write.
    """
    root = Builder(text).build(parse(text))
    if isinstance(root, Number):
        raise fault(text, Span(0, len(text)), "This is a number and reads no data", "Use a field, such as close.")
    if root.warmup > MOST_LOOK_BACK:
        what = f"This needs {root.warmup:,} bars before its first value; at most {MOST_LOOK_BACK:,} are allowed"
        raise fault(text, Span(0, len(text)), what, "Use shorter windows.")
    return Expression(root, canonical(root))


def usable_as_feature(expression: Expression) -> None:
    """Refuse a level: a price or a share count means something else after a split, and for every symbol.

    Raises:
        BadRequest: the value carries a unit; the hint shows how to be rid of it.
    """
    unit = expression.root.unit
    if unit.plain:
        return
    shown = expression.id
    example = "returns(20)" if unit.powers[0] else "volume / adv(20)"
    over = f"({shown})" if expression.root.children and not shown.endswith(")") else shown
    hint = f"Divide it by something of the same unit, such as {over} / sma({shown}, 50), or use {example}."
    if unit.logarithm:
        hint = f"Take its change, such as delta({shown}, 20), or use {example}."
    raise BadRequest(
        f"{shown} is a level in units of {unit}: a model would learn the level, not the move.", hint=hint
    )
