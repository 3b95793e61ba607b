"""The human gate: no trade suggestion ends without an explicit, typed yes or no.

Typing the exact ticket id confirms; anything else, an empty line included, rejects. Without a terminal to ask on,
the ticket stays pending. Every outcome is a decision on the audit log, durable before the order file is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from copilot.audit import AuditLog
from copilot.messages import Observation, Status
from tools.kernel.errors import GateFailed
from tools.kernel.paths import Workspace
from tools.kernel.spec import utc_now
from tools.trade.ticket import Ticket

Ask = Callable[[Ticket], str | None]


def no_terminal(_ticket: Ticket) -> str | None:
    """Ask nobody: the answer of a process without a terminal."""
    return None


class Gate:
    """Asks a human about tickets and records the answer."""

    def __init__(
        self, workspace: Workspace, log: AuditLog, ask: Ask, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._workspace = workspace
        self._log = log
        self._ask = ask
        self._now = now

    def decide(self, ticket: Ticket) -> Ticket:
        """Return `ticket` confirmed, rejected, or (where nobody can be asked) still pending.

        Raises:
            GateFailed: the ticket expired or was decided before.
        """
        from tools.trade.ticket import confirm, reject

        if ticket.state != "pending":
            raise GateFailed(
                f"Ticket {ticket.ticket} is {ticket.state}; it cannot be decided again.",
                promise="P7",
                hint="Ask for a new proposal.",
            )
        typed = self._ask(ticket)
        if typed is None:
            self._log.decision(ticket.ticket, "pending", detail="no terminal to ask on")
            return ticket
        if typed.strip() != ticket.ticket:
            detail = "the typed text was not the ticket id" if typed.strip() else "nothing was typed"
            self._log.decision(ticket.ticket, "rejected", detail=detail)
            return reject(self._workspace, ticket.ticket, self._now())
        if self._now() >= ticket.expires_at:
            raise GateFailed(
                f"Ticket {ticket.ticket} expired at {ticket.expires_at:%Y-%m-%d %H:%M} UTC.",
                promise="P7",
                hint="Ask for a new proposal.",
            )
        self._log.decision(ticket.ticket, "confirmed", detail="the ticket id was typed")
        return confirm(self._workspace, ticket.ticket, typed.strip(), self._now())

    def settle(self, observation: Observation) -> Observation:
        """Ask about the ticket that `observation` holds and return the observation with its new state."""
        ticket = self.decide(Ticket.model_validate(observation.result))
        status: Status = "ok"
        if ticket.state == "pending":
            status = "pending"
        elif ticket.state == "rejected":
            status = "rejected"
        return observation.model_copy(update={"result": ticket.model_dump(mode="json"), "status": status})
