"""Explanations of real runs: of the run that is on record, or none at all."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.references import REFERENCE, Source, resolve
from tools.backtest.folder import load_experiment
from tools.catalog import find_tool
from tools.explain.narrative import narrate
from tools.explain.record import ExplainArgs, Explanation
from tools.explain.tool import explain_experiment
from tools.features.bars import read_bars
from tools.features.expr import compile_expression
from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, Effect

SYMBOLS = ("AAPL", "IBM", "MSFT")
START = date(2006, 1, 3)
RUNS = {
    "lightgbm": ("rsi_14", "momentum_20", "volatility_20"),
    "ridge": ("rsi_14", "momentum_20", "returns(5) / volatility(20)"),
    "momentum": ("momentum_126", "rsi_14"),
}
ENTRY, EXIT = "sma(20) > sma(60)", "rsi(14) > 80"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, str]]:
    workspace = Workspace(tmp_path_factory.mktemp("explain") / "ws")
    workspace.create()
    ctx = Context(workspace, Settings(_env_file=None, sources="sample"))
    ingest, run = find_tool("ingest_data"), find_tool("run_experiment")
    ingest.run(ctx, ingest.args(symbols=SYMBOLS))
    made = {}
    for model, features in RUNS.items():
        args = run.args(symbols=SYMBOLS, model=model, features=features, start=START, horizon_days=2)
        made[model] = run.run(ctx, args).experiment
    hedged = run.args(
        symbols=SYMBOLS, model="logistic", features=RUNS["lightgbm"], start=START, book="beta_neutral"
    )
    made["hedged"] = run.run(ctx, hedged).experiment
    rule = find_tool("run_backtest")
    made["rule"] = rule.run(ctx, rule.args(symbols=SYMBOLS, entry=ENTRY, exit=EXIT, start=START)).experiment
    return workspace, made


@pytest.fixture
def ctx(shared: tuple[Workspace, dict[str, str]]) -> Context:
    return Context(shared[0], Settings(_env_file=None, sources="sample"))


@pytest.fixture
def damaged(shared: tuple[Workspace, dict[str, str]], tmp_path: Path) -> tuple[Context, Path]:
    """Return a workspace of one's own, and the folder of its LightGBM run."""
    root = tmp_path / "ws"
    shutil.copytree(shared[0].root, root)
    return Context(Workspace(root), Settings(_env_file=None)), root / "experiments" / shared[1]["lightgbm"]


def canonical(text: str) -> str:
    return compile_expression(text).id


def told(record: Explanation) -> str:
    """Return the narrative with its references resolved."""
    source = Source(Explanation, record.model_dump(mode="json"))
    return " ".join(resolve(text, {record.experiment: source}) for text in record.narrative)


def test_it_reads_and_changes_nothing(ctx: Context) -> None:
    def files() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in ctx.workspace.experiments.rglob("*")}

    before = files()
    first, second = (explain_experiment(ctx, ExplainArgs(experiment="LIGHTGBM")) for _ in range(2))
    assert first == second
    assert files() == before
    assert find_tool("explain_experiment").effect is Effect.READ


@pytest.mark.parametrize(("model", "unit"), [("lightgbm", "log-odds"), ("ridge", "return")])
def test_a_model_is_explained_on_its_last_test_window(ctx: Context, shared, model: str, unit: str) -> None:  # type: ignore[no-untyped-def]
    record = load_experiment(ctx.workspace.experiments / shared[1][model])
    found = explain_experiment(ctx, ExplainArgs(experiment=record.experiment))
    last = record.folds[-1]
    assert (found.window_start, found.window_end, found.score_unit) == (last.test_start, last.test_end, unit)
    assert found.rows >= last.test_rows  # the newest rows are scored and have no label yet
    assert {each.feature for each in found.features} == set(record.config.features)
    assert sum(each.share or 0 for each in found.features) == pytest.approx(1)
    shares = [each.share or 0 for each in found.features]
    assert shares == sorted(shares, reverse=True)
    for each in found.features:
        steps = [fold.importance[each.feature] for fold in record.folds]
        assert each.importance == pytest.approx(np.mean(steps))
        assert each.importance_sd == pytest.approx(np.std(steps, ddof=1))
    assert [curve.feature for curve in found.curves] == [each.feature for each in found.features[:3]]
    assert {each.symbol for each in found.holdings} == {target.symbol for target in record.targets}
    for each in found.holdings:
        assert each.rank is not None
        assert each.of == 3
        assert len(each.parts) == 3
    assert found.positions.total == pytest.approx(record.oos.total_return)
    assert found.positions.elsewhere == pytest.approx(0, abs=1e-9)


def test_the_hedge_earns_too_and_is_no_holding_of_the_signal(ctx: Context, shared) -> None:  # type: ignore[no-untyped-def]
    record = load_experiment(ctx.workspace.experiments / shared[1]["hedged"])
    found = explain_experiment(ctx, ExplainArgs(experiment=record.experiment))
    assert {each.symbol for each in found.positions.earned} == {*SYMBOLS, "^GSPC"}
    assert {each.symbol for each in found.holdings} <= set(SYMBOLS)
    assert found.positions.total == pytest.approx(record.oos.total_return)
    fees = record.config.borrow_bps / 1e4 * found.positions.bars / 252
    assert -2 * fees < found.positions.elsewhere < 0  # what borrowed shares cost belongs to no symbol


