"""The recursive average: the plain loop is the reference, and what comes later changes nothing, to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.features.library.smoothing import CHUNK, TILE, smooth

BARS = 2 * TILE * CHUNK + 123  # two whole tiles and a part
Row = npt.NDArray[np.float64]


def prices(symbols: int, bars: int = BARS) -> Row:
    return 50 * np.exp(np.random.default_rng(4).normal(0, 0.02, (symbols, bars)).cumsum(axis=1))


def plainly(row: Row, window: int, alpha: float) -> Row:
    """One row, bar by bar; what is not finite is passed over."""
    out = np.full(len(row), np.nan)
    known = np.flatnonzero(np.isfinite(row))
    average = row[known[:window]].mean()
    out[known[window - 1]] = average
    for bar in known[window:]:
        average += alpha * (row[bar] - average)
        out[bar] = average
    return out[window - 1 :]


@settings(max_examples=40, deadline=None)
@given(bars=st.integers(1, BARS), window=st.integers(1, 300), inverse=st.floats(1, 2600))
def test_it_is_the_recursion(bars: int, window: int, inverse: float) -> None:
    values = prices(2, bars)
    found = smooth(values, window, 1 / inverse)
    assert found.shape == (2, max(0, bars - window + 1))
    if bars >= window:
        np.testing.assert_allclose(found[1], plainly(values[1], window, 1 / inverse), rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(26, BARS))
def test_later_bars_and_other_symbols_change_no_bit(cut: int) -> None:
    values = prices(3)
    whole = smooth(values, 26, 2 / 27)
    early = smooth(values[1:, :cut].copy(), 26, 2 / 27)
    np.testing.assert_array_equal(early, whole[1:, : cut - 25])


@pytest.mark.parametrize("unknown", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("alpha", [1.0, 2 / 13])
@pytest.mark.parametrize("places", [[1100], [BARS - 1], [0, 5, 40, 1100, BARS - 2]])
def test_what_is_not_finite_is_passed_over(unknown: float, alpha: float, places: list[int]) -> None:
    values = prices(2)
    values[0, places] = unknown
    with np.errstate(all="ignore"):
        found = smooth(values, 12, alpha)
    np.testing.assert_allclose(found[0], plainly(values[0], 12, alpha), rtol=1e-12)
    np.testing.assert_array_equal(found[1], smooth(values[1:], 12, alpha)[0])
