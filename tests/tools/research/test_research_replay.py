"""A recorded run is repeated to the last bit, differs, or cannot be compared; and repeating leaves no trace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from research_market import long_bars, store

from tools.features.registry import forget
from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context
from tools.lab.record import GenerateArgs
from tools.lab.tool import generate_features
from tools.lake.compact import compact
from tools.lake.purge import Selection, purge
from tools.lake.store import open_lake
from tools.research import experiment, study
from tools.research.record import BacktestArgs, ExperimentArgs
from tools.research.replay import replay
from tools.research.tool import run_backtest, run_experiment

SYMBOLS = ("AAPL", "IBM", "MSFT")
RUNS = {
    "short": {"book": "long_short", "target_volatility": 0.05},
    "hedged": {"model": "lightgbm_regressor", "book": "beta_neutral", "max_position": 0.3, "horizon_days": 3},
    "ranker": {"model": "lightgbm_ranker", "top_n": 2},
    "barriers": {"label": "triple_barrier", "horizon_days": 5, "features": ("returns(20) / volatility(20)",)},
    "logistic": {"model": "logistic", "split": "anchored"},
    "ridge": {"model": "ridge", "combinatorial": True, "max_drawdown": 0.05},
    "momentum": {"model": "momentum", "start": "2004-03-01", "end": "2007-12-31"},
}
RULES = {
    "rule": {"entry": "sma(10) > sma(50)", "exit": "rsi(14) > 80"},
    "sweep": {"entry": "sma(5..20..5) > sma(60..120..30)"},
}
SOURCE = """
def feature(bars):
    return bars["close"] / bars["close"].rolling({bars}).mean() - 1
