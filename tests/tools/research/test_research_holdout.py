"""The sealed holdout: research cannot see it, a decision opens it once, today's positions tell nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from tools.backtest.families import check_ledger
from tools.backtest.folder import load_holdout
from tools.backtest.record import Experiment
from tools.backtest.trial_log import archive, read_ledger, record_opening
from tools.backtest.trials import Archive, Opening
from tools.features.bars import read_bars
from tools.kernel.errors import BadRequest, NoData, SandboxError
from tools.kernel.spec import Context
from tools.lab.record import GenerateArgs
from tools.lab.tool import generate_features
from tools.lake.store import open_lake
from tools.research.holdout import open_holdout, plan, states
from tools.research.record import BacktestArgs, ExperimentArgs
from tools.research.rerun import rerun
from tools.research.study import backtest
from tools.research.tool import run_backtest, run_experiment
from tools.trade.record import ProposeArgs
from tools.trade.today import todays_targets
from tools.trade.tool import propose_trades

SYMBOLS = ("AAPL", "IBM", "MSFT")
LAST_OPEN, FIRST_SEALED, LAST = date(2012, 3, 1), date(2012, 3, 2), date(2013, 3, 1)
JOINED = 25
"""Bars before the seal that are too few for a test window of their own, and are one when more bars follow."""
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def ctx(sampled: Callable[..., Context]) -> Context:
    return replace(sampled(*SYMBOLS), now=lambda: NOW)


def ask(ctx: Context, **more: object) -> Experiment:
    args = {"symbols": SYMBOLS, "features": ("rsi_14", "momentum_20"), "model": "ridge"} | more
    return run_experiment(ctx, ExperimentArgs.model_validate(args))


def family_of(record: Experiment) -> str:
    assert record.trials is not None
    return record.trials.family


def scramble(ctx: Context) -> None:
    """Replace every sealed bar of the universe and the index by noise."""
    with open_lake(ctx.workspace) as lake:
        stored = lake.read("SELECT * EXCLUDE snapshot_id FROM (SELECT *, 0 AS snapshot_id FROM lake.bars)")
        sealed = stored[(stored["ts"] > pd.Timestamp(LAST_OPEN)) & stored["symbol"].isin(SYMBOLS)]
        noise = np.random.default_rng(3).uniform(0.2, 5.0, len(sealed))
        prices = {name: sealed[name] * noise for name in ("open", "high", "low", "close")}
        lake.write({"bars": sealed.assign(**prices)}, message="noise")


def test_research_is_the_same_whatever_the_sealed_bars_are(ctx: Context) -> None:
    before = ask(ctx)
    rule = run_backtest(ctx, BacktestArgs(symbols=("IBM",), entry="sma(20) > sma(50)"))
    scramble(ctx)
    after = ask(ctx)
    assert after.provenance.data_snapshot > before.provenance.data_snapshot
    assert after.provenance.data_sha256 == before.provenance.data_sha256
    assert after.provenance.output_sha256 == before.provenance.output_sha256
    again = run_backtest(ctx, BacktestArgs(symbols=("IBM",), entry="sma(20) > sma(50)"))
    assert again.provenance.output_sha256 == rule.provenance.output_sha256
    assert (before.config.end, before.signal_date) == (LAST_OPEN, LAST_OPEN)
    assert before.sealed is not None
    assert (before.sealed.start, before.sealed.end) == (FIRST_SEALED, LAST)


def test_an_opening_carries_the_walk_forward_test_on(ctx: Context) -> None:
    record = ask(ctx)
    planned = plan(ctx.workspace, family_of(record))
    assert (planned.experiment, planned.start, planned.end) == (record.experiment, FIRST_SEALED, LAST)
    assert planned.seen_by == ()
    held = open_holdout(ctx, planned, at=NOW)
    whole = rerun(ctx, record, since=date(2003, 1, 1))
    longer = backtest(whole.bars.panel, whole.scores, whole.config, index_close=None, progress=ctx.progress)
    early = longer.ledger.returns.loc[: pd.Timestamp(LAST_OPEN)].iloc[:-JOINED]
    equity = pd.read_parquet(ctx.workspace.experiments / record.experiment / "holdout.parquet").set_index("ts")
    assert equity["strategy"].iloc[0] == 1.0
    assert list(equity.index.date[[0, 1, -1]]) == [LAST_OPEN, FIRST_SEALED, LAST]
    recorded = pd.read_parquet(ctx.workspace.experiments / record.experiment / "equity.parquet").set_index("ts")
    np.testing.assert_allclose(recorded["strategy"].pct_change().iloc[1:-JOINED], early, atol=1e-12)
    found, expected = equity["strategy"].pct_change().iloc[2:], longer.ledger.returns.loc[equity.index[2] :]
    np.testing.assert_allclose(found, expected, atol=1e-12)  # the first day differs: it starts from cash
    assert (held.start, held.end, held.oos.days) == (FIRST_SEALED, LAST, len(equity) - 1)
    assert held.walk_forward == record.oos
    assert load_holdout(ctx.workspace.experiments / record.experiment) == held


def test_a_rule_has_a_holdout_too(ctx: Context) -> None:
    record = run_backtest(ctx, BacktestArgs(symbols=SYMBOLS, entry="close > sma(100)"))
    held = open_holdout(ctx, plan(ctx.workspace, family_of(record)), at=NOW)
    assert held.start == FIRST_SEALED
    assert set(held.benchmarks) >= {"equal_weight", "index"}


def test_it_opens_once_for_the_whole_family(ctx: Context) -> None:
    first = ask(ctx)
    second = ask(ctx, features=("volatility_20",))
    assert family_of(first) == family_of(second)
    open_holdout(ctx, plan(ctx.workspace, family_of(first), first.experiment), at=NOW)
    for wanted in (None, first.experiment, second.experiment):
        with pytest.raises(BadRequest, match=f"opened on 2026-01-05 with {first.experiment}"):
            plan(ctx.workspace, family_of(first), wanted)
    (state,) = states(ctx.workspace)
    assert (state.opened, state.experiment, state.trials) == (NOW.date(), first.experiment, 2)
    assert state.holdout_sharpe is not None
    assert check_ledger(ctx.workspace).ok
    report = (ctx.workspace.experiments / first.experiment / "report.html").read_text(encoding="utf-8")
    assert "2013-03-01" in report
    again = ask(ctx)  # the rest of research goes on, as blind as before
    assert again.config.end == LAST_OPEN
    other = plan(ctx.workspace, family_of(ask(ctx, horizon_days=5)))
    assert other.start == FIRST_SEALED


def test_an_opening_that_was_cut_off_can_be_finished_by_the_same_experiment_only(ctx: Context) -> None:
    first, second = ask(ctx), ask(ctx, features=("volatility_20",))
    planned = plan(ctx.workspace, family_of(first), first.experiment)
    spent = Opening(
        family=planned.family, made_at=NOW, experiment=first.experiment, start=planned.start, end=planned.end
    )
    record_opening(ctx.workspace, spent)
    with pytest.raises(BadRequest, match="opened on"):
        plan(ctx.workspace, family_of(first), second.experiment)
    resumed = plan(ctx.workspace, family_of(first), first.experiment)
    assert resumed.resumed
    open_holdout(ctx, resumed, at=NOW)
    assert sum(isinstance(each, Opening) for each in read_ledger(ctx.workspace).entries) == 1
    with pytest.raises(BadRequest, match="opened on"):
        open_holdout(ctx, planned, at=NOW)


def test_an_experiment_that_read_further_makes_it_no_clean_test(ctx: Context) -> None:
    record = ask(ctx)
    path = ctx.workspace.experiments / record.experiment / "result.json"
    old = record.model_copy(update={"config": record.config.model_copy(update={"end": date(2012, 12, 31)})})
    path.write_text(old.model_dump_json(), encoding="utf-8")
    newer = ask(ctx, features=("volatility_20",))
    planned = plan(ctx.workspace, family_of(newer), newer.experiment)
    assert planned.seen_by == (record.experiment,)
    assert open_holdout(ctx, planned, at=NOW).seen_by == (record.experiment,)


def test_what_cannot_be_opened_is_said(ctx: Context) -> None:
    record = ask(ctx)
    with pytest.raises(NoData, match="fam_nothing"):
        plan(ctx.workspace, "fam_nothing")
    with pytest.raises(NoData, match="called exp_other"):
        plan(ctx.workspace, family_of(record), "exp_other")


def test_todays_positions_are_of_the_newest_bar(ctx: Context) -> None:
    record = ask(ctx, top_n=2)
    today = todays_targets(ctx, record)
    assert today.signal_date == LAST
    assert today.trained_to is not None
    assert LAST_OPEN < today.trained_to < LAST
    whole = rerun(ctx, record, since=date(2003, 1, 1))
    best = whole.scores.iloc[-1].sort_values(ascending=False)
    assert {target.symbol for target in today.targets} == set(best[best > 0].index[:2])


def test_all_doors_of_research_are_behind_the_seal(ctx: Context) -> None:
    assert read_bars(ctx.workspace, SYMBOLS).panel.sessions[-1].date() == LAST_OPEN
    with pytest.raises(NoData, match="sealed"):
        read_bars(ctx.workspace, SYMBOLS, start=FIRST_SEALED)
    with pytest.raises(NoData, match="sealed"):
        ask(ctx, start=FIRST_SEALED)


def test_another_hypothesis_on_opened_bars_is_no_clean_test(ctx: Context) -> None:
    first = ask(ctx)
    open_holdout(ctx, plan(ctx.workspace, family_of(first)), at=NOW)
    for change in ({"horizon_days": 5}, {"symbols": ("AAPL", "IBM")}):
        other = ask(ctx, **change)
        assert family_of(other) != family_of(first)
        assert plan(ctx.workspace, family_of(other)).seen_by == (first.experiment,)
        assert not any("holdout of this hypothesis" in warning for warning in other.warnings)
    order = ask(ctx, symbols=SYMBOLS[::-1], features=("volatility_20",))
    assert family_of(order) == family_of(first)
    assert f"was opened on 2026-01-05 with {first.experiment}" in order.warnings[0]
    ticket = propose_trades(ctx, ProposeArgs(experiment=order.experiment, capital_usd=1e4))
    assert any(f"opened on 2026-01-05, once, with {first.experiment}" in warning for warning in ticket.warnings)


def test_archived_trials_do_not_seal_it_again(ctx: Context) -> None:
    record = ask(ctx)
    family = family_of(record)
    open_holdout(ctx, plan(ctx.workspace, family), at=NOW)
    archive(ctx.workspace, Archive(family=family, made_at=NOW, trials=1, reason="start over"))
    again = ask(ctx, features=("volatility_20",))
    with pytest.raises(BadRequest, match="opened on"):
        plan(ctx.workspace, family, again.experiment)


SPY = """
def feature(bars):
    close = bars["close"]
    if close.index[-1] > pd.Timestamp("2012-06-01"):
        raise ValueError(str(list(close["AAPL"].iloc[-5:])))
    return close.pct_change(5)
"""


def test_a_feature_that_fails_on_the_newest_bars_tells_nothing_of_them(ctx: Context) -> None:
    generate_features(ctx, GenerateArgs(name="spy", code=SPY))
    record = ask(ctx, features=("auto_spy",))
    with pytest.raises(SandboxError, match="failed on the newest bars") as caught:
        todays_targets(ctx, record)
    told = f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"
    assert "ValueError" not in told
    assert "[" not in told
