"""The error types: one for each way of reacting to a failure.

The conversation loop feeds `BadRequest` and `NoData` back to the planner (at most twice) and shows the others.
Anything that is not an `SLQError` is a bug and propagates.

Every message is one line in plain words; `hint` says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Suggestion:
    """A tool call that would repair the situation, in the form the planner emits."""

    tool: str
    args: dict[str, Any] = field(default_factory=dict)


class SLQError(Exception):
    """Base of every expected failure. `message` says what happened, `hint` what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadRequest(SLQError):
    """The arguments are wrong; the model or the user can correct them."""


class NoData(SLQError):
    """The request is fine but the lake lacks the data; `suggestion` is the call that would help."""

    def __init__(self, message: str, *, hint: str = "", suggestion: Suggestion | None = None) -> None:
        super().__init__(message, hint=hint)
        self.suggestion = suggestion


class NeedsApproval(SLQError):
    """A human has to say yes before this call may run."""


class GateFailed(SLQError):
    """Going on would break one of the project's promises; `promise` names it."""

    def __init__(self, message: str, *, promise: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.promise = promise


class SandboxError(SLQError):
    """Generated code was refused, failed, or had to be stopped; or no sandbox can be had on this machine.

    `layers` says which protections it ran under, name -> state.
    """

    def __init__(self, message: str, *, hint: str = "", layers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.layers = dict(layers or {})


class SourceUnavailable(SLQError):
    """A data source cannot be reached or is not installed; never answered by switching the source."""


class WorkspaceError(SLQError):
    """The workspace cannot be used: locked by another process, read-only, disk full, or damaged."""


class ModelError(SLQError):
    """The language model cannot be loaded, or its grammar does not bind."""
