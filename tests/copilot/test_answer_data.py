"""What is said and shown after data came in: usual, intraday, restated, set aside, nothing."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from copilot.answer import answer_for
from copilot.messages import Call, Observation, Turn
from copilot.theme import THEME
from copilot.view import result_view
from tools.ingest.tool import Ingested, IngestResult


def loaded(symbol: str, new: int, restated: int = 0, quarantined: int = 0) -> Ingested:
    return Ingested.model_validate(
        {
            "symbol": symbol,
            "source": "yahoo",
            "rows": new,
            "new_rows": new,
            "restated_rows": restated,
            "quarantined_rows": quarantined,
            "first": "2020-01-02",
            "last": "2020-02-03",
        }
    )


def record(*symbols: Ingested, kind: str = "bars", warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    rows = sum(each.rows for each in symbols)
    result = IngestResult(kind=kind, symbols=symbols, rows=rows, new_rows=rows, data_snapshot=7, warnings=warnings)
    return result.model_dump(mode="json")


def said(result: dict[str, Any], **args: Any) -> str:
    step = Observation(call=Call(tool="ingest_data", args=args), status="ok", call_id="c1", result=result)
    return answer_for(Turn(user="load", steps=(step,)), Call(tool="reply"), ())


def shown(result: dict[str, Any]) -> str:
    out = StringIO()
    Console(file=out, width=120, theme=THEME).print(result_view("ingest_data", result))
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "args", "words"),
    [
        ("bars", {}, "Loaded 1,170 new bars from yahoo; the lake is at snapshot 7."),
        ("bars", {"interval": "1m"}, "1,170 new one-minute bars"),
        ("bars", {"interval": "1h"}, "1,170 new hourly bars"),
        ("news", {"kind": "news"}, "1,170 new headlines"),
        ("fundamentals", {"kind": "fundamentals"}, "1,170 new reported figures"),
    ],
)
def test_what_came_in_is_named(kind: str, args: dict[str, Any], words: str) -> None:
    assert words in said(record(loaded("SPY", 1170), kind=kind), **args)


def test_the_unusual_is_said_and_has_a_column() -> None:
    odd = record(loaded("SPY", 5), loaded("QQQ", 5, restated=2, quarantined=3), warnings=("ZZ: not carried.",))
    answer, table = said(odd), shown(odd)
    assert "restated rows that were stored: 2 of QQQ." in answer
    assert "set aside, not loaded: 3 of QQQ." in answer
    assert "Read the lines marked ! above" in answer
    assert "restated rows" in table
    assert "quarantined rows" in table


def test_the_usual_is_not_cluttered() -> None:
    usual = record(loaded("SPY", 5))
    assert said(usual).count("\n") == 0
    assert "restated" not in shown(usual)
    assert "quarantined" not in shown(usual)


def test_a_long_list_of_restatements_is_cut() -> None:
    answer = said(record(*(loaded(symbol, 0, restated=1) for symbol in ("A", "B", "C", "D"))))
    assert "No new bars, but stored ones changed" in answer
    assert "1 of A, 1 of B, 1 of C and others." in answer


def test_nothing_came() -> None:
    assert said(record(warnings=("ZZ: not carried.",))).startswith("Nothing came in.")
    assert said(record(loaded("SPY", 0))).startswith("Everything asked for was already there")


@pytest.mark.parametrize(("count", "words"), [(1, "1 row,"), (0, "0 rows,"), (1234, "1,234 rows,")])
@pytest.mark.parametrize("tool", ["query_data", "run_python"])
def test_one_row_is_no_rows(tool: str, count: int, words: str) -> None:
    result = {
        "kind": "table",
        "row_count": count,
        "truncated": False,
        "symbols": [],
        "data_snapshot": 7,
        "warnings": [],
    }
    step = Observation(call=Call(tool=tool), status="ok", call_id="c1", result=result)
    assert answer_for(Turn(user="look", steps=(step,)), Call(tool="reply"), ()).startswith(words)


def test_one_new_bar_is_no_bars() -> None:
    assert "Loaded 1 new bar from yahoo" in said(record(loaded("AAPL", 1)))
