"""The reproducibility block: what was decided, and what a repeat has to match; no hash is shortened."""

from __future__ import annotations

from tools.backtest.record import Experiment
from tools.report.number import UNDEFINED, format_number
from tools.report.tables import Cell, Row, number_cell

FOR_MODELS = frozenset({"features", "label", "train_years", "test_months", "purge_days", "split", "horizon_days"})
FOR_RULES = frozenset({"entry", "exit"})


def config_rows(record: Experiment) -> list[Row]:
    """Return every setting of the experiment in words, without those that it has no use for."""
    idle = FOR_MODELS if record.config.is_rule else FOR_RULES
    return [
        Row(name.replace("_", " "), (Cell(_plain(value)),)) for name, value in record.config if name not in idle
    ]


def provenance_rows(record: Experiment) -> list[Row]:
    """Return what a replay needs, whole."""
    rows = [
        Row("experiment", (Cell(record.experiment),)),
        Row("created at", (Cell(record.created_at.isoformat()),)),
    ]
    rows += [
        Row(name.replace("_", " "), (Cell(_plain(value)),))
        for name, value in record.provenance
        if name not in ("libraries", "features")
    ]
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(record.provenance.libraries.items()))
    sources = [Row(f"source of {name}", (Cell(digest),)) for name, digest in record.provenance.features.items()]
    return [
        *rows,
        *sources,
        *_trial_rows(record),
        Row("libraries", (Cell(libraries or UNDEFINED),)),
        Row("seconds", (number_cell(record.seconds, "seconds"),)),
    ]


def _trial_rows(record: Experiment) -> list[Row]:
    """Return where the trial ledger stood: its head, kept here, shows a ledger that was cut or replaced later."""
    if record.trials is None:
        return []
    facts = {
        "trial family": record.trials.family,
        "trials counted": format_number(record.trials.count),
        "trial ledger head": record.trials.head,
    }
    return [Row(name, (Cell(text),)) for name, text in facts.items()]


def _plain(value: object) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or UNDEFINED
    return f"{value:g}" if isinstance(value, float) else str(value)
