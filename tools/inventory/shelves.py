"""The shelves of a workspace: what data, features, experiments, models, tickets, snapshots and trials there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tools.backtest.families import families
from tools.backtest.folder import list_experiments, load_experiment
from tools.backtest.record import Experiment
from tools.backtest.rule_words import rule_words
from tools.backtest.trial_log import read_ledger
from tools.features.catalog import FEATURES
from tools.features.registry import registered
from tools.inventory.record import Item, Kind
from tools.kernel.errors import WorkspaceError
from tools.kernel.format import format_value
from tools.kernel.paths import Workspace
from tools.kernel.spec import Context
from tools.lake.store import lake_symbols, open_lake
from tools.models.registry import MODELS
from tools.trade.ticket import list_tickets

MODEL_FILES = frozenset(kind.file_name for kind in MODELS.values())
DAMAGED = {"state": "damaged"}


def shelf(ctx: Context, kind: Kind) -> tuple[Item, ...]:
    """Return the items of one kind; an empty shelf is a fine answer, and looking at it makes nothing."""
    return SHELVES[kind](ctx)


def _data(ctx: Context) -> tuple[Item, ...]:
    if not lake_symbols(ctx.workspace):
        return ()
    with open_lake(ctx.workspace) as lake:
        holdings = lake.inventory()
    today = ctx.now().astimezone(UTC).date()
    return tuple(
        Item(
            name=holding.symbol,
            facts={
                "interval": holding.interval,
                "source": holding.source,
                "first": _day(holding.first),
                "last": _day(holding.last),
                "bars": f"{holding.rows:,}",
                "age_days": f"{(today - holding.last.date()).days:,}",
            },
        )
        for holding in holdings
    )


def _features(ctx: Context) -> tuple[Item, ...]:
    """Return the features made here, then those of the library."""
    made = tuple(
        Item(
            name=feature.name,
            facts={
                "description": "Python source" if feature.kind == "python" else feature.spec,
                "parameters": "none",
                "warmup_bars": str(feature.evidence.warmup_bars),
            },
        )
        for feature in registered(ctx.workspace).values()
    )
    return made + tuple(
        Item(
            name=feature.bind().id,
            facts={
                "description": feature.description,
                "parameters": ", ".join(parameter.name for parameter in feature.parameters) or "none",
                "warmup_bars": str(feature.bind().warmup),
            },
        )
        for feature in FEATURES
    )


def _experiments(ctx: Context) -> tuple[Item, ...]:
    return tuple(_each(ctx.workspace, name, _experiment_facts) for name in list_experiments(ctx.workspace))


def _models(ctx: Context) -> tuple[Item, ...]:
    saved = [
        name
        for name in list_experiments(ctx.workspace)
        if any((ctx.workspace.experiments / name / file).is_file() for file in MODEL_FILES)
    ]
    return tuple(_each(ctx.workspace, name, _model_facts) for name in saved)


def _tickets(ctx: Context) -> tuple[Item, ...]:
    return tuple(
        Item(
            name=ticket.ticket,
            facts={
                "state": ticket.state,
                "experiment": ticket.experiment,
                "positions": str(len(ticket.positions)),
                "expires": ticket.expires_at.isoformat(timespec="minutes"),
            },
        )
        for ticket in list_tickets(ctx.workspace, ctx.now())
    )


def _snapshots(ctx: Context) -> tuple[Item, ...]:
    if not lake_symbols(ctx.workspace):
        return ()
    with open_lake(ctx.workspace) as lake:
        found = lake.snapshots()
    return tuple(
        Item(name=str(each.id), facts={"time": each.time.isoformat(timespec="seconds"), "message": each.message})
        for each in found
    )


def _trials(ctx: Context) -> tuple[Item, ...]:
    """Return the hypotheses that were tried, the one tried last at the end."""
    return tuple(
        Item(
            name=family.family,
            facts={
                "trials": f"{family.count:,}",
                "symbols": ", ".join(family.symbols),
                "horizon_days": str(family.horizon_days),
                "last": family.last.isoformat(),
                "last_tried": family.last_settings,
            },
        )
        for family in families(read_ledger(ctx.workspace))
    )


SHELVES: dict[Kind, Callable[[Context], tuple[Item, ...]]] = {
    "data": _data,
    "features": _features,
    "experiments": _experiments,
    "models": _models,
    "tickets": _tickets,
    "snapshots": _snapshots,
    "trials": _trials,
}


def _each(workspace: Workspace, name: str, facts: Callable[[Experiment], dict[str, str]]) -> Item:
    """Return the facts of an experiment; a damaged record stays on the shelf and says so."""
    try:
        return Item(name=name, facts=facts(load_experiment(workspace.experiments / name)))
    except WorkspaceError:
        return Item(name=name, facts=DAMAGED)


def _experiment_facts(record: Experiment) -> dict[str, str]:
    return {
        "created": _day(record.created_at),
        "symbols": ", ".join(record.config.symbols),
        "features": _what(record),
        "sharpe": format_value(record.oos.sharpe, "ratio"),
    }


def _what(record: Experiment) -> str:
    """Return what decides: features, or the conditions of a rule."""
    config = record.config
    return ", ".join(config.features) if config.entry is None else rule_words(config.entry, config.exit)


def _model_facts(record: Experiment) -> dict[str, str]:
    return {
        "model": record.config.model,
        "trained_to": record.folds[-1].train_end.isoformat(),
        "features": ", ".join(record.config.features),
        "file": f"{record.experiment}/{MODELS[record.config.model].file_name}",
    }


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
