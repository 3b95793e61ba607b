"""`slq`: the same copilot without a conversation, for scripts and for looking things up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.data_cli import data
from copilot.eval_cli import evaluate
from copilot.export_cli import export
from copilot.holdout_cli import holdout
from copilot.model_cli import model as model_group
from copilot.options import JsonOption, Options
from copilot.replay_cli import replay
from copilot.trials_cli import trials
from tools.kernel.errors import BadRequest, SLQError

if TYPE_CHECKING:
    from copilot.app import App

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
audit = typer.Typer(no_args_is_help=True, help="The tamper-evident record of every call and decision.")
ticket = typer.Typer(no_args_is_help=True, help="Decision tickets.")
app.add_typer(audit, name="audit")
app.add_typer(ticket, name="ticket")
app.add_typer(data, name="data")
app.add_typer(holdout, name="holdout")
app.add_typer(model_group, name="model")
app.add_typer(trials, name="trials")
app.command("eval")(evaluate)
app.command("export")(export)
app.command("replay")(replay)

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder that holds data/ and experiments/.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"slq {version('slq')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A GGUF file instead of the embedded model.")]


@app.callback()
def _options(workspace: WorkspaceOption = None, model: ModelOption = None, version: VersionOption = False) -> None:  # noqa: ARG001
    """SLQ, Sovereign Local Quant: a research copilot that refuses to fool you, offline."""
    from copilot.app import choose_settings

    Options.settings, Options.workspace = choose_settings(workspace, model)


def _announce(slq: App) -> None:
    """Say on standard error what an earlier process left unfinished."""
    for line in slq.unfinished():
        typer.secho(line, fg="yellow", err=True)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@app.command()
def research(question: str, json_output: JsonOption = False) -> None:
    """Answer one question and leave; a trade proposal stays pending where nobody can be asked."""
    from copilot.app import open_app
    from copilot.session import Session
    from copilot.terminal import QuietShell, TerminalShell, make_console, went_well
    from tools.kernel.spec import utc_now

    shell = TerminalShell(make_console())
    shell.said = question
    ask = (lambda _ticket: None) if json_output else shell.ask_ticket
    with open_app(Options.settings, Options.workspace, ask=ask, progress=shell.progress) as slq:
        _announce(slq)
        slq.planner.start()
        session = Session.new(Options.workspace, utc_now())
        turn = slq.turn(question, session, QuietShell() if json_output else shell)
    if json_output:
        _print_json(turn.model_dump(mode="json"))
    well = went_well(turn) if json_output else shell.finish(turn)
    if not well:
        raise typer.Exit(1)


@app.command()
def plan(
    question: Annotated[str | None, typer.Argument()] = None,
    batch: Annotated[Path | None, typer.Option(help="JSON lines to plan for, one conversation a line.")] = None,
    state: Annotated[Path | None, typer.Option(help="JSON: symbols, experiments and features that exist.")] = None,
) -> None:
    """Print the call the planner would make, without running anything."""
    from copilot.app import load_planner
    from copilot.batch import plan_batch, read_state
    from copilot.messages import Turn
    from copilot.state import live_state

    if (question is None) == (batch is None):
        raise BadRequest("Give either a question or --batch FILE.", hint='slq plan "what data do I have"')
    known = live_state(Options.workspace) if state is None else read_state(state)
    planner = load_planner(Options.settings)
    if question is not None:
        chosen = planner.plan((Turn(user=question),), known)
        _print_json(chosen.model_dump(mode="json"))
        return
    try:
        lines = batch.read_text(encoding="utf-8").splitlines() if batch else []
    except OSError as error:
        raise BadRequest(f"Cannot read {batch}: {error.strerror}.", hint="Check the path.") from None
    for line in plan_batch(lines, known, planner):
        typer.echo(line)


@app.command()
def call(
    tool: str, arguments: Annotated[str, typer.Argument(help="The arguments, as a JSON object.")] = "{}"
) -> None:
    """Run one tool with JSON arguments and print its record as JSON."""
    from copilot.app import open_app
    from copilot.messages import Call
    from copilot.terminal import TerminalShell, make_console

    try:
        args = json.loads(arguments)
    except ValueError as error:
        raise BadRequest(
            f"The arguments are not JSON: {error}.", hint='For example: \'{"kind": "data"}\''
        ) from None
    if not isinstance(args, dict):
        raise BadRequest("The arguments must be a JSON object.", hint='For example: \'{"kind": "data"}\'')
    shell = TerminalShell(make_console(stderr=True))
    with open_app(Options.settings, Options.workspace, ask=shell.ask_ticket, progress=shell.progress) as slq:
        _announce(slq)
        observation = slq.call(Call(tool=tool, args=args))
    shell.stop_progress()
    if observation.failure is not None:
        raise BadRequest(observation.failure.message, hint=observation.failure.hint)
    _print_json(observation.result)


@app.command()
def tools(json_output: JsonOption = False) -> None:
    """List the tools; with --json, the schemas of their arguments and results."""
    from tools.catalog import TOOLS

    if not json_output:
        for tool in TOOLS:
            typer.echo(f"{tool.name:22}{tool.effect.value:10}{tool.description}")
        return
    _print_json(
        [
            {
                "name": tool.name,
                "description": tool.description,
                "effect": tool.effect.value,
                "args": tool.args.model_json_schema(),
                "result": tool.result.model_json_schema(mode="serialization"),
            }
            for tool in TOOLS
        ]
    )


@audit.command("show")
def audit_show(last: Annotated[int, typer.Option(help="How many records.")] = 20) -> None:
    """Print the last records of the audit log."""
    from copilot.audit_view import audit_table
    from copilot.terminal import make_console

    make_console().print(audit_table(Options.workspace.audit_log, last))


@audit.command("verify")
def audit_verify(
    anchor: Annotated[str | None, typer.Option(help="A head noted earlier; the log must contain it.")] = None,
) -> None:
    """Check every record of the chain; exit code 1 where one does not hold."""
    from copilot.audit_view import verification_report
    from copilot.terminal import make_console

    intact, report = verification_report(Options.workspace.audit_log, anchor)
    make_console().print(report)
    if not intact:
        raise typer.Exit(1)


@ticket.command("list")
def ticket_list() -> None:
    """List the decision tickets."""
    from tools.trade.ticket import list_tickets

    for item in list_tickets(Options.workspace):
        typer.echo(f"{item.ticket}  {item.state:10}{item.experiment}  ${item.capital_usd:,.0f}")


@ticket.command("show")
def ticket_show(ticket_id: str) -> None:
    """Show a ticket; decides nothing."""
    from copilot.terminal import make_console
    from copilot.view import ticket_view
    from tools.trade.ticket import load_ticket

    make_console().print(ticket_view(load_ticket(Options.workspace, ticket_id).model_dump(mode="json")))


@ticket.command("reject")
def ticket_reject(ticket_id: str) -> None:
    """Reject a pending ticket."""
    from copilot.app import open_app
    from tools.trade.ticket import load_ticket

    with open_app(Options.settings, Options.workspace, ask=lambda _ticket: "") as slq:
        decided = slq.gate.decide(load_ticket(Options.workspace, ticket_id))
    typer.echo(f"{decided.ticket} is {decided.state}.")


@ticket.command("confirm")
def ticket_confirm(ticket_id: str) -> None:
    """Show a pending ticket and ask for its id; needs a terminal."""
    from copilot.terminal import can_ask

    if not can_ask():
        raise BadRequest("A ticket is confirmed at a terminal, by a person.", hint="Run this command in one.")
    from copilot.app import open_app
    from copilot.commands import decide_ticket
    from copilot.terminal import TerminalShell, make_console

    shell = TerminalShell(make_console())
    with open_app(Options.settings, Options.workspace, ask=shell.ask_ticket) as slq:
        decide_ticket(slq, shell.console, ticket_id)


@app.command()
def doctor() -> None:
    """Say what is found, what is enforced, and what is missing."""
    from copilot.doctor import examine
    from copilot.terminal import make_console

    healthy, report = examine(Options.settings, Options.workspace)
    make_console().print(report)
    if not healthy:
        raise typer.Exit(1)


def main() -> None:
    """Run `slq`; an expected failure is one line and exit code 1."""
    try:
        app()
    except SLQError as error:
        typer.secho(error.message, fg="red", err=True)
        if error.hint:
            typer.secho(error.hint, err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
