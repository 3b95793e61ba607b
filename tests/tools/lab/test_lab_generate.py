"""Features made, proved and kept: the same specification gives the same bytes, a leak leaves nothing behind."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tools.features.bars import read_bars
from tools.features.expr import compile_expression
from tools.features.registry import find, registered, spec_sha256
from tools.features.resolve import resolve
from tools.kernel.errors import BadRequest, GateFailed, NoData, SandboxError, WorkspaceError
from tools.kernel.spec import Context
from tools.lab.codegen import spec_of
from tools.lab.naming import automatic
from tools.lab.record import CheckArgs, GenerateArgs
from tools.lab.tool import check_features, generate_features
from tools.lake.purge import Selection, purge
from tools.lake.store import open_lake

SYMBOLS = ("AAPL", "IBM", "MSFT")
PRODUCT = "rsi(14) * zscore(volume, 20)"
HONEST = """
import pandas as pd

def feature(bars):
    close = bars["close"]
    return close / close.rolling(20).mean() - 1
"""
LEAK = """
def feature(bars):
    close = bars["close"]
    return close.shift(-1) / close - 1
"""
THIEF = """
def feature(bars):
    secret = open("/etc/passwd").read()
    return bars["close"]
"""


@pytest.fixture(scope="module")
def lab(sampled: Callable[..., Context]) -> Context:
    return sampled(*SYMBOLS)


def file_of(ctx: Context, name: str) -> Path:
    return ctx.workspace.features / f"{name}.py"


def test_an_expression_becomes_a_file_a_page_and_a_row(lab: Context) -> None:
    made = generate_features(lab, GenerateArgs(features=(PRODUCT,)))
    (feature,) = made.features
    assert feature.name == "auto_rsi_14_times_zscore_volume_20"
    assert feature.holds
    assert feature.evidence.symbols == len(SYMBOLS)
    assert (lab.workspace.root / feature.file).read_text().startswith(f'"""{feature.name}\n')
    assert (lab.workspace.root / feature.page).read_text().lower().startswith("<!doctype html>")
    assert [recent.symbol for recent in feature.recent] == list(SYMBOLS)
    held = registered(lab.workspace)[feature.name]
    assert (held.kind, held.spec) == ("expression", PRODUCT)
    assert held.spec_sha256 == feature.spec_sha256
    assert held.evidence.holds
    assert made.layers == {}


def test_the_same_specification_gives_the_same_bytes(lab: Context) -> None:
    first = generate_features(lab, GenerateArgs(features=(PRODUCT,)))
    path = file_of(lab, first.features[0].name)
    page = path.with_suffix(".html")
    before = path.read_bytes(), page.read_bytes()
    again = generate_features(lab, GenerateArgs(features=("rsi( 14 )*zscore(volume,20)",)))
    assert (path.read_bytes(), page.read_bytes()) == before
    assert again.data_snapshot == first.data_snapshot


def test_the_file_computes_what_the_feature_is(lab: Context) -> None:
    for text in (PRODUCT, "skew_60", "rank(returns(63)) - rank(volatility(20))"):
        (feature,) = generate_features(lab, GenerateArgs(features=(text,))).features
        spec = importlib.util.spec_from_file_location(feature.name, file_of(lab, feature.name))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        panel = read_bars(lab.workspace, SYMBOLS).panel
        pd.testing.assert_frame_equal(module.feature(panel), resolve(lab, feature.name).compute(panel))


def test_python_source_runs_in_the_sandbox_and_can_be_used_by_name(lab: Context) -> None:
    made = generate_features(lab, GenerateArgs(code=HONEST, name="distance"))
    (feature,) = made.features
    assert (feature.name, feature.spec, feature.holds) == ("auto_distance", "python", True)
    assert feature.warmup_bars == 19
    assert made.layers["system calls"] == "enforced"
    panel = read_bars(lab.workspace, SYMBOLS).panel
    close = panel.close
    expected = (close / close.rolling(20).mean() - 1).where(close.notna().cumsum() > feature.warmup_bars)
    pd.testing.assert_frame_equal(resolve(lab, "auto_distance").compute(panel), expected)


