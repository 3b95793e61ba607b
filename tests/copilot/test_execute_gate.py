"""Running calls and deciding tickets, on a real workspace with a real audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from copilot.audit import AuditLog, read_records, verify
from copilot.execute import Executor
from copilot.gate import Ask, Gate, no_terminal
from copilot.messages import Call
from tools.kernel.errors import GateFailed
from tools.kernel.paths import Workspace
from tools.kernel.spec import Context, utc_now
from tools.trade.ticket import Ticket, load_ticket, order_path

LOAD = Call(tool="ingest_data", args={"symbols": ["AAPL", "IBM", "MSFT"]})
TEST = Call(tool="run_experiment", args={"symbols": ["AAPL", "IBM", "MSFT"], "features": ["momentum_20"]})
TRADE = Call(tool="propose_trades", args={"capital_usd": 50_000})


@contextmanager
def executor(
    context: Context, ask: Ask = no_terminal, later: timedelta = timedelta()
) -> Iterator[tuple[Executor, AuditLog]]:
    def now() -> datetime:
        return utc_now() + later

    with AuditLog.open(context.workspace, run_id="test") as log:
        yield Executor(context, log, Gate(context.workspace, log, ask, now)), log


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Return a context on a workspace with one experiment."""
    from tools.kernel.settings import Settings

    workspace = Workspace(tmp_path_factory.mktemp("gate") / "ws")
    workspace.create()
    context = Context(workspace, Settings(_env_file=None))
    with executor(context) as (run, _log):
        assert run.run(LOAD).status == "ok"
        assert run.run(TEST).status == "ok"
    return context


def last_bodies(path: Path, count: int) -> list[tuple[str, str | None, str | None]]:
    return [(entry.body.kind, entry.body.tool, entry.body.status) for entry in read_records(path)][-count:]


def test_a_call_is_on_the_log_before_and_after_it_runs(context: Context) -> None:
    with executor(context) as (run, _log):
        observation = run.run(Call(tool="list_inventory"))
    assert observation.status == "ok"
    assert last_bodies(context.workspace.audit_log, 2) == [
        ("intent", "list_inventory", None),
        ("result", "list_inventory", "ok"),
    ]
    assert verify(context.workspace.audit_log).ok


def test_a_failure_is_on_the_log_with_its_reason(context: Context) -> None:
    with executor(context) as (run, _log):
        observation = run.run(TEST)
    assert observation.status == "failed"
    assert observation.failure is not None
    assert observation.failure.kind == "NoData"
    assert observation.failure.suggestion is not None
    assert observation.failure.suggestion.tool == "ingest_data"
    assert last_bodies(context.workspace.audit_log, 1) == [("result", "run_experiment", "failed")]


@pytest.mark.parametrize(
    "call",
    [
        Call(tool="nothing"),
        Call(tool="propose_trades"),
        Call(tool="run_experiment", args={"symbols": ["A"], "x": 1}),
    ],
)
def test_an_invalid_call_does_not_run(context: Context, call: Call) -> None:
    with executor(context) as (run, _log):
        observation = run.run(call)
    assert observation.failure is not None
    assert observation.failure.kind == "BadRequest"
    assert last_bodies(context.workspace.audit_log, 1) == [("genesis", None, None)]


def propose(context: Context, ask: Ask, later: timedelta = timedelta()) -> tuple[str, Ticket]:
    with executor(context, ask, later) as (run, _log):
        observation = run.run(TRADE)
    return observation.status, Ticket.model_validate(observation.result)


def test_the_exact_id_confirms(tested: Context) -> None:
    status, ticket = propose(tested, lambda ticket: ticket.ticket)
    assert (status, ticket.state) == ("ok", "confirmed")
    assert order_path(tested.workspace, ticket.ticket).is_file()
    assert last_bodies(tested.workspace.audit_log, 1) == [("decision", None, "confirmed")]


@pytest.mark.parametrize("typed", ["", "y", "yes", "confirm", "T-", "lower"])
def test_anything_else_rejects(tested: Context, typed: str) -> None:
    status, ticket = propose(tested, lambda ticket: ticket.ticket.lower() if typed == "lower" else typed)
    assert (status, ticket.state) == ("rejected", "rejected")
    assert not order_path(tested.workspace, ticket.ticket).exists()
    assert last_bodies(tested.workspace.audit_log, 1) == [("decision", None, "rejected")]


def test_without_a_terminal_it_stays_pending(tested: Context) -> None:
    status, ticket = propose(tested, no_terminal)
    assert (status, load_ticket(tested.workspace, ticket.ticket).state) == ("pending", "pending")
    assert last_bodies(tested.workspace.audit_log, 1) == [("decision", None, "pending")]


def test_an_expired_ticket_cannot_be_confirmed(tested: Context) -> None:
    late = timedelta(hours=tested.settings.ticket_valid_hours + 1)
    with pytest.raises(GateFailed) as caught:
        propose(tested, lambda ticket: ticket.ticket, late)
    assert caught.value.promise == "P7"


def test_a_decided_ticket_cannot_be_decided_again(tested: Context) -> None:
    _status, ticket = propose(tested, lambda _ticket: "no")
    with AuditLog.open(tested.workspace, run_id="again") as log, pytest.raises(GateFailed, match="rejected"):
        Gate(tested.workspace, log, lambda ticket: ticket.ticket).decide(ticket)
