"""A test that is to run several times, taken apart into its runs."""

from __future__ import annotations

import pytest

from copilot.planner.variants import variants


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("IBM on RSI: once by ridge, once by logistic", ["IBM on RSI by ridge", "IBM on RSI by logistic"]),
        ("test momentum on apple with ridge and with lightgbm",
         ["test momentum on apple with ridge", "test momentum on apple with lightgbm"]),
        ("test rsi on IBM over a week and a month",
         ["test rsi on IBM a week ahead", "test rsi on IBM one month ahead"]),
        ("test rsi on IBM at 5, 10 and 21 days ahead",
         ["test rsi on IBM 5 days ahead", "test rsi on IBM 10 days ahead", "test rsi on IBM 21 days ahead"]),
        ("test rsi on Apple and IBM separately", ["test rsi on Apple", "test rsi on IBM"]),
        ("test rsi and macd on IBM one by one", ["test rsi on IBM", "test macd on IBM"]),
        ("test rsi and macd one by one on IBM", ["test rsi on IBM", "test macd on IBM"]),
        ("test rsi on IBM, once with a 10 % stop and once without",
         ["test rsi on IBM with a 10 % stop", "test rsi on IBM"]),
        ("test rsi on IBM with a 5 % stop and a 10 % stop",
         ["test rsi on IBM with a 5 % stop", "test rsi on IBM with a 10 % stop"]),
        ("telecoms, spikes only: one logistic run, one ridge run",
         ["telecoms, spikes only: one logistic run", "telecoms, spikes only: one ridge run"]),
        ("with and without a 10 % stop", ["with a 10 % stop", "again"]),
    ],
)  # fmt: skip
def test_each_run_is_a_request_of_its_own(text: str, runs: list[str]) -> None:
    assert variants(text) == runs


@pytest.mark.parametrize(
    "text",
    [
        "does rsi or macd predict IBM",
        "swap ridge for lightgbm",
        "train the ranker of lightgbm on momentum",
        "test 20-day momentum and 60-day momentum on IBM 5 days ahead",
        "does 5 day reversal predict the next day for IBM",
        "test rsi on IBM over the last 3 months",
        "hold a week or two weeks",
    ],
)
def test_one_run_stays_one(text: str) -> None:
    assert variants(text) == [text]
