"""The language: what is accepted and what it means, what is refused and how it is explained."""

from __future__ import annotations

import contextlib
import inspect
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_expressions import random_expressions

from tools.features.catalog import FEATURES
from tools.features.expr import compile_expression, usable_as_feature
from tools.features.expr.names import library
from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS
from tools.kernel.errors import BadRequest

ACCEPTED = [
    ("rsi(14) * zscore(volume, 20)", "rsi(14) * zscore(volume, 20)", "none"),
    ("rank(returns(63)) - rank(volatility(20))", "rank(returns(63)) - rank(volatility(20))", "none"),
    ("if_(close > sma(200), 1, -1)", "if_(close > sma(close, 200), 1, -1)", "none"),
    ("1 if close > open else -1", "if_(close > open, 1, -1)", "none"),
    (" close\t/\n  open ", "close / open", "none"),
    ("rsi_14 > 70", "rsi(14) > 70", "none"),
    ("macd", "macd(12, 26, 9)", "none"),
    ("RSI(7) + Ts_Rank(CLOSE)", "rsi(7) + ts_rank(close, 20)", "none"),
    ("volume > 2 * adv(20)", "volume > 2 * sma(volume, 20)", "none"),
    ("30 < rsi(14) <= 70", "30 < rsi(14) and rsi(14) <= 70", "none"),
    ("not (close > open) == (high > low)", "not (close > open) == (high > low)", "none"),
    ("close > open and close > low or high < open", "close > open and close > low or high < open", "none"),
    ("close > open and (close > low or high < open)", "close > open and (close > low or high < open)", "none"),
    ("not (close > open and close > low)", "not (close > open and close > low)", "none"),
    ("-close ** 2 / close ** 2", "-close ** 2 / close ** 2", "none"),
    ("(-close) ** 2", "(-close) ** 2", "price^2"),
    ("close - (open - low)", "close - (open - low)", "price"),
    ("(close - open) - low", "close - open - low", "price"),
    ("(close / open) ** (low / open) ** 2", "(close / open) ** (low / open) ** 2", "none"),
    ("((close / open) ** (low / open)) ** 2", "((close / open) ** (low / open)) ** 2", "none"),
    ("2 ** -rank(returns(5))", "2 ** -rank(returns(5))", "none"),
    ("close - -1", "close - -1", "price"),
    ("--close + +close", "--close + close", "price"),
    ("sma(close, 2 * 10) * (1 - 0.25)", "sma(close, 20) * 0.75", "price"),
    ("close * 1e-7 * 2.50 * 1e20", "close * 1e-07 * 2.5 * 1e+20", "price"),
    ("close * volume", "close * volume", "dollars"),
    ("close / volume", "close / volume", "price/shares"),
    ("1 / close", "1 / close", "1/price"),
    ("close ** 0.5 * open ** 0.5 - typical", "close ** 0.5 * open ** 0.5 - typical", "price"),
    ("sqrt(close)", "sqrt(close)", "price^(1/2)"),
    ("market", "market", "index"),
    ("close / market", "close / market", "price/index"),
    ("market / delay(market, 1)", "market / delay(market, 1)", "none"),
    ("log(close)", "log(close)", "log price"),
    ("log(close * volume)", "log(close * volume)", "log dollars"),
    ("log(close) - log(delay(close, 1))", "log(close) - log(delay(close, 1))", "none"),
    ("delta(log(close))", "delta(log(close), 1)", "none"),
    ("stddev(log(volume), 5)", "stddev(log(volume), 5)", "none"),
    ("covariance(close, volume, 5)", "covariance(close, volume, 5)", "dollars"),
    ("product(close / open, 5)", "product(close / open, 5)", "none"),
    ("min(close, open, 5)", "min(close, open, 5)", "price"),
    ("close ** 0.0004", "close ** 0.0004", "price^(1/2500)"),
    ("close ** 1e-20", "close ** 1e-20", "price^1e-20"),
    ("(close ** (1 / 3)) ** 3 / close", "(close ** 0.3333333333333333) ** 3 / close", "none"),
    ("max(log(close) - log(open), 0)", "max(log(close) - log(open), 0)", "none"),
    ("log(close) > 4", "log(close) > 4", "none"),
    ("(close > open) * close", "(close > open) * close", "price"),
    ("sum(close > open, 10)", "sum(close > open, 10)", "none"),
    ("crosses_above(sma(50), sma(200))", "crosses_above(sma(close, 50), sma(close, 200))", "none"),
    ("correlation(close, volume)", "correlation(close, volume, 20)", "none"),
    ("correlation(60)", "correlation(60)", "none"),
    ("exp(returns(5)) * signed_power(returns(5), 2)", "exp(returns(5)) * signed_power(returns(5), 2)", "none"),
]

