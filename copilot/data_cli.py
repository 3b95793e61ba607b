"""`slq data`: looking after the lake from the shell. Thin: what happens is in `tools.lake` and `tools.ingest`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.data_json import as_json
from copilot.data_words import read_adjust, read_state
from copilot.options import JsonOption, Options
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.format import counted

if TYPE_CHECKING:
    from copilot.messages import Call
    from tools.lake.store import Lake

data = typer.Typer(no_args_is_help=True, help="The lake: what is in it, whether it is whole, what goes out of it.")

Symbols = Annotated[list[str], typer.Argument(help="Tickers, company names or groups.")]
IntervalOption = Annotated[str, typer.Option("--interval", help="1d, 1h or 1m.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="Only rows from this source.")]
DAY_FORMAT = "%Y-%m-%d"


@data.command("list")
def list_data(json_output: JsonOption = False) -> None:
    """List what the lake holds and how old it is."""
    _call("list_inventory", {"kind": "data"}, json_output=json_output)


@data.command("show")
def show(
    symbols: Symbols,
    view: Annotated[
        str, typer.Option("--view", help="summary, bars, gaps, actions, changes, sources or quarantine.")
    ] = "summary",
    interval: IntervalOption = "1d",
    source: SourceOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show what the lake has of symbols, seen from one side."""
    args = {"symbols": symbols, "view": view, "interval": interval, "source": source}
    _call("show_data", args, json_output=json_output)


@data.command("gaps")
def gaps(
    symbols: Symbols, interval: IntervalOption = "1d", source: SourceOption = None, json_output: JsonOption = False
) -> None:
    """Compare the bars of symbols with the calendar of their exchange."""
    args = {"symbols": symbols, "view": "gaps", "interval": interval, "source": source}
    _call("show_data", args, json_output=json_output)


