"""A conversation on disk: one JSON line a turn, so that an interruption costs at most the turn under way.

A turn is appended again when it grows; the last line of a number wins. A line of another form says which calls run
without a question; the last of those wins too.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copilot.approval import Approved, parse
from copilot.messages import Turn
from tools.kernel.errors import BadRequest
from tools.kernel.paths import Workspace, unwritable


class Session:
    """The turns of one conversation and the file that holds them."""

    def __init__(self, path: Path, turns: tuple[Turn, ...] = (), approved: Approved | None = None) -> None:
        self.path = path
        self.turns = turns
        self.approved = approved

    @classmethod
    def new(cls, workspace: Workspace, now: datetime) -> Session:
        """Start a conversation; its file appears with the first turn."""
        return cls(workspace.sessions / f"{now:%Y%m%d-%H%M%S-%f}.jsonl")

    @classmethod
    def latest(cls, workspace: Workspace) -> Session:
        """Resume the last conversation. Raises BadRequest where there is none or it is damaged."""
        paths = sorted(workspace.sessions.glob("*.jsonl"))
        if not paths:
            raise BadRequest("There is no conversation to resume.", hint="Start one with slq-chat.")
        return cls(paths[-1], *_read(paths[-1]))

    def keep(self, turn: Turn, number: int) -> None:
        """Write the present state of turn `number` (0-based) to the file."""
        if self.approved is not None and not self.path.exists():
            self._append({"approved": self.approved.words()})
        self.turns = (*self.turns[:number], turn)
        self._append({"number": number, "turn": turn.model_dump(mode="json")})

    def approve(self, approved: Approved) -> None:
        """Set which calls run without a question in this conversation; its file begins with its first turn."""
        self.approved = approved
        if self.path.exists():
            self._append({"approved": approved.words()})

    def _append(self, record: dict[str, Any]) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise unwritable(self.path, error) from error


def _read(path: Path) -> tuple[tuple[Turn, ...], Approved | None]:
    turns: dict[int, Turn] = {}
    approved: Approved | None = None
    lines = path.read_text(encoding="utf-8").splitlines()
    for position, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            if "approved" in record:
                approved = parse(record["approved"])
                continue
            turns[int(record["number"])] = Turn.model_validate(record["turn"])
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError, BadRequest):
            if position == len(lines):  # cut off in the middle of a write
                break
            raise BadRequest(
                f"Line {position} of {path} is damaged.", hint="Move the file away to start anew."
            ) from None
    return tuple(turns[number] for number in sorted(turns)), approved