REFUSED = [
    ("rsi(14", "never closed", "   ^", ")"),
    ("sma(close, 20))", "never opened", "              ^", "("),
    ("close +", "stops short", "      ^", "missing"),
    ("close open", "does not fit", "      ^^^^", "operator or a comma"),
    ("rsi(-1)", "would read the future", "    ^^", "rsi(14)"),
    ("shift(close,-1)", "would read the future", "            ^^", "delay(close, 1)"),
    ("delta(close, 0)", "must be 1 to 2520", "             ^", "delta(close, 1)"),
    ("sma(close, 20.5)", "whole number", "           ^^^^", "Write 20."),
    ("sma(close, 1e9)", "not 1000000000", "           ^^^", "sma(close, 20)"),
    ("sma(close, volume)", "written number", "           ^^^^^^", "sma(close, 20)"),
    ("close.shift(1)", ".shift is not part", "     ^^^^^^^^^", "delay(close, 1)"),
    ("close.values", ".values is not part", "     ^^^^^^^", "delay"),
    ("foo(3)", "no function called foo", "^^^", "fields are"),
    ("rsii(14)", "no function called rsii", "^^^^", "rsi"),
    ("clos / open", "called clos", "^^^^", "close"),
    ("vwap / close", "no vwap", "^^^^", "typical"),
    ("adv20", "no adv20", "^^^^^", "adv(20)"),
    ("adv(volume, 20)", "window only", "^^^", "adv(20)"),
    ("IndNeutralize(close)", "no industries", "^^^^^^^^^^^^^", "demean"),
    ("lead(close, 1)", "looks ahead", "^^^^", "delay(close, 1)"),
    ("True", "True is not part", "^^^^", "close > open"),
    ("lambda", "stops short", "     ^", ""),
    ("lambda x: x", ": is not part", "        ^", "if_"),
    ("sma('close', 20)", "' is not part", "    ^", "bare"),
    ("close[1]", "[ is not part", "     ^", "delay(close, 1)"),
    ("close ^ 2", "^ is not part", "      ^", "**"),
    ("close > open & high > low", "& is not part", "             ^", "`and`"),
    ("!(close > open)", "! is not an operator", "^", "`not`"),
    ("close = open", "= is not an operator", "      ^", "=="),
    ("sma(close, window=20)", "= is not an operator", "                 ^", "in order"),
    ("close // 2", "// is not an operator", "      ^^", "/"),
    ("close << 2", "<< is not an operator", "      ^^", "<"),
    ("0>>0", ">> is not an operator", " ^^", ">"),
    ("\u0441lose", "\u0441 is not part", "^", "plain letters"),
    ("close \u00d7 2", "\u00d7 is not part", "      ^", "*"),
    ("close \x00", "U+0000", "      ^", "plain"),
    ("close # why", "# is not part", "      ^", "comments"),
    ("3close", "runs into", " ^", "operator between"),
    ("1e999 * close", "too large", "^^^^^", "smaller"),
    ("2 ** 5000 * close", "too large", "  ^^", "smaller"),
    ("(-8) ** 0.5 * close", "no real number", "     ^^", "positive"),
    ("1 / 0 * close", "divides by zero", "  ^", "another"),
    ("0 ** -1 * close", "divides by zero", "  ^^", "another"),
    ("1 + 2", "reads no data", "^^^^^", "close"),
    ("close + volume", "two of a kind", "      ^", "volume / adv(20)"),
    ("(close) > (volume)", "two of a kind", "        ^", "sma(close, 20)"),
    ("close > market", "units of index", "      ^", "plain"),
    ("if_(close > open, close, volume)", "two of a kind", "^^^", "plain"),
    ("if_(close, 1, 2)", "if_ needs a condition", "    ^^^^^", "rsi(14) < 30"),
    ("close and open", "needs a condition", "^^^^^", "Compare"),
    ("not close", "needs a condition", "    ^^^^^", "Compare"),
    ("exp(close)", "exponent is price", "^^^", "plain"),
    ("close ** rsi(14)", "base is price", "      ^^", "plain"),
    ("2 ** close", "exponent is price", "  ^^", "plain"),
    ("log(close) * 2", "only be compared or subtracted", "           ^", "plain"),
    ("log(close) + log(close)", "only be compared", "           ^", "plain"),
    ("log(close) - 0", "cannot mix a log price with a number", "             ^", "ratio"),
    ("min(log(market), 9)", "cannot mix a log index with a number", "                 ^", "ratio"),
    ("if_(close > open, log(close), 3)", "cannot mix a log price", "                              ^", "ratio"),
    ("close ** 1e300", "exponent is too large", "      ^^", "plain"),
    ("rank(close, **open)", "call of this form", "^^^^^^^^^^^^^^^^^^^", "functions"),
    ("rank(5)", "needs a series", "     ^", "rank(returns(5))"),
    ("correlation(volume, 20)", "needs a series", "                    ^^", "correlation(close, volume, 20)"),
    ("min(5, 6)", "only numbers", "^^^", "field"),
    ("3 < 4", "only numbers", "  ^", "field"),
    ("min(close)", "takes 2 to 8 arguments and got 1", "^^^", "min(open, close)"),
    ("rank()", "takes 1 argument and got 0", "^^^^", "rank"),
    ("sma(close, 20, 3)", "takes 1 or 2 arguments and got 3", "^^^", "sma(close, 20)"),
    ("rsi(14, 3)", "given 2 numbers; its parameters are: window", "^^^", "rsi(14)"),
    ("rsi(close, 14)", "whole numbers only", "    ^^^^^", "Write rsi(14)."),
    ("rsi_0", "must be 1 to 2520, not 0", "^^^^^", "rsi_14"),
    ("close(5)", "is a field", "^^^^^", "delay(close, 5)"),
    ("abs + 1", "needs brackets", "^^^", "abs(close)"),
    ("close is open", "no comparison", "     ^^^^", "=="),
    ("close in open", "no comparison", "     ^^^^", "=="),
    ("(close, open)", "list of values", "^^^^^^^^^^^^^", "functions"),
    ("max(*close)", "* is not part", "    ^^^^^^", "functions"),
    ("sma(close)(2)", "call of this form", "^^^^^^^^^^^^^", "functions"),
    ("sum(close for close in close)", "loop", "   ^^^^^^^^^^^^^^^^^^^^^^^^^^", "functions"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "canonical", "unit"), ACCEPTED)
