"""Combinatorial purged cross-validation: many out-of-sample paths through one history.

Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapters 7 and 12. The bars are cut into N
groups in time order; every choice of k of them is tested once, by a model trained on the others. Each group is so
tested C(N-1, k-1) times, and the tests join to as many paths, each of which covers every bar once.

A model here may be trained on bars after those it is tested on. So a path answers "how much does the result depend
on which history happened", and is no record of what could have been earned: that is what walk-forward is for.

The label of bar t reaches to bar t + `purge_days`. A bar is trained on only where this reach and that of the test
bars have no bar in common, on either side; after a test window `embargo_days` more are left out, since features of
the bars that follow remember it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.kernel.errors import BadRequest
from tools.models.split import MIN_TEST_BARS, MIN_TRAIN_BARS, Split

MOST_SPLITS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class CombinatorialSplits:
    """Which groups are tested together, and how the tests join to paths.

    Attributes:
        groups: the sessions of each group, in time order; all sessions but the warm-up, each once.
        splits: C(N, k) splits; `train` and `test` need not be one run of sessions.
        tested: per split, the positions of its test groups.
        paths: per path and group, the position of the split whose scores the path takes there.
    """

    groups: tuple[pd.DatetimeIndex, ...]
    splits: tuple[Split, ...]
    tested: tuple[tuple[int, ...], ...]
    paths: tuple[tuple[int, ...], ...]


def combinatorial_splits(
    sessions: pd.DatetimeIndex,
    *,
    groups: int = 6,
    test_groups: int = 2,
    purge_days: int,
    embargo_days: int = 0,
    warmup: int,
) -> CombinatorialSplits:
    """Cut `sessions` into groups and test every combination of `test_groups` of them.

    Args:
        sessions: strictly rising time axis of the panel.
        groups: N, the parts of the history; they differ in length by one bar at most.
        test_groups: k, the parts tested at once; below N.
        purge_days: bars a label looks ahead: label horizon + execution lag.
        embargo_days: bars after a test window that are not trained on, beyond the purge.
        warmup: leading bars that are neither trained on nor tested.

    Raises:
        BadRequest: a group would be too short to judge, or too little would be left to train on.
        ValueError: an argument is out of its range, or `sessions` does not rise strictly.
    """
    if not 1 <= test_groups < groups or min(purge_days, embargo_days, warmup) < 0:
        raise ValueError("test_groups must be 1 to groups - 1; purge_days, embargo_days and warmup at least 0")
    if comb(groups, test_groups) > MOST_SPLITS:
        raise ValueError(f"{comb(groups, test_groups)} splits are too many; {MOST_SPLITS} are possible")
    if not (sessions.is_monotonic_increasing and sessions.is_unique):
        raise ValueError("sessions must rise strictly")
    usable = sessions[warmup:]
    edges = np.arange(groups + 1) * len(usable) // groups
    if np.diff(edges).min() < MIN_TEST_BARS + purge_days:
        raise BadRequest(
            f"{len(usable)} bars after the warm-up are too few for {groups} groups of at least "
            f"{MIN_TEST_BARS + purge_days} bars.",
            hint="Choose fewer groups, a shorter horizon_days, or a longer history.",
        )
    tested = tuple(combinations(range(groups), test_groups))
    splits = []
    for number, chosen in enumerate(tested, start=1):
        test, train = _parts(edges, chosen, purge_days, embargo_days)
        if train.sum() < MIN_TRAIN_BARS:
            raise BadRequest(
                f"Only {train.sum()} bars are left to train on; {MIN_TRAIN_BARS} are needed.",
                hint="Choose fewer test groups, a shorter horizon_days, or a longer history.",
            )
        splits.append(Split(number, usable[train], usable[test]))
    parts = tuple(usable[start:stop] for start, stop in pairwise(edges))
    return CombinatorialSplits(parts, tuple(splits), tested, _paths(tested, groups))


def _parts(
    edges: npt.NDArray[np.int64], chosen: tuple[int, ...], purge_days: int, embargo_days: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which bars are tested and which trained on."""
    test = np.zeros(int(edges[-1]), dtype=bool)
    train = np.ones_like(test)
    for group in chosen:
        start, stop = int(edges[group]), int(edges[group + 1])
        test[start:stop] = True
        train[max(0, start - purge_days) : stop + purge_days + embargo_days] = False
    return test, train


def _paths(tested: tuple[tuple[int, ...], ...], groups: int) -> tuple[tuple[int, ...], ...]:
    """Return the paths: the j-th takes each group from the j-th split that tests it."""
    tests = [[split for split, chosen in enumerate(tested) if group in chosen] for group in range(groups)]
    return tuple(zip(*tests, strict=True))


def join_path(splits: CombinatorialSplits, path: int, scores: tuple[pd.DataFrame, ...]) -> pd.DataFrame:
    """Return one path's rows, in time order: all sessions but the warm-up, once each.

    Args:
        splits: what was tested.
        path: the position of the path.
        scores: per split, rows that include those of its test sessions.
    """
    taken = zip(splits.groups, splits.paths[path], strict=True)
    return pd.concat([scores[split].loc[group] for group, split in taken])
