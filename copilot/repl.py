"""`slq-chat`: the prompt. Reads a line, takes a turn, shows it; the only place that catches broadly.

The prompt stands before the model is loaded: everything heavy is imported by a thread, or by the first turn.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.markup import escape
from rich.text import Text

from copilot.app import App, choose_settings, open_app
from copilot.commands import COMMANDS, Desk, Quit, run_slash
from copilot.interrupts import interrupts_heard
from copilot.messages import Turn
from copilot.session import Session
from copilot.state import live_state
from copilot.terminal import TerminalShell, can_ask, make_console
from copilot.theme import banner
from copilot.untrusted import plain
from tools.kernel.errors import SLQError
from tools.kernel.spec import utc_now

PROMPT = "slq> "
BARE_WORDS = {"help": "help", "?": "help", "quit": "quit", "exit": "quit", ":q": "quit"}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="slq-chat",
        description="A local research copilot for a quant: ask in plain words, decide on every trade yourself.",
    )
    parser.add_argument("-p", "--prompt", metavar="QUESTION", help="answer one question and leave")
    parser.add_argument("--resume", action="store_true", help="go on with the last conversation")
    parser.add_argument("--workspace", type=Path, metavar="PATH", help="folder that holds data/ and experiments/")
    parser.add_argument("--model", type=Path, metavar="GGUF", help="a model file instead of the embedded one")
    return parser.parse_args(argv)


def show_error(shell: TerminalShell, error: SLQError) -> None:
    """Print an expected failure: what happened, and what to do."""
    shell.stop_progress()
    shell.console.print(plain(error.message, "bad"))
    if error.hint:
        shell.console.print(plain(error.hint, "quiet"))


class Repl:
    """One conversation at a terminal, or over a list of lines."""

    def __init__(self, app: App, session: Session, shell: TerminalShell) -> None:
        self.app = app
        self.session = session
        self.shell = shell
        shell.known = lambda: live_state(app.workspace)

    def take(self, line: str) -> bool:
        """Serve one line and tell whether it went well. Raises Quit on /quit."""
        try:
            if line.lower() in BARE_WORDS:
                line = f"/{BARE_WORDS[line.lower()]}"
            if line.startswith("/"):
                return run_slash(Desk(self.app, self.session, self.shell), line)
            return self._turn(line)
        except SLQError as error:
            show_error(self.shell, error)
            return False
        except KeyboardInterrupt:
            self.shell.stop_progress()
            self.shell.console.print(Text("Stopped. What was done so far is on record.", style="warn"))
            return False
        except Quit:
            raise
        except Exception as error:  # noqa: BLE001  the boundary: a bug costs a turn, not the conversation
            self._crash(error)
            return False

    def _turn(self, line: str) -> bool:
        self.shell.said = line
        if self.app.planner.status == "loading":
            with self.shell.console.status("loading the model"):
                self.app.planner.ready()
        return self.shell.finish(self.app.turn(line, self.session, self.shell))

    def _crash(self, error: Exception) -> None:
        self.shell.stop_progress()
        path = self.app.workspace.experiments / f"crash-{utc_now():%Y%m%d-%H%M%S}.txt"
        try:
            path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
            where = f"The details are in {path}."
        except OSError:
            where = "The details could not be written to the workspace."
        self.shell.console.print(Text(f"That is a bug in SLQ: {type(error).__name__}: {error}", style="bad"))
        self.shell.console.print(Text(f"{where} Nothing stored was lost; go on.", style="quiet"))


def greet(repl: Repl) -> None:
    """Print the banner, where the workspace is, and what an earlier process left unfinished."""
    console = repl.shell.console
    console.print(banner())
    console.print("Sovereign Local Quant: the research copilot that refuses to fool you, offline.")
    console.print(Text(f"workspace {repl.app.workspace.root}   /help for help, Ctrl-D to leave\n", style="quiet"))
    _report_unfinished(repl)
    if repl.session.turns:
        _resume_summary(repl)


def _report_unfinished(repl: Repl) -> None:
    for line in repl.app.unfinished():
        repl.shell.console.print(Text(f"{line}\n", style="warn"))


def _resume_summary(repl: Repl) -> None:
    turns: tuple[Turn, ...] = repl.session.turns
    repl.shell.console.print(Text(f"Resumed: {len(turns)} turns so far.", style="accent"))
    for turn in turns[-3:]:
        calls = ", ".join(f"{step.call.tool} ({step.status})" for step in turn.steps) or "no calls"
        repl.shell.console.print(Text.assemble((f"{PROMPT}{turn.user}\n", ""), (f"  {calls}\n", "quiet")), end="")
        if turn.answer:
            repl.shell.console.print(plain(f"  {turn.answer}", "quiet"))
    repl.shell.console.print()


def _typed_lines(repl: Repl) -> Iterator[str]:
    """Yield what the user types, until Ctrl-D."""
    from copilot.prompt import make_prompt

    prompt = make_prompt(repl.app, {command.name: command.help for command in COMMANDS})
    while True:
        try:
            yield prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _piped_lines(repl: Repl) -> Iterator[str]:
    """Yield the lines of standard input, echoed as if they were typed."""
    for line in sys.stdin:
        if line.strip():
            repl.shell.console.print(f"[accent]{PROMPT}[/]{escape(line.strip())}")
            yield line


def run(repl: Repl, lines: Iterator[str]) -> int:
    """Serve `lines` and return the exit code: 1 where any of them failed."""
    failed = False
    try:
        for line in lines:
            if line.strip():
                failed |= not repl.take(line.strip())
    except Quit:
        pass
    return int(failed)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `slq-chat` and return its exit code."""
    options = _arguments(argv)
    shell = TerminalShell(make_console())
    try:
        settings, workspace = choose_settings(options.workspace, options.model)
        with (
            interrupts_heard(),
            open_app(settings, workspace, ask=shell.ask_ticket, progress=shell.progress) as app,
        ):
            session = Session.latest(workspace) if options.resume else Session.new(workspace, utc_now())
            repl = Repl(app, session, shell)
            if options.prompt is not None:
                app.planner.start()
                _report_unfinished(repl)
                return run(repl, iter([options.prompt]))
            if can_ask():
                greet(repl)
                return run(repl, _typed_lines(repl)) * 0
            app.planner.start()
            greet(repl)
            return run(repl, _piped_lines(repl))
    except SLQError as error:
        show_error(shell, error)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