def test_canonical_form_and_unit(text: str, canonical: str, unit: str) -> None:
    expression = compile_expression(text)
    assert (expression.id, expression.unit) == (canonical, unit)
    again = compile_expression(canonical)
    assert (again.id, again.root, again.sha256) == (canonical, expression.root, expression.sha256)


@pytest.mark.parametrize(("text", "what", "carets", "hint"), REFUSED)
def test_errors_point_at_the_character(text: str, what: str, carets: str, hint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        compile_expression(text)
    said, shown, under = caught.value.message.split("\n")
    assert what in said
    assert f"(character {len(carets) - len(carets.lstrip()) + 1})" in said
    assert shown == "  " + "".join(letter if letter.isprintable() else " " for letter in text)
    assert under == "  " + carets
    assert hint in caught.value.hint
    assert caught.value.hint.endswith((".", "?"))


def test_leading_blanks_do_not_move_the_carets() -> None:
    with pytest.raises(BadRequest, match=r"character 11") as caught:
        compile_expression("\n\t  close + volume")
    assert caught.value.message.endswith("\n" + " " * 12 + "^")


def test_long_texts_are_shown_around_the_fault() -> None:
    text = " + ".join(["close"] * 30 + ["volume"] + ["close"] * 20)
    with pytest.raises(BadRequest) as caught:
        compile_expression(text)
    _, shown, carets = caught.value.message.split("\n")
    assert len(shown) <= 108
    assert shown[carets.index("^") :].startswith("+ volume")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("close + " * 400 + "close", "2,000"),
        ("(" * 300 + "close" + ")" * 300, "too complicated"),
        ("-" * 1900 + "close", "60 levels"),
        ("not " * 400 + "close", "60 levels"),
        ("+".join(["close"] * 61), "60 levels"),
        ("max(" + "," * 5 + ")", "does not fit"),
        ("close" + "**close" * 280, "60 levels"),
        ("+".join(["(a*b*c+d*e*f+g*h*i)"] * 40), "300 parts"),
        ("9" * 1900 + " * close", "too large"),
        ("sma(sma(sma(2520), 2520), 2520) / close", "7,557 bars"),
        ("ema(2520) / close", "11,224 bars"),
    ],
)
def test_what_is_too_large_is_refused(text: str, what: str) -> None:
    with pytest.raises(BadRequest, match=what):
        compile_expression(text)