def test_a_naive_model_has_nothing_to_explain_but_its_positions(ctx: Context) -> None:
    found = explain_experiment(ctx, ExplainArgs(experiment="MOMENTUM"))
    assert (found.score_unit, found.base, found.stability, found.curves) == (None, None, None, ())
    assert all(each.share is None for each in found.features)
    assert found.features[0].feature == "momentum_126"
    assert "learns nothing: it scores by momentum_126 alone" in found.warnings[0]
    assert found.positions.spells > 0


def test_a_rule_is_explained_by_its_conditions_and_positions(ctx: Context) -> None:
    found = explain_experiment(ctx, ExplainArgs(experiment="RULE"))
    assert found.conditions is not None
    assert (found.conditions.entry, found.conditions.exit) == (canonical(ENTRY), canonical(EXIT))
    panel = read_bars(ctx.workspace, SYMBOLS, start=START).panel
    values = compile_expression(ENTRY).compute(panel).to_numpy(dtype=float)[-found.positions.bars :]
    assert found.conditions.entry_true == pytest.approx(np.nanmean(values))
    assert found.conditions.exit_true is not None
    assert found.conditions.exit_true < 0.2
    assert (found.features, found.holdings, found.stability, found.window_start) == ((), (), None, None)
    assert found.positions.elsewhere == pytest.approx(0, abs=1e-9)
    assert canonical(ENTRY) in told(found)


@pytest.mark.parametrize("name", ["LIGHTGBM", "RIDGE", "MOMENTUM", "RULE"])
def test_no_figure_in_the_narrative_is_typed(ctx: Context, name: str) -> None:
    found = explain_experiment(ctx, ExplainArgs(experiment=name))
    for text in found.narrative:
        assert not re.search(r"\d", REFERENCE.sub("", text)), text
    assert "{" not in told(found)
    assert found.oos.sharpe is not None
    assert f"Sharpe ratio is {found.oos.sharpe:,.2f}" in told(found)


def test_a_result_without_an_edge_is_not_called_a_success(ctx: Context) -> None:
    found = explain_experiment(ctx, ExplainArgs(experiment="LIGHTGBM"))
    assert found.verdict is not None
    assert found.verdict.grade == "no edge"
    assert "there is no success to explain" in told(found)


@pytest.fixture(scope="module")
def explained(shared: tuple[Workspace, dict[str, str]]) -> Explanation:
    return explain_experiment(Context(shared[0], Settings(_env_file=None)), ExplainArgs(experiment="LIGHTGBM"))


@settings(max_examples=25)
@given(st.data())
def test_any_part_may_be_missing_from_the_narrative(explained: Explanation, data: st.DataObject) -> None:
    empty = {"verdict": None, "features": (), "stability": None, "curves": (), "holdings": ()}
    dropped = data.draw(st.sets(st.sampled_from(sorted(empty))))
    record = explained.model_copy(update={name: empty[name] for name in dropped})
    record = record.model_copy(update={"narrative": narrate(record)})
    assert "{" not in told(record)


@pytest.mark.parametrize("damage", [None, "", "tree\nnonsense", "\xff\xfe"])
def test_a_missing_or_damaged_model_is_one_line(damaged: tuple[Context, Path], damage: str | None) -> None:
    ctx, folder = damaged
    if damage is None:
        (folder / "model.txt").unlink()
    else:
        (folder / "model.txt").write_bytes(damage.encode("latin-1"))
    with pytest.raises(WorkspaceError, match="model file") as caught:
        explain_experiment(ctx, ExplainArgs(experiment=folder.name))
    assert caught.value.hint


@pytest.mark.parametrize("file", ["trades.csv", "equity.parquet"])
@pytest.mark.parametrize("content", [None, b"\x00nonsense"])
def test_missing_or_damaged_tables_are_one_line(
    damaged: tuple[Context, Path], file: str, content: bytes | None
) -> None:
    ctx, folder = damaged
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        explain_experiment(ctx, ExplainArgs(experiment=folder.name))


def test_bars_that_are_not_those_of_the_record_explain_nothing(damaged: tuple[Context, Path]) -> None:
    ctx, folder = damaged
    record = json.loads((folder / "result.json").read_text())
    record["provenance"]["data_sha256"] = "0" * 64
    (folder / "result.json").write_text(json.dumps(record))
    with pytest.raises(BadRequest, match="no longer those it ran on"):
        explain_experiment(ctx, ExplainArgs(experiment=folder.name))


def test_another_model_in_its_place_is_noticed(damaged: tuple[Context, Path]) -> None:
    ctx, folder = damaged
    text = (folder / "model.txt").read_text()
    swapped = re.sub(
        r"^leaf_value=(.*)$", lambda m: f"leaf_value={' '.join(reversed(m[1].split()))}", text, flags=re.MULTILINE
    )
    (folder / "model.txt").write_text(swapped)
    with pytest.raises(BadRequest, match="do not give its scores again"):
        explain_experiment(ctx, ExplainArgs(experiment=folder.name))


def test_later_data_change_nothing(damaged: tuple[Context, Path]) -> None:
    ctx, folder = damaged
    before = explain_experiment(ctx, ExplainArgs(experiment=folder.name))
    ingest = find_tool("ingest_data")
    ingest.run(ctx, ingest.args(symbols=("GOOG",)))
    assert explain_experiment(ctx, ExplainArgs(experiment=folder.name)) == before


def test_no_experiment_and_no_such_experiment(context: Context, ctx: Context) -> None:
    with pytest.raises(NoData):
        explain_experiment(context, ExplainArgs())
    with pytest.raises(BadRequest):
        explain_experiment(ctx, ExplainArgs(experiment="nonesuch"))
