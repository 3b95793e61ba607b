"""One turn of the conversation: plan, call, observe, until there is an answer.

No I/O of its own: planning, running, choosing, asking and showing are passed in. Expected failures go back to the
planner at most twice; then they are shown. Whatever ends a turn before its answer, the turn says so and names the
calls that were planned and not begun.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from copilot.answer import answer_for
from copilot.ending import ended
from copilot.messages import Call, End, LiveState, Observation, Plan, Turn
from copilot.plan import Planner
from prompts import render

MAX_STEPS = 8
MAX_REPAIRS = 2
CHOICE_BELOW = 0.12
REPAIRABLE = frozenset({"BadRequest", "NoData"})


class Shell(Protocol):
    """What a turn shows and asks; the terminal and the non-interactive front each have one."""

    def observed(self, observation: Observation) -> None:
        """Show what came of a call."""

    def choose(self, plan: Plan) -> Call | None:
        """Ask which reading was meant; None where the user wants none of them."""


def run_turn(
    user: str,
    history: Sequence[Turn],
    *,
    planner: Planner,
    consent: Callable[[Plan], Call | Observation],
    run: Callable[[Call], Observation],
    state: Callable[[], LiveState],
    shell: Shell,
    keep: Callable[[Turn], None] = lambda _turn: None,
    max_steps: int = MAX_STEPS,
) -> Turn:
    """Return the finished turn.

    Args:
        user: the request.
        history: the turns before it.
        planner: says what to do next.
        consent: shows a planned call and returns what may run, or what stands in its place where nothing may.
        run: runs a call.
        state: tells what exists in the workspace.
        shell: shows and asks.
        keep: receives every partial state of the turn, so that nothing is lost.
        max_steps: the most calls that one request may lead to.
    """
    under_way = _UnderWay(Turn(user=user), history, keep)
    keep(under_way.turn)
    try:
        while under_way.turn.end == "open":
            meant = _meant(planner.plan((*history, under_way.turn), state()), under_way.turn, shell)
            if meant is None:
                under_way.end("declined", render("answers/nothing_run.j2"))
                break
            plan = under_way.begin(meant)
            if plan.call.tool == "reply":
                under_way.reply(plan.call)
            elif plan.step > max_steps:
                under_way.end("limit", render("answers/ended_limit.j2", steps=max_steps))
            else:
                allowed = consent(plan)
                observation = run(allowed) if isinstance(allowed, Call) else allowed
                under_way.add(observation)
                shell.observed(observation)
                under_way.settle(observation)
    except KeyboardInterrupt:
        under_way.stop()
    keep(under_way.turn)
    return under_way.turn


def _meant(plan: Plan, turn: Turn, shell: Shell) -> Plan | None:
    """Return `plan` with the reading that the user means, who is asked where two are close; None for neither."""
    if plan.margin >= CHOICE_BELOW or not plan.alternatives or turn.steps:
        return plan
    chosen = shell.choose(plan)
    if chosen is None or chosen == plan.call:
        return plan if chosen else None
    return plan.model_copy(update={"call": chosen, "ahead": ()})


class _UnderWay:
    """A turn while it goes on: its steps so far, and what of its plan is still to be begun."""

    def __init__(self, turn: Turn, history: Sequence[Turn], keep: Callable[[Turn], None]) -> None:
        self.turn = turn
        self._history = history
        self._keep = keep
        self._ahead: tuple[Call, ...] = ()
        self._next: Call | None = None
        self._repairs = 0

    def begin(self, plan: Plan) -> Plan:
        """Return `plan` with its place among the calls of this request, and note what is to follow it."""
        failed = bool(self.turn.steps) and self.turn.steps[-1].status == "failed"
        if plan.call.tool != "reply":
            told = tuple(call for call in plan.ahead if call.tool != "reply")
            self._ahead = told or remaining(self._ahead, plan.call, repairing=failed)
            self._next = plan.call
        return plan.model_copy(update={"step": len(self.turn.steps) + 1, "ahead": self._ahead})

    def add(self, observation: Observation) -> None:
        """Put a call that ran, or was not allowed to, on the turn and on disk."""
        self._next = None
        self._repairs += observation.status == "failed"
        self.turn = self.turn.model_copy(update={"steps": (*self.turn.steps, observation)})
        self._keep(self.turn)

    def settle(self, observation: Observation) -> None:
        """End the turn where `observation` leaves nothing to plan."""
        failure = observation.failure
        if observation.status == "cancelled":
            self.stop()
        elif observation.status == "rejected" and observation.result is None:
            self.end("declined", render("answers/ended_declined.j2"))
        elif failure is not None and failure.kind == "NeedsApproval":
            self.end("unapproved", self._summary())
        elif failure is not None and (failure.kind not in REPAIRABLE or self._repairs > MAX_REPAIRS):
            self.end("failed", self._summary())

    def reply(self, call: Call) -> None:
        """End the turn with the planner's answer; where a call failed last, what was to follow it is named."""
        kind = next(iter(call.args), "text")
        failed = bool(self.turn.steps) and self.turn.steps[-1].status == "failed"
        answer = answer_for(self.turn, call, self._history)
        self.end("failed" if failed else "answered", answer)
        self.turn = self.turn.model_copy(update={"answer_kind": kind})

    def stop(self) -> None:
        """End the turn because the user stopped it."""
        self.end("stopped", render("answers/ended_stopped.j2", steps=len(self.turn.steps)))

    def end(self, end: End, answer: str) -> None:
        """End the turn with `answer`; what was still planned is named as not begun."""
        waiting = (self._next, *self._ahead) if self._next is not None else self._ahead
        self.turn = ended(self.turn, end, answer, waiting)

    def _summary(self) -> str:
        return answer_for(self.turn, Call(tool="reply"), self._history)


def remaining(ahead: tuple[Call, ...], call: Call, *, repairing: bool) -> tuple[Call, ...]:
    """Return what is still to follow once `call` runs, where its plan does not say.

    A call that was announced is taken off; one that only repairs the call before it leaves the rest as it was.
    """
    announced = bool(ahead) and (ahead[0] == call or (ahead[0].tool == call.tool and not repairing))
    return ahead[1:] if announced else ahead
