"""The file of the trial ledger: lines that only ever grow in number.

A run appends its line before it is judged. Lines are chained by hash like the audit log, so that an edit, a removal
or a swap in the middle shows; lines cut off at the end, or the whole file, show only against a head kept elsewhere,
and every result holds one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tools.backtest.trials import Archive, Entry, Ledger, Opening, Trial
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.fingerprint import of_bytes, of_json
from tools.kernel.lock import acquire
from tools.kernel.paths import Workspace, unwritable

GENESIS = "0" * 64
DOMAIN = b"slq-trials/1\0"
LOCK_WAIT_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.05
ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def read_ledger(workspace: Workspace) -> Ledger:
    """Return the ledger; an empty one where there is no file yet.

    Raises WorkspaceError: the file cannot be read, or a line was changed, removed or exchanged.
    """
    chain = _read_chain(workspace.trials)
    return Ledger(entries=tuple(entry for entry, _ in chain), head=chain[-1][1] if chain else GENESIS)


def read_heads(workspace: Workspace) -> tuple[str, ...]:
    """Return every head that the ledger had, from the empty one to that of today. Raises like `read_ledger`."""
    return (GENESIS, *(head for _, head in _read_chain(workspace.trials)))


def count_trial(workspace: Workspace, trial: Trial) -> Ledger:
    """Append one trial: see `count_trials`."""
    return count_trials(workspace, [trial])


def count_trials(workspace: Workspace, trials: Sequence[Trial]) -> Ledger:
    """Append those of `trials` that were not counted before, and return the ledger with them.

    They are on the disk on return; a crash in between may leave the first of them. Raises WorkspaceError: the file
    was tampered with, is in use, or cannot be written.
    """

    def uncounted(held: Ledger) -> list[Entry]:
        new = {(each.family, each.output_sha256): each for each in reversed(trials)}
        for family in {each.family for each in trials}:
            for old in held.of(family):
                new.pop((family, old.output_sha256), None)
        return list(reversed(new.values()))

    return _extend(workspace, uncounted)


def archive(workspace: Workspace, decision: Archive) -> Ledger:
    """Record that a family's trials so far count no more. Raises BadRequest where it has none, WorkspaceError."""

    def checked(held: Ledger) -> list[Entry]:
        if not held.of(decision.family):
            raise BadRequest(
                f"No trial of {decision.family} counts.", hint="`slq trials list` shows those that do."
            )
        return [decision.model_copy(update={"trials": len(held.of(decision.family))})]

    return _extend(workspace, checked)


def record_opening(workspace: Workspace, opening: Opening) -> Ledger:
    """Record that the holdout of a family is opened. Raises BadRequest where it was before, WorkspaceError."""

    def checked(held: Ledger) -> list[Entry]:
        before = held.opening(opening.family)
        if before is not None:
            raise BadRequest(
                f"The holdout of {opening.family} was opened on {before.made_at.date()} with {before.experiment}.",
                hint="It can be opened once: a second look would be a test on data already seen.",
            )
        return [opening]

    return _extend(workspace, checked)


def _extend(workspace: Workspace, choose: Callable[[Ledger], list[Entry]]) -> Ledger:
    """Append what `choose` makes of the ledger as it is, alone with it; on the disk on return."""
    with _alone(workspace):
        held = read_ledger(workspace)
        new, head, lines = choose(held), held.head, []
        for entry in new:
            body = entry.model_dump(mode="json")
            previous, head = head, _hash(head, body)
            line = json.dumps({"prev": previous, "hash": head, "body": body}, sort_keys=True, ensure_ascii=False)
            lines.append(line.encode() + b"\n")
        if lines:
            _append(workspace.trials, b"".join(lines))
    return Ledger(entries=(*held.entries, *new), head=head)


def _read_chain(path: Path) -> list[tuple[Entry, str]]:
    """Return each entry with the hash of its line."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unwritable(path, error) from error
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # a crash in the middle of a write: the run it belongs to was not recorded either
    chain: list[tuple[Entry, str]] = []
    for number, line in enumerate(lines, start=1):
        chain.append(_checked(path, number, line, chain[-1][1] if chain else GENESIS))
    return chain


def _checked(path: Path, number: int, line: bytes, previous: str) -> tuple[Entry, str]:
    try:
        record = json.loads(line)
        if record["prev"] == previous and record["hash"] == _hash(previous, record["body"]):
            return ENTRY.validate_python(record["body"]), str(record["hash"])
    except (ValueError, KeyError, TypeError, ValidationError):
        pass  # one answer for every way of being broken, below
    raise WorkspaceError(
        f"The trial ledger was changed: line {number} of {path} does not follow from the one before.",
        hint="Restore it from a backup: without it no result can be corrected for the number of trials.",
    )


def _hash(previous: str, body: object) -> str:
    return of_bytes(DOMAIN + previous.encode() + of_json(body).encode())


def _append(path: Path, lines: bytes) -> None:
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            content = file.read()
            file.seek(content.rfind(b"\n") + 1)  # over the rest of a line that a crash cut off
            file.truncate()
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the ledger's lock, waiting a little for another process."""
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            lock = acquire(workspace.trials.with_suffix(".lock"))
            break
        except WorkspaceError:
            if time.monotonic() > until:
                raise
            time.sleep(LOCK_POLL_SECONDS)
    try:
        yield
    finally:
        os.close(lock)
