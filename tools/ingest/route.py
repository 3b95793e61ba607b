"""Which source is asked for which symbol.

A named source gets all symbols. `auto` asks for each symbol the source that the lake has it from, else the first
of the configured order that carries it. Where that source cannot be used the symbol fails, and says so: no other
vendor is asked in its place, because prices of two vendors do not join.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.ingest.registry import AUTO
from tools.ingest.source import Interval, Kind, Source
from tools.kernel.errors import BadRequest, SLQError, SourceUnavailable

FILES = "files"


@dataclass(frozen=True, slots=True)
class Route:
    """The symbols to ask one source for."""

    source: Source
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """The symbols that a source could not be asked for, and why."""

    source: str
    symbols: tuple[str, ...]
    error: SLQError


Opener = Callable[[str], Source]
"""Opens a source by name; raises BadRequest or SourceUnavailable."""


def source_of(name: str, path: str | None) -> str:
    """Return the source meant: a path without a source is a file."""
    return FILES if name == AUTO and path is not None else name


def takes_any_ticker(source: str) -> bool:
    """Return whether a ticker outside the tables of names makes sense for the source called `source`."""
    return source not in (AUTO, "sample")


def find_routes(
    name: str,
    symbols: Sequence[str],
    kind: Kind,
    interval: Interval,
    *,
    order: Sequence[str],
    held: Mapping[str, str],
    opener: Opener,
) -> tuple[list[Route], list[Failure]]:
    """Return whom to ask for `symbols`, and the sources that cannot be asked.

    Args:
        name: a source, or "auto".
        symbols: what is wanted, resolved.
        kind: of this kind of data.
        interval: of bars.
        order: the sources that `auto` tries for symbols the lake does not hold.
        held: the source of each symbol that the lake holds.
        opener: opens a source.

    Raises:
        BadRequest: a source that was named, or is configured, does not exist.
        SourceUnavailable: the source that was named cannot be used.
    """
    if name != AUTO:
        return [Route(opener(name), tuple(symbols))], []
    shelf = _Shelf(opener, {})
    plan: dict[str, list[str]] = {}
    nowhere: list[str] = []
    for symbol in symbols:
        chosen = held.get(symbol) or shelf.first(order, symbol, kind, interval)
        (nowhere if chosen is None else plan.setdefault(chosen, [])).append(symbol)
    routes, failures = [], []
    for source, wanted in plan.items():
        opened = shelf.open(source)
        if isinstance(opened, SLQError):
            failures.append(Failure(source, tuple(wanted), opened))
        else:
            routes.append(Route(opened, tuple(wanted)))
    if nowhere:
        failures.append(Failure(AUTO, tuple(nowhere), _nobody(order, kind, interval)))
    return routes, failures


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The sources opened so far; one that cannot be opened is its error."""

    opener: Opener
    opened: dict[str, Source | SLQError]

    def open(self, name: str) -> Source | SLQError:
        if name not in self.opened:
            try:
                self.opened[name] = self.opener(name)
            except (BadRequest, SourceUnavailable) as error:
                self.opened[name] = error
        return self.opened[name]

    def first(self, order: Sequence[str], symbol: str, kind: Kind, interval: Interval) -> str | None:
        """Return the first source of `order` that carries `symbol`, or that cannot be asked whether it does."""
        for name in order:
            source = self.open(name)
            if isinstance(source, BadRequest):
                raise source
            if isinstance(source, SLQError):
                return name
            carried = source.symbols(kind, interval)
            if carried is None or symbol in carried:
                return name
        return None


def _nobody(order: Sequence[str], kind: Kind, interval: Interval) -> SourceUnavailable:
    what = f"{interval} bars" if kind == "bars" else kind
    return SourceUnavailable(
        f"No configured source has these {what} (asked: {', '.join(order)})",
        hint="Name a source with --source, or change SLQ_SOURCES.",
    )
