"""Values of expressions: past only, the same from the generated source, the same wherever the history starts."""

from __future__ import annotations

import re
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from random_expressions import random_expressions
from random_walk import random_walk, rescaled

from tools.features import operators
from tools.features.catalog import parse_feature
from tools.features.expr import Expression, compile_expression
from tools.features.panel import Panel
from tools.kernel.errors import NoData

EXPRESSIONS = [compile_expression(text) for text in random_expressions(200, seed=1)]
PANEL = random_walk(10, 420, seed=2, holes=True)
WHOLE = random_walk(10, 420, seed=2)


def _from_source(expression: Expression, panel: Panel) -> pd.DataFrame:
    """Run the generated source as a module would."""
    body = "\n".join("    " + line for line in expression.source().splitlines())
    scope: dict[str, object] = {}
    exec("\n".join(expression.imports()) + f"\ndef feature(panel):\n{body}\n", scope)
    return scope["feature"](panel)  # type: ignore[operator,no-any-return]  # the function just defined


def test_the_source_computes_exactly_what_the_evaluator_does() -> None:
    for expression in (*EXPRESSIONS, compile_expression("beta(20) * market / delay(market, 3) - -1e-7")):
        values = expression.compute(PANEL)
        pd.testing.assert_frame_equal(_from_source(expression, PANEL), values, check_exact=True)
        assert values.index.equals(PANEL.close.index)
        assert values.columns.equals(PANEL.close.columns)
        assert values.to_numpy().dtype == np.float64
        assert not np.isinf(values.to_numpy()).any()


def test_the_source_is_readable_and_computes_shared_parts_once() -> None:
    expression = compile_expression("rsi(14) * zscore(volume, 20) + if_(open > sma(200), 1, -1) * zscore(volume)")
    assert expression.source() == (
        'rsi_14 = parse_feature("rsi_14").compute(panel)\n'
        "volume = panel.volume\n"
        "x1 = operators.zscore(volume, 20)\n"
        "x2 = rsi_14 * x1\n"
        "open_ = panel.open\n"
        "close = panel.close\n"
        "x3 = operators.sma(close, 200)\n"
        "x4 = operators.greater(open_, x3)\n"
        "x5 = operators.choose(x4, 1, -1)\n"
        "x6 = x5 * x1\n"
        "x7 = x2 + x6\n"
        f"return operators.settled(x7, panel, {expression.warmup})\n"
    )
    assert expression.imports() == (
        "from tools.features import operators",
        "from tools.features.catalog import parse_feature",
    )
    with patch.object(operators, "zscore", wraps=operators.zscore) as zscore:
        expression.compute(WHOLE)
    assert zscore.call_count == 1


def test_no_value_depends_on_a_later_bar() -> None:
    for cut in (300, 377):
        early = PANEL.until(PANEL.sessions[cut])
        for expression in EXPRESSIONS:
            assert expression.compute(early).equals(expression.compute(PANEL).iloc[: cut + 1]), expression.id


def test_past_the_warmup_values_forget_where_the_history_starts() -> None:
    """To the last bit; where a recursive average is inside, all but 1 % of the usual size of the values.

    Of an average less than 0.1 % is left of its seed, but a difference of two averages is smaller than either.
    """
    late = WHOLE.between(WHOLE.sessions[120], None)
    recursive = re.compile("ema|rsi|atr|macd")
    for expression in EXPRESSIONS:
        short, long = (panel.iloc[expression.warmup :] for panel in _late_and_whole(expression, late))
        if not recursive.search(expression.id):
            assert short.equals(long), expression.id
        assert short.isna().equals(long.isna()), expression.id
        assert not ((short - long).abs() > 0.01 * np.nanstd(long)).any(axis=None), expression.id


def _late_and_whole(expression: Expression, late: Panel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values on the late bars, computed from them alone and from the whole history."""
    short = expression.compute(late)
    assert short.iloc[: expression.warmup].isna().all(axis=None)
    return short, expression.compute(WHOLE).loc[short.index]


def test_a_split_changes_no_random_expression() -> None:
    split = rescaled(WHOLE, "S03", 4.0)
    for expression in EXPRESSIONS:
        np.testing.assert_allclose(
            expression.compute(split), expression.compute(WHOLE), rtol=1e-9, atol=1e-9, err_msg=expression.id
        )


def test_random_expressions_come_from_their_seed() -> None:
    assert random_expressions(20, 7) == random_expressions(20, 7)
    assert len(set(random_expressions(20, 7)) - set(random_expressions(20, 8))) > 10


def test_conditions_are_one_zero_or_unknown() -> None:
    values = compile_expression("close > sma(20) and not volume > 3 * adv(20) or 1 < close / open < 1.01").compute(
        PANEL
    )
    assert set(np.unique(values.to_numpy()[~np.isnan(values.to_numpy())])) == {0.0, 1.0}
    assert values.iloc[:19].isna().all(axis=None)
    added = compile_expression("(close > open) + (close > low)").compute(WHOLE)
    assert set(np.unique(added)) <= {0.0, 1.0, 2.0}


def test_division_by_nothing_is_unknown_not_infinite() -> None:
    values = compile_expression("close / (close - close)").compute(WHOLE)
    assert values.isna().all(axis=None)
    assert compile_expression("close ** 400 / close ** 399").compute(WHOLE).isna().all(axis=None)


def test_without_an_index_the_error_says_what_to_load() -> None:
    bare = Panel(WHOLE.open, WHOLE.high, WHOLE.low, WHOLE.close, WHOLE.volume)
    with pytest.raises(NoData) as caught:
        compile_expression("returns(5) - delta(log(market), 5)").compute(bare)
    assert caught.value.suggestion is not None


def test_frames_are_dropped_after_their_last_use() -> None:
    from tools.features.expr.program import Program

    expression = compile_expression("rank(close / open) + rank(high / low)")
    steps = Program.of(expression.root).steps
    spent = [name for step in steps for name in step.spent]
    assert sorted(spent) == sorted(step.name for step in steps[:-1])
    assert parse_feature("rsi_14").id == compile_expression("rsi").source().split('"')[1]
