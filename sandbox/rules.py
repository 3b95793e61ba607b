"""How one name of the API may be used: as it is, with few arguments, with a type name, or with a function.

A name whose rule is None is handed over as it is: whatever arguments pandas itself may later call it with, it can
only compute. Every other name is handed over inside a closure that checks its arguments each time it is called, so
that it stays checked when it is passed on as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sandbox.arguments import checked_callback, checked_dtype, checked_text
from sandbox.refusal import refusal

Function = Callable[..., Any]
_NEVER = frozenset(("engine", "engine_kwargs", "out", "into", "storage_options", "like", "subok", "path_or_buf"))


@dataclass(frozen=True, slots=True)
class Limited:
    """At most `positional` arguments by place, only `keywords` by name; `dtype_at` is the place of a data type."""

    positional: int
    keywords: frozenset[str] = frozenset()
    dtype_at: int | None = None
    times: bool = True

    def bind(self, function: Function, name: str) -> Function:
        """Return `function` inside the check."""

        def call(*args: Any, **named: Any) -> Any:
            if len(args) > self.positional:
                raise refusal(
                    f"`{name}` takes at most {self.positional} arguments by place here; leave the rest out"
                )
            for keyword in named:
                if keyword not in self.keywords:
                    raise refusal(f"`{name}` cannot take `{keyword}` here; leave it out")
            if self.dtype_at is not None and len(args) > self.dtype_at:
                at = self.dtype_at
                args = (*args[:at], checked_dtype(args[at], times=self.times), *args[at + 1 :])
            if "dtype" in named:
                named["dtype"] = checked_dtype(named["dtype"], times=self.times)
            return function(*args, **named)

        return _named(call, name)


@dataclass(frozen=True, slots=True)
class Dated:
    """A constructor that reads text as time: text that means the present is refused, types are checked."""

    def bind(self, function: Function, name: str) -> Function:
        """Return `function` inside the check."""

        def call(*args: Any, **named: Any) -> Any:
            _refuse_never(named, name)
            for value in (*args, *named.values()):
                checked_text(value)
            if "dtype" in named:
                named["dtype"] = checked_dtype(named["dtype"])
            return function(*args, **named)

        return _named(call, name)


@dataclass(frozen=True, slots=True)
class Callback:
    """Takes a function of the code itself or the name of a listed statistic, first or as one of `parameters`.

    The checked value is a copy: changing the list it handed over, while pandas walks through it, changes nothing.
    """

    positional: int = 2
    parameters: tuple[str, ...] = ("func",)
    place: int = 0
    text: bool = True
    named_results: bool = False
    lookup: bool = False
    constants: frozenset[str] = field(
        default=frozenset(("axis", "numeric_only", "skipna", "ddof", "min_count", "pct"))
    )

    def bind(self, function: Function, name: str) -> Function:
        """Return `function` inside the check."""

        def call(*args: Any, **named: Any) -> Any:
            if len(args) > self.positional:
                raise refusal(
                    f"`{name}` takes at most {self.positional} arguments by place here; use names for the others"
                )
            _refuse_never(named, name)
            given = list(args)
            found: object = None
            if len(given) > self.place:
                found = given[self.place] = self._checked(given[self.place], name)
            for parameter in self.parameters:
                if parameter in named:
                    found = named[parameter] = self._checked(named[parameter], name)
            if found is None and self.named_results:
                named = {key: _named_result(value, name) for key, value in named.items()}
            elif not callable(found):
                self._check_constants(given, named, name)
            return function(*given, **named)

        return _named(call, name)

    def _checked(self, value: object, name: str) -> object:
        if self.lookup and type(value) in (dict, pd.Series):
            return value
        return checked_callback(value, name, text=self.text)

    def _check_constants(self, given: list[Any], named: Mapping[str, Any], name: str) -> None:
        """The name of a statistic takes none of the arguments that a function of the code could take."""
        extra = set(named) - self.constants - set(self.parameters) - {"raw", "na_action", "result_type"}
        if self.place == 0 and self.text and (len(given) > 1 and type(given[1]) not in (int, str)):
            raise refusal(f"`{name}` cannot hand more arguments to a statistic named by text; write a lambda")
        if self.text and self.place == 0 and extra:
            raise refusal(f"`{name}` cannot hand `{min(extra)}` to a statistic named by text; write a lambda")


@dataclass(frozen=True, slots=True)
class Compiled:
    """An attribute of a compiled type, as it is, but called from a frame of ours.

    Compiled code imports through the built-ins of the frame that called it; those of generated code import nothing.
    """

    def bind(self, function: Any, name: str) -> Any:
        """Return a method inside a plain call; a value as it is."""
        if not callable(function):
            return function

        def call(*args: Any, **named: Any) -> Any:
            _refuse_never(named, name)
            return function(*args, **named)

        return _named(call, name)


Rule = Limited | Dated | Callback | Compiled | None


def limited(positional: int, keywords: str = "", dtype_at: int | None = None, *, times: bool = True) -> Limited:
    """Return the rule; `keywords` are separated by blanks."""
    return Limited(positional, frozenset(keywords.split()), dtype_at, times)


def _named_result(value: object, name: str) -> object:
    """Check one `result=("column", "mean")` or `result="mean"` of a named aggregation."""
    if type(value) is tuple and len(value) == 2:  # noqa: PLR2004  a pair: column, statistic
        return (value[0], checked_callback(value[1], name))
    return checked_callback(value, name)


def _refuse_never(named: Mapping[str, Any], name: str) -> None:
    for keyword in named:
        if keyword in _NEVER:
            raise refusal(f"`{name}` cannot take `{keyword}` here; leave it out")


def _named(call: Function, name: str) -> Function:
    call.__name__ = call.__qualname__ = name
    return call
