"""The leak firewall: does a feature use bars that came later than the day it is stamped with?

The probes treat the feature as a black box: they compute it about twenty times on bars that differ in what came
later, in where history starts, in splits and in symbols, and compare. `check` returns what they found; `enforce`
raises.

Not guaranteed: a look ahead on rare days, by a feature that compares symbols or for one symbol by name, is found
only where a cut happens to fall on such a day; a leak that came with the data (a column stamped early) shows
only in a correlation too good to be true; nothing here says that a feature is any good.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tools.features.evidence import Check, Evidence
from tools.features.feature import Signal
from tools.features.label import forward_return
from tools.features.leak import chance, every_bar, future, history, single_bars, split
from tools.features.leak.bars import Bars, Uncomputable, compute
from tools.features.leak.case import Case, failed
from tools.features.leak.compare import day, largest, not_run, pair, passed
from tools.features.panel import Panel
from tools.kernel.errors import GateFailed, NoData

FEWEST_BARS = 60

HINTS = {
    "shape": "Return one number for every bar and symbol, on the labels of the bars.",
    "determinism": "Compute from the bars alone: no random numbers, no clock, nothing kept from the call before.",
    "finite": "Divide only by what cannot be 0: where(denominator > 0) gives an unknown value instead of infinity.",
    "delisting": "Compare with every symbol that trades on the day itself, whether or not it still trades today.",
    "listing": "Compare with every symbol that trades on the day itself, not with those that come later.",
    "warm-up": "Use windows of a fixed length, such as rolling(20), and state the warm-up that they need.",
    "split": "Use returns or ratios: close / sma(close, 20); in Python, close / close.rolling(20).mean().",
    "placebo": "It fits labels of any day, so it knows the whole sample: look where its inputs come from.",
    "lag": "Look at where the data come from: the time stamp must be when the value was known.",
}
_PEEK_HINT = "Use only bars up to the day itself: shift(1) looks back, shift(-1) looks ahead."


def check(signal: Signal, panel: Panel, *, seed: int = 0, horizon_days: int = 1) -> Evidence:
    """Run every probe and return what they found; never raises for a leak.

    Args:
        signal: the feature; computed about twenty times.
        panel: the bars; neither read later nor changed.
        seed: of the random cuts and rewritten futures; the same seed gives the same evidence.
        horizon_days: bars of the return that the information coefficient is taken with.

    Raises:
        NoData: the bars are too few to compare anything, or the feature needs an index that the panel lacks.
        SandboxError: the feature cannot be computed on the bars as they are.
    """
    started = time.perf_counter()
    bars = Bars.of(panel)
    _require_bars(signal, bars)
    case = Case.of(signal, bars, np.empty((0, 0)), seed)
    found = None
    try:
        case = Case.of(signal, bars, compute(signal, bars), seed)
    except Uncomputable as error:
        checks = [Check(name="shape", passed=False, detail=f"{signal.id} has the wrong shape: {error}.")]
    else:
        case, checks = _bar_probes(case)
        next_day, found = (_coefficients(case, panel, horizon) for horizon in (1, horizon_days))
        checks += [chance.lag(case, next_day), chance.placebo(case, found, horizon_days)]
    return Evidence(
        feature=signal.id,
        checks=tuple(checks),
        ic=found and found.by_shift[0],
        ic_lagged=found and found.by_shift[1],
        placebo_mean=found and found.placebo.mean(),
        placebo_sd=found and found.noise,
        placebo_p95=found and np.quantile(np.abs(found.placebo), 0.95),
        warmup_bars=case.settled,
        cross_sectional=case.cross_sectional,
        horizon_days=horizon_days,
        bars=len(bars.index),
        symbols=len(bars.columns),
        seed=seed,
        seconds=time.perf_counter() - started,
    )


def enforce(evidence: Evidence) -> None:
    """Raise where a probe failed, or where a core probe could not run.

    Raises:
        GateFailed: promise P5 where the feature cannot be repeated, else P4; names the feature, and the symbol, the
            date and the size where there are any.
    """
    if evidence.failed:
        worst = evidence.failed[0]
        promise = "P5" if worst.name == "determinism" else "P4"
        raise GateFailed(worst.detail, promise=promise, hint=HINTS.get(worst.name, _PEEK_HINT))
    if evidence.missing:
        first = evidence.missing[0]
        raise GateFailed(
            f"{evidence.feature} is not proved free of look-ahead: its {first.name} check was {first.detail}.",
            promise="P4",
            hint="Take more bars, or a feature that has a value on them.",
        )


def _require_bars(signal: Signal, bars: Bars) -> None:
    longest = int(bars.alive.sum(axis=0).max(initial=0))
    needed = signal.warmup + FEWEST_BARS
    if longest < needed:
        raise NoData(
            f"{signal.id} cannot be checked for look-ahead on {longest} bars: it takes {needed}, "
            f"its warm-up of {signal.warmup} and {FEWEST_BARS} to compare.",
            hint="Load more history with ingest_data, or choose a feature with a shorter window.",
        )


def _bar_probes(case: Case) -> tuple[Case, list[Check]]:
    """Run the probes that compare values; return also the case with what they found out about it."""
    checks = [passed("shape", "one value for every bar and symbol"), _attempt("determinism", _determinism, case)]
    checks.append(_finite(case))
    checks += [_attempt(name, probe, case) for name, probe in future.PROBES]
    try:
        case = replace(case, cross_sectional=every_bar.cross_sectional(case))
        settling, settled = history.warm_up(case)
        case = replace(case, settled=settled)
    except Uncomputable as error:
        settling = not_run("warm-up", str(error))
    if case.cross_sectional is False:
        checks.append(_attempt("every bar", every_bar.every_bar, case))
    # the columns of `every bar` have other names, by which code could know that it is being examined
    checks.append(_attempt("single bars", single_bars.single_bars, case))
    return case, [*checks, settling, _attempt("split", split.split, case)]


def _attempt(name: str, probe: Callable[[Case], Check], case: Case) -> Check:
    """Run a probe; code that cannot be computed on its bars is a probe that could not run, never a pass."""
    try:
        return probe(case)
    except Uncomputable as error:
        return not_run(name, str(error))


def _determinism(case: Case) -> Check:
    """Compute the same bars again."""
    found = largest(case.base, case.compute(case.bars), tolerance=0.0)
    if found is None:
        return passed("determinism", "computed twice, the values are the same")
    before, after = pair(found.before, found.after)
    symbol, date = case.bars.columns[found.column], day(case.bars.index[found.row])
    detail = f"{case.id} cannot be repeated: its value for {symbol} on {date} is {before}, then {after}."
    return case.leak("determinism", detail, found)


def _finite(case: Case) -> Check:
    """Look for infinite values."""
    infinite = np.argwhere(np.isinf(case.base))
    if not len(infinite):
        return passed("finite", "no value is infinite")
    symbol, date = case.bars.columns[infinite[0][1]], case.bars.index[infinite[0][0]]
    detail = f"{case.id} is infinite for {symbol} on {day(date)}, and {len(infinite)} times in all."
    return failed("finite", detail, symbol, date, None)


def _coefficients(case: Case, panel: Panel, horizon_days: int) -> chance.Coefficients | None:
    labels = forward_return(panel, horizon_days).to_numpy(dtype=float)
    return chance.coefficients(case.base, labels, horizon_days)
