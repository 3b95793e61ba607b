"""What a source of market data is: the Protocol every vendor module satisfies.

A source returns raw values in the columns of `tools.lake.tables`, and says why it could not deliver a symbol. It
never answers from another vendor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

import pandas as pd


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a symbol was not delivered: not carried, or nothing in the range. `detail` is a phrase that says so."""

    kind: Literal["symbol", "range"]
    detail: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """Raw bars and actions (`tools.lake.tables`), and the symbols that could not be delivered."""

    bars: pd.DataFrame
    actions: pd.DataFrame
    missing: Mapping[str, Missing] = field(default_factory=dict)


class Source(Protocol):
    """A place to get bars and corporate actions from."""

    @property
    def name(self) -> str:
        """The name stored with every row."""

    def symbols(self, interval: str) -> tuple[str, ...] | None:
        """Return the symbols it carries at `interval`; None where only asking tells."""

    def fetch(self, symbols: Sequence[str], interval: str, start: date | None, end: date | None) -> Fetched:
        """Return the bars between `start` and `end`, both included, and the actions in the same range.

        Raises SourceUnavailable where nothing can be had from the source at all.
        """
