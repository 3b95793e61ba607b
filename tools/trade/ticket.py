"""A decision ticket: a proposal that is nothing until a human types its id.

States: pending -> confirmed | rejected | expired. A confirmed ticket becomes an order file for manual entry at a
broker of the user's choice; nothing here, or anywhere in SLQ, can send an order. The id carries the start of the
SHA-256 of the contents, so a ticket edited after it was proposed is refused. That is a guard against accidents:
who can write the folder can also make a new id.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import re
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from tools.backtest.record import Holdout, Metrics
from tools.backtest.statistics.grade import Verdict
from tools.kernel.atomic import move_into_place, write_atomic, write_temporary
from tools.kernel.errors import BadRequest, GateFailed, WorkspaceError
from tools.kernel.fingerprint import of_json
from tools.kernel.paths import Workspace
from tools.kernel.types import Days, Fraction, Record, Result, Usd

State = Literal["pending", "confirmed", "rejected", "expired"]


class Position(Record):
    """One line of the ticket: whole shares at the last raw close; `weight` is value over capital."""

    symbol: str
    side: Literal["buy", "sell"]
    shares: int
    price_usd: Usd
    value_usd: Usd
    weight: Fraction
    cost_usd: Usd


class Ticket(Result):
    """Positions, cash, costs, the evidence for them, and how long they hold good."""

    ticket: str
    state: State
    experiment: str
    created_at: datetime
    expires_at: datetime
    capital_usd: Usd
    positions: tuple[Position, ...]
    invested_usd: Usd
    cash_usd: Usd
    cost_usd: Usd
    signal_date: date
    price_date: date
    data_age_days: Days
    evidence: Metrics
    benchmark: Metrics | None
    verdict: Verdict | None = None
    trained_to: date | None = None
    holdout: Holdout | None = None
    warnings: tuple[str, ...]


ID_PATTERN = re.compile(r"T-\d{8}-[A-Z2-7]{4,52}")
ID_LETTERS = 4
ADDED_LATER = ("verdict", "trained_to", "holdout")
"""Older tickets lack them, and their ids do not count them."""
ORDER_COLUMNS = ("ticket", "symbol", "side", "shares", "reference_price_usd", "value_usd")


def _digest(ticket: Ticket) -> str:
    """Return the SHA-256 of what was proposed, in base32: everything but the id and the state."""
    later = {name for name in ADDED_LATER if getattr(ticket, name) is None}
    contents = ticket.model_dump(mode="json", exclude={"ticket", "state"} | later)
    return base64.b32encode(bytes.fromhex(of_json(contents))).decode().rstrip("=")


def _path(workspace: Workspace, ticket_id: str) -> Path:
    return workspace.tickets / f"{ticket_id}.json"


def order_path(workspace: Workspace, ticket_id: str) -> Path:
    """Return where the order file of a confirmed ticket is."""
    return workspace.tickets / f"{ticket_id}.csv"


def _content(ticket: Ticket) -> bytes:
    return (ticket.model_dump_json(indent=2) + "\n").encode()


def new_ticket(workspace: Workspace, draft: Ticket) -> Ticket:
    """Give `draft` its id, `T-YYYYMMDD-XXXX`, save it as pending and return it.

    XXXX is the start of the base32 SHA-256 of the contents, longer where a file of that name exists.
    """
    digest = _digest(draft)
    for letters in range(ID_LETTERS, len(digest) + 1):
        ticket_id = f"T-{draft.created_at:%Y%m%d}-{digest[:letters]}"
        if not _path(workspace, ticket_id).exists():
            break
    ticket = draft.model_copy(update={"ticket": ticket_id, "state": "pending"})
    save_ticket(workspace, ticket)
    return ticket


def save_ticket(workspace: Workspace, ticket: Ticket) -> Path:
    """Write the ticket's JSON, whole or not at all, and return its path. Raises WorkspaceError."""
    path = _path(workspace, ticket.ticket)
    write_atomic(path, _content(ticket))
    return path


