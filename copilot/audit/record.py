r"""The record format of the audit log: one line of canonical JSON, chained by SHA-256.

A line is `{"body":{...},"hash":"...","prev":"..."}` in RFC 8785 form, ended by a newline:

    hash = SHA256("slq-audit/1\0" || prev || canon(body))       prev and hash: 64 lower-case hex digits

`prev` of the first record is 64 zeros. The number of a record is its line number and its `seq`, from 1. A field
that does not apply is absent, never null or empty. There is no other form of the same record: readers compare the
bytes of a line with its re-canonicalised bytes, so a duplicate key or a changed blank is an error.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import rfc8785
from pydantic import Field

from tools.kernel.types import Record

VERSION = 1
DOMAIN = b"slq-audit/1\0"
GENESIS_PREV = "0" * 64

Kind = Literal["genesis", "intent", "result", "checkpoint", "decision", "recovery"]
Decision = Literal["confirmed", "rejected", "pending", "edited"]


class Redaction(Record):
    """One place where a secret stood.

    Attributes:
        path: JSON Pointer (RFC 6901) into `args_redacted`.
        commitment: HMAC-SHA256 of the secret under the key of this log. Without the key it tells nothing; with
            it, the owner can show which secret it was.
    """

    path: str
    commitment: str


class Rusage(Record):
    """What a call used. Integers: a log of whole numbers is canonical without float formatting.

    Attributes:
        wall_ms: elapsed time.
        cpu_ms: processor time of this process, user and system.
        max_rss_kib: the largest resident set of this process so far; absent where the system does not tell.
    """

    wall_ms: int = Field(ge=0)
    cpu_ms: int = Field(ge=0)
    max_rss_kib: int | None = None


class Body(Record):
    """What happened.

    Attributes:
        v: version of the format.
        log_id: random name of this log, the same in every record.
        seq: number of the record, from 1.
        ts: when, UTC, RFC 3339 with microseconds. Taken from the clock of the machine, not proven.
        run_id: which start of the program wrote it.
        kind: genesis; intent (before a call) and result (after it); decision (a human's); checkpoint; recovery.
        call_id: joins an intent with its result or its recovery.
        tool: name of the tool.
        args_redacted: arguments of an intent, details of any other kind; secrets replaced.
        redactions: where a secret was replaced.
        code_sha256: SHA-256 of the code that a call runs, where it brings any.
        input_sha256: fingerprint of the data that went in.
        output_sha256: fingerprint of the result.
        env: versions of the program, Python and the platform.
        layers: state of each sandbox layer.
        status: how a call or a decision ended.
        rusage: what the call used.
    """

    v: int
    log_id: str
    seq: int = Field(ge=1)
    ts: str
    run_id: str
    kind: Kind
    call_id: str | None = None
    tool: str | None = None
    args_redacted: dict[str, Any] | None = None
    redactions: tuple[Redaction, ...] = ()
    code_sha256: str | None = None
    input_sha256: str | None = None
    output_sha256: str | None = None
    env: dict[str, str] | None = None
    layers: dict[str, str] | None = None
    status: str | None = None
    rusage: Rusage | None = None


class Entry(Record):
    """A record with its place in the chain."""

    prev: str
    hash: str
    body: Body


def chain_hash(prev: str, canonical_body: bytes) -> str:
    """Return the hash of a record from its predecessor's hash and the canonical bytes of its body."""
    return hashlib.sha256(DOMAIN + prev.encode() + canonical_body).hexdigest()


def seal(prev: str, body: Body) -> tuple[bytes, str]:
    """Return the line of `body`, newline included, and its hash."""
    canonical = rfc8785.dumps(body.model_dump(exclude_defaults=True))
    digest = chain_hash(prev, canonical)
    line = b'{"body":' + canonical + f',"hash":"{digest}","prev":"{prev}"}}\n'.encode()
    return line, digest
