"""Combinatorial splits: what is tested is never near what is trained on, and every path covers every bar once."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.kernel.errors import BadRequest
from tools.models.combinatorial import CombinatorialSplits, combinatorial_splits, join_path


def _sessions(bars: int) -> pd.DatetimeIndex:
    return pd.date_range("2000-03-01", periods=bars, freq="B", name="ts")


@settings(max_examples=60, deadline=None)
@given(
    bars=st.integers(300, 900),
    groups=st.integers(2, 7),
    test_groups=st.integers(1, 6),
    horizon=st.integers(1, 21),
    embargo=st.integers(0, 30),
    warmup=st.integers(0, 100),
)
def test_splits_and_paths_keep_their_promises(
    *, bars: int, groups: int, test_groups: int, horizon: int, embargo: int, warmup: int
) -> None:
    test_groups = min(test_groups, groups - 1)
    sessions = _sessions(bars)
    try:
        cut = combinatorial_splits(
            sessions,
            groups=groups,
            test_groups=test_groups,
            purge_days=horizon + 1,
            embargo_days=embargo,
            warmup=warmup,
        )
    except BadRequest as error:
        assert "too few" in error.message or "left to train on" in error.message  # noqa: PT017  it has to say why
        return
    assert len(cut.splits) == comb(groups, test_groups)
    for split in cut.splits:
        _check_split(sessions, split.train, split.test, horizon, embargo)
        assert sessions.get_loc(split.train[0]) >= warmup
        assert sessions.get_loc(split.test[0]) >= warmup
    _check_paths(cut, sessions[warmup:], comb(groups - 1, test_groups - 1))


def _check_split(
    sessions: pd.DatetimeIndex, train: pd.DatetimeIndex, test: pd.DatetimeIndex, horizon: int, embargo: int
) -> None:
    tested = np.zeros(len(sessions), dtype=bool)
    tested[sessions.get_indexer(test)] = True
    reached = np.zeros(len(sessions) + horizon + 2 + embargo, dtype=bool)
    for bar in np.flatnonzero(tested):
        reached[bar : bar + horizon + 2] = True  # the bar itself, and the prices its label needs
    remembered = reached.copy()
    for bar in np.flatnonzero(tested):
        remembered[bar : bar + horizon + 2 + embargo] = True
    for bar in sessions.get_indexer(train):
        assert not reached[bar : bar + horizon + 2].any()
        assert not remembered[bar]


def _check_paths(cut: CombinatorialSplits, usable: pd.DatetimeIndex, paths: int) -> None:
    assert len(cut.paths) == paths
    numbered = tuple(pd.DataFrame({"split": n}, index=split.test) for n, split in enumerate(cut.splits))
    used: Counter[tuple[pd.Timestamp, int]] = Counter()
    for path in range(paths):
        joined = join_path(cut, path, numbered)
        assert joined.index.equals(usable)
        used.update(zip(joined.index, joined["split"], strict=True))
    assert set(used.values()) == {1}  # no test is used twice
    assert sum(used.values()) == sum(len(split.test) for split in cut.splits)
    assert set(Counter(bar for bar, _ in used).values()) == {paths}


def test_six_groups_two_tested_are_the_book_s_fifteen_splits_and_five_paths() -> None:
    cut = combinatorial_splits(_sessions(1200), purge_days=2, warmup=0)
    assert cut.tested == tuple(combinations(range(6), 2))
    assert len(cut.splits) == 15
    assert len(cut.paths) == 5
    assert cut.paths[0] == (0, 0, 1, 2, 3, 4)
    assert [len(group) for group in cut.groups] == [200] * 6
    third = cut.splits[1]  # groups 0 and 2
    assert third.train[0] == cut.groups[1][2]
    assert len(third.train) == 800 - 2 - 2 - 2


def test_one_group_at_a_time_is_purged_k_fold() -> None:
    cut = combinatorial_splits(_sessions(1003), groups=5, test_groups=1, purge_days=2, embargo_days=10, warmup=3)
    assert cut.paths == ((0, 1, 2, 3, 4),)
    assert [len(split.train) for split in cut.splits] == [800 - 12, 800 - 14, 800 - 14, 800 - 14, 800 - 2]


def test_too_little_history_is_said() -> None:
    with pytest.raises(BadRequest, match="too few for 6 groups of at least 22 bars"):
        combinatorial_splits(_sessions(131), purge_days=2, warmup=0)
    with pytest.raises(BadRequest, match="left to train on"):
        combinatorial_splits(_sessions(132), groups=3, test_groups=2, purge_days=2, warmup=0)
    with pytest.raises(BadRequest, match="too few"):
        combinatorial_splits(_sessions(100), purge_days=2, warmup=200)


def test_bad_arguments_are_bugs() -> None:
    for wrong in ({"test_groups": 0}, {"test_groups": 6}, {"embargo_days": -1}):
        with pytest.raises(ValueError, match="test_groups must be"):
            combinatorial_splits(_sessions(1200), purge_days=2, warmup=0, **wrong)
    with pytest.raises(ValueError, match="too many"):
        combinatorial_splits(_sessions(1200), groups=20, test_groups=10, purge_days=2, warmup=0)
    with pytest.raises(ValueError, match="rise"):
        combinatorial_splits(_sessions(1200)[::-1], purge_days=2, warmup=0)
