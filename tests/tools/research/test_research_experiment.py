import json
import shutil
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest
from research_market import long_bars, store

from tools.backtest.folder import list_experiments, load_experiment
from tools.inventory.record import InventoryArgs
from tools.inventory.tool import list_inventory
from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.spec import Context
from tools.research.record import CompareArgs, ExperimentArgs
from tools.research.tool import compare_experiments, run_experiment

FILES = {"config.json", "result.json", "model.txt", "trades.csv", "equity.parquet", "report.html", "run_log.jsonl"}
ARGS = ExperimentArgs(symbols=("Apple", "IBM", "MSFT"), features=("RSI(14)", "momentum_20"))


def test_a_run_is_recorded_whole(ctx):
    seen = []
    record = run_experiment(
        Context(ctx.workspace, ctx.settings, progress=lambda *step: seen.append(step), now=ctx.now), ARGS
    )
    folder = ctx.workspace.experiments / record.experiment
    assert record.experiment == "exp_20100104_LIGHTGBM_AAPL-IBM-MSFT_1d"
    assert {path.name for path in folder.iterdir()} == FILES
    assert load_experiment(folder) == record
    assert record.config.symbols == ("AAPL", "IBM", "MSFT")
    assert record.config.features == ("rsi_14", "momentum_20")
    assert record.config.top_n == 1
    assert set(record.benchmarks) == {"equal_weight", "momentum", "index"}
    assert json.loads((folder / "config.json").read_text()) == record.config.model_dump(mode="json")
    equity = pd.read_parquet(folder / "equity.parquet")
    assert list(equity) == ["ts", "strategy", "equal_weight", "momentum", "index"]
    assert (equity.iloc[0, 1:] == 1).all()
    assert len(pd.read_csv(folder / "trades.csv")) == record.fills
    assert (record.orders, record.rejects, record.clamps, record.paths) == (record.fills, 0, (), ())
    log = [json.loads(line) for line in (folder / "run_log.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in log] == [
        "start",
        "lake",
        "leak checks",
        "train",
        "backtest",
        "verdict",
        "record",
        "report",
    ]
    assert {label for label, _, _ in seen} == {"leak checks", "features", "train", "backtest", "placebos", "report"}
    assert all(0 <= done <= total for _, done, total in seen)


def test_same_inputs_same_output(ctx):
    first, second = run_experiment(ctx, ARGS), run_experiment(ctx, ARGS)
    assert second.experiment == f"{first.experiment}_2"
    assert first.provenance == second.provenance
    assert first.oos == second.oos
    assert first.targets == second.targets


def test_the_order_of_names_does_not_matter(ctx):
    first = run_experiment(ctx, ARGS)
    other = run_experiment(ctx, ARGS.model_copy(update={"symbols": ("MSFT, IBM", "AAPL")}))
    assert other.provenance.output_sha256 == first.provenance.output_sha256


def test_an_unwritable_workspace_fails_before_the_work(ctx):
    started = []
    watched = Context(ctx.workspace, ctx.settings, progress=lambda *step: started.append(step))
    folder = ctx.workspace.experiments
    shutil.rmtree(folder)
    folder.write_text("not a folder")
    with pytest.raises(WorkspaceError):
        run_experiment(watched, ARGS)
    assert not started


def test_warnings_are_honest(ctx):
    text = " ".join(run_experiment(ctx, ARGS).warnings)
    assert "No evidence of an edge" not in text  # the verdict says it, once
    assert "hindsight" in text
    assert "days ago" in text


def test_a_symbol_whose_bars_end_early_is_named(context):
    bars = long_bars()
    store(context.workspace, bars[(bars["symbol"] != "IBM") | (bars["ts"] < "2008-10-01")])
    record = run_experiment(context, ARGS)
    assert "IBM" not in {target.symbol for target in record.targets}
    assert any(warning.startswith("The bars of IBM (2008-01-09) end before") for warning in record.warnings)


def test_mixed_calendars_are_named(context):
    bars = long_bars()
    store(context.workspace, bars[(bars["symbol"] != "IBM") | (bars["ts"].dt.day_name() != "Monday")])
    warnings = run_experiment(context, ARGS).warnings
    assert any(warning.startswith("Mixed calendars: share of bars missing from IBM (20%);") for warning in warnings)


@pytest.mark.parametrize("name", ["tech stocks", "tech stocks and IBM"])
def test_a_group_takes_what_is_there_and_says_what_is_not(ctx, name):
    record = run_experiment(ctx, ExperimentArgs(symbols=(name,)))
    assert set(record.config.symbols) <= {"AAPL", "IBM", "MSFT"}
    assert any("not in the lake" in warning for warning in record.warnings)


@pytest.mark.parametrize("symbols", [("GOOG",), ("AAPL", "GOOG"), ("Apple and Google",), ("AAPL GOOG",)])
def test_missing_data_suggests_the_call_that_loads_it(ctx, symbols):
    with pytest.raises(NoData) as caught:
        run_experiment(ctx, ExperimentArgs(symbols=symbols))
    assert caught.value.suggestion.tool == "ingest_data"
    assert caught.value.suggestion.args == {"symbols": list(symbols)}


def test_an_empty_lake_suggests_to_load_the_group_as_named(context):
    with pytest.raises(NoData) as caught:
        run_experiment(context, ExperimentArgs(symbols=("tech stocks",)))
    assert caught.value.suggestion.args == {"symbols": ["tech stocks"]}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"start": date(2008, 1, 1), "end": date(2007, 1, 1)}, BadRequest),
        ({"start": date(2030, 1, 1)}, NoData),
        ({"start": date(2006, 1, 2)}, BadRequest),  # too short to train on
        ({"features": ("astrology_3",)}, BadRequest),
        ({"features": ()}, BadRequest),
        ({"symbols": ("QQQQQQ",)}, BadRequest),
    ],
)
def test_bad_requests_are_one_line_and_leave_nothing(ctx, changed, error):
    with pytest.raises(error) as caught:
        run_experiment(ctx, ARGS.model_copy(update=changed))
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert list_experiments(ctx.workspace) == ()


