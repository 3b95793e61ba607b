"""The audit log: the price of a durable record, and the speed of checking many."""

from __future__ import annotations

import hashlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from measurement import Measurement, temporary_workspace

from copilot.audit import AuditLog, append, verify

CALLS = 400
LINE_BYTES = 560  # about the length of a record
VERIFIED_CALLS = 15_000
ARGS = {"symbols": ["AAPL", "IBM", "MSFT"], "features": ["rsi_14", "volume_spike_20"], "horizon_days": 5}


def _times(work: Callable[[], object], count: int) -> list[float]:
    out = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        out.append(time.perf_counter() - started)
    return out


def _append_plain(fd: int, line: bytes) -> None:
    for _ in range(2):
        os.write(fd, line)
        append.flush(fd)


def audit_append() -> list[Measurement]:
    """Append an intent and a result; in turns with it, the peer appends two plain lines and flushes each."""
    ours, plain = [], []
    with temporary_workspace() as workspace, AuditLog.open(workspace, run_id="bench") as log:
        fd = os.open(workspace.root / "plain.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        line = b"x" * LINE_BYTES + b"\n"
        for _ in range(CALLS):
            ours += _times(lambda: log.result(log.intent("run_experiment", ARGS), "ok", "ab" * 32), 1)
            plain += _times(lambda: _append_plain(fd, line), 1)
        os.close(fd)
    peer = "plain append + fdatasync"
    rate, plain_rate = 2 * CALLS / sum(ours), 2 * CALLS / sum(plain)
    p50, plain_p50 = (statistics.median(times) * 1e3 / 2 for times in (ours, plain))
    return [
        Measurement("audit_append", rate, "records/s", peer=peer, peer_value=plain_rate),
        Measurement("audit_append.p50", p50, "ms", peer=peer, peer_value=plain_p50),
    ]


@contextmanager
def _without_flush() -> Iterator[None]:
    """Do not flush while a long log is prepared: how fast it was written is not the question."""
    kept, append.flush = append.flush, lambda _fd: None
    try:
        yield
    finally:
        append.flush = kept


def _hash_lines(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            hashlib.sha256(line).hexdigest()


def audit_verify() -> list[Measurement]:
    """Verify a log; the peer only hashes its lines, so the ratio is the price of checking form and order."""
    with temporary_workspace() as workspace:
        with _without_flush(), AuditLog.open(workspace, run_id="bench") as log:
            for _ in range(VERIFIED_CALLS):
                log.result(log.intent("run_experiment", ARGS), "ok", "ab" * 32)
        path = workspace.audit_log
        found = verify(path)
        if not found.ok:
            raise RuntimeError(found.problem)
        ours = min(_times(lambda: verify(path), 3))
        plain = min(_times(lambda: _hash_lines(path), 3))
    peer = "SHA-256 of the same lines"
    return [
        Measurement("audit_verify", found.records / ours, "records/s", peer=peer, peer_value=found.records / plain)
    ]
