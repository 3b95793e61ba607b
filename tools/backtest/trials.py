"""The trial ledger: every backtest of a hypothesis counts, in any session, and nothing takes it back.

An idea that was tried a hundred times has a best result by luck alone; the deflated Sharpe ratio and the
probability of overfitting need to know how often. So each run appends a line here before it is judged: the family
(the hypothesis), what was tried, and the Sharpe ratio of a bar. The same run again is the same trial.

Lines are chained by hash like the audit log, so that an edit, a removal or a swap in the middle shows; lines cut
off at the end, or the whole file, show only against a head kept elsewhere, and every result holds one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from tools.kernel.errors import WorkspaceError
from tools.kernel.fingerprint import of_bytes, of_json
from tools.kernel.lock import acquire
from tools.kernel.paths import Workspace, unwritable
from tools.kernel.types import Count, Ratio, Record

GENESIS = "0" * 64
DOMAIN = b"slq-trials/1\0"
LOCK_WAIT_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.05


class Family(Record):
    """A hypothesis: what is predicted, of what, from which data. The features and the model are what is varied."""

    symbols: tuple[str, ...]
    interval: str
    horizon_days: int
    label: str
    sources: tuple[str, ...]

    @property
    def id(self) -> str:
        """A short name: equal families have equal ones."""
        return f"fam_{of_json(self.model_dump(mode='json'))[:10]}"


class Trial(Record):
    """One thing tried.

    Attributes:
        family: id of the hypothesis.
        hypothesis: the same in full.
        name: the experiment that recorded it.
        made_at: when.
        settings: features and model, in words.
        sharpe_per_bar: of its net returns; None where undefined.
        bars: how many returns.
        output_sha256: of its returns and trades; equal ones are the same trial.
    """

    family: str
    hypothesis: Family
    name: str
    made_at: datetime
    settings: str
    sharpe_per_bar: Ratio | None
    bars: Count
    output_sha256: str


class Ledger(Record):
    """What the file holds: the trials in order, and the hash of the last line."""

    trials: tuple[Trial, ...]
    head: str

    def of(self, family: str) -> tuple[Trial, ...]:
        """Return the distinct trials of a family, each where it was first made."""
        first: dict[str, Trial] = {}
        for trial in self.trials:
            if trial.family == family:
                first.setdefault(trial.output_sha256, trial)
        return tuple(first.values())


def read_ledger(workspace: Workspace) -> Ledger:
    """Return the trials; none where there is no file yet.

    Raises WorkspaceError: the file cannot be read, or a line was changed, removed or exchanged.
    """
    chain = _read_chain(workspace.trials)
    return Ledger(trials=tuple(trial for trial, _ in chain), head=chain[-1][1] if chain else GENESIS)


def read_heads(workspace: Workspace) -> tuple[str, ...]:
    """Return every head that the ledger had, from the empty one to that of today. Raises like `read_ledger`."""
    return (GENESIS, *(head for _, head in _read_chain(workspace.trials)))


def _read_chain(path: Path) -> list[tuple[Trial, str]]:
    """Return each trial with the hash of its line."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unwritable(path, error) from error
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # a crash in the middle of a write: the run it belongs to was not recorded either
    chain: list[tuple[Trial, str]] = []
    for number, line in enumerate(lines, start=1):
        chain.append(_checked(path, number, line, chain[-1][1] if chain else GENESIS))
    return chain


def count_trial(workspace: Workspace, trial: Trial) -> Ledger:
    """Append `trial`, unless the same was counted before, and return the ledger with it; on the disk on return.

    Raises WorkspaceError: the file was tampered with, is in use, or cannot be written; then nothing is counted.
    """
    with _alone(workspace):
        held = read_ledger(workspace)
        if any(each.output_sha256 == trial.output_sha256 for each in held.of(trial.family)):
            return held
        body = trial.model_dump(mode="json")
        head = _hash(held.head, body)
        line = json.dumps({"prev": held.head, "hash": head, "body": body}, sort_keys=True, ensure_ascii=False)
        _append(workspace.trials, line.encode() + b"\n")
    return Ledger(trials=(*held.trials, trial), head=head)


def _checked(path: Path, number: int, line: bytes, previous: str) -> tuple[Trial, str]:
    try:
        record = json.loads(line)
        if record["prev"] == previous and record["hash"] == _hash(previous, record["body"]):
            return Trial.model_validate(record["body"]), str(record["hash"])
    except (ValueError, KeyError, TypeError, ValidationError):
        pass  # one answer for every way of being broken, below
    raise WorkspaceError(
        f"The trial ledger was changed: line {number} of {path} does not follow from the one before.",
        hint="Restore it from a backup: without it no result can be corrected for the number of trials.",
    )


def _hash(previous: str, body: object) -> str:
    return of_bytes(DOMAIN + previous.encode() + of_json(body).encode())


def _append(path: Path, line: bytes) -> None:
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            content = file.read()
            file.seek(content.rfind(b"\n") + 1)  # over the rest of a line that a crash cut off
            file.truncate()
            file.write(line)
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


def sharpes(trials: Sequence[Trial]) -> list[float]:
    """Return the ratios of a bar of `trials`; NaN where one is undefined."""
    return [float("nan") if trial.sharpe_per_bar is None else trial.sharpe_per_bar for trial in trials]
