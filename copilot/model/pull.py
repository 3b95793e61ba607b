"""Pull one known model: resumed after a break, checked against its pin while it streams, put in place at once.

What was fetched lies beside the target in a `.part` file named by the hash it must come to have. A break, a full
disk or Ctrl-C leaves it there, and the next pull goes on. A file that comes out wrong is kept aside as `.bad`, so
that it can be looked at, and is never used. One process at a time pulls a model.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.model.hub import Hub, Interrupted, Stated, unreachable
from copilot.model.part import Part
from copilot.model.pins import (
    Pin,
    model_file,
    part_file,
    pin_stated,
    read_pin,
    verify,
    write_pin,
)
from copilot.model.registry import KnownModel
from tools.kernel.errors import ModelError, SourceUnavailable, WorkspaceError
from tools.kernel.lock import acquire
from tools.kernel.spec import Progress, silent
from tools.kernel.types import Record

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

SPARE_BYTES = 100_000_000  # a disk filled to the last byte troubles more than the download


@dataclass(frozen=True, slots=True)
class Patience:
    """How many attempts in a row may bring no new byte, and the waits between; tests need not wait."""

    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


class Pulled(Record):
    """What came of a pull. `fetched_bytes` is 0 where the file was there already, and checked."""

    path: Path
    pin: Pin
    fetched_bytes: int


def pull(
    known: KnownModel, folder: Path, hub: Hub, *, progress: Progress = silent, patience: Patience | None = None
) -> Pulled:
    """Bring `known` into `folder`, and return where it is.

    Raises:
        SourceUnavailable: the hub cannot be reached, or has not the file, or not for this user.
        ModelError: what the hub has is not the file that was pinned.
        WorkspaceError: another process pulls it, or the disk is full or not writable.
    """
    target = model_file(folder, known)
    lock = acquire(
        target.with_name(f"{target.name}.lock"),
        doing=f"pulling {known.name}",
        hint="Wait until it has ended, then look with `slq model list`.",
    )
    try:
        return _pull(known, target, hub, progress, patience or Patience())
    finally:
        os.close(lock)


def _pull(known: KnownModel, target: Path, hub: Hub, progress: Progress, patience: Patience) -> Pulled:
    pin = read_pin(target, known)
    if pin is not None and target.is_file():
        verify(target, pin, progress)
        return Pulled(path=target, pin=pin, fetched_bytes=0)
    retrying = _retrying(patience, lambda: 0)
    try:
        stated: Stated = retrying(hub.stated, known)
    except Interrupted as error:
        raise unreachable(error) from error
    pin = _agreed(known, pin, stated)
    write_pin(target, pin)
    with Part(part_file(target, pin.sha256), pin, progress) as part:
        _check_room(target, pin.size_bytes - part.size)
        before = part.size
        try:
            _retrying(patience, lambda: part.size)(_fetch, hub, known, part)
        except Interrupted as error:
            raise unreachable(error) from error
        part.settle(target)
        return Pulled(path=target, pin=pin, fetched_bytes=pin.size_bytes - before)


def _agreed(known: KnownModel, pin: Pin | None, stated: Stated) -> Pin:
    """Return the pin to hold the download to. Raises where the hub offers another file, or does not say which."""
    if pin is None:
        if stated.sha256 is None:
            raise SourceUnavailable(
                f"The hub states no sha256 for {known.file}, so it could not be checked.",
                hint="Nothing was pulled.",
            )
        pin = pin_stated(known, stated.sha256)
    if stated.sha256 not in (None, pin.sha256) or stated.size_bytes not in (None, pin.size_bytes):
        raise ModelError(
            f"The hub offers another {known.file} than the one that is pinned.",
            hint="Nothing was pulled. Check SLQ_HUB; if it is the public hub, please report this.",
        )
    return pin


def _check_room(target: Path, missing_bytes: int) -> None:
    free_bytes = shutil.disk_usage(target.parent).free
    if free_bytes < missing_bytes + SPARE_BYTES:
        raise WorkspaceError(
            f"{missing_bytes / 1e9:,.2f} GB are still to come, and the disk has {free_bytes / 1e9:,.2f} GB free.",
            hint="Free some space, or set SLQ_MODELS to a folder on another disk.",
        )


def _fetch(hub: Hub, known: KnownModel, part: Part) -> None:
    """Fetch what `part` lacks, in one go. Raises Interrupted where the connection ends before the file does."""
    if part.complete:
        return
    with hub.content(known, part.size) as body:
        if body.start == 0 and part.size:
            part.restart()
        for chunk in body.chunks:
            part.add(chunk)
            if part.size > part.pin.size_bytes:
                break
    if not part.complete:
        raise Interrupted("it ended early")


def _retrying(patience: Patience, reached: Callable[[], int]) -> Retrying:
    """Return what repeats a call that was interrupted, until `attempts` in a row have brought nothing."""
    from tenacity import Retrying, retry_if_exception_type, wait_exponential_jitter

    best, idle = reached(), 0

    def given_up(_state: RetryCallState) -> bool:
        nonlocal best, idle
        idle = idle + 1 if reached() <= best else 0
        best = max(best, reached())
        return idle >= patience.attempts

    return Retrying(
        retry=retry_if_exception_type(Interrupted),
        stop=given_up,
        wait=wait_exponential_jitter(initial=patience.first_wait_s, max=patience.longest_wait_s),
        sleep=patience.sleep,
        reraise=True,
    )
