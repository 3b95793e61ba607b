"""Walk-forward splits: train on the past, test on the months that follow, roll on.

Every bar from the first test bar to the last session is tested exactly once, by a model that was trained on earlier
bars only: those of the last years (rolling), or all of them (anchored). `purge_days` bars between training and
testing are dropped, because the label of a bar looks ahead: with a label from open[t+1] to open[t+1+h], h+1 bars
are enough for no training label to reach a test bar. An embargo widens that gap. It is meant for training bars that
follow a test window, which exist in `tools.models.combinatorial` only.

A last window too short to judge joins the one before. So a run that ends in the first bars of a window scores them
with the model of the window before, and a later run with a newer one: a live signal there is not what the later
run's backtest would have held.

Windows follow the calendar (years, months); a purge and a warm-up are counted in bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tools.kernel.errors import BadRequest

MIN_TEST_BARS = 20
MIN_TRAIN_BARS = 60

Window = Literal["rolling", "anchored"]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One step: the sessions to fit on and the sessions to score. `number` counts from 1."""

    number: int
    train: pd.DatetimeIndex
    test: pd.DatetimeIndex


def purge_bars(horizon_days: int, lag_days: int = 1) -> int:
    """Return the bars a label looks ahead: its horizon, and the lag between a signal and its execution."""
    if horizon_days < 1 or lag_days < 0:
        raise ValueError("horizon_days must be at least 1, lag_days at least 0")
    return horizon_days + lag_days


def walk_forward(
    sessions: pd.DatetimeIndex,
    *,
    train_years: int = 3,
    test_months: int = 6,
    purge_days: int,
    warmup: int,
    window: Window = "rolling",
    embargo_days: int = 0,
) -> tuple[Split, ...]:
    """Cut `sessions` into walk-forward steps.

    Args:
        sessions: strictly rising time axis of the panel.
        train_years: calendar length of a training window, before the purge; of the first one where anchored.
        test_months: calendar length of a test window. A window with fewer than 20 labelled bars (20 + `purge_days`)
            joins its neighbour; so the last test window ends at the last session and may be shorter or longer.
        purge_days: bars dropped before each test window: label horizon + execution lag.
        warmup: leading bars that are neither trained on nor tested.
        window: whether a training window moves on (`rolling`) or always starts after the warm-up (`anchored`).
        embargo_days: bars dropped before each test window beyond the purge.

    Raises:
        BadRequest: the history is too short, or has a hole that leaves a training window nearly empty.
        ValueError: an argument is out of its range, or `sessions` does not rise strictly.
    """
    if train_years < 1 or test_months < 1 or min(purge_days, warmup, embargo_days) < 0:
        raise ValueError(
            "train_years and test_months must be at least 1, purge_days, warmup, embargo_days at least 0"
        )
    if not (sessions.is_monotonic_increasing and sessions.is_unique):
        raise ValueError("sessions must rise strictly")
    usable = sessions[warmup:]
    starts = _test_starts(usable, train_years, test_months, MIN_TEST_BARS + purge_days)
    if not starts:
        raise _too_short(sessions, train_years, purge_days, warmup)
    stops = [*starts[1:], len(usable)]
    splits = []
    for number, (start, stop) in enumerate(zip(starts, stops, strict=True), start=1):
        years_before = int(usable.searchsorted(usable[start] - pd.DateOffset(years=train_years)))
        first = years_before if window == "rolling" else 0
        train = usable[first : max(first, start - purge_days - embargo_days)]
        _check_training(train, usable[start])
        splits.append(Split(number, train, usable[start:stop]))
    return tuple(splits)


def _check_training(train: pd.DatetimeIndex, tested_from: pd.Timestamp) -> None:
    """Raise BadRequest where too few bars are left to train on."""
    if len(train) < MIN_TRAIN_BARS:
        raise BadRequest(
            f"Only {len(train)} bars to train on before {tested_from:%Y-%m-%d}; {MIN_TRAIN_BARS} are needed.",
            hint="The history has a hole there: start after it, load its bars, or shorten horizon_days.",
        )


def _test_starts(usable: pd.DatetimeIndex, train_years: int, test_months: int, shortest: int) -> list[int]:
    """Return the positions at which test windows start, each followed by at least `shortest` bars; may be empty."""
    if usable.empty:
        return []
    origin = usable[0] + pd.DateOffset(years=train_years)
    starts: list[int] = []
    step = 0
    while (boundary := origin + pd.DateOffset(months=step * test_months)) <= usable[-1]:
        position = int(usable.searchsorted(boundary))
        fits = len(usable) - position >= shortest
        if fits and (not starts or position - starts[-1] >= shortest):
            starts.append(position)
        step += 1
    return starts


def _too_short(sessions: pd.DatetimeIndex, train_years: int, purge_days: int, warmup: int) -> BadRequest:
    if sessions.empty:
        return BadRequest("There are no bars to train on.", hint="Load data with ingest_data.")
    years = (sessions[-1] - sessions[0]).days / 365.25
    return BadRequest(
        f"The history is too short: {len(sessions)} bars ({years:.1f} years, {sessions[0]:%Y-%m-%d} to "
        f"{sessions[-1]:%Y-%m-%d}); needed are {warmup} bars of warm-up, {train_years} years to train and "
        f"{MIN_TEST_BARS + purge_days} bars to test.",
        hint="Load or choose a longer history.",
    )
