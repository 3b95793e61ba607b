"""What a request names: amounts, periods, horizons, counts, features, symbols, experiments, SQL."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.messages import Call, LiveState, Turn
from copilot.planner.direct import next_term
from copilot.planner.evidence import Evidence, gather, period_of
from copilot.planner.experiments import in_order, named_after, resolve
from copilot.planner.mention import claim
from copilot.planner.numbers import read_words
from copilot.planner.talk import definition, term_in

TODAY = date(2026, 11, 22)
IDS = ["exp_20240105_LGBM_IBM_1d", "exp_20240212_LGBM_AAPL-MSFT_1d", "exp_20240301_LGBM_TECH_1d"]


def seen(text: str) -> Evidence:
    return gather(text, LiveState(symbols=("AAPL", "IBM"), experiments=tuple(IDS)), TODAY)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("since 2005", "2005-01-01", None),
        ("shift the start to 2005", "2005-01-01", None),
        ("load IBM up to 2005", None, "2005-12-31"),
        ("momentum skipping the last month", None, None),
        ("from 2003 to 2008", "2003-01-01", "2008-12-31"),
        ("2005-2009", "2005-01-01", "2009-12-31"),
        ("between 2006-01-01 and 2010-06-30", "2006-01-01", "2010-06-30"),
        ("the last five years", "2021-11-22", None),
        ("the past 3 months", "2026-08-22", None),
        ("up to March 2009", None, "2009-03-31"),
        ("before 2010", None, "2009-12-31"),
        ("after 2008", "2009-01-01", None),
        ("in 2008", "2008-01-01", "2008-12-31"),
        ("from March 3, 2004 until 5 May 2006", "2004-03-03", "2006-05-05"),
        ("from 06/30/2004 to 30/06/2005", "2004-06-30", "2005-06-30"),
        ("during the 90s", "1990-01-01", "1999-12-31"),
        ("in Q2 2007", "2007-04-01", "2007-06-30"),
        ("from the start of 2005 through today", "2005-01-01", None),
        ("this year", "2026-01-01", None),
        ("2015 til 2022", "2015-01-01", "2022-12-31"),
        ("2 November 2026 up to and including 6 November 2026", "2026-11-02", "2026-11-06"),
        ("FY 2012 through FY 2018", "2012-01-01", "2018-12-31"),
        ("correction: the end date should be 30 June 2021", None, "2021-06-30"),
        ("from the end of March 2010 to the start of May 2012", "2010-03-31", "2012-05-01"),
        ("going back five years", "2021-11-22", None),
        ("on 2001-02-31", None, None),
        ("without a date", None, None),
    ],
)
def test_periods(text: str, start: str | None, end: str | None) -> None:
    said = period_of(seen(f"load IBM {text}").of("period"))
    assert [each and each.isoformat() for each in said] == [start, end]


def test_a_leap_day_counts_back_to_a_day_that_exists() -> None:
    found = gather("load IBM for the last year", LiveState(), date(2024, 2, 29))
    assert period_of(found.of("period"))[0] == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50k", 50_000),
        ("$10,000", 10_000),
        ("a quarter million dollars", 250_000),
        ("half a million", 500_000),
        ("25 thousand", 25_000),
        ("twenty-five thousand", 25_000),
        ("1.5 million", 1_500_000),
        ("USD 100000", 100_000),
        ("ten grand", 10_000),
        ("two hundred fifty thousand bucks", 250_000),
        ("€5k", 5_000),
        ("$2000", 2_000),
        ("$99.5", 99.5),
    ],
)
def test_money(text: str, amount: float) -> None:
    assert [mention.value for mention in seen(f"what would you trade with {text}?").of("money")] == [amount]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("with a 5 day horizon", 5),
        ("five days ahead", 5),
        ("over the next month", 21),
        ("at a two week horizon", 10),
        ("next week's returns", 5),
        ("with a quarterly horizon", 63),
        ("horizon of 3", 3),
        ("5d horizon", 5),
        ("and hold the winners for a month", 21),
    ],
)
def test_horizons(text: str, days: int) -> None:
    assert [mention.value for mention in seen(f"test rsi on IBM {text}").of("horizon")] == [days]


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("the top 3", 3),
        ("the two best", 2),
        ("at most five positions", 5),
        ("in 4 names", 4),
        ("the single best", 1),
    ],
)
def test_counts(text: str, many: int) -> None:
    assert [mention.value for mention in seen(f"hold {text}").of("count")] == [many]


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("rsi_14 and momentum_60", ["rsi_14", "momentum_60"]),
        ("RSI combined with volume spikes", ["rsi_14", "volume_spike_20"]),
        ("14-day RSI, 50 day moving average", ["rsi_14", "sma_ratio_50"]),
        ("RSI(10)", ["rsi_10"]),
        ("rsi 5 and macd", ["rsi_5", "macd_12_26_9"]),
        ("momentum since 2005", ["momentum_20"]),
        ("a spike in volume", ["volume_spike_20"]),
        ("yang zhang + correlation", ["yang_zhang_20", "correlation_63"]),
        ("nothing of the kind", []),
        ("rolling kurtosis with a 90 day window, a 126-day beta", ["kurtosis_90", "beta_126"]),
        ("two volatility estimators: Parkinson over 10 days and ATR", ["parkinson_10", "atr_14"]),
    ],
)
def test_features(text: str, features: list[str]) -> None:
    assert seen(f"test {text} on IBM").features == features


def test_a_feature_of_the_users_own_is_found_by_a_word_of_its_name() -> None:
    made = ("auto_skew_60", "auto_rsi_14_times_gap")
    for text, names, meant in (
        ("does the skew thing I made cheat", made, "auto_skew_60"),
        ("test my skew feature", (*made, "auto_skew_20"), "skew_60"),
    ):
        assert gather(text, LiveState(features=names), date(2026, 11, 22)).features == [meant]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("load the daily bars for Apple, IBM and Microsoft", ["Apple", "IBM", "Microsoft"]),
        ("predict returns on tech stocks with RSI", ["tech stocks"]),
        ("get BRK.B, T and $f", ["BRK.B", "T", "f"]),
        ("I want a test, OK? use SQL or an API", []),
        ("does Apple's RSI work", ["Apple"]),
        ("load aapl ibm msft", ["aapl", "ibm", "msft"]),
        ("run it on Zyntora and on IBM", ["Zyntora", "IBM"]),
        ("load IBM, quxbar and Apple", ["IBM", "quxbar", "Apple"]),
        ("ibm, IBM and Ibm", ["ibm"]),
        ("it is now all about cost and low volume", []),
        ("a 10% volatility target for Target and rolls royce", ["Target", "rolls royce"]),
        ("fundamentals of walmart, target, costco", ["walmart", "target", "costco"]),
        ("the AAPL-MSFT run and the IBM-only one", ["AAPL", "MSFT", "IBM"]),
        ("in the financial crisis", []),
        ("momentum on JPM BAC WFC C, top 2", ["JPM", "BAC", "WFC", "C"]),
        ("see tech stocks, holding the best", ["tech stocks"]),
        ("PLEASE SHOW ME THE LAST REPORT NOW", []),
        ("Mahindra too, same start", ["Mahindra"]),
    ],
)
def test_symbols_are_copied_as_written(text: str, symbols: list[str]) -> None:
    assert seen(text).symbols == symbols


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("the first and the last run", [IDS[0], IDS[2]]),
        ("my last two experiments", IDS[1:]),
        ("all experiments", IDS),
        ("experiment 2", [IDS[1]]),
        ("the previous run", [IDS[1]]),
        ("exp_x_9 against the oldest run", ["exp_x_9", IDS[0]]),
        ("of my three experiments, the middle one", [IDS[1]]),
        ("the second on that list: what drove it", [IDS[1]]),
        ("the ninth wonder", []),
    ],
)
def test_experiments(text: str, ids: list[str]) -> None:
    assert resolve(seen(text).of("experiment"), IDS) == ids


def test_experiments_are_ordered_by_date_and_found_by_symbol() -> None:
    assert in_order(reversed(IDS)) == IDS
    assert in_order(["b", "a"]) == ["b", "a"]
    assert named_after(["msft"], IDS) == [IDS[1]]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT max(close) FROM bars",
        "run this sql: SELECT max(close) FROM bars;",
        "please run `SELECT max(close) FROM bars` for me",
        'query the lake: "SELECT max(close) FROM bars" please',
        "SELECT max(close) FROM bars please",
    ],
)
def test_sql_is_copied(text: str) -> None:
    assert [mention.value for mention in seen(text).of("sql")] == ["SELECT max(close) FROM bars"]


def test_no_sql_in_plain_words() -> None:
    assert not seen("select the best stocks from the tech sector").of("sql")


@given(st.text(max_size=200))
def test_any_text_is_searched_and_mentions_never_overlap(text: str) -> None:
    found = seen(text).mentions
    for left, right in pairwise(found):
        assert left.end <= right.start
    assert claim([], found) == list(found)


@given(st.integers(0, 999))
def test_numbers_in_words(value: int) -> None:
    units = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    units += ["eleven", "twelve", "thirteen"]
    units += ["fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    tens = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    rest, words = value % 100, []
    if value >= 100:
        words += [units[value // 100], "hundred"]
    if rest or not words:
        words += [units[rest]] if rest < 20 else [tens[rest // 10], *([units[rest % 10]] if rest % 10 else [])]
    assert read_words(" ".join(words)) == value


def test_definitions_are_for_questions_about_terms_only() -> None:
    told, called = (Turn(user="...", answer="Words."), Turn(user="...", answer="What?"))
    assert next_term("and PBO?", [told]) == Call(tool="reply", args={"text": term_in("pbo")})
    assert next_term("and PBO?", [called]) is None
    assert next_term("and IBM?", [told]) is None
    assert definition("Purge and embargo, in one sentence.") == f"{term_in('purge')}\n{term_in('embargo')}"
    assert definition("Compare the last two, in short") is None
    assert definition("What is purging, in one sentence?") == term_in("purge")
    difference = definition("how is purging different from an embargo") or ""
    assert difference.count("\n") == 1
    assert (definition("what is a Sharpe ratio?") or "").startswith("Sharpe ratio")
    assert (definition("explain the deflated Sharpe ratio") or "").startswith("Deflated")
    assert definition("what is the sharpe of my last run") is None
    assert definition("what would you trade with 50k") is None


def test_a_word_of_dismay_before_a_name_is_none() -> None:
    assert seen("hmm. and general motors?").symbols == ["general motors"]
    assert seen("meh. and general motors?").continues


def test_what_is_to_be_otherwise_is_no_feature_to_make() -> None:
    found = seen("make it beta neutral, and target 10% vol")
    assert [each.value for each in found.of("option")] == [("book", "beta_neutral"), ("target_volatility", 0.1)]
    assert found.features == []


def test_a_feature_may_be_thrown_out() -> None:
    assert seen("then throw macd out").features == ["macd_12_26_9"]
    assert seen("a month out").features == []
