"""A chain of requests for statistics keeps what was said before."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.analysis import Analysis, script
from copilot.planner.analysis_varied import read_back, varied
from copilot.planner.evidence import gather

GAPS = Analysis("mean", "gap", "weekday")


def after(said: Analysis, text: str) -> Analysis | None:
    turn = Turn(
        user="...", steps=(Observation(call=Call(tool="run_python", args={"code": script(said)}), status="ok"),)
    )
    return varied(gather(text, LiveState(), date(2026, 11, 22)), [turn], None)


@pytest.mark.parametrize(
    "said",
    [
        GAPS,
        Analysis("share up", "daily return", "month"),
        Analysis("median", "volume", "each month"),
        Analysis("max", "close", "year", plot=True),
        Analysis(None, "close", None, plot=True),
        Analysis("best day", "daily return", None),
    ],
)
def test_a_script_is_read_back(said: Analysis) -> None:
    found = read_back(script(said))
    assert found is not None
    assert script(found) == script(said)


def test_other_code_is_not_read() -> None:
    assert read_back("result = bars['close'].std()") is None
    assert read_back(script(Analysis(None, "close", None, plot=True, window=50))) is None


def test_each_request_changes_one_thing() -> None:
    by_month = after(GAPS, "by month")
    assert by_month == Analysis("mean", "gap", "month")
    median = after(by_month, "median instead")
    assert median == Analysis("median", "gap", "month")
    returns = after(median, "and for the daily return")
    assert returns == Analysis("median", "daily return", "month")
    assert after(returns, "plot it") == Analysis("median", "daily return", "month", plot=True)


def test_another_request_varies_nothing() -> None:
    assert after(GAPS, "test momentum on IBM") is None
    assert after(GAPS, "load the news about Microsoft since the year 2012 please") is None
