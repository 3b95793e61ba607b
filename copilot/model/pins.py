"""The folder of pulled models: where each lies, the record beside it, and what state it is in.

A record names the file's hash and who stated it. It is written before the first byte is fetched and outlives the
file, so a hash that was once taken from the hub holds for every later pull of that revision. The state is judged by
names and sizes alone; the hash is checked by a pull and by `slq model use`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from copilot.model.registry import KnownModel
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import ModelError, WorkspaceError
from tools.kernel.spec import Progress, silent
from tools.kernel.types import Record

State = Literal["pulled", "part pulled", "not pulled"]
BLOCK_BYTES = 1 << 20


class Pin(Record):
    """What a pulled file must be. `stated_by` is `registry`, or `hub` where the first pull took its word."""

    repo: str
    file: str
    revision: str
    size_bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    stated_by: Literal["registry", "hub"]


def models_folder(chosen: Path | None) -> Path:
    """Return the folder of pulled models: `chosen`, else the user's cache."""
    return chosen.expanduser().resolve() if chosen is not None else Path.home() / ".cache" / "slq" / "models"


def model_file(folder: Path, known: KnownModel) -> Path:
    """Return where `known` lies once it is pulled."""
    return folder / known.name / known.file


def part_file(target: Path, sha256: str) -> Path:
    """Return where a download is gathered: by its hash, so that parts of two files never meet."""
    return target.with_name(f"{target.name}.{sha256[:12]}.part")


def pin_file(target: Path) -> Path:
    """Return where the record of `target` is."""
    return target.with_name(f"{target.name}.json")


def read_pin(target: Path, known: KnownModel) -> Pin | None:
    """Return what `target` must be; None where neither the registry nor an earlier pull says.

    Raises:
        WorkspaceError: the record is there but damaged; guessing would drop a pin.
    """
    if known.sha256 is not None:
        return _pin(known, known.sha256, "registry")
    path = pin_file(target)
    try:
        pin = Pin.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise WorkspaceError(
            f"The record {path} is damaged.", hint="Remove it and the file beside it, then pull the model again."
        ) from None
    return pin if pin.revision == known.revision else None


def pin_stated(known: KnownModel, sha256: str) -> Pin:
    """Return the pin that the hub's own word makes."""
    return _pin(known, sha256, "hub")


def write_pin(target: Path, pin: Pin) -> None:
    """Write the record beside `target`. Raises WorkspaceError."""
    write_atomic(pin_file(target), (pin.model_dump_json(indent=2) + "\n").encode())


def state_of(folder: Path, known: KnownModel) -> State:
    """Tell by names and sizes whether a model is there."""
    target = model_file(folder, known)
    if target.is_file() and target.stat().st_size == known.size_bytes:
        return "pulled"
    parts = target.parent.glob(f"{target.name}.*.part")
    return "part pulled" if any(part.stat().st_size for part in parts) else "not pulled"


def verify(target: Path, pin: Pin, progress: Progress = silent) -> None:
    """Read `target` and compare. Raises ModelError where it is not what was pinned."""
    try:
        found = sha256_of(target, progress)
    except OSError as error:
        raise ModelError(f"Cannot read {target}: {error.strerror}.", hint="Pull the model again.") from error
    if found != pin.sha256:
        raise ModelError(
            f"{target} is not the file that was pinned: its sha256 is {found[:12]}…, not {pin.sha256[:12]}….",
            hint="Remove it and pull the model again; do not use it.",
        )


def sha256_of(path: Path, progress: Progress = silent) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; `progress` is told in MB. Raises OSError."""
    hasher = hashlib.sha256()
    total, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            hasher.update(block)
            done += len(block)
            progress(f"checking {path.name} (MB)", done // 10**6, max(1, total // 10**6))
    return hasher.hexdigest()


def _pin(known: KnownModel, sha256: str, stated_by: Literal["registry", "hub"]) -> Pin:
    return Pin(
        repo=known.repo,
        file=known.file,
        revision=known.revision,
        size_bytes=known.size_bytes,
        sha256=sha256,
        stated_by=stated_by,
    )
