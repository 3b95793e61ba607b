"""The comparison behind a replay: it sees the first difference, however small, and none where there is none."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest.record import Provenance
from tools.research.replayed import Output, first_parting, first_trade, judge_replay, other_environment

CURVES = st.lists(st.floats(0.1, 10), min_size=2, max_size=30)
PROVENANCE = Provenance(
    data_snapshot=1,
    data_sha256="a",
    code_version="c",
    output_sha256="o",
    libraries={"python": "3.11"},
    threads=1,
    seed=7,
)
SAME = Output(sha256="o", parting=None, trade=None, figures=())


def curve(values: list[float]) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2005-01-03", periods=len(values)))


@given(CURVES, st.data())
def test_the_first_day_is_found_however_small_the_difference(values: list[float], data: st.DataObject) -> None:
    recorded = curve(values)
    place = data.draw(st.integers(1, len(values) - 1))
    repeated = recorded.copy()
    repeated.iloc[place] = np.nextafter(repeated.iloc[place], np.inf)
    repeated.iloc[place + 1 :] *= 2
    found = first_parting(recorded, repeated)
    assert found is not None
    assert found.day == recorded.index[place].date()
    assert found.size is not None
    assert found.size < 1e-12
    assert first_parting(recorded, recorded.copy()) is None


@given(CURVES)
def test_a_day_that_one_side_lacks_is_where_they_part(values: list[float]) -> None:
    recorded = curve(values)
    found = first_parting(recorded, recorded.iloc[:-1])
    assert found is not None
    assert (found.day, found.repeated, found.size) == (recorded.index[-1].date(), None, None)
    early = recorded.copy()
    early.index = early.index - timedelta(days=1)
    moved = first_parting(recorded, early)
    assert moved is not None
    assert moved.day == early.index[0].date()


def test_what_is_undefined_on_both_sides_is_the_same() -> None:
    ruined = curve([1.0, 0.0, 0.0])
    assert first_parting(ruined, ruined.copy()) is None
    assert first_parting(ruined * np.nan, ruined * np.nan) is None


@given(st.lists(st.text("ab,", min_size=1), min_size=1), st.data())
def test_the_first_other_trade_is_found(lines: list[str], data: st.DataObject) -> None:
    text, place = "\n".join(lines), data.draw(st.integers(0, len(lines) - 1))
    other = "\n".join([*lines[:place], lines[place] + "x", *lines[place + 1 :]])
    assert first_trade(text, other) == first_trade(other, text) == place
    assert first_trade(text, text) is None
    assert first_trade(text, text + "\nmore") == len(lines)


def test_nothing_but_the_same_in_the_same_environment_is_a_pass() -> None:
    assert judge_replay((), PROVENANCE, SAME) == "repeated"
    for change in ({"sha256": "x"}, {"trade": 1}, {"figures": ("oos.sharpe",)}):
        assert judge_replay((), PROVENANCE, SAME.model_copy(update=change)) == "differs"
    assert judge_replay(("The code is another.",), PROVENANCE, SAME) == "not comparable"
    assert judge_replay((), PROVENANCE, None) == "not comparable"


@pytest.mark.parametrize(
    ("code", "libraries", "count"),
    [("c", {"python": "3.11", "new": "1"}, 0), ("d", {"python": "3.12"}, 2), ("c", {}, 1)],
)
def test_the_environment_is_what_is_on_record(code: str, libraries: dict[str, str], count: int) -> None:
    assert len(other_environment(PROVENANCE, code, libraries)) == count
