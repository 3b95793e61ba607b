"""Walk-forward splits: no training label reaches a test bar, and every bar is tested once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.kernel.errors import BadRequest
from tools.models.split import MIN_TEST_BARS, MIN_TRAIN_BARS, walk_forward


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
    drops=st.integers(0, 10**6),
)
def test_no_training_label_touches_a_test_window(
    bars: int, window: tuple[int, int], horizon: int, warmup: int, drops: int
) -> None:
    years, months = window
    rng = np.random.default_rng(drops)
    sessions = _sessions(bars)[rng.random(bars) > 0.05]
    purge_days = horizon + 1
    try:
        splits = walk_forward(sessions, train_years=years, test_months=months, purge_days=purge_days, warmup=warmup)
    except BadRequest as error:
        assert "too short" in error.message  # noqa: PT017  either outcome is right; this one has to say why
        return
    tested = splits[0].test
    for number, split in enumerate(splits, start=1):
        start = sessions.get_loc(split.test[0])
        last_trained = sessions.get_loc(split.train[-1])
        assert last_trained + 1 + horizon < start
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


def test_bad_arguments_are_bugs() -> None:
    with pytest.raises(ValueError, match="at least"):
        walk_forward(_sessions(2000), train_years=0, purge_days=2, warmup=0)
    with pytest.raises(ValueError, match="rise"):
        walk_forward(_sessions(2000)[::-1], purge_days=2, warmup=0)
