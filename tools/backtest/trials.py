"""The trial ledger: every backtest of a hypothesis counts, in any session, and nothing takes it back.

An idea that was tried a hundred times has a best result by luck alone; the deflated Sharpe ratio and the
probability of overfitting need to know how often. Two human decisions stand in the ledger beside the trials: a
family's trials may be archived, and from then on count no more, though they stay and are told of; and its holdout
may be opened, once. `tools.backtest.trial_log` is the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from tools.kernel.fingerprint import of_json
from tools.kernel.types import Count, Ratio, Record

PREDICTED = "up_down"  # of every model: whatever it learns from, it says what will rise


class Family(Record):
    """A hypothesis: what is predicted, of what, from which data. The features and the model are what is varied.

    `label` is `PREDICTED`, or "rule" where no model decides.
    """

    symbols: tuple[str, ...]
    interval: str
    horizon_days: int
    label: str
    sources: tuple[str, ...]

    @property
    def id(self) -> str:
        """A short name: equal families have equal ones."""
        return f"fam_{of_json(self.model_dump(mode='json'))[:10]}"


class Trial(Record):
    """One thing tried.

    Attributes:
        family: id of the hypothesis.
        hypothesis: the same in full.
        name: the experiment that recorded it; "" for a feature that was only looked at.
        made_at: when.
        settings: features and model, in words.
        sharpe_per_bar: of its net returns; None where undefined.
        bars: how many returns.
        output_sha256: of its returns and trades; equal ones are the same trial.
    """

    family: str
    hypothesis: Family
    name: str
    made_at: datetime
    settings: str
    sharpe_per_bar: Ratio | None
    bars: Count
    output_sha256: str


class Archive(Record):
    """The human decision that the trials of a family so far count no more; `reason` is in their words."""

    kind: Literal["archive"] = "archive"
    family: str
    made_at: datetime
    trials: Count
    reason: str


class Opening(Record):
    """The human decision to look at the holdout of a family: with which experiment, and its first and last bar."""

    kind: Literal["opening"] = "opening"
    family: str
    made_at: datetime
    experiment: str
    start: date
    end: date


Entry = Trial | Archive | Opening


class Ledger(Record):
    """What the file holds: the entries in order, and the hash of the last line."""

    entries: tuple[Entry, ...]
    head: str

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial, archived ones too."""
        return tuple(entry for entry in self.entries if isinstance(entry, Trial))

    def of(self, family: str) -> tuple[Trial, ...]:
        """Return the distinct trials of a family that count, each where it was first made."""
        first: dict[str, Trial] = {}
        for entry in self.entries:
            if entry.family != family:
                continue
            if isinstance(entry, Archive):
                first.clear()
            elif isinstance(entry, Trial):
                first.setdefault(entry.output_sha256, entry)
        return tuple(first.values())

    def archived(self, family: str) -> int:
        """Return how many trials of a family were archived."""
        return sum(entry.trials for entry in self.entries if isinstance(entry, Archive) and entry.family == family)

    def opening(self, family: str) -> Opening | None:
        """Return when and how the holdout of a family was opened; None while it is sealed."""
        found = (entry for entry in self.entries if isinstance(entry, Opening) and entry.family == family)
        return next(found, None)


def sharpes(trials: Sequence[Trial]) -> list[float]:
    """Return the ratios of a bar of `trials`; NaN where one is undefined."""
    return [float("nan") if trial.sharpe_per_bar is None else trial.sharpe_per_bar for trial in trials]
