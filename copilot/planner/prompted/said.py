"""What a request leaves to choose from for each argument: copied from the words, or found in the workspace.

Numbers and dates come from what was said, symbols from the words and from the workspace, experiments and features
from the workspace. An argument that nothing was said of has no candidates and stays at its default. Free text is
left only where a formula, a query or code has to be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from copilot.messages import LiveState, Turn
from copilot.planner.evidence import Evidence
from copilot.planner.experiments import in_order
from copilot.planner.features import MADE
from copilot.planner.prompted.catalogue import Argument, Schema
from copilot.planner.vocabulary import FUNCTION_WORDS
from copilot.references import stated_numbers

MOST_SYMBOLS = 300
MOST_LISTED = 20  # items of a list in one call
MOST_EXPERIMENTS = 60
LONGEST_NAME = 3  # words of a symbol as it may be said: "Bank of America"
MOST_WORDS = 80  # of a request that are searched for names
SQL = r"^(?:SELECT|WITH) [ -~]{4,600}$"
DATE = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
LONGEST_CODE = 1200
MOST_FORMULAS = 4  # that a model may write in one call
_FORMULAS = range(MOST_FORMULAS)
_WORD = re.compile(r"[\w$^][\w.&'^=/-]*[\w]|[\w]")
_TIME = re.compile(
    r"[0-9]|\b(?:since|from|until|till|to|before|after|during|between|through|yesterday|today|last|past|ago"
    r"|as of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A request with what it may lean on."""

    evidence: Evidence
    history: tuple[Turn, ...]
    state: LiveState

    @property
    def text(self) -> str:
        """The words of this request and of the one before: an answer to a question completes that one."""
        return " ".join([*(turn.user for turn in self.history[-1:]), self.evidence.text])

    def values(self, field: str) -> Iterator[Any]:
        """Yield what earlier calls of the conversation hold in `field`, newest first."""
        for turn in reversed(self.history):
            for step in reversed(turn.steps):
                value = step.call.args.get(field)
                if value is not None:
                    yield from value if isinstance(value, list | tuple) else [value]


def field_schema(argument: Argument, said: Said) -> Schema | None:
    """Return what `argument` may be, None where nothing was said of it."""
    if argument.choices or argument.kind == "boolean":
        return dict(argument.schema)
    name = "experiment" if argument.name == "experiments" else argument.name
    rule = _RULES.get(name)
    if rule is None:
        rule = {"integer": _integers, "number": _numbers, "date": _dates}.get(argument.kind, _nothing)
    item = _within(rule(said), argument.schema)
    if item is None or argument.kind != "array":
        return item
    most = min(int(argument.schema.get("maxItems", MOST_LISTED)), MOST_LISTED, len(item.get("enum", _FORMULAS)))
    return {"type": "array", "items": item, "minItems": 1, "maxItems": most}


@cache
def formula_pattern() -> str:
    """Return the pattern of an expression: names of the language and the library, numbers, signs."""
    from tools.features.catalog import FEATURES
    from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS

    known = sorted({*FIELDS, *FUNCTIONS, *ALIASES, *(feature.name for feature in FEATURES)}, key=len, reverse=True)
    names = "|".join(name for name in known if re.fullmatch(r"[a-z]\w*", name))
    number = r"[0-9]{1,4}(?:\.[0-9]{1,4})?"
    term = rf"(?:(?:{names})(?:_[0-9]{{1,3}}){{0,3}}|{number}|\()"
    return rf"^{term}(?:[ (),*/+<>=-]{{1,4}}(?:{term})?){{0,16}}$"


def _one_of(values: Sequence[Any]) -> Schema | None:
    distinct = list(dict.fromkeys(values))
    return {"enum": distinct} if distinct else None


def _symbols(said: Said) -> Schema | None:
    names = [*said.evidence.symbols, *map(str, said.values("symbols")), *said.state.symbols, *_phrases(said.text)]
    return _one_of(names[:MOST_SYMBOLS])


def _phrases(text: str) -> Iterator[str]:
    """Yield the words of `text` as they may name a symbol: no function word in lower case at either end."""
    words = [match[0] for match in _WORD.finditer(text)][-MOST_WORDS:]
    for length in range(1, LONGEST_NAME + 1):
        for start in range(len(words) - length + 1):
            phrase = words[start : start + length]
            if not {phrase[0], phrase[-1]} & FUNCTION_WORDS and " ".join(phrase) in text:
                yield " ".join(phrase)