def load_ticket(workspace: Workspace, ticket_id: str) -> Ticket:
    """Read a ticket.

    Raises:
        BadRequest: there is none of that id.
        WorkspaceError: its file is damaged.
    """
    path = _path(workspace, ticket_id)
    if not ID_PATTERN.fullmatch(ticket_id) or not path.is_file():
        raise BadRequest(f"There is no ticket {ticket_id!r}.", hint="`/tickets` lists them.")
    try:
        return Ticket.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise WorkspaceError(f"The ticket {path.name} cannot be read.", hint="Ask for a new proposal.") from error


def list_tickets(workspace: Workspace, now: datetime | None = None) -> tuple[Ticket, ...]:
    """Return all readable tickets, oldest first; with `now`, pending ones past their time read as expired."""
    if not workspace.tickets.is_dir():
        return ()
    found = []
    for path in workspace.tickets.glob("T-*.json"):
        with contextlib.suppress(BadRequest, WorkspaceError):  # one damaged file must not hide the others
            found.append(load_ticket(workspace, path.stem))
    if now is not None:
        found = [each.model_copy(update={"state": _state_at(each, now)}) for each in found]
    return tuple(sorted(found, key=lambda each: (each.created_at, each.ticket)))


def _state_at(ticket: Ticket, now: datetime) -> State:
    """Return the state of `ticket` at the moment `now`."""
    return "expired" if ticket.state == "pending" and now >= ticket.expires_at else ticket.state


def _pending(workspace: Workspace, ticket_id: str, now: datetime) -> Ticket:
    """Return the ticket if it can still be decided; record its expiry if that has passed."""
    ticket = load_ticket(workspace, ticket_id)
    if ticket.ticket != ticket_id or not _digest(ticket).startswith(ticket_id.rpartition("-")[2]):
        raise GateFailed(
            f"Ticket {ticket_id} was changed after it was proposed.", promise="P7", hint="Ask for a new proposal."
        )
    state = _state_at(ticket, now)
    if state != ticket.state:
        save_ticket(workspace, ticket.model_copy(update={"state": state}))
    if state != "pending":
        what = f"expired at {ticket.expires_at:%Y-%m-%d %H:%M} UTC" if state == "expired" else f"is already {state}"
        raise GateFailed(f"Ticket {ticket_id} {what}.", promise="P7", hint="Ask for a new proposal.")
    return ticket


def confirm(workspace: Workspace, ticket_id: str, typed: str, now: datetime) -> Ticket:
    """Turn a pending ticket into an order file, because a human typed its id.

    The order file is complete on the disk before the state changes, and appears after: there is never an order file
    of an unconfirmed ticket.

    Raises:
        GateFailed: `typed` is not exactly the id, or the ticket is expired, decided or altered. Nothing is written,
            except that an expired ticket is marked so.
        BadRequest: there is no such ticket.
        WorkspaceError: it cannot be written; the ticket stays pending.
    """
    if typed != ticket_id:
        raise GateFailed(
            f"The typed text is not the id of ticket {ticket_id}.",
            promise="P7",
            hint="Type the id exactly as shown.",
        )
    ticket = _pending(workspace, ticket_id, now).model_copy(update={"state": "confirmed"})
    orders = order_path(workspace, ticket_id)
    waiting = write_temporary(orders, order_file(ticket))
    try:
        save_ticket(workspace, ticket)
    except WorkspaceError:
        waiting.unlink(missing_ok=True)
        raise
    move_into_place(waiting, orders)
    return ticket


def reject(workspace: Workspace, ticket_id: str, now: datetime) -> Ticket:
    """Mark a pending ticket as rejected. Raises GateFailed where it is expired, decided or altered."""
    ticket = _pending(workspace, ticket_id, now).model_copy(update={"state": "rejected"})
    save_ticket(workspace, ticket)
    return ticket


def order_file(ticket: Ticket) -> bytes:
    """Return the CSV for manual entry. Raises GateFailed for a ticket that is not confirmed."""
    if ticket.state != "confirmed":
        raise GateFailed(f"Ticket {ticket.ticket} is {ticket.state}.", promise="P7", hint="Confirm it first.")
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(ORDER_COLUMNS)
    for each in ticket.positions:
        rows.writerow(
            (ticket.ticket, each.symbol, each.side, each.shares, f"{each.price_usd:.4f}", f"{each.value_usd:.2f}")
        )
    return text.getvalue().encode()
