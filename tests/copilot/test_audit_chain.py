"""The chain: what it holds, what it detects, and agreement with a verifier written from the description alone."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.audit import AuditLog, Rusage, Verification, read_records, verify
from copilot.audit.verify import REMEDY
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace


def write_log(root: Path, calls: int = 12) -> Path:
    """A log of `calls` calls, with numbers, unicode and nesting in the arguments."""
    workspace = Workspace(root)
    with AuditLog.open(workspace, run_id="run-1") as log:
        for i in range(calls):
            args = {"n": i, "ratio": i / 7, "name": f"é{i}\n", "deep": [{"x": None, "y": [True, -0.0, 1e-300]}]}
            call_id = log.intent("run_experiment", args, input_sha256="ab" * 32)
            log.result(call_id, "ok", "cd" * 32)
        log.decision("ticket_1", "confirmed", "typed yes")
        log.checkpoint()
    return workspace.audit_log


def reference_verify(data: bytes) -> tuple[bool, int]:
    """From the description of the format: whether the log is good, and the number of good records."""
    prev, log_id, good = "0" * 64, None, 0
    for line in io.BytesIO(data):
        try:
            entry = json.loads(line)
            if rfc8785.dumps(entry) + b"\n" != line or entry.keys() != {"prev", "hash", "body"}:
                return False, good
            body = entry["body"]
            digest = hashlib.sha256(b"slq-audit/1\0" + prev.encode() + rfc8785.dumps(body)).hexdigest()
        except (ValueError, AttributeError):
            return False, good
        if entry["prev"] != prev or entry["hash"] != digest or body["seq"] != good + 1 or body["v"] != 1:
            return False, good
        if (body["kind"] == "genesis") != (good == 0) or body["log_id"] != (log_id or body["log_id"]):
            return False, good
        prev, log_id, good = digest, body["log_id"], good + 1
    return good > 0, good


def check_both(path: Path, data: bytes) -> Verification:
    """Write `data`, verify it twice over, and return what the real verifier says."""
    path.write_bytes(data)
    found = verify(path)
    assert (found.ok, found.records) == reference_verify(data)
    assert found.first_bad_record == (None if found.ok or not data else found.records + 1)
    return found


def rechain(bodies: list[bytes]) -> bytes:
    """Lines with right hashes around any body bytes."""
    prev, out = "0" * 64, b""
    for body in bodies:
        digest = hashlib.sha256(b"slq-audit/1\0" + prev.encode() + body).hexdigest()
        out += b'{"body":' + body + f',"hash":"{digest}","prev":"{prev}"}}\n'.encode()
        prev = digest
    return out


def test_a_log_reads_back_as_written(tmp_path: Path) -> None:
    path = write_log(tmp_path, calls=2)
    bodies = [entry.body for entry in read_records(path)]
    assert [b.kind for b in bodies] == ["genesis", "intent", "result", "intent", "result", "decision", "checkpoint"]
    assert [b.seq for b in bodies] == list(range(1, 8))
    assert {b.log_id for b in bodies} == {bodies[0].log_id}
    intent, result = bodies[1], bodies[2]
    assert intent.call_id == result.call_id
    assert intent.tool == result.tool == "run_experiment"
    assert intent.args_redacted == {
        "n": 0,
        "ratio": 0,
        "name": "é0\n",
        "deep": [{"x": None, "y": [True, 0, 1e-300]}],
    }
    assert result.status == "ok"
    assert result.rusage is not None
    assert bodies[5].status == "confirmed"
    assert bodies[5].args_redacted == {"subject": "ticket_1", "detail": "typed yes"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_verify_states_the_head_and_what_it_cannot_see(tmp_path: Path) -> None:
    path = write_log(tmp_path)
    found = verify(path)
    assert found.ok
    assert found.records == 27
    assert found.head == list(read_records(path))[-1].hash
    assert REMEDY in found.notes
    assert any("cut off" in note for note in found.notes)


def test_head_moves_with_every_record(tmp_path: Path) -> None:
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        heads = [log.head]
        call_id = log.intent("query_data", {})
        heads.append(log.head)
        log.result(call_id, "failed", rusage=Rusage(wall_ms=1, cpu_ms=2), details={"error": "no"})
        heads += [log.head, log.checkpoint()]
        assert len(set(heads)) == 4
        assert log.head == heads[-1]
    assert verify(tmp_path / "experiments/audit.jsonl").head == heads[-1]


def test_one_flipped_byte_is_reported_with_its_record_number(tmp_path: Path) -> None:
    path = write_log(tmp_path)
    data = path.read_bytes()
    rng = random.Random(7)
    newlines = [i for i, byte in enumerate(data) if byte == ord("\n")]
    for at in [rng.randrange(len(data)) for _ in range(280)] + newlines:
        flipped = bytearray(data)
        flipped[at] ^= 1 << rng.randrange(8)
        found = check_both(path, bytes(flipped))
        assert not found.ok
        assert found.first_bad_record == data.count(b"\n", 0, at) + 1


def test_moved_deleted_repeated_and_inserted_lines_are_found(tmp_path: Path) -> None:
    path = write_log(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    other = write_log(tmp_path / "other").read_bytes().splitlines(keepends=True)
    rng = random.Random(11)
    for _ in range(60):
        i, j = sorted(rng.sample(range(len(lines)), 2))
        swapped = [*lines[:i], lines[j], *lines[i + 1 : j], lines[i], *lines[j + 1 :]]
        deleted = [*lines[:i], *lines[i + 1 :]]
        repeated = [*lines[:i], lines[i], *lines[i:]]
        inserted = [*lines[:i], other[j], *lines[i:]]
        for tampered, bad in ((swapped, i), (deleted, i), (repeated, i + 1), (inserted, i)):
            assert check_both(path, b"".join(tampered)).first_bad_record == bad + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"kind":"decision",', b'"kind":"decision","kind":"decision",'),  # a repeated key
        (b'"kind":"decision",', b'"kind": "decision",'),  # another blank
        (b'"status":"confirmed"', b'"status":"\\u0063onfirmed"'),  # another escape
        (b'"seq":26', b'"seq":26.0'),
        (b'"seq":26', b'"seq":2.6e1'),
        (b'"typed yes"', b"NaN"),
        (b'"typed yes"', b"12345678901234567890"),
        (b'"typed yes"', b'"\\ud800"'),
        (b'"typed yes"', b"-0"),
    ],
)
def test_a_well_chained_line_in_another_form_is_bad(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = write_log(tmp_path)
    bodies = [line[8:-149] for line in path.read_bytes().splitlines()]
    assert rechain(bodies) == path.read_bytes()
    assert old in bodies[25]
    found = check_both(path, rechain([*bodies[:25], bodies[25].replace(old, new), *bodies[26:]]))
    assert found.first_bad_record == 26
    assert found.problem == "not canonical JSON"


def test_a_record_of_another_shape_or_place_is_bad(tmp_path: Path) -> None:
    path = write_log(tmp_path, calls=1)
    bodies = [json.loads(line)["body"] for line in path.read_bytes().splitlines()]
    changes = [
        {"v": 2},
        {"seq": 9},
        {"log_id": "00"},
        {"kind": "genesis"},
        {"kind": "note"},
        {"extra": 1},
        {"tool": None},
    ]
    for change in changes:
        changed = [*bodies[:2], {**bodies[2], **change}, *bodies[3:]]
        path.write_bytes(rechain([rfc8785.dumps(body) for body in changed]))
        assert verify(path).first_bad_record == 3


def test_what_a_chain_cannot_see_an_anchor_can(tmp_path: Path) -> None:
    path = write_log(tmp_path)
    data = path.read_bytes()
    entries = list(read_records(path))
    anchor = entries[-1].hash
    path.write_bytes(b"".join(data.splitlines(keepends=True)[:-3]))
    assert verify(path).ok
    assert not verify(path, anchor=anchor).ok
    path.write_bytes(data)
    assert verify(path, anchor=anchor).ok
    assert verify(path, anchor=anchor).notes == ()
    earlier = verify(path, anchor=entries[4].hash)
    assert earlier.ok
    assert "not for later ones" in earlier.notes[0]


def test_missing_and_empty_logs_are_not_good(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    assert not verify(path).ok
    with pytest.raises(WorkspaceError, match="no audit log"):
        list(read_records(path))
    path.touch()
    assert "empty" in verify(path).problem


def test_reading_stops_at_the_bad_record_and_names_it(tmp_path: Path) -> None:
    path = write_log(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"n":3', b'"n":4'))
    with pytest.raises(WorkspaceError, match="record 8"):
        list(read_records(path))


def test_a_clock_that_runs_backwards_is_noted(tmp_path: Path) -> None:
    times = iter([datetime(2026, 1, 2, tzinfo=UTC) - timedelta(hours=i) for i in range(3)])
    with AuditLog.open(Workspace(tmp_path), run_id="r", now=lambda: next(times)) as log:
        log.checkpoint()
    found = verify(tmp_path / "experiments/audit.jsonl")
    assert found.ok
    assert "backwards before record 2" in found.notes[0]


def test_threads_share_a_log(tmp_path: Path) -> None:
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:

        def call() -> None:
            for _ in range(10):
                log.result(log.intent("query_data", {"sql": "select 1"}), "ok")

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = verify(tmp_path / "experiments/audit.jsonl")
    assert (found.ok, found.records) == (True, 81)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def open_log(tmp_path_factory: pytest.TempPathFactory) -> AuditLog:
    return AuditLog.open(Workspace(tmp_path_factory.mktemp("any")), run_id="r")


@settings(max_examples=150, deadline=None)
@given(args=st.dictionaries(st.text(st.characters(), max_size=4), JSON, max_size=4))
def test_any_arguments_make_a_good_record(open_log: AuditLog, args: dict[str, object]) -> None:
    open_log.result(open_log.intent("query_data", args), "ok")


def test_both_verifiers_accept_what_any_arguments_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("more")
    rng = random.Random(3)
    with AuditLog.open(Workspace(root), run_id="r") as log:
        for _ in range(100):
            value = rng.uniform(-10, 10) * 10 ** rng.randrange(-30, 30)
            log.intent(
                "query_data", {"x": value, "key\ue000": 1, "key\U0001f600": rng.getrandbits(60), "é": [value]}
            )
    path = Workspace(root).audit_log
    assert check_both(path, path.read_bytes()).ok
