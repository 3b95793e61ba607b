"""Secrets do not reach the log in any form, and any value can be logged."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import math
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.audit import AuditLog, Redactor, read_records
from copilot.audit.plain import MAX_DEPTH, TOO_DEEP, to_plain
from copilot.audit.redact import DOMAIN, MARK
from tools.kernel.paths import Workspace

CANARY = 'Sk-4/tz"9+Qx é%7'
KEY = b"k" * 32
ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "plain": lambda raw: raw.decode(),
    "upper": lambda raw: raw.decode().upper(),
    "url": urllib.parse.quote,
    "url_all": lambda raw: urllib.parse.quote(raw, safe=""),
    "url_form": urllib.parse.quote_plus,
    "percent": lambda raw: "".join(f"%{b:02X}" for b in raw),
    "hex": lambda raw: raw.hex(),
    "hex_colons": lambda raw: raw.hex(":").upper(),
    "hex_escapes": lambda raw: "".join(f"\\x{b:02x}" for b in raw),
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64_url": lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="),
    "base64_in_url": lambda raw: urllib.parse.quote(base64.b64encode(raw).decode(), safe=""),
    "base64_inside_1": lambda raw: base64.b64encode(b"u" + raw + b"tail").decode(),
    "base64_inside_2": lambda raw: base64.b64encode(b"user:" + raw).decode(),
    "base64_lines": lambda raw: base64.encodebytes(b"p" * 50 + raw).decode(),
    "json": lambda raw: json.dumps(raw.decode()),
    "json_utf8": lambda raw: json.dumps(raw.decode(), ensure_ascii=False),
    "bytes_repr": repr,
    "str_repr": lambda raw: repr(raw.decode()),
}


def leaks(text: str, secret: str) -> bool:
    """Whether `secret` can be read out of `text` in some encoding, found without the redactor's patterns."""
    raw = secret.encode()
    views = {text, urllib.parse.unquote(text), urllib.parse.unquote_plus(text)}
    squeezed = "".join(c for c in text if c in "0123456789abcdefABCDEF")
    views |= {
        bytes.fromhex(squeezed[i : len(squeezed) - (len(squeezed) - i) % 2]).decode("latin-1") for i in (0, 1)
    }
    for start in range(4):
        body = "".join(c for c in text.replace("-", "+").replace("_", "/") if c.isalnum() or c in "+/")[start:]
        try:
            views.add(base64.b64decode(body + "A" * (-len(body) % 4)).decode("latin-1"))
        except (binascii.Error, ValueError):
            continue
    needles = (secret.lower(), raw.decode("latin-1").lower())
    return any(needle in view.lower() for view in views for needle in needles)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("secret", [CANARY, "ABCD1234EFGH5678", "pass word"])
def test_a_canary_is_blanked_in_every_encoding(name: str, secret: str) -> None:
    text = f"before {ENCODINGS[name](secret.encode())} after"
    args = {"code": text, "nested": [{"path": [f"/home/{text}/x"]}], f"key {text}": {"inner": 1}}
    clean, redactions = Redactor([secret], KEY).redact(to_plain(args))
    flat = json.dumps(clean, ensure_ascii=False)
    assert not leaks(flat, secret)
    assert clean["code"].startswith("before ")
    assert clean["code"].endswith(" after")
    paths = [r.path for r in redactions]
    assert "/code" in paths
    assert "/nested/0/path/0" in paths
    assert any(p.startswith("/key ") for p in paths)
    assert not leaks(" ".join(paths), secret)


def test_the_leak_finder_of_this_test_finds_leaks() -> None:
    for name in ("plain", "upper", "url", "hex", "base64", "base64_inside_2", "percent"):
        assert leaks(ENCODINGS[name](b"ABCD1234EFGH5678"), "ABCD1234EFGH5678"), name


def test_a_secret_split_over_neighbouring_values_or_items_is_blanked() -> None:
    redactor = Redactor(["ABCD1234EFGH5678"], KEY)
    clean, redactions = redactor.redact({"a": "xABCD1", "b": ["234E", "FGH5678y"], "c": "kept"})
    assert clean == {"a": f"x{MARK}", "b": [MARK, f"{MARK}y"], "c": "kept"}
    assert [r.path for r in redactions] == ["/a", "/b/0", "/b/1"]


def test_a_numeric_secret_is_blanked_where_it_is_a_number() -> None:
    clean, _ = Redactor(["98765432"], KEY).redact({"pin": 98765432, "n": 5, "flag": True, "none": None})
    assert clean == {"pin": MARK, "n": 5, "flag": True, "none": None}


