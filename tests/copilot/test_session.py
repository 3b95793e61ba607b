from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot.messages import Call, Observation, Turn
from copilot.session import Session
from tools.kernel.errors import BadRequest
from tools.kernel.paths import Workspace

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _talk(workspace: Workspace) -> Session:
    session = Session.new(workspace, NOW)
    session.keep(Turn(user="load IBM"), 0)
    step = Observation(call=Call(tool="ingest_data", args={"symbols": ["IBM"]}), status="ok", result={"rows": 1})
    session.keep(Turn(user="load IBM", steps=(step,), answer="Loaded."), 0)
    session.keep(Turn(user="open the report"), 1)
    return session


def test_a_resumed_conversation_is_the_one_that_was_kept(workspace: Workspace) -> None:
    kept = _talk(workspace).turns
    assert Session.latest(workspace).turns == kept
    assert [turn.user for turn in kept] == ["load IBM", "open the report"]


def test_a_line_cut_off_in_the_middle_of_a_write_costs_only_itself(workspace: Workspace) -> None:
    session = _talk(workspace)
    whole = session.path.read_bytes()
    last_line = len(whole.splitlines(keepends=True)[-1])
    for cut in range(len(whole) - last_line + 1, len(whole)):
        session.path.write_bytes(whole[:cut])
        turns = Session.latest(workspace).turns
        assert turns[0].answer == "Loaded."
        assert len(turns) in (1, 2)


def test_damage_in_the_middle_is_an_error_that_names_the_line(workspace: Workspace) -> None:
    session = _talk(workspace)
    lines = session.path.read_text().splitlines()
    session.path.write_text("\n".join([lines[0], "{", lines[2]]) + "\n")
    with pytest.raises(BadRequest, match="Line 2"):
        Session.latest(workspace)


def test_nothing_to_resume_is_said(workspace: Workspace) -> None:
    with pytest.raises(BadRequest, match="no conversation"):
        Session.latest(workspace)
