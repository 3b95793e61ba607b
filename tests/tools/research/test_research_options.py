"""Every option of an experiment, through the whole pipeline: recorded, repeatable, refused where it cannot be."""

from __future__ import annotations

import pytest
from research_market import long_bars, store

from tools.kernel.errors import BadRequest, NoData
from tools.models.registry import MODELS
from tools.research.record import ExperimentArgs
from tools.research.tool import run_experiment

PLAIN = {"symbols": ("AAPL", "IBM", "MSFT"), "features": ("rsi_14", "momentum_20")}
OPTIONS = {
    "barriers": {"label": "triple_barrier", "horizon_days": 5},
    "anchored": {"split": "anchored", "model": "logistic"},
    "long_short": {"book": "long_short", "target_volatility": 0.05},
    "beta_neutral": {"book": "beta_neutral", "max_position": 0.3, "horizon_days": 3},
    "paths": {"combinatorial": True, "model": "ridge"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_recorded_and_repeats_to_the_byte(ctx, name):
    args = ExperimentArgs(**PLAIN, **OPTIONS[name])
    first, second = run_experiment(ctx, args), run_experiment(ctx, args)
    for field, value in OPTIONS[name].items():
        assert getattr(first.config, field) == value
    assert first.provenance == second.provenance
    assert (first.oos, first.targets, first.clamps, first.paths) == (
        second.oos,
        second.targets,
        second.clamps,
        second.paths,
    )
    model = MODELS[first.config.model].file_name
    saved = [(ctx.workspace.experiments / each.experiment / model).read_bytes() for each in (first, second)]
    assert saved[0] == saved[1]
    assert first.orders == first.fills + first.rejects
    assert len(first.paths) == (5 if first.config.combinatorial else 0)
    assert (first.config.embargo_days > 0) == first.config.combinatorial


def test_defaults_are_as_they_were(ctx):
    config = run_experiment(ctx, ExperimentArgs(**PLAIN)).config
    assert (config.label, config.split, config.book) == ("up_down", "rolling", "long")
    assert (config.target_volatility, config.max_position, config.max_drawdown) == (None, None, None)
    assert (config.combinatorial, config.embargo_days, config.borrow_bps) == (False, 0, 0.0)


def test_a_book_and_what_it_costs_are_on_record(ctx):
    short = run_experiment(ctx, ExperimentArgs(**PLAIN, book="long_short"))
    assert short.config.borrow_bps == 50.0
    assert any(target.weight < 0 for target in short.targets)
    hedged = run_experiment(ctx, ExperimentArgs(**PLAIN, book="beta_neutral"))
    assert {target.symbol for target in hedged.targets} - {"^GSPC"} <= {"AAPL", "IBM", "MSFT"}


def test_a_stopped_strategy_holds_nothing(ctx):
    stopped = run_experiment(ctx, ExperimentArgs(**PLAIN, max_drawdown=0.05))
    assert {clamp.rule: clamp.count for clamp in stopped.clamps} == {"drawdown_cap": 1}
    assert stopped.targets == ()
    assert any("closed all positions" in warning for warning in stopped.warnings)


def test_split_label_and_model_vary_within_a_family(ctx):
    families = {
        run_experiment(ctx, ExperimentArgs(**PLAIN, horizon_days=5, **changed)).trials.family
        for changed in ({}, {"split": "anchored"}, {"label": "triple_barrier"}, {"model": "ridge"})
    }
    assert len(families) == 1  # each counts as another trial of the same hypothesis


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "lightgbm_ranker", "label": "triple_barrier"},
        {"model": "momentum", "label": "up_down"},
        {"model": "ridge", "label": "rank"},
        {"label": "forward_return"},
        {"book": "long_short", "symbols": ("IBM",)},
    ],
)
def test_what_does_not_go_together_is_refused_with_a_way_out(ctx, changed):
    with pytest.raises(BadRequest) as caught:
        run_experiment(ctx, ExperimentArgs(**(PLAIN | changed)))
    assert caught.value.hint
    assert not list(ctx.workspace.experiments.glob("*exp*"))


def test_a_hedge_needs_the_index(context):
    store(context.workspace, long_bars())
    with pytest.raises(NoData) as caught:
        run_experiment(context, ExperimentArgs(**PLAIN, book="beta_neutral"))
    assert caught.value.suggestion.args == {"symbols": ["^GSPC"]}


def test_closes_alone_are_filled_at_the_close(context):
    bars = long_bars()
    bars[["open", "high", "low", "volume"]] = float("nan")
    store(context.workspace, bars)
    record = run_experiment(context, ExperimentArgs(**PLAIN, horizon_days=3, label="triple_barrier"))
    assert record.config.fill == "next_close"
    assert record.fills > 0


def test_prices_that_end_close_a_position_at_a_discount(context):
    bars = long_bars(("AAPL", "IBM"))
    store(context.workspace, bars[(bars["symbol"] != "IBM") | (bars["ts"] < "2008-06-01")])
    args = ExperimentArgs(symbols=("AAPL", "IBM"), features=("momentum_20",), model="ridge", book="long_short")
    record = run_experiment(context, args)
    counts = {clamp.rule: clamp.count for clamp in record.clamps}
    assert counts.get("no_price", 0) == record.rejects
    closed = [warning for warning in record.warnings if "prices ended, at 70% of the last one" in warning]
    assert len(closed) == counts.get("delisted", 0) == 1
