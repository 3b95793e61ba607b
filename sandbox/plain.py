"""The built-in functions of generated code. Those that loop do so through the guard; `print` does nothing."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.allow_pandas import words
from sandbox.facade import Facade, kind_of
from sandbox.iterate import iterate, mapping, walk
from sandbox.refusal import refusal
from sandbox.text import format_value, representation, text

_MISSING = object()
_KEPT = words("abs bool callable complex divmod float int len pow range round slice chr ord")
_ERRORS = words("""
    ArithmeticError AssertionError AttributeError Exception FloatingPointError IndexError KeyError LookupError
    NameError NotImplementedError OverflowError RuntimeError StopIteration TypeError ValueError
    ZeroDivisionError RecursionError
""")


def _sorted(values: Any, /, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> list[Any]:
    return sorted(iterate(values), key=key, reverse=reverse)


def _reversed(values: Any, /) -> Iterator[Any]:
    return iter(list(iterate(values))[::-1])


def _zip(*columns: Any, strict: bool = False) -> Iterator[Any]:
    return zip(*(iterate(column) for column in columns), strict=strict)


def _map(function: Callable[..., Any], /, *columns: Any) -> Iterator[Any]:
    return map(function, *(iterate(column) for column in columns))


def _filter(function: Callable[[Any], Any] | None, values: Any, /) -> Iterator[Any]:
    return filter(function, iterate(values))


def _enumerate(values: Any, start: int = 0) -> Iterator[Any]:
    return enumerate(iterate(values), start)


def _sum(values: Any, /, start: Any = 0) -> Any:
    return sum(iterate(values), start)


def _all(values: Any, /) -> bool:
    return all(iterate(values))


def _any(values: Any, /) -> bool:
    return any(iterate(values))


def _iter(values: Any, /) -> Iterator[Any]:
    return walk(values)


def _next(iterator: Any, default: Any = _MISSING, /) -> Any:
    walked = walk(iterator)
    if walked is not iterator:
        raise refusal("`next` takes an iterator, for example next(x for x in values if x > 0)")
    return next(walked) if default is _MISSING else next(walked, default)


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*values: Any, **named: Any) -> Any:
        return function(iterate(values[0]), **named) if len(values) == 1 else function(*values, **named)

    call.__name__ = function.__name__
    return call


def _isinstance(value: object, kinds: object, /) -> bool:
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    types = tuple(kind_of(kind) for kind in wanted)
    if not all(isinstance(kind, type) for kind in types):
        raise refusal("`isinstance` takes a type such as float, list or pd.Series")
    return isinstance(value, types)  # type: ignore[arg-type]


def _print(*_values: object, **_named: object) -> None:
    """Accept and drop: there is nobody to read it, and small models print out of habit."""


def _list(values: Any = (), /) -> list[Any]:
    return list(iterate(values))


def _tuple(values: Any = (), /) -> tuple[Any, ...]:
    return tuple(iterate(values))


def _set(values: Any = (), /) -> set[Any]:
    return set(iterate(values))


def _frozenset(values: Any = (), /) -> frozenset[Any]:
    return frozenset(iterate(values))


def _dict(values: Any = (), /, **named: Any) -> dict[Any, Any]:
    return dict(mapping(values) if isinstance(values, dict) else iterate(values), **named)


def _str(value: object = "", /) -> str:
    return text(value)


STR = Facade("str", call=_str, kind=str)


def builtins_table() -> dict[str, Any]:
    """Return a fresh `__builtins__` without what a guard must stand in front of."""
    table: dict[str, Any] = {name: getattr(builtins, name) for name in (*_KEPT, *_ERRORS)}
    table |= {"True": True, "False": False, "None": None, "NotImplemented": NotImplemented, "Ellipsis": Ellipsis}
    table |= {
        "all": _all, "any": _any, "enumerate": _enumerate, "filter": _filter, "format": format_value,
        "isinstance": _isinstance, "iter": _iter, "map": _map, "max": _extreme(max), "min": _extreme(min),
        "next": _next, "print": _print, "repr": representation, "reversed": _reversed, "sorted": _sorted,
        "sum": _sum, "zip": _zip, "str": STR,
        "list": Facade("list", call=_list, kind=list), "tuple": Facade("tuple", call=_tuple, kind=tuple),
        "set": Facade("set", call=_set, kind=set),
        "frozenset": Facade("frozenset", call=_frozenset, kind=frozenset),
        "dict": Facade("dict", call=_dict, kind=dict),
    }  # fmt: skip
    return table
