"""Reading a recorded run back: its bars as they were, its features, its model, its fills.

An explanation has to be of the run that is on record. So the bars must have the fingerprint of the record, Python
features the source of the record, and the model and the features must give the scores of the record again.
"""

from __future__ import annotations

from math import isclose, isfinite, nan
from pathlib import Path

from tools.backtest.folder import find_experiment, load_experiment
from tools.backtest.record import Experiment
from tools.backtest.reread import reread_bars, reread_fills
from tools.explain.explain import Fitted, explain
from tools.explain.record import Explanation
from tools.explain.window import test_window
from tools.features.feature import compute_all
from tools.features.panel import Panel
from tools.features.resolve import resolve_all, sources_of
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Context
from tools.models.registry import MODELS

SCORES_AGREE = 1e-6
AGAIN = "Run the experiment again, and explain the new run."


def explain_recorded(ctx: Context, name: str) -> Explanation:
    """Explain the experiment called `name`: its id, a part of it, or "latest".

    Raises:
        BadRequest: no such experiment, or its bars, features or scores are no longer those on record.
        NoData: there is no experiment, or the lake lost a symbol.
        SandboxError: the Python source of a generated feature failed.
        WorkspaceError: a file of the experiment is missing or damaged.
    """
    folder = find_experiment(ctx.workspace, name)
    record = load_experiment(folder)
    bars = reread_bars(ctx.workspace, record, as_of=record.provenance.data_snapshot)
    if bars.sha256 != record.provenance.data_sha256:
        raise BadRequest(f"The bars of {record.experiment} are no longer those it ran on.", hint=AGAIN)
    trades, equity = reread_fills(folder)
    fitted = None if record.config.is_rule else _fitted(ctx, folder, record, bars.panel)
    return explain(record, bars.panel, trades=trades, equity=equity, fitted=fitted)


def _fitted(ctx: Context, folder: Path, record: Experiment, panel: Panel) -> Fitted:
    """Return model and features, once they are known to be those of the record."""
    kind = MODELS[record.config.model]
    model = kind.model.load(folder / kind.file_name)
    signals = resolve_all(ctx, record.config.features)
    if sources_of(signals) != record.provenance.features:
        raise BadRequest(f"A Python feature of {record.experiment} is no longer the one it used.", hint=AGAIN)
    fitted = Fitted(model, compute_all(panel, signals, ctx.progress))
    if not _same_scores(record, fitted):
        raise BadRequest(
            f"The model and features of {record.experiment} do not give its scores again: the code has changed.",
            hint=AGAIN,
        )
    return fitted


def _same_scores(record: Experiment, fitted: Fitted) -> bool:
    """Tell whether what is held after the last signal gets the scores on record, where it has one there."""
    window = test_window(fitted.features, record.folds[-1])
    if window.last_day() != record.signal_date:
        return True  # the scores on record are of a later bar
    last = window.of_last_bar()
    scores = fitted.model.predict(window.x[last])
    found = {window.symbols[column]: score for column, score in zip(window.columns[last], scores, strict=True)}
    return all(
        isclose(found[target.symbol], target.score, rel_tol=SCORES_AGREE, abs_tol=SCORES_AGREE**2)
        for target in record.targets
        if isfinite(found.get(target.symbol, nan))
    )
