"""Scripts over bars and queries: numbers, tables and figures come back, checked; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from tools.features.bars import read_bars
from tools.kernel.errors import BadRequest, SandboxError
from tools.kernel.spec import Context
from tools.script.record import ScriptArgs
from tools.script.tool import run_python

GAP = """
gap = bars["open"]["IBM"] / bars["close"]["IBM"].shift(1) - 1
result = gap.groupby(gap.index.day_name()).mean()
"""


@pytest.fixture(scope="module")
def lab(sampled: Callable[..., Context]) -> Context:
    return sampled("IBM", "MSFT")


def test_a_table_by_weekday_agrees_with_pandas(lab: Context) -> None:
    answer = run_python(lab, ScriptArgs(code=GAP, symbols=("IBM",)))
    panel = read_bars(lab.workspace, ("IBM",)).panel
    gap = (panel.open / panel.close.shift(1) - 1)["IBM"]
    expected = gap.groupby(gap.index.day_name()).mean()
    assert answer.kind == "table"
    assert {row[0]: row[1] for row in answer.rows} == pytest.approx(dict(expected))
    assert answer.layers["system calls"] == "enforced"


def test_a_number(lab: Context) -> None:
    answer = run_python(
        lab, ScriptArgs(code='result = float(bars["close"].to_numpy().max())', symbols=("IBM", "MSFT"))
    )
    assert (answer.kind, answer.rows) == ("number", ())
    assert answer.number == pytest.approx(float(read_bars(lab.workspace, ("IBM", "MSFT")).panel.close.max().max()))


def test_a_query(lab: Context) -> None:
    sql = "select symbol, ts, close from bars where symbol in ('IBM', 'MSFT')"
    code = "result = df.groupby('symbol').agg({'close': 'mean'})\n"
    answer = run_python(lab, ScriptArgs(code=code, sql=sql))
    assert [row[0] for row in answer.rows] == ["IBM", "MSFT"]
    years = run_python(lab, ScriptArgs(code="result = df['ts'].dt.year.max()", sql=sql))
    assert years.number == 2012


def test_a_figure_gets_a_page(lab: Context) -> None:
    code = """
close = bars["close"]["IBM"].tail(50)
result = {"data": [{"type": "scatter", "y": list(close)}], "layout": {"title": {"text": "IBM"}}}
"""
    answer = run_python(lab, ScriptArgs(code=code, symbols=("IBM",)))
    assert answer.kind == "figure"
    assert answer.page is not None
    assert "plotly" in (lab.workspace.root / answer.page).read_text().lower()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("result = open('/etc/passwd').read()", "line 1"),
        ("import os\nresult = os.environ", "line 1"),
        ("result = 1 / 0", "division by zero"),
        ("x = 1", "result"),
        ("while True:\n    pass", "after 10 seconds"),
        ("result = {'data': [{'type': 'no such thing'}]}", "figure"),
    ],
)
def test_refusals_and_failures_are_one_plain_line(lab: Context, code: str, words: str) -> None:
    with pytest.raises(SandboxError, match=words) as caught:
        run_python(lab, ScriptArgs(code=code, symbols=("IBM",)))
    assert "\n" not in caught.value.message


def test_inputs_are_either_bars_or_a_query(lab: Context) -> None:
    for args in (ScriptArgs(code="result = 1"), ScriptArgs(code="result = 1", symbols=("IBM",), sql="select 1")):
        with pytest.raises(BadRequest, match="either"):
            run_python(lab, args)


def test_times_of_a_query_are_times(lab: Context) -> None:
    sql = "select ts, close from bars where symbol = 'IBM' limit 3"
    answer = run_python(lab, ScriptArgs(code="result = df", sql=sql))
    assert all(pd.Timestamp(str(row[0])) for row in answer.rows)


def test_names_that_come_twice_are_numbered(lab: Context) -> None:
    answer = run_python(lab, ScriptArgs(code="result = df", sql="select 'x' as a, 'y' as a, 1 as a_2"))
    assert (answer.columns, answer.rows) == (("a", "a_2", "a_2_2"), (("x", "y", 1),))
    code = 'close = bars["close"]["IBM"]\nresult = close.groupby([close.index.year, close.index.month]).mean()'
    monthly = run_python(lab, ScriptArgs(code=code, symbols=("IBM",)))
    assert monthly.columns == ("ts", "ts_2", "IBM")
    assert monthly.rows[0][:2] == (2000, 3)


def test_text_that_only_looks_like_a_day_stays_text(lab: Context) -> None:
    sql = "select '2020-02-30' as a, '2020-02-28' as b, '2020-01-01T....' as c"
    answer = run_python(lab, ScriptArgs(code="result = df", sql=sql))
    assert answer.rows == (("2020-02-30", "2020-02-28", "2020-01-01T...."),)


@pytest.mark.parametrize(
    ("value", "words"), [('float("inf")', "infinite"), ('float("-inf")', "infinite"), ('float("nan")', "unknown")]
)
def test_a_number_that_json_lacks_is_missing_and_said_to_be(lab: Context, value: str, words: str) -> None:
    number = run_python(lab, ScriptArgs(code=f"result = {value}", symbols=("IBM",)))
    assert number.number is None
    assert words in number.warnings[-1]
    table = run_python(lab, ScriptArgs(code=f'result = pd.DataFrame({{"a": [1.0, {value}]}})', symbols=("IBM",)))
    assert table.rows == ((1.0,), (None,))
    assert bool(table.warnings) == (words == "infinite")


def test_infinities_of_a_query_are_numbers(lab: Context) -> None:
    sql = "select case when close > 100 then close / 0.0 else close end as x from bars where symbol = 'IBM'"
    answer = run_python(lab, ScriptArgs(code='result = df["x"].replace(math.inf, 0.0).max()', sql=sql))
    assert answer.number == 100


def test_long_text_is_cut_and_unused_dates_are_said(lab: Context) -> None:
    code = 'result = pd.DataFrame({"a": ["x" * 5000]})'
    answer = run_python(lab, ScriptArgs(code=code, sql="select 1", start=date(2012, 1, 1)))
    assert len(str(answer.rows[0][0])) == 1000
    assert "not used" in answer.warnings[0]
