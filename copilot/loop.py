"""One turn of the conversation: plan, call, observe, until there is an answer.

No I/O of its own: planning, running, choosing and showing are passed in. Expected failures go back to the planner
at most twice; then they are shown. A step limit ends a turn that does not end itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from copilot.answer import answer_for
from copilot.messages import Call, LiveState, Observation, Plan, Turn
from copilot.plan import Planner

MAX_STEPS = 8
MAX_REPAIRS = 2
CHOICE_BELOW = 0.12
REPAIRABLE = frozenset({"BadRequest", "NoData", "NeedsApproval"})


class Shell(Protocol):
    """What a turn shows and asks; the terminal and the non-interactive front each have one."""

    def planned(self, plan: Plan) -> None:
        """Show the call that is about to run."""

    def observed(self, observation: Observation) -> None:
        """Show what came of it."""

    def choose(self, plan: Plan) -> Call | None:
        """Ask which reading was meant; None where the user wants none of them."""


def run_turn(
    user: str,
    history: Sequence[Turn],
    *,
    planner: Planner,
    run: Callable[[Call], Observation],
    state: Callable[[], LiveState],
    shell: Shell,
    keep: Callable[[Turn], None] = lambda _turn: None,
) -> Turn:
    """Return the finished turn; `keep` receives every partial state of it, so that nothing is lost."""
    turn = Turn(user=user)
    keep(turn)
    repairs = 0
    for _ in range(MAX_STEPS):
        plan = planner.plan((*history, turn), state())
        call: Call | None = plan.call
        if plan.margin < CHOICE_BELOW and plan.alternatives and not turn.steps:
            call = shell.choose(plan)
        if call is None:
            turn = turn.model_copy(update={"answer": "Nothing was run. Say it in other words, or see /help."})
            break
        if call.tool == "reply":
            answer, kind = answer_for(turn, call, history), next(iter(call.args), "text")
            turn = turn.model_copy(update={"answer": answer, "answer_kind": kind})
            break
        shell.planned(plan.model_copy(update={"call": call}))
        observation = run(call)
        turn = turn.model_copy(update={"steps": (*turn.steps, observation)})
        keep(turn)
        shell.observed(observation)
        if observation.status == "cancelled":
            break
        repairs += observation.status == "failed"
        if _is_final(observation, repairs):
            turn = turn.model_copy(update={"answer": answer_for(turn, Call(tool="reply"), history)})
            break
    else:
        turn = turn.model_copy(
            update={"answer": f"I stopped after {MAX_STEPS} steps. The cards above are on record."}
        )
    keep(turn)
    return turn


def _is_final(observation: Observation, repairs: int) -> bool:
    """Tell whether there is nothing left to plan after `observation`."""
    failure = observation.failure
    return failure is not None and (failure.kind not in REPAIRABLE or repairs > MAX_REPAIRS)