def _experiments(said: Said) -> Schema | None:
    ids = in_order(said.state.experiments)
    named = [each for each in ids if each in said.text]
    return _one_of(["latest", *reversed(ids[-MOST_EXPERIMENTS:]), *named])


def _features(said: Said) -> Schema:
    named = [*said.evidence.features, *said.values("features"), *said.state.features]
    ids = list(dict.fromkeys(str(each) for each in named))
    return {"anyOf": [*([{"enum": ids}] if ids else []), {"type": "string", "pattern": formula_pattern()}]}


def _formula(said: Said) -> Schema:
    typed = [each.value for each in said.evidence.mentions if each.kind in ("entry", "exit") and each.value]
    return _one_of(typed) or {"type": "string", "pattern": formula_pattern()}


def _sql(said: Said) -> Schema:
    return _one_of([each.value for each in said.evidence.of("sql")]) or {"type": "string", "pattern": SQL}


def _code(said: Said) -> Schema:
    typed = [each.value for each in said.evidence.of("code")]
    return _one_of(typed) or {"type": "string", "minLength": 10, "maxLength": LONGEST_CODE}


def _dates(said: Said, sides: tuple[int, ...] = (0, 1)) -> Schema | None:
    """Return the days that were said; any day where time is spoken of in words that are not understood."""
    periods = [each.value for each in said.evidence.of("period")]
    if periods:
        return _one_of([day.isoformat() for each in periods for day in (each[side] for side in sides) if day])
    return {"type": "string", "pattern": DATE} if _TIME.search(said.evidence.text) else None


def _starts(said: Said) -> Schema | None:
    return _dates(said, (0,))


def _ends(said: Said) -> Schema | None:
    return _dates(said, (1,))


def _capital(said: Said) -> Schema | None:
    return _one_of([each.value for each in said.evidence.of("money")]) or _numbers(said)


def _within(schema: Schema | None, bounds: Mapping[str, Any]) -> Schema | None:
    """Return `schema` without the numbers that an argument's bounds reject."""
    if schema is None or "enum" not in schema:
        return schema
    return _one_of([value for value in schema["enum"] if _holds(value, bounds)])


def _holds(value: Any, bounds: Mapping[str, Any]) -> bool:
    if not isinstance(value, (int, float)):
        return True
    return (
        bounds.get("minimum", value) <= value <= bounds.get("maximum", value)
        and ("exclusiveMinimum" not in bounds or value > bounds["exclusiveMinimum"])
        and ("exclusiveMaximum" not in bounds or value < bounds["exclusiveMaximum"])
    )


def _stated(said: Said) -> list[float]:
    kinds = ("money", "horizon", "count", "number")
    found = [each.value for kind in kinds for each in said.evidence.of(kind)]  # type: ignore[arg-type]
    found += [value for _, value in (each.value for each in said.evidence.of("option"))]
    numbers = [float(each) for each in found if isinstance(each, (int, float)) and not isinstance(each, bool)]
    return [*numbers, *sorted(map(float, stated_numbers(said.text)), reverse=True)]


def _numbers(said: Said) -> Schema | None:
    return _one_of([int(each) if each.is_integer() else each for each in _stated(said)])


def _integers(said: Said) -> Schema | None:
    return _one_of([int(each) for each in _stated(said) if each.is_integer()])


def _sources(said: Said) -> Schema | None:
    return _one_of([each.value for each in said.evidence.of("source")])


def _timezones(said: Said) -> Schema | None:
    return _one_of([each.value for each in said.evidence.of("timezone")])


def _paths(said: Said) -> Schema | None:
    return _one_of([each.value for each in said.evidence.of("path")])


def _names(said: Said) -> Schema | None:
    return _one_of([each.value for each in said.evidence.of("name")])


def _reports(said: Said) -> Schema | None:
    made = [each for each in said.state.features if each.startswith(MADE)]
    return _one_of([*(_experiments(said) or {})["enum"], *made])


def _nothing(_said: Said) -> Schema | None:
    return None


_RULES: dict[str, Callable[[Said], Schema | None]] = {
    "symbols": _symbols,
    "experiment": _reports,
    "features": _features,
    "entry": _formula,
    "exit": _formula,
    "sql": _sql,
    "code": _code,
    "start": _starts,
    "end": _ends,
    "capital_usd": _capital,
    "source": _sources,
    "timezone": _timezones,
    "path": _paths,
    "name": _names,
}
