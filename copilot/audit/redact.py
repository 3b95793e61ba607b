"""Replace secrets before anything is hashed or written (promise P10).

A secret is found in values and in keys, at any depth, in any mix of upper and lower case, written

* as it is, URL-encoded, or with backslash escapes, also partly so;
* in hex, also with separators; in base64 (both alphabets), also in the middle of longer encoded text;
* split over neighbouring values.

Not found: a secret compressed, encrypted, encoded twice, reversed, or interleaved with other text. Values
shorter than 4 characters are not treated as secrets: replacing them would black out ordinary text.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from copilot.audit.plain import unused
from copilot.audit.record import Redaction

MARK = "[redacted]"
DOMAIN = b"slq-redaction/1\0"
MIN_SECRET = 4
BYTE = 256
MIN_BASE64_CORE = 6  # fewer characters occur by chance in ordinary words

Spans = list[tuple[int, int, str]]


def _character(char: str) -> str:
    """Return a pattern for one character: itself, its URL encoding or a backslash escape."""
    raw = char.encode("utf-8", "surrogatepass")
    forms = [re.escape(char), "".join(f"%{byte:02x}" for byte in raw)]
    forms += [re.escape(other) for other in (char.upper(), char.lower()) if len(other) > 1]  # as in STRASSE
    forms += ["".join(rf"\\x{byte:02x}" for byte in raw), rf"\\u{ord(char):04x}"]
    forms += [rf"\\x{ord(char):02x}"] if ord(char) < BYTE else []
    forms += [r"\+"] if char == " " else []
    forms += [re.escape("\\" + char)] if char in "\"'\\/" else []
    return f"(?:{'|'.join(forms)})"


def _base64_cores(raw: bytes) -> Iterator[str]:
    """Yield the base64 characters that `raw` alone determines, at each of the three alignments."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        core = encoded[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]
        if len(core) >= MIN_BASE64_CORE:
            yield core


def _base64_character(char: str) -> str:
    return {"+": r"(?:[+\-]|%2b)", "/": "(?:[/_]|%2f)"}.get(char, char)


def _pattern(secret: str) -> re.Pattern[str]:
    """Compile a pattern for every form of `secret`; the lookahead finds overlapping occurrences too."""
    raw = secret.encode("utf-8", "surrogatepass")
    forms = ["".join(map(_character, secret))]
    forms.append(r"(?:%|\\x|0x|[:,\s\-]){0,2}".join(f"{byte:02x}" for byte in raw))
    forms += [r"\s?".join(map(_base64_character, core)) for core in _base64_cores(raw)]
    return re.compile(f"(?=({'|'.join(forms)}))", re.IGNORECASE)


def _collect(value: object, keys: list[str], values: list[str]) -> None:
    """Append the texts of `value` in the order in which `_rebuild` asks for them again."""
    if isinstance(value, dict):
        for key, item in value.items():
            keys.append(key)
            _collect(item, keys, values)
    elif isinstance(value, list):
        for item in value:
            _collect(item, keys, values)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        values.append(str(value))


class Redactor:
    """Replaces known secrets in JSON data.

    Args:
        secrets: the values to hide; empty and very short ones are ignored.
        key: what the commitments are keyed with.
    """

    def __init__(self, secrets: Sequence[str], key: bytes) -> None:
        known = sorted({s for s in secrets if len(s) >= MIN_SECRET}, key=len, reverse=True)
        self._patterns = tuple((_pattern(s), self._commit(s, key)) for s in known)

    @staticmethod
    def _commit(secret: str, key: bytes) -> str:
        return hmac.digest(key, DOMAIN + secret.encode("utf-8", "surrogatepass"), "sha256").hex()

    def redact(self, value: dict[str, Any]) -> tuple[dict[str, Any], tuple[Redaction, ...]]:
        """Return `value` (plain JSON data) without secrets, and where they stood."""
        keys: list[str] = []
        values: list[str] = []
        _collect(value, keys, values)
        blank_keys, blank_values = self._blank(keys), self._blank(values)
        if not (any(hit for _, hit in blank_keys) or any(hit for _, hit in blank_values)):
            return value, ()
        found: list[Redaction] = []
        clean = _rebuild(value, "", iter(blank_keys), iter(blank_values), found)
        return clean, tuple(dict.fromkeys(found))

    def text(self, value: str) -> str:
        """Return `value` without secrets: for messages and file names."""
        return self._blank([value])[0][0]

    def _blank(self, texts: list[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Return each text without its share of the secrets, and the commitments of those."""
        joined = "".join(texts)
        spans = [(m.start(1), m.end(1), commitment) for p, commitment in self._patterns for m in p.finditer(joined)]
        starts = accumulate((len(text) for text in texts), initial=0)
        return [_cut(text, start, spans) for text, start in zip(texts, starts, strict=False)]


def _cut(text: str, start: int, spans: Spans) -> tuple[str, tuple[str, ...]]:
    """Replace in `text`, which begins at `start`, the parts that `spans` cover; adjoining parts become one."""
    mine = sorted((max(a - start, 0), min(b - start, len(text)), c) for a, b, c in spans)
    mine = [span for span in mine if span[0] < span[1]]
    out: list[str] = []
    at = 0
    for begin, end, _ in mine:
        if begin > at or not out:
            out += [text[at:begin], MARK]
        at = max(at, end)
    return "".join(out) + text[at:], tuple(dict.fromkeys(c for _, _, c in mine))


Blanked = Iterator[tuple[str, tuple[str, ...]]]


def _rebuild(value: Any, path: str, keys: Blanked, values: Blanked, found: list[Redaction]) -> Any:
    """Return `value` with its texts taken from `keys` and `values`; append to `found` where they differ."""
    if isinstance(value, dict):
        out: dict[str, Any] = {}
        for item in value.values():
            text, hits = next(keys)
            name = unused(text, out)
            below = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            found += [Redaction(path=below, commitment=hit) for hit in hits]
            out[name] = _rebuild(item, below, keys, values, found)
        return out
    if isinstance(value, list):
        return [_rebuild(item, f"{path}/{i}", keys, values, found) for i, item in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return value
    text, hits = next(values)
    found += [Redaction(path=path, commitment=hit) for hit in hits]
    return text if hits else value
