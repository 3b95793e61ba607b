"""The cross-sectional rank of the forward return."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_market import market

from tools.features.label import LABELS, forward_rank, forward_return, up_down


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), horizon=st.integers(1, 10), symbols=st.integers(1, 6))
def test_ranks_are_what_counting_says(seed: int, horizon: int, symbols: int) -> None:
    panel = market(seed, symbols=symbols, bars=40)
    forward = forward_return(panel, horizon).to_numpy()
    rank = forward_rank(panel, horizon).to_numpy()
    for bar, row in enumerate(forward):
        known = row[~np.isnan(row)]
        for symbol, value in enumerate(row):
            if np.isnan(value) or len(known) < 2:
                assert np.isnan(rank[bar, symbol])
                continue
            worse = (known < value).sum() + ((known == value).sum() - 1) / 2
            assert rank[bar, symbol] == pytest.approx(worse / (len(known) - 1), abs=1e-12)


def test_ties_share_their_places() -> None:
    panel = market(1, symbols=4, holes=0.0, bars=10)
    opens = panel.open.copy()
    opens.iloc[5] = [1.0, 1.0, 1.0, 1.0]
    opens.iloc[6] = [2.0, 3.0, 3.0, 4.0]
    same = type(panel)(opens, panel.high, panel.low, panel.close, panel.volume)
    assert forward_rank(same, 1).iloc[4].tolist() == [0.0, 0.5, 0.5, 1.0]


def test_every_kind_of_label_has_its_function() -> None:
    assert dict(LABELS) == {"up_down": up_down, "forward_return": forward_return, "rank": forward_rank}
