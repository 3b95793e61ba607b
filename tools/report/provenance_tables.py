"""The reproducibility block: what was decided, and what a repeat has to match; no hash is shortened."""

from __future__ import annotations

from tools.backtest.record import Experiment, Holdout
from tools.report.number import EN_DASH, UNDEFINED, format_number
from tools.report.tables import Cell, Row, number_cell

FOR_MODELS = frozenset({"features", "label", "train_years", "test_months", "purge_days", "split", "horizon_days"})
FOR_RULES = frozenset({"entry", "exit"})


def config_rows(record: Experiment) -> list[Row]:
    """Return every setting of the experiment in words, without those that it has no use for."""
    idle = FOR_MODELS if record.config.is_rule else FOR_RULES
    return [
        Row(name.replace("_", " "), (Cell(_plain(value)),)) for name, value in record.config if name not in idle
    ]


def provenance_rows(record: Experiment, holdout: Holdout | None = None) -> list[Row]:
    """Return what a replay needs, whole, and what vouches for trials and holdout."""
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
        *_holdout_rows(record, holdout),
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


def _holdout_rows(record: Experiment, holdout: Holdout | None) -> list[Row]:
    """Return which bars were sealed, and the record of the decision to open them."""
    if holdout is not None:
        facts = {
            "holdout": f"{holdout.start} {EN_DASH} {holdout.end}",
            "holdout opened at": holdout.opened_at.isoformat(),
            "holdout audit head": _plain(holdout.audit_head),
        }
    elif record.sealed is not None:
        facts = {"holdout, sealed": f"{record.sealed.start} {EN_DASH} {record.sealed.end}"}
    else:
        facts = {}
    return [Row(name, (Cell(text),)) for name, text in facts.items()]


def _plain(value: object) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or UNDEFINED
    return f"{value:g}" if isinstance(value, float) else str(value)
