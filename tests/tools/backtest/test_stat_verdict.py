"""The rules of the verdict, one by one."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest.cost_curve import CostPoint
from tools.backtest.statistics import rules
from tools.backtest.statistics.gather import family, gather
from tools.backtest.statistics.grade import GRADES, StrategyEvidence, rank
from tools.backtest.statistics.placebo import placebo_p_value
from tools.backtest.statistics.slice import Slice
from tools.backtest.statistics.verdict import verdict
from tools.kernel.types import unit_of


def period(total, days=252, label="2010"):
    day = date(2010, 1, 4)
    return Slice(
        label=label, start=day, end=day, days=days, total_return=total, sharpe=None, volatility=None, max_drawdown=0
    )


def curve(*sharpes):
    return tuple(CostPoint(multiple=at, sharpe=value, cagr=None) for at, value in enumerate(sharpes, start=1))


STRONG = StrategyEvidence(
    sharpe=1.6,
    days=2520,
    orders=5000,
    trials=40,
    deflated_sharpe=0.999,
    min_track_record=900.0,
    benchmark="SPY",
    deflated_alpha=0.998,
    overfitting=0.02,
    placebo_p=0.002,
    costs=curve(1.6, 1.4, 1.2),
    periods=tuple(period(value) for value in [0.2, 0.1, 0.15, -0.02, 0.1]),
)


def judged(**changes):
    return verdict(STRONG.model_copy(update=changes))


def test_all_in_favour_is_strong_and_still_has_something_against_it():
    found = verdict(STRONG)
    assert found.grade == "strong"
    assert found.against.doubt == max(reason.doubt for reason in found.reasons) > 0
    assert len(found.reasons) == len(rules.RULES)


@pytest.mark.parametrize(
    ("rule", "grade", "changes"),
    [
        ("selection", "no edge", {"deflated_sharpe": 0.949}),
        ("selection", "no edge", {"deflated_sharpe": None}),
        ("selection", "no edge", {"sharpe": None}),
        ("selection", "plausible", {"deflated_sharpe": 0.97}),
        ("benchmark", "no edge", {"deflated_alpha": 0.6}),
        ("benchmark", "plausible", {"deflated_alpha": 0.97}),
        ("benchmark", "plausible", {"deflated_alpha": None}),
        ("placebo", "no edge", {"placebo_p": 0.06}),
        ("placebo", "plausible", {"placebo_p": 0.05}),
        ("placebo", "plausible", {"placebo_p": None}),
        ("overfitting", "fragile", {"overfitting": 0.5}),
        ("overfitting", "plausible", {"overfitting": 0.3}),
        ("overfitting", "plausible", {"overfitting": None}),
        ("costs", "no edge", {"costs": curve(0.0, -0.1, -0.2)}),
        ("costs", "fragile", {"costs": curve(1.6, 0.0, -0.2)}),
        ("costs", "plausible", {"costs": curve(1.6, 0.5, -0.2)}),
        ("costs", "fragile", {"costs": ()}),
        ("costs", "plausible", {"costs": curve(1.6, 0.8)}),
        ("costs", "fragile", {"costs": curve(1.6, None, None)}),
        ("periods", "fragile", {"periods": tuple(map(period, [0.9, 0.1, -0.05, -0.06]))}),
        ("periods", "fragile", {"periods": tuple(map(period, [3.0, 0.02, 0.01, -0.04]))}),
        ("periods", "plausible", {"periods": tuple(map(period, [0.3, 0.2, -0.04]))}),
        ("periods", "plausible", {"periods": tuple(map(period, [0.3, 0.2]))}),
        ("periods", "plausible", {"periods": ()}),
        ("sample", "no edge", {"days": 125}),
        ("sample", "fragile", {"days": 300}),
        ("sample", "fragile", {"orders": 29}),
        ("sample", "fragile", {"min_track_record": 20_000.0}),
        ("sample", "fragile", {"min_track_record": None}),
        ("sample", "plausible", {"days": 1000}),
    ],
)
def test_each_rule_alone_lowers_the_grade(rule, grade, changes):
    found = judged(**changes)
    assert found.grade == grade
    assert found.against.rule == rule


def test_a_single_trial_needs_no_cross_validation():
    assert judged(trials=1, overfitting=None).grade == "strong"


def test_short_periods_are_no_periods():
    assert judged(periods=(*STRONG.periods, period(-0.5, days=19))).grade == "strong"


def test_nothing_known_is_no_edge():
    assert verdict(StrategyEvidence(sharpe=None, days=0, orders=0)).grade == "no edge"


chances = st.one_of(st.none(), st.floats(0, 1))
ratios = st.one_of(st.none(), st.floats(-3, 3))


@st.composite
def evidence(draw):
    return StrategyEvidence(
        sharpe=draw(ratios),
        days=draw(st.integers(0, 5000)),
        orders=draw(st.integers(0, 5000)),
        trials=draw(st.integers(1, 500)),
        deflated_sharpe=draw(chances),
        min_track_record=draw(st.one_of(st.none(), st.floats(1, 1e6))),
        deflated_alpha=draw(chances),
        overfitting=draw(chances),
        placebo_p=draw(chances),
        costs=curve(*draw(st.lists(ratios, max_size=3))),
        periods=tuple(map(period, draw(st.lists(st.floats(-0.9, 2), max_size=6)))),
    )


@given(evidence())
def test_the_grade_is_the_lowest_and_the_worst_is_named(case):
    found = verdict(case)
    assert rank(found.grade) == min(rank(reason.allows) for reason in found.reasons)
    assert found.against == found.reasons[0]
    assert all(reason.text.endswith(".") and 0 <= reason.doubt <= 1 for reason in found.reasons)
    if (case.deflated_sharpe or 0) < 0.95:
        assert found.grade == "no edge"


@given(evidence(), st.permutations(range(6)), st.floats(0, 1))
def test_order_of_periods_does_not_matter_and_better_evidence_never_lowers_the_grade(case, order, better):
    shuffled = tuple(case.periods[at] for at in order if at < len(case.periods))
    assert verdict(case.model_copy(update={"periods": shuffled})).grade == verdict(case).grade
    improved = case.model_copy(update={"deflated_sharpe": max(better, case.deflated_sharpe or 0)})
    assert rank(verdict(improved).grade) >= rank(verdict(case).grade)


def test_records_carry_units():
    assert unit_of(StrategyEvidence, "deflated_sharpe") == "fraction"
    assert unit_of(StrategyEvidence, "days") == "days"
    assert GRADES == ("no edge", "fragile", "plausible", "strong")


def test_the_table_of_the_rules_is_true():
    levels = {float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*\.?\d*", rules.__doc__)}
    for level in (rules.CONFIDENT, rules.SURE, rules.CHANCE, rules.RARE, rules.COIN, rules.UNLIKELY):
        assert level in levels
    for count in (rules.SHORTEST_PERIOD, rules.HALF_YEAR, rules.TWO_YEARS, rules.FIVE_YEARS, rules.FEWEST_ORDERS):
        assert count in levels


def test_placebo_p_value():
    assert placebo_p_value(2.0, [1.0] * 19) == pytest.approx(0.05)
    assert placebo_p_value(1.0, [1.0, 0.0, 2.0]) == pytest.approx(0.75)
    assert placebo_p_value(1.0, [np.nan]) == 1
    assert placebo_p_value(1.0, []) is None
    assert placebo_p_value(float("nan"), [1.0]) is None


def test_gathered_evidence_has_the_figures_of_its_parts():
    index = pd.bdate_range("2010-01-01", periods=1000)
    rng = np.random.default_rng(41)
    market = pd.Series(rng.normal(0.0005, 0.01, 1000), index=index)
    returns = 0.6 * market + rng.normal(0.0003, 0.004, 1000)
    chosen_from = family([0.01, 0.02, -0.03], trials=12, overfitting=0.3)
    found = gather(returns, orders=400, benchmark=market, benchmark_name="SPY", chosen_from=chosen_from)
    assert (found.trials, found.overfitting, found.days) == (12, 0.3, 1000)
    assert found.deflated_sharpe < gather(returns, orders=400).deflated_sharpe
    assert found.min_track_record > gather(returns, orders=400).min_track_record
    assert len(found.periods) == 4
    assert 0 < found.deflated_alpha < 1
    assert "SPY" in next(reason.text for reason in verdict(found).reasons if reason.rule == "benchmark")


def test_the_benchmark_itself_and_cash_have_no_edge():
    index = pd.bdate_range("2010-01-01", periods=1000)
    market = pd.Series(np.random.default_rng(42).normal(0.002, 0.01, 1000), index=index)
    assert gather(market, orders=400).deflated_sharpe > 0.99
    same = gather(market, orders=400, benchmark=market)
    assert same.deflated_alpha == 0
    assert verdict(same).grade == "no edge"
    assert verdict(gather(market * 0, orders=0, benchmark=market)).grade == "no edge"


def test_the_number_of_trials_alone_deflates():
    index = pd.bdate_range("2010-01-01", periods=1000)
    returns = pd.Series(np.random.default_rng(43).normal(0.001, 0.01, 1000), index=index)
    alone, many = gather(returns, orders=400), gather(returns, orders=400, chosen_from=family([], trials=500))
    assert many.deflated_sharpe < alone.deflated_sharpe
