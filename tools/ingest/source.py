"""What a source of market data is: the Protocol every vendor module satisfies.

A source returns raw values in the columns of `tools.lake.tables`, the vendor's own bytes they came from, and why it
could not deliver a symbol. It never answers from another vendor, and it does not check or repair: that is `clean`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Literal, Protocol

import pandas as pd

from tools.kernel.spec import Progress
from tools.lake.tables import ACTIONS, BARS, FUNDAMENTALS, LISTINGS, NEWS, empty

Kind = Literal["bars", "news", "fundamentals"]
Interval = Literal["1d", "1h", "1m"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a source: symbols (resolved), from `start` to `end`, both included; None means all there is.

    `path` and `timezone` are for files: a path or glob, and the IANA zone that naive stamps are in.
    """

    symbols: tuple[str, ...]
    kind: Kind = "bars"
    interval: Interval = "1d"
    start: date | None = None
    end: date | None = None
    path: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a symbol was not delivered: not carried, nothing in the range, or the vendor failed. `detail` says so."""

    kind: Literal["symbol", "range", "failure"]
    detail: str


@dataclass(frozen=True, slots=True)
class Raw:
    """What the vendor sent, byte for byte. `request` says what was asked, without secrets; `suffix` as `json`."""

    symbol: str
    request: str
    suffix: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows in the columns of `tools.lake.tables`, by table; what could not be had; the bytes behind it.

    `ts` is naive UTC: the start of the bar, midnight of the session for daily bars. `notes` are plain sentences for
    the user, such as how the columns of a file were read.
    """

    bars: pd.DataFrame = field(default_factory=partial(empty, BARS))
    actions: pd.DataFrame = field(default_factory=partial(empty, ACTIONS))
    news: pd.DataFrame = field(default_factory=partial(empty, NEWS))
    fundamentals: pd.DataFrame = field(default_factory=partial(empty, FUNDAMENTALS))
    listings: pd.DataFrame = field(default_factory=partial(empty, LISTINGS))
    missing: Mapping[str, Missing] = field(default_factory=dict)
    raw: tuple[Raw, ...] = ()
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A place to get market data from."""

    @property
    def name(self) -> str:
        """The name stored with every row."""

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...] | None:
        """Return the symbols it carries; None where only asking tells."""

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return what the vendor has of `request`, symbol by symbol; what it lacks goes into `missing`.

        Raises:
            SourceUnavailable: nothing can be had from the source at all (unreachable, not installed, no key).
            BadRequest: the request cannot be served (an interval it does not offer, a file that is not there).
        """
