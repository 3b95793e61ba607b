"""The backtester: a re-weighted cross-section, a rule, a wide universe, a sweep of rules.

vectorbt is timed where it is installed (it is no dependency), warm: after the call that compiles it. backtesting.py
decides one bar late on this rule, so that its result differs; the work is the same.
"""

from __future__ import annotations

import importlib.util
import itertools
import statistics
import time
import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from measurement import Measurement

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.rules import Rule, run_rule, sweep_rules
from tools.backtest.weights import top_n
from tools.features.expr import compile_expression
from tools.features.panel import Panel

COSTS = Costs(10)
RATE = 0.001
CALLS = 7
WIDE_BARS, WIDE_SYMBOLS = 2_520, 5_000
WIDE_BUDGET_S = 3.0
SWEEP_RULES, SWEEP_BUDGET_S = 1_000, 20.0


def _median_ms(call: Callable[[], object]) -> float:
    """Return the median time of a call in milliseconds, after one that is not counted."""
    call()
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


def _beside(
    name: str, ours: float, peers: Sequence[tuple[str, float]], shares: dict[str, float]
) -> list[Measurement]:
    """Return a line a peer; the budget is the share of the peer's time that ours may take."""
    if not peers:
        return [Measurement(name, ours, "ms")]
    return [
        Measurement(f"{name}.{peer}", ours, "ms", shares[peer] * took if peer in shares else None, peer, took)
        for peer, took in peers
    ]


def _twenty() -> pd.DataFrame:
    from skfolio.datasets import load_sp500_dataset

    close: pd.DataFrame = load_sp500_dataset()
    return close


def _check(value: float, expected: float) -> None:
    if not np.isclose(value, expected, rtol=1e-5):
        raise RuntimeError(f"the result is {value}, not {expected}")


def backtest_cross_section() -> list[Measurement]:
    """Re-weight the best 5 of 20 names every day for 33 years."""
    close = _twenty()
    weights = top_n(close / close.shift(126) - 1, 5, threshold=None)

    def ours() -> float:
        ledger = run_weights(weights, open_=close, close=close, costs=COSTS, fill="next_close")
        return float(ledger.equity.iloc[-1])

    def with_trades() -> int:
        return len(run_weights(weights, open_=close, close=close, costs=COSTS, fill="next_close").trades)

    _check(ours(), 102.588)
    peers = []
    if importlib.util.find_spec("vectorbt"):
        import vectorbt

        def theirs() -> float:
            run = vectorbt.Portfolio.from_orders(
                close,
                size=weights.shift(1),
                size_type="targetpercent",
                fees=RATE,
                cash_sharing=True,
                group_by=True,
                call_seq="auto",
                freq="1D",
            )
            return float(run.value().iloc[-1])

        peers.append(("vectorbt", _median_ms(theirs)))
    name = "backtest_cross_section"
    listed = Measurement(f"{name}.with_trades", _median_ms(with_trades), "ms")
    return [*_beside(name, _median_ms(ours), peers, {"vectorbt": 0.25}), listed]


def backtest_rule() -> list[Measurement]:
    """Hold one symbol while its 10-day average is above the 30-day one; the condition is computed in each call."""
    from backtesting.test import GOOG

    fields = ("Open", "High", "Low", "Close", "Volume")
    panel = Panel(*(GOOG[field].to_frame("GOOG").astype(float) for field in fields))
    rule = Rule(compile_expression("sma(10) > sma(30)"))

    def ours() -> float:
        return float(run_rule(panel, rule, costs=COSTS).equity.iloc[-1])

    _check(ours(), 7.515293)
    peers = [("backtesting.py", _median_ms(_backtesting(GOOG)))]
    if importlib.util.find_spec("vectorbt"):
        peers.append(("vectorbt", _median_ms(_vectorbt_rule(panel))))
    return _beside("backtest_rule", _median_ms(ours), peers, {"vectorbt": 1.0})


def _vectorbt_rule(panel: Panel) -> Callable[[], float]:
    import vectorbt

    close, open_ = panel.close["GOOG"], panel.open["GOOG"]

    def run() -> float:
        fast, slow = (vectorbt.MA.run(close, window).ma for window in (10, 30))
        held = (fast > slow).shift(1, fill_value=False)
        made = vectorbt.Portfolio.from_signals(close, held, ~held, price=open_, fees=RATE, freq="1D")
        return float(made.value().iloc[-1])

    return run


def _backtesting(bars: pd.DataFrame) -> Callable[[], float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from backtesting import Strategy
        from backtesting.lib import FractionalBacktest as Backtest

    class Averages(Strategy):  # type: ignore[misc]  # the package has no types
        def init(self) -> None:
            self.fast, self.slow = (
                self.I(lambda values, n=n: pd.Series(values).rolling(n).mean(), self.data.Close) for n in (10, 30)
            )

        def next(self) -> None:
            if self.fast[-1] > self.slow[-1] and not self.position:
                self.buy()
            elif self.fast[-1] <= self.slow[-1] and self.position:
                self.position.close()

    def run() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            test = Backtest(bars, Averages, cash=1e6, commission=RATE, exclusive_orders=False, finalize_trades=True)
            return float(test.run()["Equity Final [$]"])

    return run


def backtest_wide() -> list[Measurement]:
    """Re-weight all of 5,000 symbols every day for ten years: 12.6 million fills."""
    rng = np.random.default_rng(0)
    shape = (WIDE_BARS, WIDE_SYMBOLS)
    close = pd.DataFrame(100 * np.exp(rng.normal(0, 0.01, shape).cumsum(axis=0)))
    weights = pd.DataFrame(rng.dirichlet(np.ones(WIDE_SYMBOLS), WIDE_BARS))

    def run() -> int:
        return run_weights(weights, open_=close, close=close, costs=COSTS).orders

    run()
    started = time.perf_counter()
    orders = run()
    taken = time.perf_counter() - started
    if orders < 0.9 * weights.size:
        raise RuntimeError(f"only {orders} fills")
    return [Measurement("backtest_wide", taken, "s", WIDE_BUDGET_S)]


def backtest_sweep() -> list[Measurement]:
    """Run 1,000 moving-average rules over 20 names and 33 years."""
    close = _twenty()
    panel = Panel(close, close, close, close, close * 0.0 + 1e6)
    windows = itertools.islice(itertools.product(range(5, 45), range(50, 300, 10)), SWEEP_RULES)
    rules = [Rule(compile_expression(f"sma({fast}) > sma({slow})")) for fast, slow in windows]
    started = time.perf_counter()
    finals = [float(ledger.equity.iloc[-1]) for ledger in sweep_rules(panel, rules, costs=COSTS)]
    taken = time.perf_counter() - started
    if len(set(finals)) < SWEEP_RULES * 0.9:
        raise RuntimeError("the rules do not differ")
    return [Measurement("backtest_sweep", taken, "s", SWEEP_BUDGET_S)]
