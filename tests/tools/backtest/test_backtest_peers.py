"""Agreement with other backtesters, within differences that have a reason. They are no dependencies of the project:
`uv pip install vectorbt==1.2.0 bt==1.4.1` in an environment beside it.
"""

import numpy as np
import pandas as pd
import pytest

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.rules import Rule, run_rule
from tools.backtest.weights import top_n
from tools.features.expr import compile_expression
from tools.features.panel import Panel

pytestmark = pytest.mark.slow
RATE = 0.001
COSTS = Costs(10)


@pytest.fixture(scope="module")
def google():
    bars = pytest.importorskip("backtesting.test").GOOG
    return Panel(
        *(bars[field].to_frame("GOOG").astype(float) for field in ("Open", "High", "Low", "Close", "Volume"))
    )


@pytest.fixture(scope="module")
def cross_section():
    close = pytest.importorskip("skfolio.datasets").load_sp500_dataset()
    return top_n(close / close.shift(126) - 1, 5, threshold=None), close


def ours(google, fill):
    return run_rule(google, Rule(compile_expression("sma(10) > sma(30)")), costs=COSTS, fill=fill)


def held(google):
    close = google.close["GOOG"]
    return close.rolling(10).mean() > close.rolling(30).mean()


@pytest.mark.parametrize("fill", ["next_open", "next_close"])
def test_vectorbt_agrees_on_one_symbol(google, fill):
    vectorbt = pytest.importorskip("vectorbt")
    decided = held(google).shift(1, fill_value=False)
    price = (google.open if fill == "next_open" else google.close)["GOOG"]
    theirs = vectorbt.Portfolio.from_signals(
        google.close["GOOG"], decided, ~decided, price=price, fees=RATE, init_cash=1.0, freq="1D"
    )
    ledger = ours(google, fill)
    np.testing.assert_allclose(ledger.equity, theirs.value(), rtol=1e-9)
    assert ledger.orders == theirs.orders.count() == 67


def test_vectorbt_differs_by_the_cost_equation_on_many(cross_section):
    """It sizes orders from the value before costs, one after the other, and so ends a little off its targets."""
    vectorbt = pytest.importorskip("vectorbt")
    weights, close = cross_section
    theirs = vectorbt.Portfolio.from_orders(
        close,
        size=weights.shift(1),
        size_type="targetpercent",
        fees=RATE,
        init_cash=1.0,
        cash_sharing=True,
        group_by=True,
        call_seq="auto",
        freq="1D",
    )
    ledger = run_weights(weights, open_=close, close=close, costs=COSTS, fill="next_close")
    assert theirs.value().iloc[-1] == pytest.approx(102.776, abs=5e-4)
    assert ledger.equity.iloc[-1] == pytest.approx(theirs.value().iloc[-1], rel=0.002)
    gap = np.log(ledger.equity / theirs.value()).diff().iloc[1:]
    assert gap.abs().max() < RATE  # below the cost of one full turn of the portfolio on any day


def _with_bt(bt, weights, prices):
    strategy = bt.Strategy("s", [bt.algos.WeighTarget(weights), bt.algos.Rebalance()])
    test = bt.Backtest(
        strategy,
        prices,
        initial_capital=1e6,
        commissions=lambda quantity, price: abs(quantity) * price * RATE,
        integer_positions=False,
        progress_bar=False,
    )
    bt.run(test)
    return test.strategy.data["value"] / 1e6


def test_bt_differs_by_the_cost_equation(google, cross_section):
    """It, too, sizes from the value before costs, and steps down to what can be paid."""
    bt = pytest.importorskip("bt")
    one = held(google).astype(float).to_frame("GOOG").shift(1).fillna(0.0)
    changed = one[one["GOOG"].diff().fillna(0) != 0]
    theirs = _with_bt(bt, changed, google.close)
    assert ours(google, "next_close").equity.iloc[-1] == pytest.approx(float(theirs.iloc[-1]), rel=0.005)
    weights, close = cross_section
    several = _with_bt(bt, weights.shift(1).fillna(0.0), close)
    ledger = run_weights(weights, open_=close, close=close, costs=COSTS, fill="next_close")
    assert ledger.equity.iloc[-1] == pytest.approx(float(several.iloc[-1]), rel=0.01)
    assert isinstance(several, pd.Series)
