"""Finding and reading recorded experiments: one folder each below `experiments/`.

A folder counts once it holds `result.json`; unfinished ones carry a leading dot and are never seen here. Names are
only ever matched against what is listed, so a name cannot point outside the workspace.
"""

from __future__ import annotations

import difflib
import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tools.backtest.record import Experiment, Holdout
from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace

RESULT_FILE = "result.json"
HOLDOUT_FILE = "holdout.json"
HOLDOUT_EQUITY_FILE = "holdout.parquet"
LATEST = frozenset({"latest", "last", "newest"})
SHOWN = 3


def _created_at(folder: Path) -> datetime:
    """Return when the run was recorded; damaged records sort first, so that they are never "latest"."""
    try:
        stamp = datetime.fromisoformat(json.loads((folder / RESULT_FILE).read_bytes())["created_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return datetime.min.replace(tzinfo=UTC)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def list_experiments(workspace: Workspace) -> tuple[str, ...]:
    """Return the ids of all recorded experiments, oldest first."""
    if not workspace.experiments.is_dir():
        return ()
    found = [
        folder
        for folder in workspace.experiments.iterdir()
        if folder.name.startswith("exp_") and (folder / RESULT_FILE).is_file()
    ]
    return tuple(folder.name for folder in sorted(found, key=lambda folder: (_created_at(folder), folder.name)))


def find_experiment(workspace: Workspace, name: str) -> Path:
    """Return the folder of the experiment called `name`: its id, a part of it that no other has, or "latest".

    Raises:
        NoData: there is no experiment yet.
        BadRequest: no id matches, or several do; the hint names candidates.
    """
    known = list_experiments(workspace)
    if not known:
        raise NoData(
            "There is no experiment yet.", hint="Run one first, for example: /run_experiment AAPL, IBM, MSFT"
        )
    wanted = name.strip()
    if wanted.lower() in LATEST:
        return workspace.experiments / known[-1]
    if wanted in known:
        return workspace.experiments / wanted
    matches = [each for each in known if wanted.lower() in each.lower()] if wanted else []
    if len(matches) == 1:
        return workspace.experiments / matches[0]
    if matches:
        shown = ", ".join(matches[-SHOWN:])
        raise BadRequest(
            f"{len(matches)} experiments match {wanted!r}.", hint=f"Name one in full or say latest: {shown}."
        )
    near = difflib.get_close_matches(wanted, known, n=SHOWN, cutoff=0.3) or list(known[-SHOWN:])
    raise BadRequest(f"There is no experiment called {wanted!r}.", hint=f"Nearest: {', '.join(near)}.")


def load_experiment(path: Path) -> Experiment:
    """Read the record in the folder `path`. Raises WorkspaceError where it is missing or damaged."""
    try:
        return Experiment.model_validate_json((path / RESULT_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise WorkspaceError(
            f"The record of {path.name} cannot be read.",
            hint=f"Run the experiment again; {path / RESULT_FILE} is missing or damaged.",
        ) from error


def load_holdout(path: Path) -> Holdout | None:
    """Read what the experiment in the folder `path` did on its holdout; None where that is still sealed.

    Raises WorkspaceError where the file is damaged.
    """
    try:
        return Holdout.model_validate_json((path / HOLDOUT_FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise WorkspaceError(
            f"The holdout of {path.name} cannot be read.", hint=f"{path / HOLDOUT_FILE} is damaged; restore it."
        ) from error
