"""The life of a ticket: only the exact id confirms, once, in time, unaltered."""

from __future__ import annotations

import base64
import csv
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from trade_records import NOW, SIGNAL, metrics

from tools.kernel.errors import BadRequest, GateFailed, WorkspaceError
from tools.kernel.fingerprint import of_json
from tools.kernel.paths import Workspace
from tools.trade import ticket as tickets
from tools.trade.ticket import Position, Ticket, confirm, list_tickets, load_ticket, new_ticket, reject

HOUR = timedelta(hours=1)


def draft(capital: float = 1000.0) -> Ticket:
    return Ticket(
        ticket="",
        state="pending",
        experiment="exp_1",
        created_at=NOW,
        expires_at=NOW + 24 * HOUR,
        capital_usd=capital,
        positions=(
            Position(
                symbol="MSFT",
                side="buy",
                shares=35,
                price_usd=27.95,
                value_usd=978.25,
                weight=0.97825,
                cost_usd=0.59,
            ),
        ),
        invested_usd=978.25,
        cash_usd=21.16,
        cost_usd=0.59,
        signal_date=SIGNAL,
        price_date=SIGNAL,
        data_age_days=1,
        evidence=metrics(0.9),
        benchmark=None,
        warnings=(),
    )


def test_a_new_ticket_is_pending_and_reads_back(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    assert tickets.ID_PATTERN.fullmatch(made.ticket)
    assert made.ticket.startswith("T-20130302-")
    assert len(made.ticket) == len("T-20130302-XXXX")
    assert load_ticket(workspace, made.ticket) == made
    assert made.state == "pending"
    assert not tickets.order_path(workspace, made.ticket).exists()


def test_a_ticket_from_before_there_were_verdicts_can_be_confirmed(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    path = workspace.tickets / f"{made.ticket}.json"
    record = json.loads(path.read_text())
    for added_later in ("verdict", "trained_to", "holdout"):
        del record[added_later]
    path.write_text(json.dumps(record))
    contents = {name: value for name, value in record.items() if name not in ("ticket", "state")}
    digest = base64.b32encode(bytes.fromhex(of_json(contents))).decode()
    assert digest.startswith(made.ticket.rpartition("-")[2])
    assert confirm(workspace, made.ticket, made.ticket, NOW).state == "confirmed"


def test_the_same_proposal_twice_gets_a_longer_id(workspace: Workspace) -> None:
    first, second = new_ticket(workspace, draft()), new_ticket(workspace, draft())
    assert second.ticket.startswith(first.ticket)
    assert len(second.ticket) == len(first.ticket) + 1
    assert confirm(workspace, second.ticket, second.ticket, NOW).state == "confirmed"
    assert load_ticket(workspace, first.ticket).state == "pending"


def test_typing_the_id_makes_the_order_file(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    done = confirm(workspace, made.ticket, made.ticket, NOW + HOUR)
    assert done.state == "confirmed"
    assert load_ticket(workspace, made.ticket) == done
    with tickets.order_path(workspace, made.ticket).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {
            "ticket": made.ticket,
            "symbol": "MSFT",
            "side": "buy",
            "shares": "35",
            "reference_price_usd": "27.9500",
            "value_usd": "978.25",
        }
    ]
    assert sorted(path.suffix for path in workspace.tickets.iterdir()) == [".csv", ".json"]


@pytest.mark.parametrize("change", [str.lower, lambda text: text + " ", lambda text: "", lambda text: "yes"])
def test_any_other_text_is_refused_and_changes_nothing(workspace: Workspace, change: Callable[[str], str]) -> None:
    made = new_ticket(workspace, draft())
    with pytest.raises(GateFailed) as refusal:
        confirm(workspace, made.ticket, change(made.ticket), NOW)
    assert refusal.value.promise == "P7"
    assert load_ticket(workspace, made.ticket).state == "pending"
    assert not tickets.order_path(workspace, made.ticket).exists()


def test_an_expired_ticket_cannot_be_decided(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    for decide in (
        lambda: confirm(workspace, made.ticket, made.ticket, made.expires_at),
        lambda: reject(workspace, made.ticket, made.expires_at),
        lambda: confirm(workspace, made.ticket, made.ticket, NOW),  # not even by turning the clock back
    ):
        with pytest.raises(GateFailed, match="expired"):
            decide()
    assert load_ticket(workspace, made.ticket).state == "expired"
    assert not tickets.order_path(workspace, made.ticket).exists()


def test_a_decision_is_final(workspace: Workspace) -> None:
    rejected, confirmed = new_ticket(workspace, draft()), new_ticket(workspace, draft(2000.0))
    assert reject(workspace, rejected.ticket, NOW).state == "rejected"
    confirm(workspace, confirmed.ticket, confirmed.ticket, NOW)
    for made in (rejected, confirmed):
        with pytest.raises(GateFailed, match="already"):
            confirm(workspace, made.ticket, made.ticket, NOW)
        with pytest.raises(GateFailed, match="already"):
            reject(workspace, made.ticket, NOW)


def test_a_ticket_edited_by_hand_is_refused(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    path = workspace.tickets / f"{made.ticket}.json"
    record = json.loads(path.read_text())
    record["positions"][0]["shares"] = 3500
    path.write_text(json.dumps(record))
    with pytest.raises(GateFailed, match="changed after it was proposed"):
        confirm(workspace, made.ticket, made.ticket, NOW)


@pytest.mark.parametrize("name", ["T-20130302-AAAA", "../../etc/passwd", "", "T-20130302-aaaa"])
def test_an_unknown_ticket_is_a_bad_request(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadRequest, match="no ticket"):
        confirm(workspace, name, name, NOW)


def test_listing_shows_expiry_and_survives_a_damaged_file(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    (workspace.tickets / "T-20130302-ZZZZ.json").write_text("{")
    assert [each.state for each in list_tickets(workspace)] == ["pending"]
    assert [each.state for each in list_tickets(workspace, made.expires_at)] == ["expired"]
    with pytest.raises(WorkspaceError):
        load_ticket(workspace, "T-20130302-ZZZZ")
    assert list_tickets(Workspace(workspace.root / "none")) == ()


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX feature")
def test_a_full_disk_leaves_the_ticket_pending(workspace: Workspace) -> None:
    made = new_ticket(workspace, draft())
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        with pytest.raises(WorkspaceError, match="disk is full"):
            confirm(workspace, made.ticket, made.ticket, NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in workspace.tickets.iterdir()] == [f"{made.ticket}.json"]
    assert load_ticket(workspace, made.ticket) == made
    assert confirm(workspace, made.ticket, made.ticket, NOW).state == "confirmed"


def test_an_unconfirmed_ticket_has_no_order_file(workspace: Workspace) -> None:
    with pytest.raises(GateFailed):
        tickets.order_file(new_ticket(workspace, draft()))


def test_no_broker_client_is_imported_anywhere() -> None:
    root = Path(tickets.__file__).parent
    text = "\n".join(path.read_text() for path in root.glob("*.py"))
    for word in ("import requests", "import httpx", "import socket", "urllib", "alpaca", "ib_insync", "ccxt"):
        assert word not in text
