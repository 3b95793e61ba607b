"""Check an audit log offline: every line, its form, its hash and its place in the chain.

A chain by itself shows a record that was edited, deleted, inserted, repeated or moved. It cannot show that the
last records were cut off, that the whole log was written anew, or that another log was put in its place: for
those, compare the head (or an older one) with a copy kept elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import rfc8785

from copilot.audit.record import GENESIS_PREV, VERSION, Body, Entry, Kind, chain_hash
from tools.kernel.errors import WorkspaceError
from tools.kernel.types import Record

LIMITS = (
    "A chain alone cannot show that the last records were cut off.",
    "A chain alone cannot show that the whole log was rewritten with new hashes.",
    "A chain alone cannot show that another log was put in its place.",
)
REMEDY = "Keep a head elsewhere and compare: slq audit verify --anchor HEAD."

_LINE = re.compile(rb'\{"body":(\{.*\}),"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})"\}\n', re.DOTALL)
SAFE_DIGITS = 15
_FIELDS = frozenset(Body.model_fields)
_REQUIRED = frozenset(name for name, info in Body.model_fields.items() if info.is_required())
_KINDS = frozenset(get_args(Kind))


class BadRecordError(Exception):
    """Line `number` is not what the chain requires."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"record {number}: {problem}")
        self.number = number
        self.problem = problem


class Verification(Record):
    """What `verify` found.

    Attributes:
        records: how many records are good, counted from the first.
        ok: whether the whole file is.
        first_bad_record: number (and line) of the first bad record, from 1.
        problem: what is wrong with it, in a sentence.
        head: hash of the last good record; empty if there is none.
        notes: what was seen besides, and what this check cannot see.
    """

    records: int
    ok: bool
    first_bad_record: int | None = None
    problem: str = ""
    head: str = ""
    notes: tuple[str, ...] = ()


class _NotPlainError(Exception):
    """The record holds a number whose canonical form needs RFC 8785 proper."""


def _small_integer(digits: str) -> int:
    if len(digits) > SAFE_DIGITS:
        raise _NotPlainError
    return int(digits)


def _other_number(_: str) -> float:
    raise _NotPlainError


# Strings and small integers under ASCII keys have the same canonical form in the C encoder of `json`, four times
# faster than rfc8785; every other record, and every difference, is judged by rfc8785.
_decode = json.JSONDecoder(parse_int=_small_integer, parse_float=_other_number, parse_constant=_other_number).decode
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _loads(canonical: bytes) -> Any:
    """Return the value of canonical bytes. Raises ValueError if they are not canonical JSON."""
    if canonical.isascii():
        try:
            text = canonical.decode("ascii")
            value = _decode(text)
            if _encode(value) == text:
                return value
        except _NotPlainError:
            pass
    value = json.loads(canonical)
    if rfc8785.dumps(value) != canonical:
        raise ValueError("not canonical")
    return value


def _open_line(number: int, line: bytes, prev: str) -> tuple[dict[str, Any], str]:
    """Return body and hash of a line that follows the record with hash `prev`."""
    if not line.endswith(b"\n"):
        raise BadRecordError(number, "the line has no end: a torn write, or cut")
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadRecordError(number, "not a record of this log")
    canonical, digest, stated = match[1], match[2].decode(), match[3].decode()
    if stated != prev:
        raise BadRecordError(number, "does not follow the record before it")
    if chain_hash(prev, canonical) != digest:
        raise BadRecordError(number, "its content does not match its hash")
    try:
        body = _loads(canonical)
    except (ValueError, RecursionError):
        raise BadRecordError(number, "not canonical JSON") from None
    return body, digest


def _check_place(number: int, body: dict[str, Any], log_id: str) -> None:
    known = body.keys() >= _REQUIRED and body.keys() <= _FIELDS and None not in body.values()
    if not known or body["v"] != VERSION or body["kind"] not in _KINDS:
        raise BadRecordError(number, "not a record of this version")
    if body["seq"] != number:
        raise BadRecordError(number, f"carries the number {body['seq']}")
    if body["log_id"] != log_id:
        raise BadRecordError(number, "belongs to another log")
    if (body["kind"] == "genesis") != (number == 1):
        raise BadRecordError(number, "a log has one genesis record, the first")


def scan(lines: Iterable[bytes]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield body and hash of each line in turn. Raises BadRecordError at the first bad one."""
    prev, log_id = GENESIS_PREV, ""
    for number, line in enumerate(lines, start=1):
        body, digest = _open_line(number, line, prev)
        log_id = log_id or str(body.get("log_id"))
        _check_place(number, body, log_id)
        prev = digest
        yield body, digest


def read_records(path: Path) -> Iterator[Entry]:
    """Yield the records of the log at `path`, checked as they are read.

    Raises:
        WorkspaceError: there is no log, or a record is bad (named by its number).
    """
    prev = GENESIS_PREV
    try:
        with path.open("rb") as file:
            for body, digest in scan(file):
                yield Entry(prev=prev, hash=digest, body=Body.model_validate(body))
                prev = digest
    except FileNotFoundError:
        raise WorkspaceError(f"There is no audit log at {path}.", hint="It begins with the first call.") from None
    except BadRecordError as bad:
        raise WorkspaceError(
            f"The audit log is damaged at record {bad.number}: {bad.problem}.", hint="Run `slq audit verify`."
        ) from None


def verify(path: Path, *, anchor: str | None = None) -> Verification:
    """Check the log at `path`, streaming; memory use does not grow with its length.

    Args:
        path: the log.
        anchor: a head noted earlier and kept elsewhere; the log must contain it.
    """
    records, head, last, backwards, anchored = 0, "", "", 0, False
    bad: BadRecordError | None = None
    try:
        with path.open("rb") as file:
            for body, digest in scan(file):
                records, head = records + 1, digest
                backwards = backwards or (records if str(body["ts"]) < last else 0)
                last = str(body["ts"])
                anchored = anchored or (anchor is not None and digest.startswith(anchor))
    except BadRecordError as error:
        bad = error
    except FileNotFoundError:
        return Verification(records=0, ok=False, problem=f"There is no audit log at {path}.")
    problem = bad.problem if bad else ""
    if not problem and not records:
        problem = "The log is empty: it lacks even its first record."
    if not problem and anchor is not None and not anchored:
        problem = "The anchor is not in this log: it was cut, rewritten or replaced."
    notes: tuple[str, ...] = (f"The clock ran backwards before record {backwards}.",) if backwards else ()
    if not anchored:
        notes += (*LIMITS, REMEDY)
    elif anchor is not None and not head.startswith(anchor):
        notes += ("The anchor vouches for the records up to it, not for later ones.",)
    return Verification(
        records=records,
        ok=not problem,
        first_bad_record=bad.number if bad else None,
        problem=problem,
        head=head,
        notes=notes,
    )
