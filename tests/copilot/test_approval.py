"""Which calls run without a question, what is asked about the others, and what the log says of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.approval import CLASSES, Approved, asked_about, parse
from copilot.audit import AuditLog, read_records, verify
from copilot.consent import Consent, Said
from copilot.execute import Executor
from copilot.gate import Gate, no_terminal
from copilot.messages import Call, Observation, Plan, Turn
from copilot.session import Session
from tools.kernel.errors import BadRequest
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, Effect, Reach

DEFAULT = parse(Settings(_env_file=None).approve)
LOAD = Call(tool="ingest_data", args={"symbols": ["AAPL", "IBM"]})
YAHOO = Call(tool="ingest_data", args={"symbols": ["TSLA"], "source": "yahoo"})


class Person:
    """Answers in a fixed order, edits to a fixed call, and remembers the cards."""

    def __init__(self, *said: Said | None, edited: Call | None = None) -> None:
        self.said, self.edited = list(said), edited
        self.cards: list[Call] = []

    def planned(self, plan: Plan) -> None:
        self.cards.append(plan.call)

    def approve(self, reach: Reach) -> Said | None:
        return self.said.pop(0)

    def edit(self, call: Call) -> Call | None:
        return self.edited


@pytest.fixture
def log(workspace: Workspace) -> Iterator[AuditLog]:
    with AuditLog.open(workspace, run_id="test") as opened:
        yield opened


def consent(
    log: AuditLog, person: Person, approved: Approved = DEFAULT, effect: Effect = Effect.NETWORK
) -> Consent:
    return Consent(approved, lambda call: Reach(effect if call != LOAD else Effect.WRITE, "yahoo"), log, person)


def decisions(workspace: Workspace) -> list[tuple[str | None, str]]:
    bodies = [entry.body for entry in read_records(workspace.audit_log) if entry.body.kind == "decision"]
    return [(body.status, str((body.args_redacted or {})["detail"])) for body in bodies]


def test_words_make_a_policy_and_back() -> None:
    assert parse("read, execute").classes == (Effect.READ, Effect.EXECUTE)
    assert parse("EXECUTE read").words() == "read,execute"
    assert parse("none").words() == "none"
    assert not any(parse("none").covers(effect) for effect in CLASSES)
    assert parse("none").covers(Effect.NONE)
    assert asked_about(DEFAULT) == [Effect.NETWORK]
    for words in ("everything", "", "none,read", ","):
        with pytest.raises(BadRequest, match="kind of call"):
            parse(words)


def test_an_approved_class_is_shown_and_not_asked_about(log: AuditLog, workspace: Workspace) -> None:
    person = Person()
    assert consent(log, person)(Plan(call=LOAD, margin=1)) == LOAD
    assert person.cards == [LOAD]
    assert decisions(workspace) == []


@pytest.mark.parametrize(("said", "status"), [("no", "rejected"), (None, "pending")])
def test_no_and_nobody_run_nothing_and_are_on_the_log(
    log: AuditLog, workspace: Workspace, said: Said | None, status: str
) -> None:
    held = consent(log, Person(said))(Plan(call=YAHOO, margin=1))
    assert isinstance(held, Observation)
    assert (held.status, held.result) == (status, None)
    assert [each for each, _ in decisions(workspace)] == [status]
    if said is None:
        assert held.failure is not None
        assert held.failure.kind == "NeedsApproval"
        assert "yahoo" in held.failure.message
        assert "SLQ_APPROVE=read,write,execute,trade,network" in held.failure.hint


def test_yes_runs_what_was_shown(log: AuditLog, workspace: Workspace) -> None:
    assert consent(log, Person("yes"))(Plan(call=YAHOO, margin=1)) == YAHOO
    assert decisions(workspace) == [("confirmed", "network: /ingest_data TSLA --source yahoo")]


def test_an_edited_call_is_shown_asked_about_again_and_recorded(log: AuditLog, workspace: Workspace) -> None:
    other = Call(tool="ingest_data", args={"symbols": ["NVDA"], "source": "yahoo"})
    person = Person("edit", "yes", edited=other)
    assert consent(log, person)(Plan(call=YAHOO, margin=1)) == other
    assert person.cards == [YAHOO, other]
    (edited, was), (confirmed, _) = decisions(workspace)
    assert (edited, confirmed) == ("edited", "confirmed")
    assert was == "was /ingest_data TSLA --source yahoo now /ingest_data NVDA --source yahoo"
    assert verify(workspace.audit_log).ok


def test_an_edit_into_an_approved_class_runs_without_another_question(log: AuditLog) -> None:
    assert consent(log, Person("edit", edited=LOAD))(Plan(call=YAHOO, margin=1)) == LOAD


def test_an_edit_given_up_asks_again(log: AuditLog, workspace: Workspace) -> None:
    held = consent(log, Person("edit", "no"))(Plan(call=YAHOO, margin=1))
    assert isinstance(held, Observation)
    assert [each for each, _ in decisions(workspace)] == ["rejected"]


def test_stopping_at_the_question_is_on_the_log(log: AuditLog, workspace: Workspace) -> None:
    class Leaving(Person):
        def approve(self, reach: Reach) -> Said | None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consent(log, Leaving())(Plan(call=YAHOO, margin=1))
    assert decisions(workspace) == [("rejected", "network: stopped at the question")]


def reach_of(context: Context, log: AuditLog, **args: object) -> Reach:
    executor = Executor(context, log, Gate(context.workspace, log, no_terminal))
    return executor.reach(Call(tool="ingest_data", args=dict(args)))


def test_a_load_reaches_as_far_as_the_source_that_serves_it(context: Context, log: AuditLog) -> None:
    everything = Settings(_env_file=None)
    far = replace(context, settings=everything)
    assert reach_of(context, log, symbols=["AAPL"]) == Reach(Effect.WRITE)
    assert reach_of(far, log, symbols=["AAPL"]) == Reach(Effect.WRITE)
    assert reach_of(far, log, symbols=["AAPL"], source="sample").effect is Effect.WRITE
    assert reach_of(far, log, symbols=["X"], path="/nowhere/x.csv").effect is Effect.WRITE
    assert reach_of(far, log, symbols=["AAPL"], source="yahoo") == Reach(Effect.NETWORK, "yahoo for AAPL")
    assert reach_of(far, log, symbols=["AAPL", "NVDA"]) == Reach(Effect.NETWORK, "yahoo for NVDA")
    # What fails before anybody is asked leaves nothing: an unknown name, a vendor without its key.
    assert reach_of(far, log, symbols=["no such company"]).effect is Effect.WRITE
    assert reach_of(far, log, symbols=["AAPL"], source="alpha_vantage").effect is Effect.WRITE
    assert reach_of(far, log).effect is Effect.NONE


def test_a_conversation_keeps_what_was_approved_in_it(workspace: Workspace) -> None:
    session = Session.new(workspace, datetime(2026, 1, 2, tzinfo=UTC))
    session.approve(parse("read"))
    assert not session.path.exists()
    session.keep(Turn(user="hello"), 0)
    assert Session.latest(workspace).approved == parse("read")
    session.approve(parse("none"))
    resumed = Session.latest(workspace)
    assert (resumed.approved, resumed.turns) == (parse("none"), session.turns)
    with session.path.open("a") as file:
        file.write('{"approved": "everything"}\n{"approved": "read"}\n')
    with pytest.raises(BadRequest, match="Line 4"):
        Session.latest(workspace)
