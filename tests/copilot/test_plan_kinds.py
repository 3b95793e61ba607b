"""Several kinds of data in one request."""

from __future__ import annotations

import pytest

from copilot.planner.kinds import each_kind


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("load prices and news for Boeing since 2020",
         ["load prices for Boeing since 2020", "load news for Boeing since 2020"]),
        ("get bars, news and fundamentals of KO", ["get bars of KO", "get news of KO", "get fundamentals of KO"]),
        ("show me the gaps and splits of IBM", ["show me the gaps of IBM", "show me the splits of IBM"]),
        ("show the splits and dividends of IBM", None),
        ("do news and fundamentals predict IBM", None),
        ("load daily bars of IBM and SAP", None),
    ],
)  # fmt: skip
def test_each_kind_is_a_request(text: str, each: list[str] | None) -> None:
    assert each_kind(text) == (each or [text])
