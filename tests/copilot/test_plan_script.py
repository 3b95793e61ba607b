"""The Python that SLQ writes from words: every form runs on real prices, plainly and in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from copilot.messages import LiveState
from copilot.planner.analysis import Analysis, analysis, script
from copilot.planner.evidence import gather
from copilot.planner.vocabulary import load_plan_file
from sandbox.run import Sandbox
from tools.features.panel import FIELDS, Panel
from tools.ingest.sample import SampleSource
from tools.ingest.source import Request
from tools.kernel.spec import silent

STATISTICS = ("mean", "median", "std", "max", "min", "sum", "count", "share up", "share down")
QUANTITIES = tuple(load_plan_file("analysis.json")["quantities"])
GROUPS = (*load_plan_file("analysis.json")["groups"], None)
EVERY = [
    *(Analysis("mean", quantity, "year") for quantity in QUANTITIES),
    *(Analysis(statistic, "gap", "weekday") for statistic in STATISTICS),
    *(Analysis("median", "daily return", group) for group in GROUPS),
    *(Analysis("mean", "volume", group, plot=True) for group in GROUPS if group),
    *(Analysis(None, quantity, None, plot=True) for quantity in (*QUANTITIES, "volatility")),
    Analysis(None, "close", None, plot=True, window=50),
]


@pytest.fixture(scope="module")
def bars() -> Mapping[str, pd.DataFrame]:
    panel = Panel.from_bars(
        SampleSource().fetch(Request(("AAPL", "IBM"), "bars", "1d"), silent).bars, ["AAPL", "IBM"]
    )
    return {name: getattr(panel, name) for name in FIELDS}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def read(text: str) -> Analysis | None:
    return analysis(gather(text, LiveState(symbols=("AAPL", "IBM")), date(2026, 11, 22)))


@pytest.mark.parametrize(
    "found", EVERY, ids=lambda found: f"{found.statistic}-{found.quantity}-{found.group}-{found.plot}"
)
def test_every_form_runs_where_it_is_confined(
    found: Analysis, bars: Mapping[str, pd.DataFrame], sandbox: Sandbox
) -> None:
    code = script(found)
    plain = {"np": np, "pd": pd, "bars": dict(bars)}
    exec(code, plain)
    value = sandbox.script(code, {"bars": bars}).value
    if isinstance(value, dict):
        assert found.plot
        assert value == plain["result"]
        assert [trace["name"] for trace in value["data"]] == ["AAPL", "IBM"]
        assert all(trace["y"] for trace in value["data"])
        return
    wanted = plain["result"]
    wanted = wanted.to_frame() if isinstance(wanted, pd.Series) else wanted
    assert isinstance(value, pd.DataFrame)
    assert np.allclose(np.asarray(value, dtype=float), np.asarray(wanted, dtype=float), equal_nan=True)
    assert list(value.columns) == list(wanted.columns)


def test_the_figures_are_those_of_a_loop_over_the_days(bars: Mapping[str, pd.DataFrame], sandbox: Sandbox) -> None:
    found = read("compute the average overnight gap of IBM by weekday")
    assert found == Analysis("mean", "gap", "weekday")
    value = sandbox.script(script(found), {"bars": bars}).value
    assert isinstance(value, pd.DataFrame)
    gaps: dict[str, list[float]] = {}
    before = None
    for day, opened, closed in zip(bars["open"].index, bars["open"]["IBM"], bars["close"]["IBM"], strict=True):
        if before is not None:
            gaps.setdefault(f"{day:%A}", []).append(opened / before - 1)
        before = closed
    assert list(value.index) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    for day, many in gaps.items():
        assert value.loc[day, "IBM"] == pytest.approx(sum(many) / len(many), rel=1e-12)


def test_the_worst_day_has_its_date(bars: Mapping[str, pd.DataFrame], sandbox: Sandbox) -> None:
    found = read("what was the worst day of IBM?")
    assert found == Analysis("worst day", "daily return", None)
    table = sandbox.script(script(found), {"bars": dict(bars)}).value
    change = bars["close"]["IBM"].pct_change(fill_method=None)
    assert table["day"]["IBM"] == change.idxmin()
    assert table["daily return"]["IBM"] == pytest.approx(change.min())
    assert read("worst day of IBM by year") == Analysis("worst day", "daily return", "year", clear=False)
    assert read("how often was IBM up on Mondays?") == Analysis("share up", "daily return", "weekday")


def test_a_share_leaves_out_the_days_without_a_value(bars: Mapping[str, pd.DataFrame], sandbox: Sandbox) -> None:
    value = sandbox.script(script(Analysis("share up", "gap", None)), {"bars": bars}).value
    gap = (bars["open"] / bars["close"].shift(1) - 1)["IBM"].dropna()
    assert float(np.asarray(value).ravel()[1]) == pytest.approx((gap > 0).mean())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("average volume of IBM by quarter", Analysis("mean", "volume", "quarter")),
        ("on what share of days does IBM fall, by month", Analysis("share down", "daily return", "month")),
        ("plot the 20-day volatility of AAPL", Analysis(None, "volatility", None, plot=True, window=20)),
        ("chart the 200-day moving average of AAPL", Analysis(None, "close", None, plot=True, window=200)),
        ("median monthly return of IBM by calendar month", Analysis("median", "monthly return", "month")),
        ("average close of IBM in 2010", None),  # one SELECT answers it
        ("does the average overnight gap predict IBM", None),
        ("plot the equity curve", None),
        ("any gaps in IBM?", None),
    ],
)
def test_what_is_asked_for(text: str, found: Analysis | None) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "average return of IBM by weekday after a fall of 2%",
        "mean volume of IBM by month when the VIX is high",
        "median gap of IBM by year without 2008 and Mondays",
    ],
)
def test_a_condition_is_not_passed_over(text: str) -> None:
    found = read(text)
    assert found is None or not found.clear
