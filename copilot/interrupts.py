"""Ctrl-C is heard, wherever it lands.

Python raises KeyboardInterrupt in whatever Python code runs next. Where that is a finalizer, which the garbage
collector calls in the midst of anything, Python prints the exception and goes on: a turn would not stop. Every
prompt leaves an event loop with a finalizer behind, so this is not rare.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN_S = 0.05  # after which an interrupt that was lost comes again: by then the finalizer has ended


@contextmanager
def interrupts_heard() -> Iterator[None]:
    """Let each Ctrl-C that Python drops come again, until it stops what the main thread does."""
    before = sys.unraisablehook

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            before(what)
            return
        again = threading.Timer(AGAIN_S, _interrupt)  # raised at once it would end in this function, dropped too
        again.daemon = True
        again.start()

    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupt() -> None:
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGINT)
