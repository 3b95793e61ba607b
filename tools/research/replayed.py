"""What came of repeating a recorded run, and the comparison that says so: pure functions.

A run is repeated only where the environment, the bars and the Python features are those on record, and everything
compared is the same to the last bit: fingerprint of net returns and trades, the tables of the folder, the figures.
Another environment makes it not comparable, whatever came out. Another processor is not noticed: it can give other
trees, and then shows as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import zip_longest
from math import isfinite
from typing import Any, Literal

import pandas as pd

from tools.backtest.record import Experiment, Provenance
from tools.kernel.types import Count, Fraction, Record, Result, Seconds

Outcome = Literal["repeated", "differs", "not comparable"]


class Parting(Record):
    """The first day on which net returns are not the same. A return is None where that side has no such day."""

    day: date
    recorded: Fraction | None
    repeated: Fraction | None

    @property
    def size(self) -> float | None:
        """How far apart they are."""
        return None if self.recorded is None or self.repeated is None else abs(self.repeated - self.recorded)


class Output(Record):
    """What the repetition gave.

    Attributes:
        sha256: fingerprint of net returns and trades.
        parting: where the returns part from those in the folder; None where they never do.
        trade: number of the first trade that is not the one in the folder, from 1; None where there is none.
        figures: names of the figures of the record that came out otherwise.
    """

    sha256: str
    parting: Parting | None
    trade: Count | None
    figures: tuple[str, ...]

    @property
    def as_recorded(self) -> bool:
        """Whether tables and figures are those of the record; says nothing of the fingerprint."""
        return self.parting is None and self.trade is None and not self.figures


class Replayed(Result):
    """A recorded run, done again.

    Attributes:
        outcome: `repeated`; `differs`, in the same environment; `not comparable`, which is never a pass.
        reasons: why it is not comparable.
        same_data: whether the bars are those on record; None where they cannot be read.
        same_output: whether net returns and trades are those on record; None where it could not be run again.
        output: what came out; None where it could not be run again.
        recorded: what is on record, to compare with.
    """

    experiment: str
    outcome: Outcome
    reasons: tuple[str, ...]
    same_data: bool | None
    same_output: bool | None
    output: Output | None
    recorded: Provenance
    seconds: Seconds


def judge_replay(reasons: tuple[str, ...], recorded: Provenance, output: Output | None) -> Outcome:
    """Return the outcome. An output is None only with a reason."""
    if reasons or output is None:
        return "not comparable"
    return "repeated" if output.as_recorded and output.sha256 == recorded.output_sha256 else "differs"


def other_environment(recorded: Provenance, code_version: str, libraries: Mapping[str, str]) -> tuple[str, ...]:
    """Return in what the environment is not that of the record, a sentence each; nothing where it is the same."""
    code = f"The code is version {code_version}; the run was made with {recorded.code_version}."
    changed = {
        name: (libraries.get(name, "not in use"), before)
        for name, before in recorded.libraries.items()
        if libraries.get(name) != before
    }
    return (
        *((code,) if code_version != recorded.code_version else ()),
        *(f"{name} is {now}; the run was made with {before}." for name, (now, before) in changed.items()),
    )


def first_parting(recorded: pd.Series, repeated: pd.Series) -> Parting | None:
    """Return where two equity curves part, in net returns; None where they are the same to the last bit."""
    days = recorded.index.union(repeated.index)
    before, after = recorded.reindex(days), repeated.reindex(days)
    other = (before != after) & ~(before.isna() & after.isna())
    if not other.any():
        return None
    day = days[int(other.to_numpy().argmax())]
    return Parting(day=day.date(), recorded=_return_on(recorded, day), repeated=_return_on(repeated, day))


def _return_on(equity: pd.Series, day: pd.Timestamp) -> float | None:
    """Return the net return on `day`, a fraction; None where there is none."""
    value = float(equity.pct_change(fill_method=None).get(day, float("nan")))
    return value if isfinite(value) else None


def first_trade(recorded: str, repeated: str) -> int | None:
    """Return the number of the first trade in which two tables, as CSV, are not the same; 0: their headers."""
    pairs = zip_longest(recorded.splitlines(), repeated.splitlines())
    return next((number for number, (before, after) in enumerate(pairs) if before != after), None)


def other_figures(record: Experiment, again: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the dotted names of the figures of `record` that are not those of `again`, field by field of it."""
    before = record.model_dump(include=set(again))
    after = record.model_copy(update=dict(again)).model_dump(include=set(again))
    return tuple(name for field in again for name in _other(field, before[field], after[field]))


def _other(name: str, before: Any, after: Any) -> list[str]:
    """Return the names of the leaves below `name` that are not the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        return [leaf for key in keys for leaf in _other(f"{name}.{key}", before.get(key), after.get(key))]
    if isinstance(before, tuple | list) and isinstance(after, tuple | list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [leaf for place, (old, new) in pairs for leaf in _other(f"{name}.{place}", old, new)]
    return [] if before == after else [name]