def test_no_overlap_says_what_range_there_is(ctx):
    with pytest.raises(NoData) as caught:
        run_experiment(ctx, ARGS.model_copy(update={"start": date(2030, 1, 1)}))
    assert "2004-01-01" in caught.value.message + caught.value.hint


KILLED = """
import os, sys
from pathlib import Path
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context
from tools.research import experiment, recorded
from tools.research.record import ExperimentArgs

recorded.write_report = lambda folder: os._exit(9)
experiment.run(Context(Workspace(Path(sys.argv[1])), Settings(_env_file=None)), ExperimentArgs(symbols=("AAPL",)))
"""


def test_a_killed_run_leaves_no_half_experiment(ctx):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(ctx.workspace.root)], check=False)
    assert killed.returncode == 9
    assert list(ctx.workspace.experiments.glob(".partial-*"))
    assert list_experiments(ctx.workspace) == ()
    record = run_experiment(ctx, ARGS)
    assert list_experiments(ctx.workspace) == (record.experiment,)
    assert not list(ctx.workspace.experiments.glob(".partial-*"))


def test_compare_shows_figures_and_what_differs(ctx):
    first = run_experiment(ctx, ARGS)
    second = run_experiment(ctx, ARGS.model_copy(update={"horizon_days": 5}))
    compared = compare_experiments(ctx, CompareArgs())
    assert [line.experiment for line in compared.experiments] == [first.experiment, second.experiment]
    assert compared.experiments[0].sharpe == first.oos.sharpe
    differing = dict(tuple(each.model_dump().values()) for each in compared.differences)
    assert differing["horizon_days"] == ("1", "5")
    assert "symbols" not in differing
    same = compare_experiments(ctx, CompareArgs(experiments=(second.experiment, "latest", first.experiment)))
    assert len(same.experiments) == 2


def test_compare_needs_two(ctx):
    with pytest.raises(NoData):
        compare_experiments(ctx, CompareArgs())
    run_experiment(ctx, ARGS)
    with pytest.raises(BadRequest):
        compare_experiments(ctx, CompareArgs())


def test_inventory_of_a_used_workspace(ctx):
    record = run_experiment(ctx, ARGS)
    shelves = {kind: list_inventory(ctx, InventoryArgs(kind=kind)) for kind in KINDS}
    assert [item.name for item in shelves["data"].items] == ["AAPL", "IBM", "MSFT", "^GSPC"]
    assert shelves["data"].items[0].facts["first"] == "2004-01-01"
    assert "rsi_14" in [item.name for item in shelves["features"].items]
    assert [item.name for item in shelves["experiments"].items] == [record.experiment]
    assert [item.name for item in shelves["models"].items] == [record.experiment]
    assert shelves["tickets"].count == 0
    assert shelves["snapshots"].count >= 2


KINDS = ("data", "features", "experiments", "models", "tickets", "snapshots")


def test_empty_shelves_are_a_fine_answer(context):
    for kind in KINDS:
        found = list_inventory(context, InventoryArgs(kind=kind))
        assert found.count == len(found.items)
        assert (found.count == 0) == (kind != "features")


def test_a_damaged_record_stays_on_the_shelf(ctx):
    record = run_experiment(ctx, ARGS)
    (ctx.workspace.experiments / record.experiment / "result.json").write_text("{")
    assert list_inventory(ctx, InventoryArgs(kind="experiments")).items[0].facts == {"state": "damaged"}
