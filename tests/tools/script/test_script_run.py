"""Scripts over bars and queries: numbers, tables and figures come back, checked; nothing else does."""

from __future__ import annotations

import pandas as pd
import pytest

from tools.features.bars import read_bars
from tools.ingest.tool import IngestArgs, ingest_data
from tools.kernel.errors import BadRequest, SandboxError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context
from tools.script.record import ScriptArgs
from tools.script.tool import run_python

GAP = """
gap = bars["open"]["IBM"] / bars["close"]["IBM"].shift(1) - 1
result = gap.groupby(gap.index.day_name()).mean()
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Context:
    workspace = Workspace(tmp_path_factory.mktemp("script"))
    workspace.create()
    context = Context(workspace, Settings(_env_file=None))
    ingest_data(context, IngestArgs(symbols=("IBM", "MSFT")))
    return context


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
    assert years.number == 2013


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
