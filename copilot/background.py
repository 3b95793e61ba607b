"""A planner that loads behind the first prompt: loading the model takes longer than a user waits."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence

from copilot.messages import LiveState, Plan, Turn
from copilot.plan import CountsTokens, Planner, TellsPrompt
from tools.kernel.errors import SLQError

LEAVING_S = 5.0  # how long an exit waits for a model that is being loaded


class BackgroundPlanner:
    """Loads a planner in a thread; `plan` waits for it."""

    def __init__(self, load: Callable[[], Planner]) -> None:
        self._load = load
        self._planner: Planner | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="model-loader", daemon=True)
        self._tell: Callable[[], object] = lambda: None

    def start(self, tell: Callable[[], object] = lambda: None) -> None:
        """Begin to load; `tell` is called, in the loading thread, when that has ended."""
        self._tell = tell
        self._thread.start()
        atexit.register(self._thread.join, LEAVING_S)  # a library that still loads must not lose its interpreter

    def _run(self) -> None:
        try:
            self._planner = self._load()
        except (SLQError, OSError, ImportError, RuntimeError) as error:
            self._failure = error  # raised where the planner is asked for, in the foreground
        self._tell()

    @property
    def started(self) -> bool:
        """Whether loading has begun."""
        return self._thread.ident is not None

    @property
    def status(self) -> str:
        """`loading`, `ready` or `failed`."""
        if self._failure is not None:
            return "failed"
        return "ready" if self._planner is not None else "loading"

    def ready(self) -> Planner:
        """Wait for the planner and return it. Raises what its loading raised."""
        while self._thread.is_alive():
            self._thread.join(0.05)  # in slices, so that Ctrl-C is heard
        if self._failure is not None:
            raise self._failure
        if self._planner is None:
            raise RuntimeError("the model loader ended without a planner")
        return self._planner

    def token_counter(self) -> Callable[[str], int] | None:
        """Return what counts the tokens of a text as the model does; None while no model is loaded."""
        return self._planner.count_tokens if isinstance(self._planner, CountsTokens) else None

    def prompt_for(self, turns: Sequence[Turn], state: LiveState) -> str | None:
        """Return what the model reads for the last turn; None while no model is loaded, or where it reads all."""
        return self._planner.prompt_for(turns, state) if isinstance(self._planner, TellsPrompt) else None

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Plan, as soon as the model is there."""
        return self.ready().plan(turns, state, cancel)
