"""A conversation on disk: one JSON line a turn, so that an interruption costs at most the turn under way.

A turn is appended again when it grows; the last line of a number wins.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from copilot.messages import Turn
from tools.kernel.errors import BadRequest
from tools.kernel.paths import Workspace, unwritable


class Session:
    """The turns of one conversation and the file that holds them."""

    def __init__(self, path: Path, turns: tuple[Turn, ...] = ()) -> None:
        self.path = path
        self.turns = turns

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
        return cls(paths[-1], _read(paths[-1]))

    def keep(self, turn: Turn, number: int) -> None:
        """Write the present state of turn `number` (0-based) to the file."""
        self.turns = (*self.turns[:number], turn)
        line = json.dumps({"number": number, "turn": turn.model_dump(mode="json")}) + "\n"
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise unwritable(self.path, error) from error


def _read(path: Path) -> tuple[Turn, ...]:
    turns: dict[int, Turn] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for position, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            turns[int(record["number"])] = Turn.model_validate(record["turn"])
        except (ValueError, KeyError, TypeError, ValidationError):
            if position == len(lines):  # cut off in the middle of a write
                break
            raise BadRequest(
                f"Line {position} of {path} is damaged.", hint="Move the file away to start anew."
            ) from None
    return tuple(turns[number] for number in sorted(turns))
