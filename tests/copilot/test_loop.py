from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from copilot.loop import CHOICE_BELOW, MAX_REPAIRS, MAX_STEPS, run_turn
from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.model.scripted import ScriptedPlanner

LIST = Call(tool="list_inventory")
DONE = Call(tool="reply", args={"text": "Done."})


class Recorder:
    """A shell that remembers what it was shown and picks a fixed reading."""

    def __init__(self, pick: Callable[[Plan], Call | None] = lambda plan: plan.call) -> None:
        self.shown: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.pick = pick

    def consent(self, plan: Plan) -> Call | Observation:
        self.shown.append(f"plan {plan.call.tool}")
        self.places.append((plan.step, plan.step + len(plan.ahead)))
        return plan.call

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
    asked = {"consent": shell.consent, **more}
    return run_turn("go", (), planner=planner, run=run, state=LiveState, shell=shell, **asked)  # type: ignore[arg-type]


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
    assert turn.answer == "Stopped. What was done so far is on record."
    assert (turn.end, turn.not_begun) == ("stopped", ())


LOAD, TEST, TRADE = (Call(tool=name) for name in ("ingest_data", "run_experiment", "propose_trades"))
THREE = Plan(call=LOAD, margin=1.0, ahead=(TEST, TRADE))


def _held(call: Call, status: str) -> Callable[[Plan], Call | Observation]:
    """Return a consent that holds `call` back."""
    failure = Failure(kind="NeedsApproval", message="No.") if status == "pending" else None
    return lambda plan: (
        Observation(call=plan.call, status=status, failure=failure) if plan.call == call else plan.call
    )


def _fails_at(tool: str, kind: str) -> Callable[[Call], Observation]:
    return lambda call: _failing(kind)(call) if call.tool == tool else _ok(call)


def test_steps_of_a_plan_are_counted_and_shown_one_by_one() -> None:
    shell = Recorder()
    turn = _turn(ScriptedPlanner([THREE, TEST, TRADE, DONE]), _ok, shell)
    assert shell.places == [(1, 3), (2, 3), (3, 3)]
    assert shell.shown[:4] == ["plan ingest_data", "ok ingest_data", "plan run_experiment", "ok run_experiment"]
    assert (turn.end, turn.not_begun, turn.answer) == ("answered", (), "Done.")


def test_words_that_are_to_follow_are_no_step() -> None:
    shell = Recorder()
    _turn(ScriptedPlanner([Plan(call=LOAD, margin=1.0, ahead=(TEST, DONE)), TEST, DONE]), _ok, shell)
    assert shell.places == [(1, 2), (2, 2)]


def test_a_repair_in_the_middle_lengthens_the_plan_and_loses_nothing_of_it() -> None:
    bad, broken = _failing("NoData"), _failing("WorkspaceError")
    calls = [THREE.call, TEST, LOAD, TEST, TRADE]
    seen = iter([run(call) for run, call in zip((_ok, bad, _ok, _ok, broken), calls, strict=True)])
    shell = Recorder()
    turn = _turn(ScriptedPlanner([THREE, TEST, LOAD, TEST, TRADE]), lambda _call: next(seen), shell)
    assert shell.places == [(1, 3), (2, 3), (3, 4), (4, 5), (5, 5)]
    assert (turn.end, turn.not_begun) == ("failed", ())


def test_a_step_that_fails_for_good_leaves_the_rest_and_names_it() -> None:
    turn = _turn(ScriptedPlanner([THREE, TEST]), _fails_at("run_experiment", "WorkspaceError"), Recorder())
    assert [step.status for step in turn.steps] == ["ok", "failed"]
    assert turn.answer == "No. Try.\nNot begun: /propose_trades."
    assert (turn.end, turn.not_begun) == ("failed", (TRADE,))


def test_a_planner_that_gives_up_after_a_failure_has_the_rest_named_too() -> None:
    turn = _turn(ScriptedPlanner([THREE, DONE]), _failing("NoData"), Recorder())
    assert turn.answer == "Done.\nNot begun: /run_experiment; /propose_trades."
    assert turn.end == "failed"


def test_a_question_stays_the_last_thing_said() -> None:
    asks = Call(tool="reply", args={"ask": "With how much money?"})
    turn = _turn(ScriptedPlanner([THREE, asks]), _ok, Recorder())
    assert turn.answer == "Not begun: /run_experiment; /propose_trades.\nWith how much money?"
    assert turn.answer_kind == "ask"


@pytest.mark.parametrize(("status", "end"), [("rejected", "declined"), ("pending", "unapproved")])
def test_a_call_that_was_not_allowed_ends_the_turn(status: str, end: str) -> None:
    turn = _turn(ScriptedPlanner([THREE, TEST]), _ok, Recorder(), consent=_held(TEST, status))
    assert [step.status for step in turn.steps] == ["ok", status]
    assert (turn.end, turn.not_begun) == (end, (TRADE,))


def test_what_consent_returns_is_what_runs_and_what_the_planner_sees() -> None:
    planner = ScriptedPlanner([LIST, DONE])
    turn = _turn(planner, _ok, Recorder(), consent=lambda _plan: TEST)
    assert [step.call for step in turn.steps] == [TEST]
    assert planner.asked[-1][0][-1].steps[-1].call == TEST


def test_stopped_while_planning_says_what_was_not_begun() -> None:
    class Stopped(ScriptedPlanner):
        def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
            if turns[-1].steps:
                raise KeyboardInterrupt
            return super().plan(turns, state, cancel)

    kept: list[Turn] = []
    turn = _turn(Stopped([THREE]), _ok, Recorder(), keep=kept.append)
    assert turn.answer.splitlines()[1] == "Not begun: /run_experiment; /propose_trades."
    assert (turn.end, len(turn.steps), kept[-1]) == ("stopped", 1, turn)


def test_stopped_at_the_question_names_that_call_too() -> None:
    def stop(_plan: Plan) -> Call:
        raise KeyboardInterrupt

    turn = _turn(ScriptedPlanner([THREE]), _ok, Recorder(), consent=stop)
    assert turn.answer.startswith("Stopped. Nothing was run.\nNot begun: /ingest_data; /run_experiment;")


def test_the_limit_counts_calls_and_names_what_it_left() -> None:
    turn = _turn(ScriptedPlanner([THREE, TEST]), _ok, Recorder(), max_steps=1)
    assert len(turn.steps) == 1
    assert turn.answer.startswith("I stopped after 1 step.")
    assert turn.answer.endswith("Not begun: /run_experiment; /propose_trades.")
    whole = _turn(ScriptedPlanner([LIST, DONE]), _ok, Recorder(), max_steps=1)
    assert (whole.answer, whole.end) == ("Done.", "answered")
