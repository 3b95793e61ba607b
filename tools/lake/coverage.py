"""What the lake knew and when: snapshots, what it holds of a symbol, which of it a read means. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from tools.kernel.errors import BadRequest, NoData, Suggestion

FIRST = 1
"""The number of the first state of every lake: its tables, empty."""


class Snapshot(NamedTuple):
    """One state of the lake: its number, when it was written (UTC), and why."""

    id: int
    time: datetime
    message: str


class Extent(NamedTuple):
    """The rows of one symbol from one source: how many, and the times of the first and the last."""

    symbol: str
    source: str
    first: datetime
    last: datetime
    rows: int


class Choice(NamedTuple):
    """The source that a read of a symbol uses, and the others it is also held from."""

    used: str
    others: tuple[str, ...] = ()


def find_version(known: Sequence[Snapshot], as_of: int | datetime) -> int:
    """Return the number of the snapshot meant by `as_of`: a number, or a moment (naive means UTC).

    `known` are the snapshots with tables, oldest first. Raises BadRequest for a number that does not exist, NoData
    for a moment before the first.
    """
    oldest = known[0]
    since = oldest.time.isoformat(timespec="seconds")
    if isinstance(as_of, int):
        if any(snapshot.id == as_of for snapshot in known):
            return as_of
        gone = " any more" if FIRST <= as_of < oldest.id else ""
        raise BadRequest(
            f"There is no snapshot {as_of}{gone}.", hint=f"The lake has snapshots {oldest.id} to {known[-1].id}."
        )
    moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    before = [snapshot.id for snapshot in known if snapshot.time <= moment]
    if not before:
        when = moment.isoformat(timespec="seconds")
        if oldest.id > FIRST:
            raise NoData(
                f"What the lake held at {when} is not kept any more.", hint=f"The oldest state kept is of {since}."
            )
        raise NoData(f"The lake held nothing at {when}.", hint=f"Its first snapshot is of {since}.")
    return before[-1]


def prefer(extents: Iterable[Extent]) -> dict[str, Choice]:
    """Return the source to read of each symbol: the one that reaches furthest, then has most rows, then by name."""
    held: dict[str, list[Extent]] = {}
    for extent in extents:
        held.setdefault(extent.symbol, []).append(extent)
    return {symbol: _choice(each) for symbol, each in held.items()}


def _choice(extents: list[Extent]) -> Choice:
    best = max(extent.last for extent in extents)
    ranked = sorted(extents, key=lambda extent: (extent.last != best, -extent.rows, extent.source))
    return Choice(ranked[0].source, tuple(sorted(extent.source for extent in ranked[1:])))


def not_held(symbols: Sequence[str], interval: str, source: str | None) -> NoData:
    """Return the error for symbols without any bar."""
    names = ", ".join(symbols)
    by = f" from {source}" if source else ""
    return NoData(
        f"The lake has no {interval} bars of {names}{by}.",
        hint=f"Load them first: /ingest_data {names}{f' --source={source}' if source else ''}",
        suggestion=Suggestion("ingest_data", {"symbols": list(symbols)}),
    )


def nothing_between(
    extents: Sequence[Extent], start: date | None, end: date | None, last_days: Mapping[str, date]
) -> NoData:
    """Return the error for a range without bars; it states the range there is, and what of it is sealed."""
    first = min(extent.first for extent in extents).date()
    last = max(extent.last for extent in extents).date()
    names = ", ".join(dict.fromkeys(extent.symbol for extent in extents))
    asked = f"from {start or 'the beginning'} to {end or 'the end'}"
    readable = max((last_days.get(extent.symbol, last) for extent in extents), default=last)
    begin = max(start or first, first)
    if readable < begin <= min(end or last, last):
        return NoData(
            f"The bars of {names} after {readable} are sealed, kept back for a last test of a hypothesis.",
            hint=f"Ask for days up to {readable}. `slq holdout` tells how the rest is opened, once.",
        )
    return NoData(f"There are no bars of {names} {asked}.", hint=f"The lake has {first} to {last}.")
