"""The ways generated code can fail, one type for each way of reacting.

Every message is one line in plain words. Nothing of what the code wrote is trusted: text from the child is bounded
and stripped of control characters before it gets here.
"""

from __future__ import annotations

from sandbox.layers import Layer


class SandboxFailure(Exception):
    """Base of every expected failure of a sandboxed call; `message` is one plain line."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Rejected(SandboxFailure):
    """The source was refused: before it ran, or by a guard while it ran.

    `line` and `column` count from 1; 0 is unknown.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Crashed(SandboxFailure):
    """The code raised, or returned what is not a result. `line` counts from 1 in its source; 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Stopped(SandboxFailure):
    """The child was ended.

    `reason` is one of "time", "processor time", "memory", "system call", "output", "killed".
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Unavailable(SandboxFailure):
    """No sandbox of the wanted strength can be had on this machine; `layers` says what holds and what does not."""

    def __init__(self, message: str, layers: tuple[Layer, ...] = ()) -> None:
        super().__init__(message)
        self.layers = layers