def test_a_look_ahead_is_refused_by_name_day_and_size_and_nothing_is_kept(lab: Context) -> None:
    with pytest.raises(
        GateFailed, match=r"auto_tomorrow peeks: cut at \d{4}-\d\d-\d\d, its value for \w+ on"
    ) as caught:
        generate_features(lab, GenerateArgs(code=LEAK, name="tomorrow"))
    assert caught.value.promise == "P4"
    assert not file_of(lab, "auto_tomorrow").exists()
    assert "auto_tomorrow" not in registered(lab.workspace)


def test_reading_a_file_is_refused_in_plain_words(lab: Context) -> None:
    with pytest.raises(SandboxError, match="line 3") as caught:
        generate_features(lab, GenerateArgs(code=THIEF, name="thief"))
    assert caught.value.layers["system calls"] == "enforced"
    assert not file_of(lab, "auto_thief").exists()


def test_an_edited_file_is_refused(lab: Context) -> None:
    (feature,) = generate_features(lab, GenerateArgs(features=("momentum_20",), name="edited")).features
    path = file_of(lab, feature.name)
    path.write_text(path.read_text() + "# mine\n")
    with pytest.raises(WorkspaceError, match="edited after SLQ wrote"):
        find(lab.workspace, feature.name)
    path.unlink()
    with pytest.raises(WorkspaceError, match="is missing"):
        resolve(lab, feature.name)
    generate_features(lab, GenerateArgs(features=("momentum_20",), name="edited"))
    assert resolve(lab, feature.name).id == "momentum_20"


def test_a_row_that_says_something_else_than_the_file_is_refused(lab: Context) -> None:
    generate_features(lab, GenerateArgs(features=("momentum_40",), name="swapped"))
    lie = spec_sha256("library", "momentum_41")
    for change in ("spec = 'momentum_41'", f"spec_sha256 = '{lie}'", "evidence = '{}'"):
        with open_lake(lab.workspace) as lake, lake.writer() as conn:
            conn.execute(f"UPDATE lake.features SET {change} WHERE symbol = 'auto_swapped'")
        with pytest.raises(WorkspaceError) as caught:
            resolve(lab, "auto_swapped")
        assert caught.value.hint == "Remove it and make it again: slq data purge auto_swapped"
    with open_lake(lab.workspace) as lake:
        purge(lake, Selection("auto_swapped"))
    generate_features(lab, GenerateArgs(features=("momentum_40",), name="swapped"))
    assert resolve(lab, "auto_swapped").id == "momentum_40"


def test_wrong_requests_say_what_to_do(lab: Context, tmp_path: Path) -> None:
    for args, words in (
        (GenerateArgs(), "No feature was named"),
        (GenerateArgs(features=("rsi_14",), code=HONEST), "either features or code"),
        (GenerateArgs(features=("rsi_14", "skew_60"), name="two"), "One name cannot serve 2"),
        (GenerateArgs(features=("rsi_14",), name="../etc"), "cannot be the name"),
        (GenerateArgs(features=("close",)), "level"),
        (GenerateArgs(features=("rsi(14 * zscore(volume, 20)",)), "closed"),
    ):
        with pytest.raises(BadRequest, match=words):
            generate_features(lab, args)
    with pytest.raises(BadRequest, match="no generated feature called 'auto_nothing'"):
        resolve(lab, "auto_nothing")


def test_a_minus_sign_is_part_of_what_is_made(lab: Context) -> None:
    plus, minus = generate_features(lab, GenerateArgs(features=("momentum(5)", "-momentum(5)"))).features
    assert (plus.spec, minus.spec) == ("momentum_5", "-momentum(5)")
    assert plus.name == "auto_momentum_5"
    assert minus.name.startswith("auto_momentum_5_")
    panel = read_bars(lab.workspace, SYMBOLS).panel
    pd.testing.assert_frame_equal(
        resolve(lab, "-momentum_5").compute(panel), -resolve(lab, "momentum_5").compute(panel)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rank(returns(5) + returns(20))", "rank(returns(5)) + returns(20)"),
        ("(returns(5) + returns(20)) * rsi(14)", "returns(5) + returns(20) * rsi(14)"),
        ("returns(5) - 1", "returns(5) - -1"),
        ("1.5 * returns(5)", "1 * returns(5)"),
        ("min(max(close, open, low), high) / close", "min(max(close, open), low, high) / close"),
        ("not (close > open and low > open)", "not close > open and low > open"),
    ],
)
def test_different_expressions_have_different_names(one: str, other: str) -> None:
    specs = [spec_of(compile_expression(text)) for text in (one, other)]
    assert len({automatic(spec.text, spec.sha256) for spec in specs}) == 2


