"""The slash commands, in one explicit table. Tools are slash commands too; `copilot.slash` parses those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.app import App
from copilot.language_help import LANGUAGES
from copilot.messages import Call
from copilot.session import Session
from copilot.slash import parse_slash, usage
from copilot.slash_form import slash_form
from copilot.terminal import TerminalShell, can_ask
from copilot.tool_help import tool_help
from copilot.view import ticket_view
from tools.catalog import TOOLS, find_tool
from tools.kernel.errors import BadRequest
from tools.trade.ticket import list_tickets, load_ticket

ASKING = (
    "A call that asks a vendor over the network shows its card and asks before it runs; so does every kind of\n"
    "call that /approve leaves out. Where nobody can be asked (a pipe, a script) such a call does not run and\n"
    "says so: SLQ_APPROVE allows its kind beforehand, and `slq call` runs what it names. A ticket is confirmed\n"
    "by its typed id and by nothing else."
)


class Quit(Exception):
    """The user wants to leave: a request, not an error."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works on: the running copilot, the conversation, the terminal."""

    app: App
    session: Session
    shell: TerminalShell


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: its name, one line of help, and what it does with the words after it.

    `run` returns False where it failed.
    """

    name: str
    help: str
    run: Callable[[Desk, str], bool | None]


def _columns(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="quiet", show_header=bool(names))
    for name in names:
        table.add_column(name)
    return table


def _help(desk: Desk, words: str) -> None:
    name, console = words.strip().lstrip("/"), desk.shell.console
    if any(tool.name == name for tool in TOOLS):
        console.print(tool_help(find_tool(name)))
        return
    if name in LANGUAGES:
        console.print(LANGUAGES[name]())
        return
    table = _columns()
    for command in COMMANDS:
        table.add_row(Text(f"/{command.name}", style="accent"), command.help)
    console.print("Ask in plain words, or type a command. Every tool is a command too: /tools lists them.\n")
    console.print(table)
    console.print(Text(f"\n{ASKING}", style="quiet"))
    keys = "\nTab completes · Ctrl-R searches history · Ctrl-C stops a turn · Ctrl-D leaves"
    console.print(Text(keys, style="quiet"))


def _tools(desk: Desk, words: str) -> None:
    if words.strip():
        _help(desk, words)
        return
    table = _columns("tool", "effect", "what it does")
    for tool in TOOLS:
        about = Text.assemble(tool.description, (f"\n{usage(tool)}", "quiet"))
        effect = Text(tool.effect.value, style=f"effect.{tool.effect.value}")
        table.add_row(Text(f"/{tool.name}", style="tool"), effect, about)
    desk.shell.console.print(table)


def _audit(desk: Desk, words: str) -> None:
    from copilot.audit_view import audit_table, verification_line

    count, log = int(words) if words.isdigit() else 20, desk.app.workspace.audit_log
    desk.shell.console.print(audit_table(log, count))
    desk.shell.console.print(verification_line(log))


def _holdout(desk: Desk, words: str) -> bool:
    from copilot.holdout import holdout_view, open_by_hand, states_table
    from tools.research.holdout import states

    console, (verb, *rest) = desk.shell.console, words.split() or ["list"]
    if verb == "open" and len(rest) in (1, 2):
        held = open_by_hand(desk.app, desk.shell, *rest)
        console.print("It stays sealed." if held is None else holdout_view(held))
        return held is not None
    found = states(desk.app.workspace)
    console.print(states_table(found) if found else "Nothing was tried yet.")
    console.print(
        Text("/holdout open FAMILY [EXPERIMENT] looks at the sealed bars, once a hypothesis.", style="quiet")
    )
    return True


def _replay(desk: Desk, words: str) -> bool:
    from copilot.replay import replay_on_record, replay_view

    done = replay_on_record(desk.app, desk.shell, words.strip() or "latest")
    desk.shell.console.print(replay_view(done))
    return done.outcome == "repeated"


def _report(desk: Desk, words: str) -> bool:
    return run_typed(desk, f"show_report {words}".strip())


def _tickets(desk: Desk, words: str) -> None:
    console = desk.shell.console
    if words.strip():
        decide_ticket(desk.app, console, words.strip())
        return
    tickets = list_tickets(desk.app.workspace)
    if not tickets:
        console.print("There are no tickets yet. Ask what to trade with an amount of money.")
        return
    table = _columns("ticket", "state", "experiment", "capital", "expires (UTC)")
    for ticket in tickets:
        expires = f"{ticket.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(ticket.ticket, ticket.state, ticket.experiment, f"${ticket.capital_usd:,.0f}", expires)
    console.print(table)
    console.print(Text("/tickets ID shows one and, while it is pending, asks for your decision.", style="quiet"))


def decide_ticket(app: App, console: Console, ticket_id: str) -> None:
    """Show a ticket and, where it is pending, ask the human about it."""
    ticket = load_ticket(app.workspace, ticket_id)
    if ticket.state != "pending":
        console.print(ticket_view(ticket.model_dump(mode="json")))
        return
    decided = app.gate.decide(ticket)
    console.print(Text(f"{decided.ticket} is {decided.state}.", style="accent"))


def _approve(desk: Desk, words: str) -> None:
    from copilot.approval import parse
    from copilot.approval_view import approval_view

    if words.strip():
        desk.session.approve(parse(words))
    desk.shell.console.print(approval_view(desk.app.approved(desk.session)))


def _edit(desk: Desk, _words: str) -> bool:
    from copilot.consent import record_edit

    calls = [step.call for turn in desk.session.turns for step in turn.steps]
    if not calls:
        raise BadRequest("There is no call to edit yet.", hint="Ask for something first, or type a tool: /tools.")
    if not can_ask():
        raise BadRequest("A call is edited at a terminal.", hint="Type the tool with its arguments: /tools.")
    edited = desk.shell.edit(calls[-1])
    if edited is None:
        desk.shell.console.print("Nothing was changed, and nothing was run.")
        return True
    if edited != calls[-1]:
        record_edit(desk.app.log, calls[-1], edited)
    return _take(desk, edited, slash_form(edited))


def _context(desk: Desk, _words: str) -> None:
    from copilot.context_view import context_view
    from copilot.state import live_state

    state, limit = live_state(desk.app.workspace), desk.app.settings.context_tokens
    turns, planner = desk.session.turns, desk.app.planner
    reads = planner.prompt_for(turns, state) if turns else None
    desk.shell.console.print(context_view(turns, state, limit, planner.token_counter(), reads))


def _model(desk: Desk, _words: str) -> None:
    from copilot.model.locate import locate_model

    path = locate_model(desk.app.settings.model)
    size = f"  {path.stat().st_size / 1e6:.0f} MB, {desk.app.planner.status}"
    desk.shell.console.print(Text.assemble((path.name, "accent"), size))
    hint = f"{path}\nAnother GGUF: slq-chat --model PATH, or SLQ_MODEL in .env"
    desk.shell.console.print(Text(hint, style="quiet"))


def _quit(_desk: Desk, _words: str) -> None:
    raise Quit


COMMANDS: tuple[Command, ...] = (
    Command("help", "this list; with a tool, its arguments; expressions or python: what may be written", _help),
    Command("tools", "the tools, what they can do to the world, and how to type them", _tools),
    Command("audit", "the last records of the audit log, and whether it is intact", _audit),
    Command("holdout", "what is sealed; with open FAMILY, the one look at it", _holdout),
    Command("replay", "repeat the latest experiment, or the one named, and compare", _replay),
    Command("report", "the report of the latest experiment, or of the one named", _report),
    Command("tickets", "the decision tickets; with an id, decide that one", _tickets),
    Command("approve", "which kinds of calls run without a question; with kinds, set them: read,execute", _approve),
    Command("edit", "the last call in a line to edit, and run it", _edit),
    Command("context", "what of this conversation the model can see, and how full its context is", _context),
    Command("model", "which model runs here", _model),
    Command("quit", "leave", _quit),
)


def run_typed(desk: Desk, line: str) -> bool:
    """Run a tool typed as a slash command (without its slash), as a turn of the conversation."""
    return _take(desk, parse_slash(line), f"/{line}")


def _take(desk: Desk, call: Call, line: str) -> bool:
    """Take the turn of a call that the user wrote as `line`."""
    desk.shell.said = line
    return desk.shell.finish(desk.app.typed(call, line, desk.session, desk.shell))


def run_slash(desk: Desk, line: str) -> bool:
    """Run the slash command `line` and tell whether it went well.

    Raises BadRequest with the nearest names, Quit on /quit.
    """
    name, _, words = line[1:].strip().partition(" ")
    for command in COMMANDS:
        if command.name == name:
            return command.run(desk, words) is not False
    if any(tool.name == name for tool in TOOLS):
        return run_typed(desk, line[1:])
    import difflib

    names = [command.name for command in COMMANDS] + [tool.name for tool in TOOLS]
    near = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
    hint = f"Did you mean {' or '.join('/' + word for word in near)}?" if near else "/help lists the commands."
    raise BadRequest(f"There is no command /{name}.", hint=hint)
