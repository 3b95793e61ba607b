"""What the leak firewall found out about one feature: one line a probe, and the figures beside them.

Evidence is stored with the feature, so it holds plain values only. A probe that could not run says so (`passed` is
None): it is not a pass, and evidence without the core probes does not hold.
"""

from __future__ import annotations

from datetime import datetime

from tools.kernel.types import Correlation, Count, Days, Record, Seconds

CORE = ("shape", "determinism", "finite", "truncation", "future", "warm-up", "split")


class Check(Record):
    """One probe.

    Attributes:
        name: which probe.
        passed: None where it could not run.
        detail: what it found, in plain words; why, where it could not run.
        symbol: where the worst difference is.
        date: when that is; a bar's time stamp.
        size: how much the value changes, in the feature's own unit; None where one of the two is unknown.
    """

    name: str
    passed: bool | None
    detail: str
    symbol: str | None = None
    date: datetime | None = None
    size: float | None = None


class Evidence(Record):
    """Every probe of one feature on one panel.

    Attributes:
        feature: its id.
        checks: in the order in which a reader should hear of them.
        ic: information coefficient, the rank correlation with the return after it; None where undefined.
        ic_lagged: the same with the feature one bar late.
        placebo_mean: mean of the coefficient over all rotations of the labels in time.
        placebo_sd: their standard deviation.
        placebo_p95: 95 % of them are nearer to 0 than this.
        warmup_bars: bars of a symbol until its value no longer depends on where history starts: as declared, or as
            measured where nothing is declared.
        cross_sectional: whether a symbol's value depends on other symbols.
    """

    feature: str
    checks: tuple[Check, ...]
    ic: Correlation | None
    ic_lagged: Correlation | None
    placebo_mean: Correlation | None
    placebo_sd: Correlation | None
    placebo_p95: Correlation | None
    warmup_bars: Count
    cross_sectional: bool | None
    horizon_days: Days
    bars: Count
    symbols: Count
    seed: int
    seconds: Seconds

    @property
    def failed(self) -> tuple[Check, ...]:
        """The probes that found something."""
        return tuple(check for check in self.checks if check.passed is False)

    @property
    def missing(self) -> tuple[Check, ...]:
        """The core probes that could not run, or are not there at all."""
        found = {check.name: check for check in self.checks}
        absent = (found.get(name, Check(name=name, passed=None, detail="not run")) for name in CORE)
        return tuple(check for check in absent if check.passed is None)

    @property
    def holds(self) -> bool:
        """Whether every core probe ran and no probe failed."""
        return not self.failed and not self.missing
