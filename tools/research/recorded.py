"""Recording a run: whatever was run, it is counted, judged, written and reported in the same way.

The folder is there whole or not at all. The same bars, settings, code and thread count give the same
`output_sha256`.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from tools.backtest import stats
from tools.backtest.folder import RESULT_FILE
from tools.backtest.record import Config, Experiment, Provenance
from tools.backtest.trials import Opening
from tools.features.bars import Bars
from tools.features.evidence import Evidence
from tools.features.feature import Signal
from tools.features.resolve import sources_of
from tools.ingest.universe import BENCHMARK
from tools.kernel import fingerprint
from tools.kernel.spec import Context
from tools.models.registry import MODELS
from tools.report.page import write_report
from tools.research.caveats import caveats
from tools.research.folder import experiment_id, recording
from tools.research.judge import Judgement, Tried, count, judge, placebo_sharpes
from tools.research.skill import room_of, skill_of
from tools.research.stages import Stages
from tools.research.study import Study

LIBRARIES = ("lightgbm", "numpy", "pandas", "duckdb")


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of the work that a run records; the recorded trial is the first of `tried`.

    `output` is the study's `output_sha256`.
    """

    config: Config
    signals: Sequence[Signal]
    evidence: tuple[Evidence, ...]
    study: Study
    output: str
    tried: tuple[Tried, ...]
    threads: int = 1
    paths: tuple[float | None, ...] = ()


def record_run(
    ctx: Context, bars: Bars, stages: Stages, *, started: datetime, model: str, work: Callable[[], Worked]
) -> Experiment:
    """Do the work, count and judge it, and write its folder with its report, whole or not at all.

    Raises:
        WorkspaceError: the folder cannot be written; that shows before the work begins.
    """
    name = experiment_id(ctx.workspace, day=started.date(), model=model, symbols=bars.panel.symbols, interval="1d")
    with recording(ctx.workspace, name) as folder:
        worked = work()
        with stages.timed("verdict"):
            judged = _judged(ctx, bars, worked, name=name, at=started)
        with stages.timed("record"):
            record = _record(
                name=name,
                started=started,
                worked=worked,
                judged=judged,
                bars=bars,
                stages=stages,
                audit_head=ctx.audit_head,
            )
            _write(folder, record, worked)
        ctx.progress("report", 0, 1)
        with stages.timed("report"):
            write_report(folder)
        (folder / "run_log.jsonl").write_text(stages.jsonl(started), encoding="utf-8")
    ctx.progress("report", 1, 1)
    return record


def _judged(ctx: Context, bars: Bars, worked: Worked, *, name: str, at: datetime) -> Judgement:
    """Count the run's trials, then judge it; they count even if something fails afterwards."""
    family, ledger = count(ctx.workspace, worked.config, bars, worked.tried, name=name, at=at)
    placebos = placebo_sharpes(bars, worked.study.scores, worked.config, ctx.progress)
    return judge(ctx.workspace, family, ledger, worked.study, placebos, beside=worked.tried)


def _record(
    *,
    name: str,
    started: datetime,
    worked: Worked,
    judged: Judgement,
    bars: Bars,
    stages: Stages,
    audit_head: str | None,
) -> Experiment:
    config, study = worked.config, worked.study
    tested = study.backtest
    notes = caveats(
        symbols=config.symbols,
        oos=study.oos,
        ledger=tested.ledger,
        trials=len(worked.tried),
        last_bar=config.end if bars.sealed is None else max(config.end, bars.sealed.end),
        haircut=config.delisting_haircut,
        today=started.astimezone(UTC).date(),
    )
    return Experiment(
        experiment=name,
        created_at=started,
        config=config,
        oos=study.oos,
        benchmarks=tested.benchmarks,
        cost_curve=tested.cost_curve,
        folds=study.folds,
        evidence=worked.evidence,
        trials=judged.trials,
        strategy=judged.evidence,
        verdict=judged.verdict,
        signal_date=tested.targets.index[-1].date(),
        targets=study.targets,
        sealed=bars.sealed,
        skill=skill_of(bars.panel, study.scores, config),
        room=room_of(bars.panel, tested.ledger),
        paths=worked.paths,
        orders=tested.ledger.orders_sent,
        fills=tested.ledger.orders,
        rejects=tested.ledger.rejects,
        clamps=tested.clamps,
        warnings=(*_opened_warning(judged.opened), *notes, *bars.warnings, *_index_warning(study, bars)),
        provenance=Provenance(
            data_snapshot=bars.snapshot,
            data_sha256=bars.sha256,
            code_version=fingerprint.code_version(),
            output_sha256=worked.output,
            libraries=libraries(),
            threads=worked.threads,
            seed=config.seed,
            features=sources_of(worked.signals),
            audit_head=audit_head,
        ),
        seconds=stages.seconds,
    )


def _opened_warning(opened: Opening | None) -> tuple[str, ...]:
    if opened is None:
        return ()
    how = f"opened on {opened.made_at.date()} with {opened.experiment}"
    return (f"The holdout of this hypothesis was {how}: what is tried since is chosen knowing how that went.",)


def _index_warning(study: Study, bars: Bars) -> tuple[str, ...]:
    if "index" in study.backtest.benchmarks:
        return ()
    if bars.index_symbol is None:
        return (f"No index benchmark: load it with /ingest_data {BENCHMARK} and run again.",)
    return (f"No index benchmark: {bars.index_symbol} does not cover the test period.",)


def libraries() -> dict[str, str]:
    """Return the versions, of those that are in use here, that can change what comes out."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def output_sha256(study: Study) -> str:
    """Return the fingerprint of what a replay compares: net returns and trades."""
    ledger = study.backtest.ledger
    parts = [fingerprint.of_frame(ledger.returns.to_frame()), fingerprint.of_frame(ledger.trades)]
    return fingerprint.of_bytes("".join(parts).encode())


def _write(folder: Path, record: Experiment, worked: Worked) -> None:
    """Write the record and its tables; of a sweep also what each trial made. Raises OSError."""
    (folder / "config.json").write_text(record.config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / RESULT_FILE).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if worked.study.model is not None:
        worked.study.model.save(folder / MODELS[record.config.model].file_name)
    if len(worked.tried) > 1:
        rows = [(each.settings, stats.sharpe(each.returns)) for each in worked.tried]
        pd.DataFrame(rows, columns=["settings", "sharpe"]).to_csv(
            folder / "sweep.csv", index=False, lineterminator="\n"
        )
    tested = worked.study.backtest
    tested.ledger.trades.to_csv(folder / "trades.csv", index=False, lineterminator="\n")
    tested.equity.rename_axis("ts").reset_index().to_parquet(folder / "equity.parquet", index=False)