def test_a_name_that_is_taken_keeps_its_feature(lab: Context) -> None:
    generate_features(lab, GenerateArgs(features=("momentum_30",), name="mine"))
    before = file_of(lab, "auto_mine").read_bytes()
    for args in (GenerateArgs(features=("momentum_31",), name="mine"), GenerateArgs(code=HONEST, name="mine")):
        with pytest.raises(BadRequest, match="auto_mine is already the name of another feature: momentum_30"):
            generate_features(lab, args)
    assert file_of(lab, "auto_mine").read_bytes() == before
    assert resolve(lab, "auto_mine").id == "momentum_30"


def test_a_generated_feature_is_not_made_from_its_name(lab: Context) -> None:
    generate_features(lab, GenerateArgs(features=("momentum_30",), name="there"))
    with pytest.raises(BadRequest, match="auto_there was made before"):
        generate_features(lab, GenerateArgs(features=("auto_there",)))
    with pytest.raises(BadRequest, match="no generated feature called 'auto_absent'"):
        generate_features(lab, GenerateArgs(features=("auto_absent", "rsi_14")))


def test_python_source_is_shown_as_it_will_be_used(lab: Context) -> None:
    code = HONEST.replace("20", "30")
    (made,) = generate_features(lab, GenerateArgs(code=code, name="shown", symbols=SYMBOLS)).features
    (again,) = check_features(lab, CheckArgs(features=("auto_shown",), symbols=SYMBOLS)).features
    assert made.warmup_bars == again.warmup_bars == 29
    assert made.recent == again.recent


def test_code_that_knows_when_it_is_examined_is_caught(lab: Context) -> None:
    code = """
def feature(bars):
    close = bars["close"]
    past = close.pct_change(5, fill_method=None)
    if any("~" in str(name) for name in close.columns) or len(close.columns) > 300:
        return past
    tomorrow = (close.shift(-1) / close - 1).fillna(0.0)
    return past + tomorrow * (close.index.day % 20 == 3)[:, None]
"""
    with pytest.raises(GateFailed, match="peeks"):
        generate_features(lab, GenerateArgs(code=code, name="wary"))


def test_an_empty_lake_names_the_call_that_helps(context: Context) -> None:
    with pytest.raises(NoData) as caught:
        generate_features(context, GenerateArgs(features=("rsi_14",)))
    assert caught.value.suggestion is not None
    assert caught.value.suggestion.tool == "ingest_data"


def test_checking_keeps_nothing_and_a_leak_is_an_answer(lab: Context) -> None:
    before = sorted(lab.workspace.features.iterdir())
    checked = check_features(lab, CheckArgs(features=("rsi_14", "rank(close / delay(close, 5))")))
    assert checked.leaking == ()
    assert [feature.holds for feature in checked.features] == [True, True]
    assert sorted(lab.workspace.features.iterdir()) == before
    level = check_features(lab, CheckArgs(features=("rank(close)",)))
    assert level.leaking == ("rank(close)",)
    assert level.features[0].evidence.failed[0].name == "split"


def test_without_a_name_all_generated_features_are_checked(lab: Context) -> None:
    names = [feature.name for feature in check_features(lab, CheckArgs()).features]
    assert names == sorted(registered(lab.workspace))


def test_an_edited_file_leaves_the_others_to_be_checked(lab: Context) -> None:
    (feature,) = generate_features(lab, GenerateArgs(features=("momentum_30",), name="touched")).features
    path = file_of(lab, feature.name)
    written = path.read_text()
    path.write_text(written + "# mine\n")
    checked = check_features(lab, CheckArgs())
    assert checked.refused == (feature.name,)
    assert [each.name for each in checked.features] == sorted({*registered(lab.workspace)} - {feature.name})
    assert any("edited after SLQ wrote" in warning for warning in checked.warnings)
    with pytest.raises(WorkspaceError, match="edited after SLQ wrote"):
        check_features(lab, CheckArgs(features=(feature.name,)))
    path.write_text(written)


def test_the_tool_loads_without_pandas() -> None:
    code = "import sys, tools.lab.tool, tools.script.tool; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
