"""What the firewall hands back: evidence that cannot be mistaken for a pass."""

from __future__ import annotations

import pandas as pd
import pytest
from leak_market import Source, market

from tools.features.catalog import parse_feature
from tools.features.evidence import CORE, Check, Evidence
from tools.features.firewall import check, enforce
from tools.features.panel import FIELDS, Panel
from tools.kernel.errors import GateFailed, NoData, SandboxError

PANEL = market(0, bars=400, symbols=5)
MOMENTUM = 'def feature(bars):\n    return bars["close"].pct_change(20, fill_method=None)\n'


def test_evidence_is_plain_and_repeatable() -> None:
    first, second = (check(parse_feature("rsi_14"), PANEL, seed=3) for _ in range(2))
    assert Evidence.model_validate_json(first.model_dump_json()) == first
    assert first.model_copy(update={"seconds": 0.0}) == second.model_copy(update={"seconds": 0.0})
    assert first.holds
    assert (first.feature, first.bars, first.symbols, first.seed) == ("rsi_14", 400, 5, 3)
    assert first.warmup_bars == parse_feature("rsi_14").warmup
    assert first.cross_sectional is False
    assert {item.name for item in first.checks} >= set(CORE)


def test_other_seeds_cut_elsewhere() -> None:
    details = {
        check(Source("lead", MOMENTUM.replace("(20", "(-1")), PANEL, seed=seed).failed[0].date for seed in range(4)
    }
    assert len(details) > 1


def test_the_panel_is_left_alone() -> None:
    before = {field: getattr(PANEL, field).copy() for field in FIELDS}
    writer = MOMENTUM.replace("return", 'bars["close"].iloc[:] *= 2.0\n    return')
    check(Source("writer", writer), PANEL)
    for field, frame in before.items():
        pd.testing.assert_frame_equal(getattr(PANEL, field), frame)


@pytest.mark.parametrize("feature", ["rsi_14", "high_distance_252"])
def test_too_few_bars_are_no_pass(feature: str) -> None:
    with pytest.raises(NoData, match="cannot be checked for look-ahead on 100 bars") as caught:
        check(parse_feature(feature), market(0, bars=100, symbols=3))
    assert caught.value.hint


def test_a_short_history_is_still_checked() -> None:
    """One year of daily bars, and a recursive average that settles in half of it."""
    panel = market(3, bars=252, symbols=5)
    enforce(check(parse_feature("rsi_14"), panel))
    enforce(check(parse_feature("macd_12_26_9"), panel))
    with pytest.raises(GateFailed, match="depends on where history starts"):
        enforce(
            check(
                Source("total", 'def feature(b):\n    return b["close"] / b["close"].bfill().iloc[0]\n', 20), panel
            )
        )


def test_the_index_must_be_there() -> None:
    bare = Panel(**{field: getattr(PANEL, field) for field in FIELDS})
    with pytest.raises(NoData):
        check(parse_feature("beta_63"), bare)


def test_code_that_fails_at_once_is_not_evidence() -> None:
    with pytest.raises(SandboxError, match="ZeroDivisionError"):
        check(Source("broken", "def feature(bars):\n    return 1 / 0\n"), PANEL)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('def feature(bars):\n    return bars["close"].iloc[5:]\n', "a table of 395 x 5"),
        ('def feature(bars):\n    return bars["close"].rename(columns=str.lower)\n', "rows or columns"),
    ],
)
def test_another_shape_is_refused(source: str, why: str) -> None:
    evidence = check(Source("bent", source), PANEL)
    assert [item.name for item in evidence.failed] == ["shape"]
    assert why in evidence.failed[0].detail
    with pytest.raises(GateFailed, match="wrong shape"):
        enforce(evidence)


def test_a_feature_without_a_value_is_not_proved() -> None:
    evidence = check(Source("empty", 'def feature(bars):\n    return bars["close"] * float("nan")\n'), PANEL)
    assert not evidence.failed
    assert not evidence.holds
    with pytest.raises(GateFailed, match=r"not proved free of look-ahead.*no value to compare"):
        enforce(evidence)


def test_code_that_breaks_on_a_shorter_history_is_not_proved() -> None:
    source = MOMENTUM.replace("return", 'assert len(bars["close"]) == 400, "too short"\n    return')
    evidence = check(Source("stubborn", source), PANEL)
    assert "truncation" in {item.name for item in evidence.missing}
    with pytest.raises(GateFailed, match="not run: AssertionError: too short"):
        enforce(evidence)


def test_a_window_longer_than_half_of_history_is_not_proved() -> None:
    source = MOMENTUM.replace("(20", "(330")
    evidence = check(Source("long", source), PANEL)
    assert not evidence.failed
    with pytest.raises(GateFailed, match="too few"):
        enforce(evidence)


def test_missing_core_probes_are_named() -> None:
    evidence = check(parse_feature("rsi_14"), PANEL)
    kept = tuple(item for item in evidence.checks if item.name != "future")
    with pytest.raises(GateFailed, match="its future check was not run"):
        enforce(evidence.model_copy(update={"checks": kept}))


def test_a_declared_warm_up_that_is_too_short_fails() -> None:
    source = 'def feature(bars):\n    return bars["close"] / bars["close"].ewm(span=60).mean() - 1\n'
    evidence = check(Source("hasty", source, warmup=5), PANEL)
    assert [item.name for item in evidence.failed] == ["warm-up"]
    assert "past its warm-up of 5" in evidence.failed[0].detail


def test_a_failure_says_where_and_how_much() -> None:
    item = check(Source("level", 'def feature(bars):\n    return bars["close"]\n'), PANEL).failed[0]
    assert isinstance(item, Check)
    assert item.symbol in PANEL.symbols
    assert item.date in PANEL.sessions
    assert item.size is not None
    assert item.size > 1