def test_a_parser_that_runs_out_of_stack_is_a_bad_request() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 80)
    try:
        with pytest.raises(BadRequest, match="too complicated"):
            compile_expression("-" * 1900 + "close")
    finally:
        sys.setrecursionlimit(limit)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("closevum rsi(),.0123+-*/<>=!andot_", max_size=60))
@example("1if close>open else 2")
@example("0x10*close")
@example("1_000*close")
@example("01*close")
@example("1j*close")
@example("...")
@example("f(")
@example("not")
def test_any_text_is_an_expression_or_a_bad_request(text: str) -> None:
    with contextlib.suppress(BadRequest):
        compile_expression(text)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_canonical_text_is_a_fixed_point(seed: int) -> None:
    for text in random_expressions(5, seed):
        expression = compile_expression(text)
        again = compile_expression(expression.id)
        assert (again.id, again.root) == (expression.id, expression.root)
        usable_as_feature(expression)


def test_every_node_states_its_type_unit_and_warmup() -> None:
    expression = compile_expression("if_(close > ema(10), volume / adv(5), 1) + (close > ema(10))")
    parts = {part.text: (part.type, part.unit, part.warmup) for part in expression.nodes()}
    assert parts["close"] == ("number", "price", 0)
    assert parts["ema(close, 10)"] == ("number", "price", 45)
    assert parts["close > ema(close, 10)"] == ("boolean", "none", 45)
    assert parts["volume / sma(volume, 5)"] == ("number", "none", 4)
    assert list(parts)[-1] == expression.id
    assert (expression.type, expression.warmup, expression.needs_market) == ("number", 45, False)


def test_warmups_add_up_through_the_tree() -> None:
    for text, bars in {
        "close": 0,
        "delay(close, 3)": 3,
        "delay(sma(close, 10), 3)": 12,
        "max(delay(close, 3), sma(close, 10))": 9,
        "crosses_above(close, sma(close, 10))": 10,
        "rank(delta(log(close), 5))": 5,
        "sma(momentum(20), 5)": 24,
        "ts_argmax(correlation(close, volume, 10), 5)": 13,
    }.items():
        assert compile_expression(text).warmup == bars, text


def test_knows_when_the_index_is_needed() -> None:
    assert compile_expression("market / delay(market, 5)").needs_market
    assert compile_expression("beta(60) - 1").needs_market
    assert not compile_expression("close / open").needs_market


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("close", "close / sma(close, 50), or use returns(20)."),
        ("close - open", "(close - open) / sma(close - open, 50)"),
        ("volume", "volume / sma(volume, 50), or use volume / adv(20)."),
        ("close * volume", "returns(20)"),
        ("log(close)", "delta(log(close), 20)"),
        ("close ** 1e-20", "(close ** 1e-20) / sma(close ** 1e-20, 50)"),
        ("(close ** 0.0004) ** 2500", "returns(20)"),
        ("market", "market / sma(market, 50)"),
    ],
)
def test_levels_are_no_features(text: str, hint: str) -> None:
    with pytest.raises(BadRequest, match="is a level in units of") as caught:
        usable_as_feature(compile_expression(text))
    assert hint in caught.value.hint


def test_every_operator_has_a_working_example_and_a_description() -> None:
    for name, operator in FUNCTIONS.items():
        assert compile_expression(operator.example).id == compile_expression(operator.example.upper()).id
        assert operator.description, name
    assert set(ALIASES.values()) <= set(FUNCTIONS)
    assert not set(ALIASES) & {*FUNCTIONS, *FIELDS, *library()}
    assert {feature.name for feature in FEATURES} & {*FUNCTIONS, *FIELDS, "adv"} <= {"correlation"}


def test_every_library_feature_can_be_called() -> None:
    for feature in FEATURES:
        expression = compile_expression(feature.bind().id)
        assert expression.warmup == feature.bind().warmup
        assert compile_expression(f"{feature.name}()").id == expression.id
        assert expression.unit == "none"


def test_the_language_loads_and_checks_without_pandas() -> None:
    code = (
        "import sys; from tools.features.expr import compile_expression; compile_expression('rank(rsi(14))'); "
        "sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