@data.command("as-of")
def as_of(
    day: Annotated[datetime, typer.Argument(formats=[DAY_FORMAT], help="The day, as 2010-06-30.")],
    symbols: Symbols,
    interval: IntervalOption = "1d",
    source: SourceOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show what was known of symbols on a past day."""
    args = {"symbols": symbols, "as_of": day.date().isoformat(), "interval": interval, "source": source}
    _call("show_data", args, json_output=json_output)


@data.command("diff")
def diff_snapshots(
    symbols: Annotated[list[str] | None, typer.Argument(help="Only these; all where none is named.")] = None,
    before: Annotated[
        str | None, typer.Option("--from", help="A snapshot number or a day; else the one before.")
    ] = None,
    after: Annotated[str | None, typer.Option("--to", help="A snapshot number or a day; else the last.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many restated values to list.")] = 50,
    json_output: JsonOption = False,
) -> None:
    """Show what changed between two snapshots: rows new, restated (old and new value) and removed."""
    from copilot.data_view import diff_view
    from tools.lake.diff import diff

    with _lake() as lake:
        wanted = _resolve(symbols or [], lake)
        found = diff(lake, before=read_state(before), after=read_state(after), symbols=wanted, limit=limit)
    _show(found, diff_view(found), json_output=json_output)


@data.command("verify")
def verify_lake(json_output: JsonOption = False) -> None:
    """Read every file and every row; exit code 1 where something is not as it should be."""
    from copilot.data_view import verify_view
    from tools.ingest.raw_upkeep import check_raw
    from tools.lake.metadata import read_metadata
    from tools.lake.verify import verify

    read_metadata(Options.workspace)
    raw = check_raw(Options.workspace)
    with _lake() as lake:
        found = verify(lake)
    if json_output:
        _print({"ok": found.ok and not raw.faults, "lake": as_json(found), "raw": as_json(raw)})
    else:
        _console(verify_view(found, raw))
    if not found.ok or raw.faults:
        raise typer.Exit(1)


@data.command("export")
def export(
    symbols: Symbols,
    *,
    to: Annotated[Path, typer.Option("--to", help="The file to write: .csv or .parquet.")],
    interval: IntervalOption = "1d",
    start: Annotated[datetime | None, typer.Option(formats=[DAY_FORMAT])] = None,
    end: Annotated[datetime | None, typer.Option(formats=[DAY_FORMAT])] = None,
    as_of_state: Annotated[str | None, typer.Option("--as-of", help="A snapshot number or a day.")] = None,
    adjust: Annotated[str, typer.Option(help="none (raw), split, or total (splits and dividends).")] = "none",
    source: SourceOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it exists.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Write bars to a CSV or Parquet file, complete or not at all."""
    from tools.lake.export import export_bars

    mode = read_adjust(adjust)
    with _lake() as lake:
        done = export_bars(
            lake,
            _resolve(symbols, lake),
            to,
            interval=interval,
            start=start and start.date(),
            end=end and end.date(),
            as_of=read_state(as_of_state),
            adjust=mode,
            source=source,
            force=force,
        )
    if json_output:
        _print(as_json(done))
    else:
        what = f"{counted(done.rows, 'row')} of snapshot {done.data_snapshot}"
        typer.echo(f"{what} in {done.path} ({done.size_bytes:,} bytes).")


@data.command("purge")
def purge_symbol(
    symbol: str,
    *,
    source: SourceOption = None,
    interval: Annotated[str | None, typer.Option("--interval", help="Only bars of this interval.")] = None,
    before: Annotated[
        datetime | None, typer.Option(formats=[DAY_FORMAT], help="Only rows before this day.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Also delete the vendor's files of the symbol.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a symbol, a part of it, or a generated feature; asks first, and leaves a record of what it removed."""
    from copilot.data_upkeep import apply_purge
    from tools.features.registry import PREFIX
    from tools.lake.purge import Selection, count

    with _lake() as lake:
        name = symbol if symbol.startswith(PREFIX) else _resolve([symbol], lake)[0]
        selection = Selection(name, source, interval, before.date() if before else None)
        rows = count(lake, selection)
    if raw and (interval or before):
        raise BadRequest("--raw goes with the whole symbol only.", hint="Leave out --interval and --before.")
    if not rows:
        shown = 'slq research "list features"' if symbol.startswith(PREFIX) else "slq data list"
        raise NoData(f"The lake has nothing of {selection}.", hint=f"`{shown}` shows what there is.")
    told = ", ".join(f"{counted(number, 'row')} of {table}" for table, number in rows.items())
    if not yes and not _agreed(f"This removes {told}: {selection}."):
        typer.echo("Nothing was removed.")
        raise typer.Exit(1)
    done = apply_purge(Options.settings, Options.workspace, selection, raw=raw)
    typer.echo(f"Removed {told}: {selection}. The lake is at snapshot {done.data_snapshot}.")
    if raw:
        typer.echo(f"{done.raw_files:,} files of the vendor went, too.")
    typer.echo("Earlier snapshots still have the rows until `slq data compact` lets those go.")


@data.command("compact")
def compact_lake(
    keep_days: Annotated[
        int | None, typer.Option("--keep-snapshots-days", min=1, help="Set the policy: let older states go.")
    ] = None,
    keep_raw_days: Annotated[
        int | None, typer.Option("--keep-raw-days", min=1, help="Set the policy: delete older raw files.")
    ] = None,
    keep_all: Annotated[bool, typer.Option("--keep-all", help="Set the policy: keep everything.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Apply the retention policy, merge small files and delete dead ones. Without a policy every state is kept."""
    from copilot.data_upkeep import apply_retention
    from copilot.data_view import compact_view
    from tools.lake.metadata import Retention, read_metadata

    policy = read_metadata(Options.workspace).retention
    if keep_all:
        policy = Retention()
    if keep_days is not None or keep_raw_days is not None:
        given = {"keep_snapshots_days": keep_days, "keep_raw_days": keep_raw_days}
        policy = policy.model_copy(update={name: days for name, days in given.items() if days is not None})
    _check_lake()
    done, raw_files = apply_retention(Options.settings, Options.workspace, policy)
    if json_output:
        _print({**as_json(done), "raw_files_deleted": raw_files})
    else:
        _console(compact_view(done, raw_files))


def _call(tool: str, args: dict[str, Any], *, json_output: bool) -> None:
    """Run one reading tool and show its record with its answer."""
    from copilot.answer import answer_for
    from copilot.app import open_app
    from copilot.messages import Call, Turn
    from copilot.view import result_view

    call = Call(tool=tool, args={name: value for name, value in args.items() if value is not None})
    with open_app(Options.settings, Options.workspace) as slq:
        observation = slq.call(call)
    if observation.failure is not None:
        raise BadRequest(observation.failure.message, hint=observation.failure.hint)
    if json_output:
        _print(observation.result)
        return
    view = result_view(tool, observation.result)
    if view is not None:
        _console(view)
    typer.echo(answer_for(Turn(user="", steps=(observation,)), _reply(), ()))


def _reply() -> Call:
    from copilot.messages import Call

    return Call(tool="reply")


def _check_lake() -> None:
    """Raise NoData where there is no lake: looking after it makes none."""
    from tools.lake.store import lake_exists

    if not lake_exists(Options.workspace):
        raise NoData("The lake is empty.", hint='Load some data first: slq research "load the bars of IBM"')


@contextmanager
def _lake() -> Iterator[Lake]:
    from tools.lake.store import open_lake

    _check_lake()
    with open_lake(Options.workspace) as lake:
        yield lake


def _resolve(names: Sequence[str], lake: Lake) -> tuple[str, ...]:
    from tools.ingest.universe import resolve

    return resolve(names, extra=lake.symbols()) if names else ()


def _agreed(question: str) -> bool:
    """Ask a human to type yes. Raises BadRequest where there is nobody to ask."""
    from copilot.terminal import can_ask

    if not can_ask():
        raise BadRequest(f"{question} There is no terminal to confirm it on.", hint="Add --yes to go on.")
    typer.echo(question)
    typed: str = typer.prompt("Type yes to go on", default="no", show_default=False)
    return typed.strip().lower() == "yes"


def _show(found: Any, view: Any, *, json_output: bool) -> None:
    if json_output:
        _print(as_json(found))
    else:
        _console(view)


def _console(view: Any) -> None:
    from copilot.terminal import make_console

    make_console().print(view)


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
