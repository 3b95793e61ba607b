from __future__ import annotations

from collections.abc import Callable

from copilot.loop import CHOICE_BELOW, MAX_REPAIRS, MAX_STEPS, run_turn
from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.model.scripted import ScriptedPlanner

LIST = Call(tool="list_inventory")
DONE = Call(tool="reply", args={"text": "Done."})


class Recorder:
    """A shell that remembers what it was shown and picks a fixed reading."""

    def __init__(self, pick: Callable[[Plan], Call | None] = lambda plan: plan.call) -> None:
        self.shown: list[str] = []
        self.pick = pick

    def planned(self, plan: Plan) -> None:
        self.shown.append(f"plan {plan.call.tool}")

    def observed(self, observation: Observation) -> None:
        self.shown.append(f"{observation.status} {observation.call.tool}")

    def choose(self, plan: Plan) -> Call | None:
        self.shown.append("choose")
        return self.pick(plan)


def _ok(call: Call) -> Observation:
    return Observation(call=call, status="ok", call_id="c1", result={"kind": "data", "items": [], "count": 0})


def _failing(kind: str) -> Callable[[Call], Observation]:
    return lambda call: Observation(
        call=call, status="failed", failure=Failure(kind=kind, message="No.", hint="Try.")
    )


def _turn(planner: ScriptedPlanner, run: Callable[[Call], Observation], shell: Recorder, **more: object) -> Turn:
    return run_turn("go", (), planner=planner, run=run, state=LiveState, shell=shell, **more)  # type: ignore[arg-type]


def test_a_call_then_a_reply() -> None:
    shell = Recorder()
    turn = _turn(ScriptedPlanner([LIST, DONE]), _ok, shell)
    assert shell.shown == ["plan list_inventory", "ok list_inventory"]
    assert (turn.answer, len(turn.steps)) == ("Done.", 1)


def test_every_step_is_kept_before_it_is_shown() -> None:
    kept: list[int] = []
    _turn(ScriptedPlanner([LIST, LIST, DONE]), _ok, Recorder(), keep=lambda turn: kept.append(len(turn.steps)))
    assert kept == [0, 1, 2, 2]


def test_a_close_call_is_put_to_the_user() -> None:
    unsure = Plan(call=LIST, margin=CHOICE_BELOW / 2, alternatives=(Call(tool="show_report"),))
    picked: list[Call] = []
    shell = Recorder(lambda plan: plan.alternatives[0])
    _turn(ScriptedPlanner([unsure, DONE]), lambda call: (picked.append(call), _ok(call))[1], shell)
    assert [call.tool for call in picked] == ["show_report"]

    nothing = _turn(ScriptedPlanner([unsure]), _ok, Recorder(lambda _plan: None))
    assert nothing.steps == ()
    assert "Nothing was run" in nothing.answer


def test_repairable_failures_go_back_to_the_planner_at_most_twice() -> None:
    planner = ScriptedPlanner([LIST] * (MAX_REPAIRS + 1))
    turn = _turn(planner, _failing("NoData"), Recorder())
    assert len(turn.steps) == MAX_REPAIRS + 1
    assert turn.answer == "No. Try."


def test_other_failures_are_shown_at_once() -> None:
    turn = _turn(ScriptedPlanner([LIST]), _failing("WorkspaceError"), Recorder())
    assert (len(turn.steps), turn.answer) == (1, "No. Try.")


def test_a_planner_that_never_replies_is_stopped() -> None:
    turn = _turn(ScriptedPlanner([LIST] * 20), _ok, Recorder())
    assert len(turn.steps) == MAX_STEPS
    assert f"{MAX_STEPS} steps" in turn.answer


def test_a_cancelled_call_ends_the_turn_and_stays_in_it() -> None:
    turn = _turn(ScriptedPlanner([LIST, DONE]), lambda call: Observation(call=call, status="cancelled"), Recorder())
    assert [step.status for step in turn.steps] == ["cancelled"]
    assert turn.answer == ""
