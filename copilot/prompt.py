"""The prompt-toolkit prompt: history with search, completion, a status line; the model loads behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.formatted_text import HTML
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

from copilot.app import App
from copilot.complete import SlqCompleter
from copilot.messages import LiveState
from copilot.state import live_state
from copilot.theme import BLUE, PURPLE
from tools.kernel.errors import SLQError

STYLE = Style.from_dict(
    {
        "prompt": f"bold {PURPLE}",
        "bottom-toolbar": "noreverse fg:#8a8a8a",
        "completion-menu": "bg:#262335 #d0d0d0",
        "completion-menu.completion.current": f"bg:{PURPLE} #000000",
        "completion-menu.meta": "bg:#262335 #8a8a8a",
        "auto-suggestion": "#6c6c6c",
        "hint": BLUE,
    }
)


class CachedState:
    """What exists in the workspace, refreshed by a thread so that no key waits for the lake."""

    def __init__(self, load: Callable[[], LiveState]) -> None:
        self._load = load
        self._state = LiveState()
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Begin to read the state anew, unless that is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="state", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for a refresh under way: the lake has one reader at a time."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._state = self._load()
        except SLQError:  # a damaged lake shows itself, with a message, at the first call that needs it
            self._state = LiveState()

    def __call__(self) -> LiveState:
        """Return the state as last read."""
        return self._state


def _bindings() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("escape", "enter")
    def _newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return bindings


def make_editor(known: Callable[[], LiveState]) -> Callable[[str], str]:
    """Return a function that reads a line which begins as its argument; `known` is asked once, for completion.

    It raises KeyboardInterrupt and EOFError as the keys say.
    """
    state = CachedState(known)
    session: PromptSession[str] = PromptSession(
        completer=SlqCompleter({}, state), complete_while_typing=True, key_bindings=_bindings(), style=STYLE
    )

    def read(text: str) -> str:
        try:
            return session.prompt([("class:prompt", "edit> ")], default=text, pre_run=state.refresh)
        finally:
            state.wait()

    return read


def make_prompt(app: App, commands: Mapping[str, str]) -> Callable[[], str]:
    """Return a function that reads one line from the terminal. It raises EOFError on Ctrl-D."""
    state = CachedState(lambda: live_state(app.workspace))

    def toolbar() -> HTML:
        return HTML(" {}  ·  model {}").format(app.workspace.root, app.planner.status)

    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(app.workspace.sessions / "history")),
        completer=SlqCompleter(commands, state),
        complete_while_typing=True,
        auto_suggest=AutoSuggestFromHistory(),
        bottom_toolbar=toolbar,
        key_bindings=_bindings(),
        style=STYLE,
    )

    def start() -> None:
        """Load model and state once the first prompt is on the screen."""
        if not app.planner.started:
            app.planner.start(session.app.invalidate)
        state.refresh()

    def read() -> str:
        line = session.prompt([("class:prompt", "slq> ")], pre_run=start)
        state.wait()
        return line

    return read
