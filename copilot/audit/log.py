"""The writer of the audit log: an intent is on the disk before a call runs, its result after.

One writer a workspace: opening the log takes the workspace lock. A process that dies between intent and result
leaves an orphan, which the next start announces once. Beside the log lie `audit.lock`, `audit.key` (what the
commitments to secrets are keyed with; keep it private) and what recovery set aside.

It records what the program says it did. It is no proof against the owner of the machine, who can write a new
log: the heads kept elsewhere are.
"""

from __future__ import annotations

import os
import platform
import secrets as random_source
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from copilot.audit.append import Appender, Position, write_file
from copilot.audit.plain import to_plain
from copilot.audit.record import VERSION, Body, Decision, Kind, Rusage, seal
from copilot.audit.recover import Survey, set_aside, survey
from copilot.audit.redact import Redactor
from tools.kernel.fingerprint import code_version
from tools.kernel.lock import acquire
from tools.kernel.paths import Workspace, unwritable
from tools.kernel.spec import utc_now

KEY_BYTES = 32


def environment() -> dict[str, str]:
    """Return the versions that a record carries: our code, Python, the platform."""
    return {
        "code": code_version(),
        "python": platform.python_version(),
        "platform": f"{sys.platform}-{platform.machine()}",
    }


def _max_rss_kib() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


class _Meter:
    """Time taken since it was made."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def read(self) -> Rusage:
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        return Rusage(wall_ms=round(wall * 1000), cpu_ms=round(cpu * 1000), max_rss_kib=_max_rss_kib())


def _read_key(path: Path) -> tuple[bytes, bool]:
    """Return the key of the commitments, and whether it had to be made now."""
    try:
        key = path.read_bytes() if path.exists() else b""
        if len(key) == KEY_BYTES:
            return key, False
        key = random_source.token_bytes(KEY_BYTES)
        write_file(path, key)
    except OSError as error:
        raise unwritable(path, error) from error
    return key, True


class AuditLog:
    """An open audit log, and with it the lock of its workspace. Make it with `open`; safe to use from threads."""

    def __init__(
        self, path: Path, lock: int, *, run_id: str, secrets: Sequence[str], now: Callable[[], datetime]
    ) -> None:
        found = survey(path)
        torn = set_aside(path, found) if found.torn else ""
        key, new_key = _read_key(path.with_suffix(".key"))
        self._lock, self._mutex = lock, threading.RLock()
        self._run_id, self._now, self._env = run_id, now, environment()
        self._redactor = Redactor(secrets, key)
        self._log_id = found.log_id or random_source.token_hex(16)
        self._open_calls: dict[str, _Meter] = {}
        self._appender = Appender(path, Position(found.records, found.head, found.size))
        self.orphans = found.orphans
        try:
            self._begin(found, torn, new_key=new_key)
        except BaseException:
            self._appender.close()
            raise

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        *,
        run_id: str,
        secrets: Sequence[str] = (),
        now: Callable[[], datetime] = utc_now,
    ) -> AuditLog:
        """Lock the workspace, check its log from the first record, repair what a crash left, and open it.

        Args:
            workspace: the log is its `audit_log`.
            run_id: names this start of the program in every record.
            secrets: values that must not be written.
            now: the clock.

        Raises:
            WorkspaceError: another process has the workspace; the log was tampered with; it cannot be written.
        """
        lock = acquire(workspace.audit_log.with_suffix(".lock"))
        try:
            return cls(workspace.audit_log, lock, run_id=run_id, secrets=secrets, now=now)
        except BaseException:
            os.close(lock)
            raise

    def _begin(self, found: Survey, torn: str, *, new_key: bool) -> None:
        """Append what opening found out: a new log, torn bytes, a lost key, calls that never ended."""
        if not found.records:
            self._append("genesis", env=self._env)
        if torn:
            details = {"set_aside": torn, "bytes": len(found.torn)}
            self._append("recovery", details, status="torn_line_set_aside")
        if new_key and found.records:
            self._append("recovery", status="redaction_key_replaced")
        for orphan in self.orphans:
            self._append("recovery", call_id=orphan.call_id, tool=orphan.tool, status="interrupted")

    @property
    def head(self) -> str:
        """Hash of the last record: kept elsewhere, it vouches for all before it."""
        return self._appender.position.head

    def intent(
        self,
        tool: str,
        args: Mapping[str, Any],
        *,
        input_sha256: str | None = None,
        code_sha256: str | None = None,
        layers: Mapping[str, str] | None = None,
    ) -> str:
        """Record that `tool` is about to run; return the call id. It is on the disk when this returns.

        Raises:
            WorkspaceError: it could not be recorded, so the call must not run.
        """
        with self._mutex:
            call_id = f"c{self._appender.position.seq + 1}"
            self._append(
                "intent",
                args,
                call_id=call_id,
                tool=tool,
                input_sha256=input_sha256,
                code_sha256=code_sha256,
                layers=dict(layers) if layers is not None else None,
                env=self._env,
            )
            self._open_calls[call_id] = _Meter(tool)
        return call_id

    def result(
        self,
        call_id: str,
        status: str,
        output_sha256: str | None = None,
        rusage: Rusage | None = None,
        *,
        details: Mapping[str, Any] | None = None,
        layers: Mapping[str, str] | None = None,
    ) -> None:
        """Record how the call ended.

        Args:
            call_id: what `intent` returned.
            status: `ok`, `failed`, `rejected`, `pending` or `cancelled`.
            output_sha256: fingerprint of the result record.
            rusage: what it used; measured here since the intent if not given (a child process's is not).
            details: such as the message of a failure; secrets in it are replaced.
            layers: state of each sandbox layer, where the call ran code in the sandbox.

        Raises:
            KeyError: no such call is open in this process.
            WorkspaceError: it could not be recorded.
        """
        with self._mutex:
            meter = self._open_calls[call_id]
            self._append(
                "result",
                details,
                call_id=call_id,
                tool=meter.tool,
                status=status,
                output_sha256=output_sha256,
                rusage=rusage or meter.read(),
                layers=dict(layers) if layers else None,
            )
            del self._open_calls[call_id]

    def decision(self, subject: str, decision: Decision, detail: str = "", *, call_id: str | None = None) -> None:
        """Record what a human decided about `subject`, such as a ticket. Raises WorkspaceError if it cannot."""
        self._append("decision", {"subject": subject, "detail": detail}, call_id=call_id, status=decision)

    def checkpoint(self) -> str:
        """Record that the log is whole up to here; return the head, to be kept outside this machine."""
        self._append("checkpoint", {"open_calls": sorted(self._open_calls)}, env=self._env)
        return self._appender.position.head

    def _append(self, kind: Kind, args: Mapping[str, Any] | None = None, **fields: Any) -> None:
        """Write one record: redact, then hash, then make durable; the chain moves on only after that."""
        clean, redactions = self._redactor.redact(to_plain(args)) if args is not None else (None, ())
        with self._mutex:
            seq, head, _ = self._appender.position
            body = Body(
                v=VERSION,
                log_id=self._log_id,
                seq=seq + 1,
                ts=self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                run_id=self._run_id,
                kind=kind,
                args_redacted=clean,
                redactions=redactions,
                **fields,
            )
            line, digest = seal(head, body)
            self._appender.append(line, body.seq, digest)

    def close(self) -> None:
        """Give the workspace back. Later calls raise WorkspaceError."""
        with self._mutex:
            self._appender.close()
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def __enter__(self) -> AuditLog:
        """Return the open log."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
