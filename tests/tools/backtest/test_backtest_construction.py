import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tools.backtest.beta import beta_neutral, rolling_beta
from tools.backtest.caps import Caps, cap_weights
from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.long_short import long_short
from tools.backtest.stats import volatility
from tools.backtest.terms import Terms
from tools.backtest.volatility_target import predicted_volatility, target_volatility
from tools.kernel.errors import BadRequest


def market(bars=400, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2020-01-01", periods=bars, name="ts")
    common = rng.normal(0.0003, 0.01, bars)
    beta = np.array([0.5, 1.0, 1.8])
    returns = common[:, None] * beta + rng.normal(0, 0.004, (bars, 3))
    close = pd.DataFrame(100 * np.exp(returns.cumsum(axis=0)), index, list("ABC"))
    return close, pd.Series(1000 * np.exp(common.cumsum()), index)


def test_long_the_best_and_short_the_worst():
    scores = pd.DataFrame([[3, 1, 2, 0], [np.nan, 1, 2, np.nan], [np.nan, 1, np.nan, np.nan], [5, 5, 5, 5]])
    expected = [[0.5, 0, 0, -0.5], [0, -0.5, 0.5, 0], [0] * 4, [0.5, 0, 0, -0.5]]
    np.testing.assert_array_equal(long_short(scores, 1), expected)
    np.testing.assert_allclose(long_short(scores.iloc[[0]], 9, gross=2), [[0.5, -0.5, 0.5, -0.5]])


@given(hnp.arrays(float, (5, 6), elements=st.floats(-2, 2) | st.just(np.nan)), st.integers(1, 7))
def test_sides_are_equal_and_apart(values, n):
    weights = long_short(pd.DataFrame(values), n, gross=1.0).to_numpy()
    np.testing.assert_allclose(weights.sum(axis=1), 0, atol=1e-12)
    known = (~np.isnan(values)).sum(axis=1)
    np.testing.assert_array_equal((weights > 0).sum(axis=1), np.minimum(n, known // 2))
    np.testing.assert_array_equal((weights < 0).sum(axis=1), np.minimum(n, known // 2))
    np.testing.assert_allclose(np.abs(weights).sum(axis=1), (known >= 2) * 1.0)
    for row, held in zip(values, weights, strict=True):
        if (held > 0).any():
            assert row[held > 0].min() >= np.nanmax(row[held <= 0])
            assert row[held < 0].max() <= np.nanmin(row[held >= 0])


def test_no_position_is_refused():
    for n, gross in ((0, 1.0), (1, 0.0)):
        with pytest.raises(BadRequest):
            long_short(pd.DataFrame([[1.0, 2.0]]), n, gross=gross)


def test_beta_is_the_slope_of_the_window():
    close, index = market()
    beta = rolling_beta(close, index, 60)
    assert beta.iloc[:60].isna().all(axis=None)
    x, y = index.pct_change().iloc[141:201], close["C"].pct_change().iloc[141:201]
    assert beta["C"].iloc[200] == pytest.approx(np.polyfit(x, y, 1)[0])
    pd.testing.assert_frame_equal(rolling_beta(close.iloc[:150], index.iloc[:150], 60), beta.iloc[:150])
    holed = close.copy()
    holed.iloc[100, 0] = np.nan
    assert rolling_beta(holed, index, 60)["A"].iloc[100:161].isna().all()
    for window, other in ((1, index), (60, index.iloc[1:])):
        with pytest.raises(BadRequest):
            rolling_beta(close, other, window)


def test_the_hedge_takes_the_market_out():
    close, index = market(bars=1500)
    targets = pd.DataFrame(1 / 3, close.index, close.columns)
    hedged = beta_neutral(targets, close, index, "IDX", 120)
    assert list(hedged.columns) == ["A", "B", "C", "IDX"]
    assert (hedged.iloc[:120].to_numpy() == 0).all()
    beta = rolling_beta(close, index, 120)
    np.testing.assert_allclose((targets * beta).sum(axis=1).iloc[120:], -hedged["IDX"].iloc[120:])
    everything = close.assign(IDX=index)
    ledger = run_weights(hedged, open_=everything, close=everything, costs=Costs(), terms=Terms(short=True))
    moved = index.pct_change()
    assert abs(ledger.returns.iloc[130:].corr(moved.iloc[131:])) < 0.1
    with pytest.raises(BadRequest):
        beta_neutral(targets, close, index, "A")


def test_no_decision_stays_none_when_hedged():
    close, index = market()
    targets = pd.DataFrame(0.3, close.index, close.columns)
    targets.iloc[300] = np.nan
    assert beta_neutral(targets, close, index, "IDX").iloc[300].isna().all()


def test_volatility_is_predicted_from_the_past_and_met():
    close, _ = market(bars=1500, seed=2)
    targets = pd.DataFrame(1 / 3, close.index, close.columns)
    predicted = predicted_volatility(targets, close, 60)
    by_hand = (close.pct_change() / 3).sum(axis=1).iloc[241:301].std() * np.sqrt(252)
    assert predicted.iloc[300] == pytest.approx(by_hand)
    assert predicted.iloc[:60].isna().all()
    pd.testing.assert_series_equal(predicted_volatility(targets.iloc[:555], close.iloc[:555], 60), predicted[:555])
    aimed = target_volatility(targets, close, 0.08, max_leverage=3)
    assert (aimed.iloc[:60].to_numpy() == 0).all()
    ledger = run_weights(aimed, open_=close, close=close, costs=Costs(), terms=Terms(leverage=True))
    assert volatility(ledger.returns.iloc[61:]) == pytest.approx(0.08, rel=0.1)
    np.testing.assert_allclose(target_volatility(targets, close, 9.0).sum(axis=1).iloc[60:], 1)
    for annual, leverage in ((0.0, 1.0), (0.1, -1.0)):
        with pytest.raises(BadRequest):
            target_volatility(targets, close, annual, max_leverage=leverage)


def test_caps_cut_to_cash_and_say_so():
    index = pd.bdate_range("2020-01-01", periods=2, name="ts")
    targets = pd.DataFrame([[0.5, 0.3, -0.2], [0.1, np.nan, 0.1]], index, list("ABC"))
    sectors = {"A": "tech", "B": "tech", "C": "banks"}
    allowed, cut = cap_weights(targets, Caps(position=0.4, sector=0.6), sectors)
    np.testing.assert_allclose(allowed, [[0.4 * 6 / 7, 0.3 * 6 / 7, -0.2], [0.1, np.nan, 0.1]])
    assert [tuple(row) for row in cut.drop(columns="ts").round(9).itertuples(index=False)] == [
        ("A", "max_position", 0.5, 0.4),
        ("tech", "max_sector", 0.7, 0.6),
    ]
    assert (cut["ts"] == index[0]).all()
    same, none = cap_weights(targets, Caps())
    pd.testing.assert_frame_equal(same, targets)
    assert none.empty
    with pytest.raises(BadRequest):
        cap_weights(targets, Caps(sector=0.5), {"A": "tech"})
    with pytest.raises(BadRequest):
        Caps(position=0)


@given(hnp.arrays(float, (4, 5), elements=st.floats(-1, 1)), st.floats(0.05, 1), st.floats(0.05, 1))
def test_caps_hold(values, position, sector):
    sectors = dict(zip(range(5), "aabbc", strict=True))
    allowed, cut = cap_weights(pd.DataFrame(values), Caps(position, sector), sectors)
    sizes = allowed.abs()
    assert (sizes <= position * (1 + 1e-9)).all(axis=None)
    assert (sizes.T.groupby(sectors).sum() <= sector * (1 + 1e-9)).all(axis=None)
    assert (sizes <= np.abs(values) + 1e-12).all(axis=None)
    assert cut.empty == np.array_equal(allowed, values)
