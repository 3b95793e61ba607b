"""Walk-forward splits: no training label reaches a test bar, and every bar is tested once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.kernel.errors import BadRequest
from tools.models.split import MIN_TEST_BARS, MIN_TRAIN_BARS, Window, purge_bars, walk_forward


def _sessions(bars: int) -> pd.DatetimeIndex:
    return pd.date_range("2000-03-01", periods=bars, freq="B", name="ts")


def test_thirteen_years_of_days() -> None:
    sessions = _sessions(3270)
    splits = walk_forward(sessions, purge_days=2, warmup=108)
    assert len(splits) == 19
    first = splits[0]
    assert first.train[0] == sessions[108]
    assert first.test[0] >= sessions[108] + pd.DateOffset(years=3)
    assert first.test[-1] < first.test[0] + pd.DateOffset(months=6)
    assert splits[-1].test[-1] == sessions[-1]
    for split in splits[1:]:
        assert split.train[0] >= split.test[0] - pd.DateOffset(years=3)


@settings(max_examples=60, deadline=None)
@given(
    bars=st.integers(400, 2200),
    window=st.tuples(st.integers(1, 4), st.integers(1, 12)),
    horizon=st.integers(1, 63),
    warmup=st.integers(0, 300),
    embargo=st.integers(0, 30),
    kind=st.sampled_from(["rolling", "anchored"]),
    drops=st.integers(0, 10**6),
)
def test_no_training_label_touches_a_test_window(
    *, bars: int, window: tuple[int, int], horizon: int, warmup: int, embargo: int, kind: Window, drops: int
) -> None:
    years, months = window
    rng = np.random.default_rng(drops)
    sessions = _sessions(bars)[rng.random(bars) > 0.05]
    purge_days = purge_bars(horizon)
    try:
        splits = walk_forward(
            sessions,
            train_years=years,
            test_months=months,
            purge_days=purge_days,
            warmup=warmup,
            window=kind,
            embargo_days=embargo,
        )
    except BadRequest as error:
        assert "too short" in error.message  # noqa: PT017  either outcome is right; this one has to say why
        return
    tested = splits[0].test
    for number, split in enumerate(splits, start=1):
        start = sessions.get_loc(split.test[0])
        last_trained = sessions.get_loc(split.train[-1])
        assert last_trained + 1 + horizon + embargo < start
        if kind == "anchored":
            assert split.train[0] == sessions[warmup]
        assert sessions.get_loc(split.train[0]) >= warmup
        assert len(split.train) >= MIN_TRAIN_BARS
        assert len(split.test) >= MIN_TEST_BARS + purge_days
        assert split.number == number
        if number > 1:
            tested = tested.append(split.test)
    assert tested.equals(sessions[sessions.get_loc(tested[0]) :])


def test_a_short_rest_joins_the_last_window() -> None:
    sessions = _sessions(3000)
    third_year = int(sessions.searchsorted(sessions[0] + pd.DateOffset(years=3, months=6)))
    splits = walk_forward(sessions[: third_year + 21], purge_days=2, warmup=0)
    assert len(splits) == 1
    assert splits[0].test[-1] == sessions[third_year + 20]
    assert len(walk_forward(sessions[: third_year + 22], purge_days=2, warmup=0)) == 2


def test_too_little_history_says_what_is_needed_and_what_there_is() -> None:
    with pytest.raises(BadRequest, match=r"500 bars \(1.9 years.* 3 years to train and 22 bars to test"):
        walk_forward(_sessions(500), purge_days=2, warmup=100)
    for sessions in (_sessions(50), _sessions(0)):
        with pytest.raises(BadRequest):
            walk_forward(sessions, purge_days=2, warmup=100)


def test_a_hole_in_the_history_is_refused() -> None:
    sessions = _sessions(4000)
    with pytest.raises(BadRequest, match="bars to train on before"):
        walk_forward(sessions[:1000].append(sessions[2500:]), purge_days=2, warmup=0)


def test_anchored_windows_grow_and_test_the_same_bars() -> None:
    sessions = _sessions(3270)
    rolling = walk_forward(sessions, purge_days=2, warmup=108)
    anchored = walk_forward(sessions, purge_days=2, warmup=108, window="anchored")
    for step, (old, new) in enumerate(zip(rolling, anchored, strict=True)):
        assert new.test.equals(old.test)
        assert new.train[-1] == old.train[-1]
        assert new.train[0] == sessions[108]
        assert step == 0 or len(new.train) > len(anchored[step - 1].train)
    assert anchored[0].train.equals(rolling[0].train)


def test_an_embargo_widens_the_gap_by_so_many_bars() -> None:
    sessions = _sessions(3270)
    plain = walk_forward(sessions, purge_days=2, warmup=108)
    wider = walk_forward(sessions, purge_days=2, warmup=108, embargo_days=10)
    for old, new in zip(plain, wider, strict=True):
        assert new.train.equals(old.train[:-10])
        assert new.test.equals(old.test)


def test_the_purge_is_the_reach_of_a_label() -> None:
    assert (purge_bars(1), purge_bars(5), purge_bars(5, lag_days=0)) == (2, 6, 5)
    for wrong in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="at least"):
            purge_bars(*wrong)


def test_bad_arguments_are_bugs() -> None:
    with pytest.raises(ValueError, match="at least"):
        walk_forward(_sessions(2000), train_years=0, purge_days=2, warmup=0)
    with pytest.raises(ValueError, match="embargo_days at least 0"):
        walk_forward(_sessions(2000), purge_days=2, warmup=0, embargo_days=-1)
    with pytest.raises(ValueError, match="rise"):
        walk_forward(_sessions(2000)[::-1], purge_days=2, warmup=0)