"""


def ask(ctx: Context, **more: object) -> str:
    args = {"symbols": SYMBOLS, "features": ("rsi_14", "momentum_20"), "model": "ridge"} | more
    return run_experiment(ctx, ExperimentArgs.model_validate(args)).experiment


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, str]]:
    """Return a workspace with one run of each kind; the lake has no index when the first of them is made."""
    workspace = Workspace(tmp_path_factory.mktemp("replay") / "ws")
    workspace.create()
    ctx = Context(workspace, Settings(_env_file=None, sources="sample"))
    store(workspace, long_bars())
    made = {"without an index": ask(ctx)}
    store(workspace, long_bars(("^GSPC",), seed=9))
    made |= {name: ask(ctx, **({"model": "lightgbm"} | more)) for name, more in RUNS.items()}
    for name, rule in RULES.items():
        made[name] = run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, **rule)).experiment
    return workspace, made


@pytest.fixture
def copied(shared: tuple[Workspace, dict[str, str]], tmp_path: Path) -> Callable[[str], tuple[Context, Path]]:
    """Return what gives one run in a copy of the workspace that may be spoilt."""

    def copy(name: str) -> tuple[Context, Path]:
        shutil.copytree(shared[0].root, tmp_path / "copy")
        workspace = Workspace(tmp_path / "copy")
        return Context(workspace, Settings(_env_file=None)), workspace.experiments / shared[1][name]

    return copy


def edit(folder: Path, part: str, value: object) -> None:
    """Set the part of the record that a dotted path names."""
    record = json.loads((folder / "result.json").read_text())
    *parents, last = part.split(".")
    place = record
    for name in parents:
        place = place[name]
    place[last] = value
    (folder / "result.json").write_text(json.dumps(record))


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["without an index", *RUNS, *RULES])
def test_every_kind_of_run_is_repeated_and_nothing_is_written(shared, name):
    workspace, made = shared
    before = contents(workspace.root)
    done = replay(Context(workspace, Settings(_env_file=None)), made[name])
    assert (done.outcome, done.reasons, done.same_data, done.same_output) == ("repeated", (), True, True)
    assert done.output.as_recorded
    assert contents(workspace.root) == before


def test_later_data_and_merged_files_change_nothing(copied):
    ctx, folder = copied("hedged")
    more = long_bars((*SYMBOLS, "GOOG", "^GSPC"), years=7, seed=4)
    store(ctx.workspace, more)
    assert replay(ctx, folder.name).outcome == "repeated"
    with open_lake(ctx.workspace) as lake:
        compact(lake, keep_days=None, now=datetime.now(UTC))
        purge(lake, Selection("IBM"))
    assert replay(ctx, folder.name).outcome == "repeated"


def test_a_snapshot_that_is_gone_is_no_pass(copied):
    ctx, folder = copied("ridge")
    store(ctx.workspace, long_bars(("GOOG",)))
    with open_lake(ctx.workspace) as lake:
        compact(lake, keep_days=0, now=datetime.now(UTC) + timedelta(days=1))
    done = replay(ctx, folder.name)
    assert (done.outcome, done.same_data, done.same_output) == ("not comparable", True, True)
    assert "cannot be read any more" in done.reasons[0]
    assert "the same as those on record" in done.reasons[1]
    with open_lake(ctx.workspace) as lake:
        purge(lake, Selection("IBM"))
        compact(lake, keep_days=0, now=datetime.now(UTC) + timedelta(days=1))
    done = replay(ctx, folder.name)
    assert (done.outcome, done.same_data, done.same_output) == ("not comparable", None, None)
    assert done.output is None


def test_other_bars_under_the_number_of_the_snapshot_are_no_pass(copied):
    ctx, folder = copied("ridge")
    shutil.rmtree(ctx.workspace.lake)
    store(ctx.workspace, long_bars(seed=5))
    store(ctx.workspace, long_bars(("^GSPC",), seed=9))
    done = replay(ctx, folder.name)
    assert (done.outcome, done.same_data, done.same_output) == ("not comparable", False, False)
    assert "not those on record" in done.reasons[0]
    shutil.rmtree(ctx.workspace.lake)
    assert replay(ctx, folder.name).same_data is None


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        ("provenance.code_version", "0" * 16, "The code is version"),
        ("provenance.libraries.numpy", "1.0", "numpy is"),
        ("provenance.libraries.python", "3.1", "made with 3.1"),
        ("provenance.libraries.torch", "2.0", "torch is not in use"),
        ("provenance.data_sha256", "0" * 64, "not those on record"),
    ],
)
def test_another_environment_is_named_and_its_output_shown(copied, part, value, reason):
    ctx, folder = copied("rule")
    edit(folder, part, value)
    done = replay(ctx, folder.name)
    assert (done.outcome, done.same_output) == ("not comparable", True)
    assert reason in " ".join(done.reasons)


@pytest.mark.parametrize(
    ("part", "value", "figures"),
    [
        ("provenance.output_sha256", "0" * 64, ()),
        ("oos.sharpe", 3.0, ("oos.sharpe",)),
        ("benchmarks.equal_weight.cagr", 0.5, ("benchmarks.equal_weight.cagr",)),
        ("targets", [], ("targets",)),
    ],
)
def test_an_edited_record_differs(copied, part, value, figures):
    ctx, folder = copied("ridge" if part != "targets" else "ranker")
    edit(folder, part, value)
    done = replay(ctx, folder.name)
    assert (done.outcome, done.output.figures) == ("differs", figures)
    assert done.same_output == bool(figures)
    assert (done.output.parting, done.output.trade) == (None, None)


def test_another_setting_differs_by_day_and_size(copied):
    ctx, folder = copied("rule")
    edit(folder, "config.commission_bps", 25.0)
    done = replay(ctx, folder.name)
    trades = pd.read_csv(folder / "trades.csv", parse_dates=["ts"])
    assert (done.outcome, done.same_output, done.output.trade) == ("differs", False, 1)
    assert done.output.parting.day == trades["ts"].iloc[0].date()
    assert done.output.parting.repeated < done.output.parting.recorded
    assert done.output.parting.size > 0
    assert "oos.sharpe" in done.output.figures


def test_edited_tables_differ_and_damaged_ones_are_an_error(copied):
    ctx, folder = copied("ridge")
    equity = pd.read_parquet(folder / "equity.parquet")
    equity.loc[100, "strategy"] *= 1.5
    equity.to_parquet(folder / "equity.parquet", index=False)
    lines = (folder / "trades.csv").read_text().splitlines(keepends=True)
    (folder / "trades.csv").write_text("".join(lines[:3] + lines[4:]))
    done = replay(ctx, folder.name)
    assert (done.outcome, done.same_output, done.output.trade) == ("differs", True, 3)
    assert done.output.parting.day == equity["ts"][100].date()
    assert done.output.parting.size == pytest.approx(0.5, rel=0.1)
    for file in ("trades.csv", "equity.parquet", "result.json"):
        (folder / file).write_bytes(b"\x00nonsense")
        with pytest.raises(WorkspaceError, match="cannot be read"):
            replay(ctx, folder.name)


def test_the_thread_count_on_record_is_used(ctx, monkeypatch):
    monkeypatch.setattr(experiment, "training_threads", lambda *_: 2)
    name = ask(ctx, model="lightgbm")
    monkeypatch.undo()
    seen, fit = set(), study.train_walk_forward

    def watched(*args, threads, **more):
        seen.add(threads)
        return fit(*args, threads=threads, **more)

    monkeypatch.setattr(study, "train_walk_forward", watched)
    done = replay(ctx, name)
    assert (done.outcome, done.recorded.threads, seen) == ("repeated", 2, {2})


def test_python_features_are_pinned_by_their_source(ctx):
    generate_features(ctx, GenerateArgs(code=SOURCE.format(bars=20), name="distance", symbols=SYMBOLS))
    name = ask(ctx, features=("auto_distance", "rsi_14"))
    assert replay(ctx, name).outcome == "repeated"
    file = ctx.workspace.features / "auto_distance.py"
    file.write_text(file.read_text() + "\n# edited\n")
    done = replay(ctx, name)
    assert (done.outcome, done.same_data, done.same_output) == ("not comparable", True, None)
    assert "was edited" in done.reasons[0]
    forget(ctx.workspace, "auto_distance")
    with open_lake(ctx.workspace) as lake:
        purge(lake, Selection("auto_distance"))
    assert "no generated feature" in replay(ctx, name).reasons[0]
    generate_features(ctx, GenerateArgs(code=SOURCE.format(bars=10), name="distance", symbols=SYMBOLS))
    done = replay(ctx, name)
    assert (done.outcome, done.same_data, done.same_output) == ("not comparable", True, False)
    assert done.reasons == ("The source of auto_distance is not what it was.",)


def test_what_is_not_there_is_said(context, shared):
    with pytest.raises(NoData):
        replay(context, "latest")
    with pytest.raises(BadRequest):
        replay(Context(shared[0], context.settings), "nonesuch")
