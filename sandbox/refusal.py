"""How a guard says no while generated code runs.

A `Refusal` is no `Exception`: neither the code's own `except Exception` nor a fallback inside pandas can swallow
it, and the first one is remembered, so that a refusal hidden by any other means still ends the call. What it does
not do: stop the process. The boundary is the child process; a refusal only says early and in plain words what is
not available.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from sandbox.errors import Rejected

FILENAME = "<generated>"
_first: list[tuple[str, int]] = []


class Refusal(BaseException):
    """Raised by a guard; `refusals` turns it into `Rejected`."""


def refusal(sentence: str) -> Refusal:
    """Return the refusal to raise, and remember it; one plain sentence says what to do instead."""
    _first.append((sentence, _current_line()))
    return Refusal(sentence)


def rejected(sentence: str, line: int, column: int = 0) -> Rejected:
    """Return the error of a refused source; `line` and `column` count from 1, 0 is unknown."""
    return Rejected(f"line {line}: {sentence}" if line else sentence, line, column)


@contextmanager
def refusals() -> Iterator[None]:
    """Run generated code inside: a refusal leaves as `Rejected`, with the line of the generated code it came from.

    Raises:
        Rejected: a guard refused, even where the code hid it; the first refusal is the one told.
    """
    _first.clear()
    try:
        yield
    except Refusal as raised:
        sentence, line = _first[0] if _first else (str(raised), line_of(raised.__traceback__))
        raise rejected(sentence, line) from None
    except Exception:
        if _first:
            raise rejected(*_first[0]) from None
        raise
    if _first:
        raise rejected(*_first[0])


def line_of(traceback: TracebackType | None) -> int:
    """Return the innermost line of generated code in a traceback, 0 where there is none."""
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILENAME:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _current_line() -> int:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  the caller's line without formatting a whole stack
    while frame is not None:
        if frame.f_code.co_filename == FILENAME:
            return frame.f_lineno
        frame = frame.f_back
    return 0
