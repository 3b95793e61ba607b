"""The slash commands, in one explicit table. Tools are slash commands too; `copilot.slash` parses those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.answer import answer_for
from copilot.app import App
from copilot.messages import Call, Plan, Turn
from copilot.slash import parse_slash, usage
from copilot.terminal import TerminalShell
from copilot.view import ticket_view
from tools.catalog import TOOLS
from tools.kernel.errors import BadRequest
from tools.trade.ticket import list_tickets, load_ticket


class Quit(Exception):
    """The user wants to leave."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: its name, one line of help, and what it does with the words after it."""

    name: str
    help: str
    run: Callable[[App, TerminalShell, str], None]


def _help(_app: App, shell: TerminalShell, _words: str) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    for command in COMMANDS:
        table.add_row(Text(f"/{command.name}", style="accent"), command.help)
    console = shell.console
    console.print("Ask in plain words, or type a command. Every tool is a command too: /tools lists them.\n")
    console.print(table)
    console.print(
        Text("\nTab completes · Ctrl-R searches history · Ctrl-C stops a turn · Ctrl-D leaves", style="quiet")
    )


def _tools(_app: App, shell: TerminalShell, _words: str) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="quiet")
    for column in ("tool", "effect", "what it does"):
        table.add_column(column)
    for tool in TOOLS:
        about = Text.assemble(tool.description, (f"\n{usage(tool)}", "quiet"))
        effect = Text(tool.effect.value, style=f"effect.{tool.effect.value}")
        table.add_row(Text(f"/{tool.name}", style="tool"), effect, about)
    shell.console.print(table)


def _audit(app: App, shell: TerminalShell, words: str) -> None:
    from copilot.audit_view import audit_table, verification_line

    count = int(words) if words.isdigit() else 20
    shell.console.print(audit_table(app.workspace.audit_log, count))
    shell.console.print(verification_line(app.workspace.audit_log))


def _report(app: App, shell: TerminalShell, words: str) -> None:
    run_typed(app, shell, f"show_report {words}")


def _tickets(app: App, shell: TerminalShell, words: str) -> None:
    if words:
        decide_ticket(app, shell.console, words.strip())
        return
    tickets = list_tickets(app.workspace)
    if not tickets:
        shell.console.print("There are no tickets yet. Ask what to trade with an amount of money.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="quiet")
    for column in ("ticket", "state", "experiment", "capital", "expires (UTC)"):
        table.add_column(column)
    for ticket in tickets:
        expires = f"{ticket.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(ticket.ticket, ticket.state, ticket.experiment, f"${ticket.capital_usd:,.0f}", expires)
    shell.console.print(table)
    shell.console.print(
        Text("/tickets ID shows one and, while it is pending, asks for your decision.", style="quiet")
    )


def decide_ticket(app: App, console: Console, ticket_id: str) -> None:
    """Show a ticket and, where it is pending, ask the human about it."""
    ticket = load_ticket(app.workspace, ticket_id)
    if ticket.state != "pending":
        console.print(ticket_view(ticket.model_dump(mode="json")))
        return
    decided = app.gate.decide(ticket)
    console.print(Text(f"{decided.ticket} is {decided.state}.", style="accent"))


def _model(app: App, shell: TerminalShell, _words: str) -> None:
    from copilot.model.locate import locate_model

    path = locate_model(app.settings.model)
    size_mb = path.stat().st_size / 1e6
    shell.console.print(Text.assemble((path.name, "accent"), f"  {size_mb:.0f} MB, {app.planner.status}"))
    shell.console.print(Text(f"{path}\nAnother GGUF: slq-chat --model PATH, or SLQ_MODEL in .env", style="quiet"))


def _quit(_app: App, _shell: TerminalShell, _words: str) -> None:
    raise Quit


COMMANDS: tuple[Command, ...] = (
    Command("help", "this list", _help),
    Command("tools", "the tools, what they can do to the world, and how to type them", _tools),
    Command("audit", "the last records of the audit log, and whether it is intact", _audit),
    Command("report", "the report of the latest experiment, or of the one named", _report),
    Command("tickets", "the decision tickets; with an id, decide that one", _tickets),
    Command("model", "which model runs here", _model),
    Command("quit", "leave", _quit),
)


def run_typed(app: App, shell: TerminalShell, line: str) -> None:
    """Run a tool typed as a slash command (without its slash)."""
    call = parse_slash(line)
    shell.said = line
    shell.planned(Plan(call=call, margin=1.0))
    observation = app.call(call)
    shell.observed(observation)
    if observation.result is not None:
        shell.answer(answer_for(Turn(user=line, steps=(observation,)), Call(tool="reply"), ()))


def run_slash(app: App, shell: TerminalShell, line: str) -> None:
    """Run the slash command `line`. Raises BadRequest with the nearest names, Quit on /quit."""
    name, _, words = line[1:].strip().partition(" ")
    for command in COMMANDS:
        if command.name == name:
            command.run(app, shell, words)
            return
    if any(tool.name == name for tool in TOOLS):
        run_typed(app, shell, line[1:])
        return
    import difflib

    names = [command.name for command in COMMANDS] + [tool.name for tool in TOOLS]
    near = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
    hint = f"Did you mean {' or '.join('/' + word for word in near)}?" if near else "/help lists the commands."
    raise BadRequest(f"There is no command /{name}.", hint=hint)
