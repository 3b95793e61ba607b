"""The third layer: what generated code sees, and the guards through which it reaches everything.

The rewritten source (`sandbox.policy`) calls `_getattr_`, `_getitem_`, `_write_`, `_getiter_` and the others here
for whatever it does to a value. A value has the names that the table lists for its exact type and no others; `pd`,
`np` and `math` are facades. The invariant that the tables keep: every callable that the code can hold is safe when
pandas calls it with arbitrary arguments. This is the policy on the API; the boundary is the child process.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from RestrictedPython.Guards import guarded_iter_unpack_sequence, guarded_unpack_sequence

from sandbox.facade import Facade, names_of, title_of
from sandbox.facade_numpy import math_facade, numpy_facade
from sandbox.facade_pandas import pandas_facade
from sandbox.iterate import is_named_tuple, iterate, mapping
from sandbox.kinds import (
    EXPANDING,
    FRAME_GROUPS,
    GROUP_KEYS,
    GROUPED,
    INDEXERS,
    INDEXES,
    MOVING,
    NAMES,
    RESAMPLED,
    ROLLING,
    TEXTS,
    WINDOWS,
)
from sandbox.plain import builtins_table
from sandbox.refusal import Refusal, refusal
from sandbox.refused import ATTRIBUTES
from sandbox.table import attribute_table
from sandbox.text import formatted, remainder

_TABLE = attribute_table()
_MODULES = {"pandas": pandas_facade(), "numpy": numpy_facade(), "math": math_facade()}
_LABELLED = frozenset((pd.DataFrame, pd.Series, FRAME_GROUPS, ROLLING, EXPANDING, MOVING, RESAMPLED))
_WRITABLE = frozenset((list, dict, pd.DataFrame, pd.Series, *INDEXERS))
_OWNERS = frozenset((pd.DataFrame, pd.Series, *INDEXES))
_SUBSCRIPTABLE = frozenset((
    *(list, dict, tuple, str, range, np.ndarray, np.str_, pd.DataFrame, pd.Series, TEXTS, GROUP_KEYS, NAMES),
    *(*INDEXES, *INDEXERS, *GROUPED, *WINDOWS),
))  # fmt: skip
_IN_PLACE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "**=": operator.ipow,
    "//=": operator.ifloordiv, "@=": operator.imatmul, "&=": operator.iand, "|=": operator.ior, "^=": operator.ixor,
    "<<=": operator.ilshift, ">>=": operator.irshift,
}  # fmt: skip


def namespace(inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the globals for one execution: the inputs by name, `pd`, `np`, `math`, and the guards as built-ins."""
    guards = {
        "_getattr_": attribute, "_getitem_": item, "_getiter_": iterate, "_write_": writable, "_owner_": owner,
        "_unpack_sequence_": guarded_unpack_sequence, "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
        "_inplacevar_": in_place, "_inplaceitem_": item_in_place, "_mapping_": mapping, "_module_": module,
        "_format_": formatted, "_mod_": remainder,
    }  # fmt: skip
    modules = {"pd": _MODULES["pandas"], "np": _MODULES["numpy"], "math": _MODULES["math"]}
    return {"__builtins__": builtins_table() | guards, "__name__": "generated", **modules, **inputs}


def warm() -> None:
    """Close what names cannot close and call every allowed name once; imports are impossible after confinement."""
    from sandbox.harden import harden
    from sandbox.rehearsal import rehearse

    harden()
    rehearse()


def attribute(value: Any, name: str, /) -> Any:
    """Return `value.name` where the table of the exact type lists it.

    Raises:
        Refusal: it does not.
    """
    kind = type(value)
    if type(name) is str and not name.startswith("_"):
        if kind is Facade:
            names = names_of(value)
            if name in names:
                return names[name]
        rules = _TABLE.get(kind)
        if rules is not None and name in rules:
            rule = rules[name]
            found = getattr(value, name)
            return found if rule is None else rule.bind(found, name)
        if kind in _LABELLED and not hasattr(kind, name) and _has_label(value, name):
            return value[name]
        if is_named_tuple(value) and name in kind._fields:
            return getattr(value, name)
    raise _no_attribute(value, name)


def item(value: Any, key: Any, /) -> Any:
    """Return `value[key]` of a type that has items."""
    if type(value) in _SUBSCRIPTABLE or is_named_tuple(value):
        return value[key]
    raise refusal(f"{_title(value)} has no items that can be taken with [ ]; use a list, a dictionary or a table")


def writable(value: Any, /) -> Any:
    """Return the value where its items may be assigned."""
    if type(value) in _WRITABLE or (type(value) is np.ndarray and value.dtype.kind in "fiubcOU"):
        return value
    raise refusal(f"the items of {_title(value)} cannot be assigned; assign to a table, a list or a dictionary")


def owner(value: Any, /) -> Any:
    """Return the value where its labels (`columns`, `index`, `name`) may be assigned."""
    if type(value) in _OWNERS:
        return value
    raise refusal(f"the attributes of {_title(value)} cannot be assigned; keep the value in a variable")


def in_place(sign: str, left: Any, right: Any, /) -> Any:
    """Return the result of `left <sign> right`; `%=` formats text, so it goes the way of `%`."""
    return remainder(left, right) if sign == "%=" else _IN_PLACE[sign](left, right)


def item_in_place(sign: str, value: Any, key: Any, right: Any, /) -> None:
    """Do `value[key] <sign> right`."""
    writable(value)[key] = in_place(sign, item(value, key), right)


def module(name: str, /) -> Facade:
    """Return the facade that an import binds."""
    return _MODULES[name]


def allowed_names() -> Iterator[tuple[type, str]]:
    """Yield every type with each name it has; for the rehearsal and for tests of the tables."""
    for kind, rules in _TABLE.items():
        for name in rules:
            yield kind, name


def _has_label(value: Any, name: str) -> bool:
    """Whether `name` is a column of a table (or of what was grouped), or a label of a Series."""
    labels = value.index if type(value) is pd.Series else getattr(getattr(value, "obj", value), "columns", ())
    return name in labels


def _no_attribute(value: Any, name: Any) -> Refusal:
    known = any(name in rules for rules in _TABLE.values())
    reason = ATTRIBUTES.get(name) or (None if known else ATTRIBUTES.get(f"{str(name).partition('_')[0]}_"))
    if reason:
        return refusal(f"`.{name}` is not available: {reason}")
    if isinstance(value, dict):
        known_keys = ", ".join(key for key in list(value)[:8] if type(key) is str)
        hint = f"write ['{name}']" if name in value or not known_keys else f"it has the keys {known_keys}"
        return refusal(f"a dictionary has no `.{name}` here; {hint}")
    rules = names_of(value) if type(value) is Facade else _TABLE.get(type(value), {})
    near = difflib.get_close_matches(str(name), list(rules), n=1)
    hint = f"did you mean `.{near[0]}`?" if near else "write it with what pandas and numpy offer for numbers"
    return refusal(f"{_title(value)} has no `.{name}` here; {hint}")


def _title(value: Any) -> str:
    if type(value) is Facade:
        return f"`{title_of(value)}`"
    name = type(value).__name__.lstrip("_")
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"
