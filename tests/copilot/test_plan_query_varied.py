"""The last query with something else in it."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.messages import LiveState
from copilot.planner.evidence import Evidence, gather
from copilot.planner.mention import Mention
from copilot.planner.query_varied import query_varied

COUNTS = "select symbol, count(*) from bars group by symbol"
SINCE = "select avg(close) from bars where symbol = 'IBM' and ts >= '2010-01-01'"
JOINED = "select * from bars join symbols on bars.symbol = symbols.symbol"


def varied(sql: str, text: str) -> str | None:
    found = query_varied({"sql": sql}, gather(text, LiveState(), date(2026, 11, 22)))
    return found and found["sql"]


@pytest.mark.parametrize(
    ("sql", "text", "new"),
    [
        (COUNTS, "only for AAPL", "select symbol, count(*) from bars where symbol = 'AAPL' group by symbol"),
        (COUNTS, "limit it to 3 rows", f"{COUNTS} limit 3"),
        (f"{COUNTS} limit 10", "20 rows please", f"{COUNTS} limit 20"),
        (SINCE, "and for Microsoft?", SINCE.replace("IBM", "MSFT")),
        (SINCE, "since 2012 instead", SINCE.replace("2010", "2012")),
        (SINCE, "the maximum", SINCE.replace("avg", "max")),
        ("select max(close) as max_close from bars", "and its lowest", "select min(close) as min_close from bars"),
        (COUNTS, "add order by symbol at the end", f"{COUNTS} order by symbol"),
        (f"{COUNTS} limit 5", "order by count(*) desc", f"{COUNTS} order by count(*) desc limit 5"),
        (SINCE, "on Apple and Microsoft", None),
        (SINCE, "test rsi since 2012", None),
        (JOINED, "only for AAPL", None),
        (JOINED, "limit it to 3 rows", None),
        (COUNTS, "since 2012", None),
    ],
)
def test_what_can_be_put_in_is_put_in(sql: str, text: str, new: str | None) -> None:
    assert varied(sql, text) == new


def test_a_quote_in_a_name_ends_no_literal() -> None:
    said = Evidence("and O'R?", (Mention("symbol", 4, 7, "O'R"),))
    assert query_varied({"sql": SINCE}, said) == {"sql": SINCE.replace("IBM", "O''R")}
