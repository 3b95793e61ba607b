"""The composition root: the only place where settings, workspace, log, tools, model and shell meet."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from copilot.approval import Approved, parse
from copilot.audit import AuditLog
from copilot.background import BackgroundPlanner
from copilot.consent import Asker, Consent
from copilot.execute import Executor
from copilot.gate import Ask, Gate, no_terminal
from copilot.loop import Shell, run_turn
from copilot.messages import Call, Observation, Turn
from copilot.plan import Planner, TypedPlanner
from copilot.session import Session
from copilot.state import live_state
from tools.kernel.paths import Workspace, find_workspace
from tools.kernel.settings import Settings, load_settings
from tools.kernel.spec import Context, Progress, silent


class Front(Shell, Asker, Protocol):
    """What a turn needs of the front: to show, and to ask."""


@dataclass(frozen=True, slots=True)
class App:
    """One running copilot on one workspace, which it holds alone."""

    settings: Settings
    workspace: Workspace
    log: AuditLog
    gate: Gate
    executor: Executor
    planner: BackgroundPlanner

    def call(self, call: Call) -> Observation:
        """Run one call."""
        return self.executor.run(call)

    def unfinished(self) -> tuple[str, ...]:
        """Return a line for each call that an earlier process began and did not live to end."""
        return tuple(
            f"The last process ended in the middle of {orphan.tool} ({orphan.ts[:19]}Z, {orphan.call_id}). "
            "Nothing half done was kept; ask again to repeat it."
            for orphan in self.log.orphans
        )

    def approved(self, session: Session) -> Approved:
        """Return which calls of `session` run without a question: as was said in it, else by the settings."""
        return session.approved or parse(self.settings.approve)

    def typed(self, call: Call, user: str, session: Session, shell: Front) -> Turn:
        """Take a turn whose call the user typed; the model has no part in it."""
        return self.turn(user, session, shell, planner=TypedPlanner(call))

    def turn(self, user: str, session: Session, shell: Front, *, planner: Planner | None = None) -> Turn:
        """Take one turn of `session`; it is on disk at every step."""
        number = len(session.turns)
        return run_turn(
            user,
            session.turns,
            planner=planner or self.planner,
            consent=Consent(self.approved(session), self.executor.reach, self.log, shell),
            run=self.call,
            state=lambda: live_state(self.workspace),
            shell=shell,
            keep=lambda turn: session.keep(turn, number),
            max_steps=self.settings.max_steps,
        )


def choose_settings(workspace: Path | None, model: Path | None) -> tuple[Settings, Workspace]:
    """Return the settings, with the command line over the environment, and the workspace they mean."""
    given = {key: value for key, value in (("workspace", workspace), ("model", model)) if value is not None}
    settings = load_settings().model_copy(update=given)
    found = find_workspace(settings.workspace, Path.cwd(), Path.home())
    return settings, replace(found, lake_catalog=settings.lake_catalog, lake_files=settings.lake_files)


def load_planner(settings: Settings) -> Planner:
    """Load the model, prove that its grammar binds, and return the planner. Raises ModelError."""
    from copilot.planner import build_planner

    return build_planner(settings)


@contextmanager
def open_app(
    settings: Settings, workspace: Workspace, *, ask: Ask = no_terminal, progress: Progress = silent
) -> Iterator[App]:
    """Open `workspace` for one process.

    Raises:
        WorkspaceError: it is locked by another process, cannot be written, or its audit log was tampered with.
    """
    workspace.create()
    context = Context(workspace, settings, progress)
    with AuditLog.open(workspace, run_id=uuid.uuid4().hex[:12], secrets=settings.secrets()) as log:
        gate = Gate(workspace, log, ask)
        planner = BackgroundPlanner(lambda: load_planner(settings))
        yield App(settings, workspace, log, gate, Executor(context, log, gate), planner)
