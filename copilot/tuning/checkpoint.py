"""What a training run leaves in its folder while it runs: the recipe it was begun with, and the last checkpoint.

A checkpoint is whole or absent: it is written beside and renamed. Nothing in it is unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from copilot.tuning.model import adapter_parameters
from copilot.tuning.recipe import Recipe
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest, WorkspaceError

CHECKPOINT = "checkpoint.safetensors"
BEGUN = "recipe.json"
_KEPT = ("step", "exp_avg", "exp_avg_sq")  # what AdamW keeps of a parameter


def begin(folder: Path, recipe: Recipe, data_sha256: str, base_sha256: str) -> None:
    """Take `folder` for a run; one that was begun there must be the same.

    Raises:
        BadRequest: another run was begun there; names what differs.
        WorkspaceError: the folder cannot be written.
    """
    run: dict[str, Any] = {**asdict(recipe), "data_sha256": data_sha256, "base_sha256": base_sha256}
    if (folder / CHECKPOINT).exists():
        changes = _differences(folder, run)
        differing = [f"{name} {_short(before)}, now {_short(now)}" for name, before, now in changes]
        if differing:
            raise BadRequest(
                f"{folder} holds a training run that is not the same: {'; '.join(differing)}.",
                hint="Repeat it with what it had, give another folder with --out, or remove that one.",
            )
    write_atomic(folder / BEGUN, (json.dumps(run, indent=1) + "\n").encode())


def save(model: Any, optimizer: Any, folder: Path, step: int, seconds: float = 0.0) -> None:
    """Write adapter, optimiser state, step and the seconds spent, as safetensors."""
    from safetensors.torch import save_file

    tensors = {name: each.detach().cpu().contiguous() for name, each in adapter_parameters(model)}
    for name, parameter in adapter_parameters(model):
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"{key}:{name}"] = value.detach().cpu().contiguous()
    part = folder / "checkpoint.part"
    save_file(tensors, part, metadata={"step": str(step), "seconds": f"{seconds:.3f}"})
    part.replace(folder / CHECKPOINT)


def restore(model: Any, optimizer: Any, folder: Path) -> tuple[int, float]:
    """Load the checkpoint in `folder` and return its step and the seconds spent; zeros where there is none.

    Raises:
        WorkspaceError: the checkpoint is damaged, or of another adapter.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / CHECKPOINT
    if not path.is_file():
        return 0, 0.0
    try:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            for name, parameter in adapter_parameters(model):
                parameter.data.copy_(file.get_tensor(name))
                kept = {key: f"{key}:{name}" for key in _KEPT if f"{key}:{name}" in names}
                optimizer.state[parameter] = {
                    # The optimiser keeps its count of steps on the CPU, wherever the rest is.
                    key: file.get_tensor(place).to("cpu" if key == "step" else parameter.device)
                    for key, place in kept.items()
                }
            facts: Mapping[str, str] = file.metadata()
            return int(facts["step"]), float(facts.get("seconds", 0.0))
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            f"The checkpoint {path} is damaged: {error}.", hint="Remove it; the training then begins anew."
        ) from error


def _differences(folder: Path, run: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    try:
        before = json.loads((folder / BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    return [(name, before.get(name, "unknown"), now) for name, now in run.items() if before.get(name) != now]


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)[:12]
