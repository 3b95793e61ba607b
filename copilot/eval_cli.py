"""`slq eval`: how well a planner plans, on cases with the right answer beside them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.options import JsonOption, Options
from tools.kernel.errors import BadRequest

if TYPE_CHECKING:
    from copilot.evals.contenders import Contender
    from copilot.evals.trial import Job, Trial

SCORECARD = Path(__file__).resolve().parents[1] / "tests" / "evals"  # in a checkout; a wheel has no tests
STATE_ENDING = "_state.json"
PAGE_ENDINGS = (".html", ".md")
FilesArgument = Annotated[list[Path] | None, typer.Argument(help="Files of cases; else SLQ's own scorecard.")]


def evaluate(
    files: FilesArgument = None,
    *,
    state: Annotated[Path | None, typer.Option(help="JSON: what exists when the cases are asked.")] = None,
    planner: Annotated[
        str | None, typer.Option(help="tuned, untuned, bm25, zero-shot or no-grammar; else the one in use.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every planner that can run here.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="So many cases, in the mix of the set.")] = None,
    adapter: Annotated[Path | None, typer.Option(help="Another adapter (GGUF) for the embedded model.")] = None,
    report: Annotated[Path | None, typer.Option(help="A page to write: FILE.html or FILE.md.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Score a planner: right tools, exact calls, whole plans, latency and memory; runs no tool."""
    from copilot.evals.scorecard import scorecard_of

    if report is not None and report.suffix.lower() not in PAGE_ENDINGS:
        raise BadRequest(f"A report is a page, not {report.name}.", hint="Give a name in .html or .md.")
    if every and planner is not None:
        raise BadRequest("Give either --all or --planner.", hint="slq eval --all")
    chosen = _case_files(files)
    names = _names(planner, every=every, adapter=_adapter(adapter))
    jobs = [_job(name, chosen, _state_file(state, chosen), limit, _adapter(adapter)) for name in names]
    trials = _run(jobs, json_output=json_output)
    cards = [scorecard_of(trial) for trial in trials]
    if report is not None:
        from copilot.evals.page import write_page

        write_page(report, trials, cards)
    if json_output:
        typer.echo(json.dumps([_as_json(trial) for trial in trials], indent=1, ensure_ascii=False))
        return
    from copilot.evals.view import scorecards_view
    from copilot.terminal import make_console

    make_console().print(scorecards_view(cards))
    if report is not None:
        typer.echo(f"\nThe report: {report}")


def _case_files(files: list[Path] | None) -> tuple[Path, ...]:
    """Return the files to run, those of the scorecard where none is named. Raises BadRequest in a wheel."""
    found = tuple(files or sorted(SCORECARD.glob("scorecard_*.jsonl")))
    if not found:
        raise BadRequest(
            "SLQ's own cases are in its source tree, which this installation is not.",
            hint="Name a file of cases: slq eval cases.jsonl --state state.json",
        )
    return found


def _state_file(state: Path | None, files: tuple[Path, ...]) -> Path:
    """Return the state to ask in: that named, else the one named like the first file. Raises BadRequest."""
    if state is not None:
        return state
    stem = files[0].stem
    for name in (stem, stem.rpartition("_")[0]):
        beside = files[0].with_name(f"{name}{STATE_ENDING}")
        if name and beside.is_file():
            return beside
    raise BadRequest(
        f"What exists when the cases of {files[0].name} are asked?",
        hint=f"Give --state FILE, or put {stem}{STATE_ENDING} beside it; `slq plan --state` takes the same.",
    )


def _adapter(named: Path | None) -> Path | None:
    from copilot.model.locate import check_gguf, locate_adapter

    return locate_adapter() if named is None else check_gguf(named.expanduser())


def _names(planner: str | None, *, every: bool, adapter: Path | None) -> tuple[Contender, ...]:
    from copilot.evals.contenders import available, contender, in_use

    if every:
        return available(adapter)
    return (in_use(Options.settings, adapter) if planner is None else contender(planner),)


def _job(name: Contender, files: tuple[Path, ...], state: Path, limit: int | None, adapter: Path | None) -> Job:
    from copilot.evals.trial import Job

    settings = Options.settings
    return Job(
        planner=name,
        files=tuple(path.resolve() for path in files),
        state=state.resolve(),
        limit=limit,
        adapter=adapter.resolve() if adapter is not None else None,
        model=settings.model.expanduser().resolve() if settings.model is not None else None,
        threads=settings.threads,
        context_tokens=settings.context_tokens,
        cache=settings.cache,
    )


def _run(jobs: list[Job], *, json_output: bool) -> list[Trial]:
    """Run the planners one after the other, with a bar for each at a terminal."""
    from copilot.evals.trial import run_in_child
    from copilot.terminal import TerminalShell, make_console

    shell = TerminalShell(make_console(stderr=json_output))
    try:
        return [run_in_child(job, partial(shell.progress, job.planner)) for job in jobs]
    finally:
        shell.stop_progress()


def _as_json(trial: Trial) -> dict[str, Any]:
    """Return a trial's figures, and each case with what was planned for it."""
    from copilot.evals.scorecard import scorecard_of

    cases = [
        {
            "id": outcome.case.id,
            "category": outcome.case.category,
            "planned": [call.model_dump(mode="json") for call in outcome.calls],
            "right_tool": outcome.right_tool,
            "exact": outcome.exact,
            "valid": outcome.valid,
            "margin": round(outcome.margin, 4),
            "ms": round(outcome.ms, 1),
        }
        for outcome in trial.outcomes
    ]
    return {**scorecard_of(trial).model_dump(mode="json"), "outcomes": cases}
