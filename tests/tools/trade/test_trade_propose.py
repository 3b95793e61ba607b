"""From a recorded experiment and a real lake to a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from trade_records import CLOSES, NOW, SIGNAL, experiment

from tools.backtest.record import Experiment, Target
from tools.backtest.statistics.grade import StrategyEvidence
from tools.backtest.statistics.verdict import verdict
from tools.kernel.errors import NoData
from tools.kernel.spec import Context
from tools.trade.propose import propose
from tools.trade.record import ProposeArgs
from tools.trade.ticket import Ticket, confirm, load_ticket
from tools.trade.today import Today
from tools.trade.tool import propose_trades

HALVES = (
    Target(symbol="AAPL", weight=0.5, score=0.56),
    Target(symbol="MSFT", weight=0.5, score=0.61),
    Target(symbol="IBM", weight=0.0, score=0.48),
)


def proposed(ctx: Context, record: Experiment, args: ProposeArgs) -> Ticket:
    """Propose what `record` held after its own last signal."""
    held = tuple(target for target in record.targets if target.weight)
    return propose(ctx, record, None, Today(targets=held, signal_date=record.signal_date, trained_to=None), args)


def test_a_proposal_becomes_a_pending_ticket(ctx: Context) -> None:
    record = experiment(HALVES)
    ticket = proposed(ctx, record, ProposeArgs(capital_usd=50_000))
    assert ticket == load_ticket(ctx.workspace, ticket.ticket)
    assert [(each.symbol, each.price_usd) for each in ticket.positions] == [
        ("MSFT", CLOSES["MSFT"]),
        ("AAPL", CLOSES["AAPL"]),
    ]
    assert ticket.price_date == ticket.signal_date == SIGNAL
    assert ticket.data_age_days == 1
    assert ticket.expires_at == NOW + timedelta(hours=24)
    assert (ticket.evidence, ticket.benchmark) == (record.oos, record.benchmarks["equal_weight"])
    assert ticket.invested_usd + ticket.cost_usd + ticket.cash_usd == pytest.approx(50_000, abs=1e-6)
    assert ticket.warnings[-1] == "The universe was picked with hindsight."
    assert not any("STALE" in warning or "evidence" in warning for warning in ticket.warnings)


def test_old_prices_and_a_weak_record_are_said_first(ctx: Context) -> None:
    later = replace(ctx, now=lambda: NOW + timedelta(days=400))
    warnings = proposed(
        later, experiment(HALVES, sharpe=0.2, yardstick=0.8), ProposeArgs(capital_usd=50_000)
    ).warnings
    assert warnings[0].startswith("STALE DATA: the prices are 401 days old (2013-03-01)")
    assert any("within two standard errors of zero" in warning for warning in warnings)
    assert any("Not better than simply holding the same symbols" in warning for warning in warnings)


def test_a_ticket_of_a_strategy_without_an_edge_says_so_sternly(ctx: Context) -> None:
    weak = verdict(StrategyEvidence(sharpe=0.2, days=2500, orders=900, deflated_sharpe=0.4))
    ticket = proposed(
        ctx,
        experiment(HALVES, sharpe=0.2, yardstick=0.8).model_copy(update={"verdict": weak}),
        ProposeArgs(capital_usd=50_000),
    )
    assert ticket.verdict == weak
    assert ticket.warnings[0].startswith("NO EDGE")
    assert not any("two standard errors" in warning or "Not better" in warning for warning in ticket.warnings)
    assert confirm(ctx.workspace, ticket.ticket, ticket.ticket, ctx.now()).verdict == weak


def test_a_better_verdict_needs_no_warning(ctx: Context) -> None:
    better = verdict(StrategyEvidence(sharpe=1.2, days=2500, orders=900, deflated_sharpe=0.97))
    assert better.grade != "no edge"
    ticket = proposed(
        ctx, experiment(HALVES).model_copy(update={"verdict": better}), ProposeArgs(capital_usd=50_000)
    )
    assert ticket.verdict == better
    assert not any(warning.startswith("NO EDGE") for warning in ticket.warnings)


def test_no_targets_means_hold_cash(ctx: Context) -> None:
    ticket = proposed(ctx, experiment(()), ProposeArgs(capital_usd=50_000))
    assert ticket.positions == ()
    assert ticket.cash_usd == 50_000
    assert ticket.warnings[0].startswith("Hold cash")


def test_capital_below_one_share_names_the_cheapest(ctx: Context) -> None:
    ticket = proposed(ctx, experiment(HALVES), ProposeArgs(capital_usd=30))
    assert ticket.positions == ()
    assert any("MSFT, costs $27.95 a share" in warning for warning in ticket.warnings)


def test_max_positions_leaves_the_rest_in_cash(ctx: Context) -> None:
    ticket = proposed(ctx, experiment(HALVES), ProposeArgs(capital_usd=50_000, max_positions=1))
    assert [each.symbol for each in ticket.positions] == ["MSFT"]
    assert ticket.cash_usd > 24_000
    assert any("Left out" in warning and "AAPL" in warning for warning in ticket.warnings)


def test_without_an_experiment_the_answer_says_what_to_run(ctx: Context) -> None:
    with pytest.raises(NoData) as missing:
        propose_trades(ctx, ProposeArgs(capital_usd=50_000))
    assert "/run_experiment" in missing.value.hint


def test_a_target_without_bars_names_the_ingest_call(ctx: Context) -> None:
    with pytest.raises(NoData):
        proposed(ctx, experiment((Target(symbol="GOOG", weight=1.0, score=0.6),)), ProposeArgs(capital_usd=50_000))
    old = experiment(HALVES).model_copy(update={"signal_date": SIGNAL - timedelta(days=400)})
    with pytest.raises(NoData):
        proposed(ctx, old, ProposeArgs(capital_usd=50_000))
