"""What a crash leaves behind: a torn last line, and intents without a result.

Only a last line without its newline can come from a crash, because a line is one write. Any complete line that
is bad was changed afterwards: then nothing is repaired and nothing more is written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from copilot.audit.append import write_file
from copilot.audit.record import GENESIS_PREV, Body
from copilot.audit.verify import BadRecordError, scan
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable


@dataclass
class Survey:
    """State of an existing log.

    Attributes:
        records: complete records.
        size: bytes they take.
        head: hash of the last one.
        log_id: name of the log; empty for a log without records.
        torn: bytes after the last newline.
        orphans: intents that have neither a result nor a recovery.
    """

    records: int = 0
    size: int = 0
    head: str = GENESIS_PREV
    log_id: str = ""
    torn: bytes = b""
    orphans: tuple[Body, ...] = field(default=())


def _complete_lines(file: BinaryIO, found: Survey) -> Iterator[bytes]:
    for line in file:
        if not line.endswith(b"\n"):
            found.torn = line
            return
        found.size += len(line)
        yield line


def survey(path: Path) -> Survey:
    """Read the log at `path` from its first record to its last.

    Raises:
        WorkspaceError: a complete record is bad (named by its number), or the file cannot be read.
    """
    found = Survey()
    intents: dict[str, dict[str, Any]] = {}
    try:
        with path.open("rb") as file:
            for body, digest in scan(_complete_lines(file, found)):
                found.records, found.head, found.log_id = body["seq"], digest, body["log_id"]
                if body["kind"] == "intent":
                    intents[body["call_id"]] = body
                elif body["kind"] in {"result", "recovery"}:
                    intents.pop(body.get("call_id", ""), None)
    except FileNotFoundError:
        return found
    except BadRecordError as bad:
        raise WorkspaceError(
            f"The audit log was changed at record {bad.number}: {bad.problem}.",
            hint=f"Nothing is written after it. Restore {path} from a copy, or move it away to begin a new log.",
        ) from None
    except OSError as error:
        raise WorkspaceError(f"Cannot read {path}: {error.strerror}.", hint="Check its permissions.") from error
    found.orphans = tuple(Body.model_validate(body) for body in intents.values())
    return found


def set_aside(path: Path, found: Survey) -> str:
    """Move the torn bytes to a file beside the log and cut them off; return that file's name.

    The name comes from the bytes, so a crash in here only means that the next start does the same again.
    """
    name = f"{path.stem}.torn-{hashlib.sha256(found.torn).hexdigest()[:12]}"
    try:
        write_file(path.with_name(name), found.torn)
        with path.open("r+b") as file:
            file.truncate(found.size)
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error) from error
    return name
