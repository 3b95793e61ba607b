"""Whether a planned call may run: at once where its class is approved, else a person says yes, no, or edits it.

Every such decision is on the audit log before the intent of the call. Where nobody can be asked the call does not
run and ends as pending. A ticket's own question is not asked here: no policy and no answer to this one replaces it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from copilot.approval import Approved
from copilot.audit import AuditLog
from copilot.execute import failure_of
from copilot.messages import Call, Observation, Plan
from copilot.slash_form import short_form, slash_form
from tools.kernel.errors import NeedsApproval
from tools.kernel.spec import Reach

Said = Literal["yes", "edit", "no"]


class Asker(Protocol):
    """Who shows a card and asks about it."""

    def planned(self, plan: Plan) -> None:
        """Show the card of a call."""

    def approve(self, reach: Reach) -> Said | None:
        """Ask whether the call just shown may run; None where nobody can be asked."""

    def edit(self, call: Call) -> Call | None:
        """Let a person change `call`; return it valid, or None where they gave up."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Asks about calls whose class is not approved.

    Attributes:
        approved: the classes that run at once.
        reach_of: how far a call goes.
        log: where decisions are recorded.
        asker: shows and asks.
    """

    approved: Approved
    reach_of: Callable[[Call], Reach]
    log: AuditLog
    asker: Asker

    def __call__(self, plan: Plan) -> Call | Observation:
        """Show the call of `plan` and return what may run, which a person may have edited, or why nothing does.

        Raises:
            KeyboardInterrupt: the person stopped the turn at the question; that is on the log.
        """
        while True:
            self.asker.planned(plan)
            reach = self.reach_of(plan.call)
            if self.approved.covers(reach.effect):
                return plan.call
            said = self._ask(plan.call, reach)
            if said != "edit":
                return self._settled(plan.call, reach, said)
            edited = self.asker.edit(plan.call)
            if edited is not None and edited != plan.call:
                record_edit(self.log, plan.call, edited)
                plan = plan.model_copy(update={"call": edited, "unheard": ()})

    def _ask(self, call: Call, reach: Reach) -> Said | None:
        try:
            return self.asker.approve(reach)
        except KeyboardInterrupt:
            self.log.decision(call.tool, "rejected", detail=f"{reach.effect}: stopped at the question")
            raise

    def _settled(self, call: Call, reach: Reach, said: Said | None) -> Call | Observation:
        if said == "yes":
            self.log.decision(call.tool, "confirmed", detail=f"{reach.effect}: {short_form(call)}")
            return call
        if said == "no":
            self.log.decision(call.tool, "rejected", detail=f"{reach.effect}: {short_form(call)}")
            return Observation(call=call, status="rejected")
        self.log.decision(call.tool, "pending", detail=f"{reach.effect}, no terminal to ask on: {short_form(call)}")
        return Observation(call=call, status="pending", failure=failure_of(self._unasked(reach)))

    def _unasked(self, reach: Reach) -> NeedsApproval:
        outside = f" It would ask {reach.asks}." if reach.asks else ""
        allowed = Approved(classes=(*self.approved.classes, reach.effect)).words()
        return NeedsApproval(
            f"Not run: {reach.effect} calls need approval, and nobody can be asked here.{outside}",
            hint=f"Ask at a terminal, or allow them with SLQ_APPROVE={allowed}; `slq call` runs what it names.",
        )


def record_edit(log: AuditLog, planned: Call, edited: Call) -> None:
    """Record that a person put `edited` in the place of `planned`; the intent that follows holds all of it."""
    log.decision(planned.tool, "edited", detail=f"was {slash_form(planned)} now {slash_form(edited)}")