def test_keys_that_become_equal_stay_apart() -> None:
    clean, redactions = Redactor(["secret-one", "secret-two"], KEY).redact({"secret-one": 1, "secret-two": 2})
    assert clean == {MARK: 1, f"{MARK}#2": 2}
    assert [r.path for r in redactions] == [f"/{MARK}", f"/{MARK}#2"]


def test_a_commitment_is_keyed_and_can_be_opened_with_the_key(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with AuditLog.open(workspace, run_id="r", secrets=[CANARY]) as log:
        call_id = log.intent("query_data", {"sql": f"select '{CANARY}'", "a/b": {"~": CANARY}})
        log.result(call_id, "failed", details={"error": f"cannot open /x/{CANARY}"})
        log.decision("ticket", "rejected", f"because {CANARY}")
    key_file = workspace.audit_log.with_suffix(".key")
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert not leaks(workspace.audit_log.read_text(), CANARY)
    bodies = [entry.body for entry in read_records(workspace.audit_log)]
    assert [len(b.redactions) for b in bodies] == [0, 2, 1, 1]
    assert [r.path for r in bodies[1].redactions] == ["/sql", "/a~1b/~0"]
    expected = hmac.digest(key_file.read_bytes(), DOMAIN + CANARY.encode(), "sha256").hex()
    assert {r.commitment for b in bodies for r in b.redactions} == {expected}


def test_a_second_log_commits_to_the_same_secret_differently(tmp_path: Path) -> None:
    seen = set()
    for name in ("one", "two"):
        with AuditLog.open(Workspace(tmp_path / name), run_id="r", secrets=["hunter2!"]) as log:
            log.intent("query_data", {"sql": "hunter2!"})
        *_, last = read_records(Workspace(tmp_path / name).audit_log)
        seen.add(last.body.redactions[0].commitment)
    assert len(seen) == 2


def test_empty_and_very_short_secrets_blank_nothing() -> None:
    value = {"sql": "select a from b"}
    assert Redactor(["", "a", "sel"], KEY).redact(value) == (value, ())


@settings(max_examples=150, deadline=None)
@given(
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=6, max_size=20),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    before=st.text(max_size=5),
)
def test_no_secret_survives(secret: str, encoding: str, before: str) -> None:
    form = ENCODINGS[encoding](secret.encode())
    assert form not in Redactor([secret], KEY).text(f"{before}{form}")
    assert not leaks(Redactor([secret], KEY).text(form), secret)


def test_values_without_a_json_form_become_text() -> None:
    value = {
        "nan": math.nan,
        "inf": [math.inf, -math.inf, np.float64("nan")],
        "big": [2**53, -(2**53), 10**5000 > 1, 1e20, 2**53 - 1],
        "numpy": [np.int64(3), np.float32(0.5), complex(1, 2)],
        "surrogate": "a\ud800b",
        "bytes": b"a\xffb",
        "when": datetime(2026, 1, 2, tzinfo=UTC),
        "path": Path("a/b"),
        "decimal": Decimal("1.10"),
        "set": {3, 1, 2},
        "object": object(),
        1: "one",
        "1": "text one",
    }
    plain = to_plain(value)
    rfc8785.dumps(plain)
    assert plain["nan"] == "NaN"
    assert plain["inf"] == ["Infinity", "-Infinity", "NaN"]
    assert plain["big"] == ["0x20000000000000", "-0x20000000000000", True, "1e+20", 2**53 - 1]
    assert plain["numpy"] == [3, 0.5, "[complex]"]
    assert plain["surrogate"] == "a\\ud800b"
    assert plain["bytes"] == "a\\xffb"
    assert plain["when"] == "2026-01-02T00:00:00+00:00"
    assert (plain["path"], plain["decimal"], plain["set"], plain["object"]) == (
        "a/b",
        "1.10",
        [1, 2, 3],
        "[object]",
    )
    assert (plain["1"], plain["1#2"]) == ("one", "text one")


def test_huge_integers_and_bottomless_nesting_are_bounded() -> None:
    assert to_plain(10**5000).startswith("0x")
    deep: list[object] = []
    deep.append(deep)
    text = json.dumps(to_plain(deep))
    assert text == "[" * MAX_DEPTH + f'"{TOO_DEEP}"' + "]" * MAX_DEPTH
