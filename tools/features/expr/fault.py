"""Errors that point at the character."""

from __future__ import annotations

from dataclasses import dataclass

from tools.kernel.errors import BadRequest

SHOWN = 100  # characters of a long text that are shown around the fault


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in the text: from `start` up to but not including `end`."""

    start: int
    end: int


def fault(text: str, span: Span, what: str, hint: str) -> BadRequest:
    """Return the error: a line of what is wrong, the text, and carets under the place."""
    start = min(max(span.start, 0), len(text))
    end = max(start + 1, min(span.end, len(text)))
    shown_from = 0 if len(text) <= SHOWN else max(0, min(start - SHOWN // 2, len(text) - SHOWN))
    excerpt = "".join(letter if letter.isprintable() else " " for letter in text[shown_from : shown_from + SHOWN])
    before = "..." if shown_from else ""
    after = "..." if shown_from + SHOWN < len(text) else ""
    indent = " " * (len(before) + start - shown_from)
    carets = "^" * max(1, min(end, shown_from + SHOWN) - start)
    return BadRequest(f"{what} (character {start + 1})\n  {before}{excerpt}{after}\n  {indent}{carets}", hint=hint)
