"""Experiments side by side: their figures, and the settings in which they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tools.backtest.folder import find_experiment, list_experiments, load_experiment
from tools.backtest.record import Experiment
from tools.kernel.errors import BadRequest
from tools.kernel.paths import Workspace
from tools.research.record import Compared, CompareResult, Difference

LATEST_TWO = 2


def choose(workspace: Workspace, names: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders of `names`, each once; the latest two where none is named, one being its own only rival.

    Raises:
        NoData: there is no experiment yet.
        BadRequest: a name is unknown or ambiguous, or fewer than two experiments are left to compare.
    """
    asked = tuple(names) or list_experiments(workspace)[-LATEST_TWO:] or ("latest",)
    folders = tuple(dict.fromkeys(find_experiment(workspace, name) for name in asked))
    if len(folders) < LATEST_TWO:
        raise BadRequest(
            f"There is only {folders[0].name} to compare.",
            hint="Run or name a second experiment to compare it with.",
        )
    return folders


def compare(folders: Sequence[Path]) -> CompareResult:
    """Return figures and differing settings of the experiments in `folders`, in that order."""
    records = [load_experiment(folder) for folder in folders]
    return CompareResult(
        experiments=tuple(_line(record) for record in records),
        differences=_differences(records),
        warnings=_warnings(records),
    )


def _line(record: Experiment) -> Compared:
    own, naive = record.oos.sharpe, record.benchmarks["equal_weight"].sharpe
    return Compared(
        experiment=record.experiment,
        verdict=record.verdict.grade if record.verdict else None,
        trials=record.trials.count if record.trials else None,
        sharpe=own,
        sharpe_stderr=record.oos.sharpe_stderr,
        cagr=record.oos.cagr,
        max_drawdown=record.oos.max_drawdown,
        turnover=record.oos.turnover,
        sharpe_over_equal_weight=own - naive if own is not None and naive is not None else None,
    )


def _differences(records: Sequence[Experiment]) -> tuple[Difference, ...]:
    settings = [
        record.config.model_dump(mode="json")
        | {"data_snapshot": record.provenance.data_snapshot, "code_version": record.provenance.code_version}
        for record in records
    ]
    rows = {name: tuple(_text(setting[name]) for setting in settings) for name in settings[0]}
    return tuple(Difference(setting=name, values=values) for name, values in rows.items() if len(set(values)) > 1)


def _text(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _warnings(records: Sequence[Experiment]) -> tuple[str, ...]:
    found = []
    if len({record.provenance.output_sha256 for record in records}) < len(records):
        found.append("Some of these are the same run repeated: their trades and returns are identical.")
    windows = {(record.oos.days, _last_day(record)) for record in records}
    if len(windows) > 1:
        found.append("The test periods differ, so the figures are not directly comparable.")
    if len({record.config.symbols for record in records}) > 1:
        found.append("The universes differ, so compare each with its own equal-weight benchmark.")
    known = [record for record in records if record.oos.sharpe is not None and record.oos.sharpe_stderr is not None]
    ranked = sorted(known, key=lambda record: record.oos.sharpe or 0.0)
    if len(ranked) > 1 and _overlap(ranked[-1], ranked[-2]):
        found.append("The best two are closer than two standard errors: the difference may be chance.")
    found.append(f"Picking the best of {len(records)} flatters it: the winner's figure is biased upwards.")
    return tuple(found)


def _last_day(record: Experiment) -> date:
    return record.folds[-1].test_end if record.folds else record.config.end


def _overlap(first: Experiment, second: Experiment) -> bool:
    """Say whether two Sharpe ratios differ by less than twice the standard error of their difference.

    The runs are treated as independent; on the same symbols and days they are not, which makes this cautious.
    """
    gap = abs((first.oos.sharpe or 0.0) - (second.oos.sharpe or 0.0))
    error = math.hypot(first.oos.sharpe_stderr or 0.0, second.oos.sharpe_stderr or 0.0)
    return gap < 2 * error
