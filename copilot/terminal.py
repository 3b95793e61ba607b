"""The terminal as a shell: shows cards, progress, choices and tickets, and asks the human."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from copilot.consent import Said
from copilot.ending import not_begun_words
from copilot.messages import Call, LiveState, Observation, Plan, Turn
from copilot.references import assumed_numbers
from copilot.slash_form import slash_form
from copilot.theme import THEME
from copilot.untrusted import plain
from copilot.view import call_card, outcome, ticket_view
from tools.catalog import find_tool
from tools.kernel.spec import Reach
from tools.trade.ticket import Ticket

SAID: tuple[Said, ...] = get_args(Said)


def make_console(*, stderr: bool = False) -> Console:
    """Return a console in SLQ's theme."""
    return Console(theme=THEME, stderr=stderr, highlight=False)


def can_ask() -> bool:
    """Tell whether a human sits at both ends of this process."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def has_desktop() -> bool:
    """Tell whether a browser window can open here."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def went_well(turn: Turn) -> bool:
    """Tell whether a turn came to its end and its last call did not fail."""
    if turn.end in ("stopped", "limit", "unapproved"):
        return False
    return not turn.steps or turn.steps[-1].status not in ("failed", "cancelled")


class TerminalShell:
    """Shows a turn on a console as it happens."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.said = ""
        self.known: Callable[[], LiveState] = LiveState  # what completion knows while a call is edited
        self._progress: Progress | None = None
        self._label = ""

    def planned(self, plan: Plan) -> None:
        """Show the card of the call about to run."""
        tool = find_tool(plan.call.tool)
        assumed = assumed_numbers(plan.call.args, self.said)
        steps = (plan.step, plan.step + len(plan.ahead))
        self.console.print(call_card(plan.call, tool.effect, assumed, plan.unheard, steps))

    def observed(self, observation: Observation) -> None:
        """Show what came of it; a ticket was shown when its id was asked for."""
        self.stop_progress()
        if observation.call.tool == "propose_trades" and observation.result is not None:
            return
        self.console.print(outcome(observation))
        if observation.call.tool == "show_report" and observation.result and can_ask() and has_desktop():
            webbrowser.open(Path(observation.result["path"]).as_uri())

    def answer(self, text: str) -> None:
        """Print an answer; a line without blanks (a path) is left whole."""
        for line in text.splitlines():
            self.console.print(plain(line), soft_wrap=" " not in line)

    def finish(self, turn: Turn) -> bool:
        """Print what ends a turn and tell whether it went well; a failure on its card is not said twice."""
        self.stop_progress()
        last = turn.steps[-1] if turn.steps else None
        told = last is not None and last.failure is not None and turn.answer.startswith(last.failure.message)
        text = not_begun_words(turn.not_begun) if told else turn.answer
        if turn.end == "stopped":
            self.console.print(plain(text, "warn"))
        elif text:
            self.answer(text)
        return went_well(turn)

    def choose(self, plan: Plan) -> Call | None:
        """Ask which reading was meant; without a terminal the first is taken."""
        readings = (plan.call, *(call for call in plan.alternatives if call.tool != "reply"))
        if len(readings) == 1 or not can_ask():
            return plan.call
        self.console.print(Text("I am not sure which you mean:", style="warn"))
        for number, call in enumerate(readings, start=1):
            words = ", ".join(f"{name}={value}" for name, value in call.args.items())
            self.console.print(
                Text.assemble((f"  {number}  ", "accent"), (call.tool, "tool"), (f"  {words}", "quiet"))
            )
        typed = self._read("number, or Enter for none: ")
        return readings[int(typed) - 1] if typed.isdigit() and 1 <= int(typed) <= len(readings) else None

    def approve(self, reach: Reach) -> Said | None:
        """Ask whether the call on the card above may run; None where there is no terminal."""
        if not can_ask():
            return None
        about = f"It asks {reach.asks}. " if reach.asks else f"{reach.effect} calls ask first. "
        while True:
            self.console.print(plain(about, "warn"), end="")
            try:
                typed = self.console.input(Text("Run this call? [Y]es, [e]dit, [n]o: ", style="accent"))
            except EOFError:
                self.console.print()
                return "no"
            for word in SAID:
                if word.startswith(typed.strip().lower()):  # Enter alone is the first of them
                    return word

    def edit(self, call: Call) -> Call | None:
        """Open `call` in a line to edit, until it is valid; None where it is given up or there is no terminal."""
        if not can_ask():
            return None
        from copilot.edit_line import read_edited

        edited = read_edited(call, self.console, self.known)
        self.said = f"{self.said} {slash_form(edited)}" if edited else self.said
        return edited

    def ask_ticket(self, ticket: Ticket) -> str | None:
        """Show the ticket and return what the human typed; None where there is no terminal."""
        self.stop_progress()
        self.console.print(ticket_view(ticket.model_dump(mode="json")))
        if not can_ask():
            return None
        self.console.print(Text.assemble(("Type the ticket id to confirm; anything else rejects it.", "warn")))
        return self._read("ticket id: ")

    def ask_exactly(self, word: str, question: str) -> str | None:
        """Ask for `word` and return it where exactly that was typed, else ""; None where there is no terminal."""
        self.stop_progress()
        if not can_ask():
            return None
        self.console.print(Text(question, style="warn"))
        return word if self._read("> ") == word else ""

    def progress(self, label: str, done: int, total: int) -> None:
        """Show how far the running tool has come."""
        if not self.console.is_terminal:
            return
        if self._progress is None:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._progress = Progress(*columns, TimeElapsedColumn(), console=self.console, transient=True)
            self._progress.start()
        if label != self._label or not self._progress.tasks:
            self._label = label
            self._progress.add_task(label, total=total)
        self._progress.update(self._progress.tasks[-1].id, completed=done, total=total)

    def stop_progress(self) -> None:
        """Take the progress bars away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress, self._label = None, ""

    def _read(self, prompt: str) -> str:
        try:
            return self.console.input(Text(prompt, style="accent")).strip()
        except (KeyboardInterrupt, EOFError):
            self.console.print()
            return ""


class QuietShell:
    """Shows nothing and asks nobody: for `--json`."""

    said = ""

    def planned(self, plan: Plan) -> None:
        """Show nothing."""

    def observed(self, observation: Observation) -> None:
        """Show nothing."""

    def choose(self, plan: Plan) -> Call | None:
        """Take the first reading."""
        return plan.call

    def approve(self, reach: Reach) -> Said | None:  # noqa: ARG002
        """Ask nobody."""
        return None

    def edit(self, call: Call) -> Call | None:  # noqa: ARG002
        """Leave it as it is."""
        return None
