"""What exists in the workspace now, for the grammar and for completion. Reads; never creates."""

from __future__ import annotations

from copilot.messages import LiveState
from tools.backtest.folder import list_experiments
from tools.kernel.paths import Workspace


def live_state(workspace: Workspace) -> LiveState:
    """Return the symbols, experiments and features that exist. Raises WorkspaceError on a damaged lake."""
    from tools.features.catalog import feature_ids
    from tools.lake.store import lake_symbols

    return LiveState(
        symbols=lake_symbols(workspace),
        experiments=list_experiments(workspace),
        features=(*feature_ids(), *generated_features(workspace)),
    )


def generated_features(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of the generated features, by their files: the lake need not be opened for them."""
    return tuple(sorted(path.stem for path in workspace.features.glob("auto_*.py")))
