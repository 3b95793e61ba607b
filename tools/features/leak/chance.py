"""The information coefficient, what of it is chance, and what is too good to be true.

The coefficient is the rank correlation of the feature with the return after it (`forward_return`): across
symbols on each bar where five or more can be compared, else along time for each symbol. Rotating the labels in
time destroys what a feature knows about its own day and keeps everything else; the fast Fourier transform gives
the coefficient at every rotation at once, so the placebo is all of them, not a sample. Rotations by few bars are
left out: labels that overlap, and slow features, still know something there.

Source of the coefficient: R. Grinold and R. Kahn, Active Portfolio Management, 2000. Does not guarantee that a
feature is good or bad: a daily coefficient over 0.08 on prices and volumes deserves suspicion long before this
fails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.features.evidence import Check
from tools.features.leak.bars import Array
from tools.features.leak.case import Case
from tools.features.leak.compare import not_run, passed

FEWEST_SYMBOLS = 5
FEWEST_ROWS = 120
NEAREST = 21  # bars: rotations by less are no placebo
SUSPECT_IC = 0.2  # with a fall to less than half one bar later; twice the best that an honest feature was given
ABSURD_IC = 0.5
LAGS = 5
NOISE = 6.0  # standard deviations of the placebo
PLACEBO_FLOOR = 0.03
PLACEBO_NOISE = 4.0  # times 1 / sqrt(independent rows)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Information coefficients at every rotation of the labels.

    Attributes:
        by_shift: element k is with the labels of k bars later: 0 is the coefficient, 1 that of the feature lagged.
        placebo: those at rotations far from 0, both ways round.
        rows: bars on which the coefficient rests.
    """

    by_shift: Array
    placebo: Array
    rows: int

    @property
    def noise(self) -> float:
        """The standard deviation of the placebo."""
        return float(self.placebo.std())


def coefficients(values: Array, labels: Array, horizon_days: int) -> Coefficients | None:
    """Return the information coefficients of `values` with `labels`, both bars x symbols; None where undefined."""
    feature, label = np.where(np.isfinite(values), values, np.nan), labels
    both = np.isfinite(feature) & np.isfinite(label)
    across = int((both.sum(axis=1) >= FEWEST_SYMBOLS).sum()) >= FEWEST_ROWS and _varies_across(feature)
    axis = 1 if across else 0
    ranks, marks = _standard_ranks(feature, axis), _standard_ranks(label, axis)
    rows = int((np.isfinite(ranks) & np.isfinite(marks)).any(axis=1).sum())
    nearest = max(NEAREST, 2 * horizon_days + 2)
    if rows < FEWEST_ROWS or rows < 4 * nearest:
        return None
    by_shift = _rotations(ranks, marks)
    return Coefficients(by_shift, by_shift[nearest : len(by_shift) - nearest], rows)


def placebo(case: Case, found: Coefficients | None, horizon_days: int) -> Check:
    """Fail where labels of other days fit better than chance allows: the feature knows the sample, not the day."""
    if found is None:
        return not_run("placebo", "too few bars, or the feature does not vary")
    mean, allowed = float(found.placebo.mean()), _allowed(found, horizon_days)
    figures = (
        f"with labels of other days the coefficient is {mean:+.4f} on average, {found.noise:.4f} apart, "
        f"over {len(found.placebo)} rotations"
    )
    if abs(mean) <= allowed:
        return passed("placebo", figures)
    detail = f"{case.id} fits labels of any day: {figures}, more than the {allowed:.4f} that chance allows."
    return Check(name="placebo", passed=False, detail=detail, size=abs(mean))


def lag(case: Case, found: Coefficients | None) -> Check:
    """Fail where the coefficient is absurdly high and falls when the feature comes a bar later."""
    if found is None:
        return not_run("lag", "too few bars, or the feature does not vary")
    ics = found.by_shift
    for late in range(LAGS):
        ic, next_ic = float(ics[late]), float(ics[late + 1])
        suspect = abs(ic) > max(SUSPECT_IC, NOISE * found.noise) and abs(next_ic) < abs(ic) / 2
        if suspect or abs(ic) > max(ABSURD_IC, NOISE * found.noise):
            detail = (
                f"{case.id} is too good to be true: its rank correlation with the next return is {ic:+.2f}, "
                f"and {next_ic:+.2f} one bar later, so a value or a column of the bars is stamped too early."
            )
            return Check(name="lag", passed=False, detail=detail, size=abs(ic))
    return passed("lag", f"the coefficient is {ics[0]:+.4f}, and {ics[1]:+.4f} one bar later")


def _allowed(found: Coefficients, horizon_days: int) -> float:
    return max(PLACEBO_FLOOR, PLACEBO_NOISE / math.sqrt(found.rows / horizon_days))


def _varies_across(values: Array) -> bool:
    """Return whether symbols differ on most bars: a day of the week does not."""
    known = np.isfinite(values)
    rows = known.sum(axis=1) >= FEWEST_SYMBOLS
    if not rows.any():
        return False
    with np.errstate(invalid="ignore"):
        spread = np.nanmax(values[rows], axis=1) > np.nanmin(values[rows], axis=1)
    return bool(spread.mean() > 0.5)  # noqa: PLR2004  most


def _standard_ranks(values: Array, axis: int) -> Array:
    """Return average ranks along `axis`, mean 0 and standard deviation 1; NaN where unknown or all are equal."""
    ranks = pd.DataFrame(values).rank(axis=axis).to_numpy()
    count = np.maximum(np.isfinite(ranks).sum(axis=axis, keepdims=True), 1)
    centred = ranks - np.nansum(ranks, axis=axis, keepdims=True) / count
    spread = np.sqrt(np.nansum(centred**2, axis=axis, keepdims=True) / count)
    enough = (spread > 0) & (count >= FEWEST_SYMBOLS)
    standard: Array = centred / np.where(enough, spread, np.nan)
    return standard


def _rotations(ranks: Array, marks: Array) -> Array:
    """Return sum(f[t] l[t+k]) / sqrt(sum f[t]^2 sum l[t+k]^2) over the pairs that are known, for every k."""
    length = len(ranks)
    known_ranks, known_marks = (np.isfinite(side).astype(float) for side in (ranks, marks))
    ranks, marks = (np.nan_to_num(side, nan=0.0) for side in (ranks, marks))

    def correlate(left: Array, right: Array) -> Array:
        product = np.conj(np.fft.rfft(left, axis=0)) * np.fft.rfft(right, axis=0)
        return np.fft.irfft(product.sum(axis=1), n=length)

    power = correlate(ranks**2, known_marks) * correlate(known_ranks, marks**2)
    return np.where(power > 1e-6, correlate(ranks, marks) / np.sqrt(np.maximum(power, 1e-6)), 0.0)  # noqa: PLR2004
