"""What generated code sees in place of a module or a class: names from a table, and no way to change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn

from sandbox.refusal import refusal


class Facade:
    """A frozen set of names, which may itself be callable.

    It has no public attribute: pandas and numpy look attributes up past the guards, and find nothing here.
    """

    __slots__ = ("_call", "_kind", "_names", "_title")
    _call: Callable[..., Any] | None
    _kind: type | None
    _names: Mapping[str, object]
    _title: str

    def __init__(
        self,
        title: str,
        names: Mapping[str, object] | None = None,
        call: Callable[..., Any] | None = None,
        kind: type | None = None,
    ) -> None:
        """`title` is what messages call it; `call` makes it callable; `kind` is the type it stands for."""
        object.__setattr__(self, "_title", title)
        object.__setattr__(self, "_names", MappingProxyType(dict(names or {})))
        object.__setattr__(self, "_call", call)
        object.__setattr__(self, "_kind", kind)

    @property
    def __name__(self) -> str:
        """What messages and pandas call it."""
        return self._title.rpartition(".")[2]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse."""
        raise refusal(f"`{self._title}` cannot be changed; use a name of your own")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse."""
        raise refusal(f"`{self._title}` cannot be changed; use a name of your own")

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call what stands behind, checked."""
        if self._call is None:
            raise refusal(f"`{self._title}` cannot be called")
        return self._call(*args, **named)

    def __repr__(self) -> str:
        """Return the title: an address would change from run to run."""
        return f"<{self._title}>"


def names_of(facade: Facade) -> Mapping[str, object]:
    """Return the names that a facade offers."""
    return facade._names  # noqa: SLF001  private, so that numpy and pandas cannot find it


def title_of(facade: Facade) -> str:
    """Return what messages call a facade."""
    return facade._title  # noqa: SLF001  as above


def kind_of(value: object) -> object:
    """Return the type that a facade stands for; other values are returned as they are."""
    return value._kind if type(value) is Facade else value  # noqa: SLF001  as above
