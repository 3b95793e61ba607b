"""Rules as recorded runs: the figures of a plain loop, the trials of a sweep, clear words for bad conditions."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from research_market import long_bars, store

from tools.backtest.folder import load_experiment
from tools.backtest.trial_log import read_ledger
from tools.ingest.tool import IngestArgs, ingest_data
from tools.inventory.record import InventoryArgs
from tools.inventory.tool import list_inventory
from tools.kernel.errors import BadRequest, GateFailed, NoData
from tools.lake.store import open_lake
from tools.report.tool import ReportArgs, show_report
from tools.research.record import BacktestArgs, CompareArgs, ExperimentArgs
from tools.research.tool import compare_experiments, run_backtest, run_experiment

SYMBOLS = ("AAPL", "IBM", "MSFT")
FILES = {"config.json", "result.json", "trades.csv", "equity.parquet", "report.html", "run_log.jsonl"}
SMA = BacktestArgs(symbols=SYMBOLS, entry="sma(10) > sma(30)")


def equity_of(ctx, record):
    table = pd.read_parquet(ctx.workspace.experiments / record.experiment / "equity.parquet")
    return table.set_index("ts")


def bars_seen(record):
    """Return how many bars lie before those that are sealed."""
    return len(pd.bdate_range(record.config.start, record.config.end))


def loop(opens, closes, held, rate):
    """Return the equity of one symbol, all in or all out at the open after each decision."""
    cash, shares, equity = 1.0, 0.0, [1.0]
    for bar in range(1, len(closes)):
        if held[bar - 1] and not shares:
            shares, cash = cash / (1 + rate) / opens[bar], 0.0
        elif shares and not held[bar - 1]:
            cash, shares = shares * opens[bar] * (1 - rate), 0.0
        equity.append(cash + shares * closes[bar])
    return np.array(equity)


def test_a_rule_on_the_sample_agrees_with_a_plain_loop(context):
    ingest_data(context, IngestArgs(symbols=("GOOG",)))
    with open_lake(context.workspace) as lake:
        bars = lake.bars(["GOOG"]).sort_values("ts")
    opens, closes = bars["open"].to_list(), bars["close"].to_list()
    rate = (context.settings.commission_bps + context.settings.slippage_bps) / 1e4
    record = run_backtest(context, BacktestArgs(symbols=("GOOG",), entry="close > sma(30)", exit="close < sma(10)"))
    held, now = [], False
    for bar in range(29, len(closes)):
        slow, fast = (math.fsum(closes[bar - n + 1 : bar + 1]) / n for n in (30, 10))
        now = (now or closes[bar] > slow) and not closes[bar] < fast
        held.append(now)
    expected = loop(opens[29:], closes[29:], held, rate)
    found = equity_of(context, record)["strategy"]
    assert found.index[0] == pd.Timestamp(bars["ts"].iloc[29]).tz_localize(None)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert record.orders == int(np.abs(np.diff(held, prepend=False)[:-1]).sum()) > 20


def test_a_rule_is_recorded_like_an_experiment(ctx):
    record = run_backtest(ctx, SMA)
    folder = ctx.workspace.experiments / record.experiment
    assert record.experiment == "exp_20100104_RULE_AAPL-IBM-MSFT_1d"
    assert {path.name for path in folder.iterdir()} == FILES
    assert load_experiment(folder) == record
    config = record.config
    assert (config.model, config.label, config.features, config.top_n, config.horizon_days) == (
        "rule",
        "rule",
        (),
        3,
        0,
    )
    assert config.is_rule
    assert (config.entry, config.exit) == ("sma(close, 10) > sma(close, 30)", None)
    assert record.folds == ()
    assert [each.feature for each in record.evidence] == [config.entry]
    assert all(each.holds for each in record.evidence)
    assert set(record.benchmarks) == {"equal_weight", "momentum", "index"}
    assert [point.multiple for point in record.cost_curve] == [0, 1, 2, 3]
    assert record.strategy is not None
    assert record.strategy.placebo_p is not None
    assert (record.trials.count, record.trials.overfitting) == (1, None)
    assert len(pd.read_csv(folder / "trades.csv")) == record.orders
    assert (equity_of(ctx, record).iloc[0] == 1).all()
    assert len(equity_of(ctx, record)) == record.oos.days + 1 == bars_seen(record) - 29
    log = [json.loads(line)["stage"] for line in (folder / "run_log.jsonl").read_text().splitlines()]
    assert log == ["start", "lake", "rules", "leak checks", "backtest", "verdict", "record", "report"]


def test_the_same_rule_is_the_same_trial_and_another_form_of_it_too(ctx):
    first = run_backtest(ctx, SMA)
    again = run_backtest(ctx, SMA.model_copy(update={"entry": "sma( close,10 ) > sma(close, 30)"}))
    assert again.provenance == first.provenance
    assert again.trials == first.trials


def test_a_sweep_counts_every_rule_and_records_the_best(ctx):
    record = run_backtest(ctx, SMA.model_copy(update={"entry": "sma(5..15..5) > sma(20..40..20)"}))
    assert record.trials.count == 6
    assert record.trials.overfitting is not None
    assert record.strategy.trials == 6
    swept = pd.read_csv(ctx.workspace.experiments / record.experiment / "sweep.csv")
    assert len(swept) == 6
    assert swept["settings"][0] == f"hold while {record.config.entry}"
    assert swept["sharpe"].max() == swept["sharpe"][0] == pytest.approx(record.oos.sharpe)
    assert len(equity_of(ctx, record)) == bars_seen(record) - 39  # all on the bars of the slowest
    assert any("best of 6 rules" in warning for warning in record.warnings)
    again = run_backtest(ctx, SMA.model_copy(update={"entry": "sma(5..15..5) > sma(20..40..20)"}))
    assert again.trials == record.trials
    names = {trial.name for trial in read_ledger(ctx.workspace).trials}
    assert names == {record.experiment}


def test_rules_are_a_family_of_their_own(ctx):
    rule = run_backtest(ctx, SMA)
    learnt = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",)))
    assert rule.trials.family != learnt.trials.family
    other = run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry="rsi(14) < 40", exit="rsi(14) > 60"))
    assert (other.trials.family, other.trials.count) == (rule.trials.family, 2)
    compared = compare_experiments(ctx, CompareArgs(experiments=(rule.experiment, learnt.experiment)))
    assert {row.setting for row in compared.differences} >= {"model", "entry", "features"}
    assert any("test periods differ" in warning for warning in compared.warnings)
    items = {item.name: item.facts for item in list_inventory(ctx, InventoryArgs(kind="experiments")).items}
    assert items[rule.experiment]["features"] == "hold while sma(close, 10) > sma(close, 30)"
    assert [item.name for item in list_inventory(ctx, InventoryArgs(kind="models")).items] == [learnt.experiment]
    page = show_report(ctx, ReportArgs(experiment=rule.experiment)).path
    assert "sma(close, 10)" in Path(page).read_text(encoding="utf-8")


def test_without_opens_orders_are_filled_at_the_close(context):
    bars = long_bars()
    store(context.workspace, bars.assign(open=np.nan, high=np.nan, low=np.nan, volume=np.nan))
    record = run_backtest(context, SMA)
    assert record.config.fill == "next_close"
    assert record.orders > 0
    assert not any("no price" in warning for warning in record.warnings)


@pytest.mark.parametrize(
    ("entry", "leave", "words"),
    [
        ("sma(50)", None, r"The entry: This is a number; a rule needs a condition \(character 1\)"),
        ("5", None, r"The entry: This is a number"),
        ("close > foo(3)", None, r"The entry: There is no function called foo \(character 9\)"),
        ("close > sma(20)", "rsi(14", r"The exit: This bracket is never closed \(character 4\)"),
        ("close > sma(20", None, r"The entry: .*character 12"),
        ("sma(1..100) > sma(1..100)", None, "stand for 10,000 rules"),
        ("sma(1..50) > close", "rsi(14) > 1..50", "stand for 2,500 rules"),
    ],
)
def test_a_bad_condition_is_pointed_at(ctx, entry, leave, words):
    with pytest.raises(BadRequest, match=words):
        run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry=entry, exit=leave))
    assert not list(ctx.workspace.experiments.glob("exp_*"))


def test_a_level_of_prices_is_refused_by_the_firewall(ctx):
    with pytest.raises(GateFailed, match="close > 50 uses price or share levels"):
        run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry="close > 50"))
    assert not list(ctx.workspace.experiments.glob("*exp_*"))
    assert read_ledger(ctx.workspace).trials == ()


def test_a_short_history_and_a_missing_symbol_say_what_would_help(ctx):
    with pytest.raises(NoData, match="cannot decide on any of the 1,071 bars"):
        run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry="close > sma(2000)"))
    with pytest.raises(NoData, match="The lake has no bars of GOOG"):
        run_backtest(ctx, BacktestArgs(symbols=("GOOG",), entry="close > sma(20)"))


def test_a_rule_that_never_holds_is_recorded_and_said(ctx):
    record = run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry="returns(1) > 5"))
    assert (record.orders, record.oos.sharpe, record.verdict.grade) == (0, None, "no edge")
    assert any("never traded" in warning for warning in record.warnings)
